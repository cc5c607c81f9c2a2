#include "tests/support/methods.h"

#include "base/check.h"
#include "google/longrunning/operations.pb.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "trellis/v1/access_service.pb.h"
#include "trellis/v1/action_plan_service.pb.h"
#include "trellis/v1/admin_service.pb.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/diary_service.pb.h"
#include "trellis/v1/directory_service.pb.h"
#include "trellis/v1/induction_service.pb.h"
#include "trellis/v1/privacy_service.pb.h"
#include "trellis/v1/queue_service.pb.h"
#include "trellis/v1/standards_service.pb.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::testing {

std::vector<const google::protobuf::MethodDescriptor*> AllMethods() {
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const auto* const file :
       {v1::SupportPlanReply::descriptor()->file(), v1::ActionPlanReply::descriptor()->file(),
        v1::InductionReply::descriptor()->file(), v1::PersonReply::descriptor()->file(),
        v1::ListDiaryRequest::descriptor()->file(), v1::ListTrailRequest::descriptor()->file(),
        v1::GetTeachersStandardRequest::descriptor()->file(),
        v1::SubscriptionStatus::descriptor()->file(), v1::Backup::descriptor()->file(),
        v1::WhoAmIRequest::descriptor()->file(), v1::Retention::descriptor()->file()}) {
    for (int i = 0; i < file->service(0)->method_count(); ++i) {
      methods.push_back(file->service(0)->method(i));
    }
  }
  return methods;
}

std::vector<const google::protobuf::MethodDescriptor*> ServedMethods() {
  auto methods = AllMethods();
  for (const auto* const file : {google::pubsub::v1::PubsubMessage::descriptor()->file(),
                                 google::longrunning::Operation::descriptor()->file()}) {
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        methods.push_back(file->service(i)->method(j));
      }
    }
  }
  return methods;
}

const google::protobuf::MethodDescriptor* FindMethodFor(const google::protobuf::Message& request) {
  for (const auto* const method : ServedMethods()) {
    if (method->input_type() == request.GetDescriptor()) return method;
  }
  return nullptr;
}

const google::protobuf::MethodDescriptor& MethodFor(const google::protobuf::Message& request) {
  const auto* const method = FindMethodFor(request);
  if (method == nullptr) Crash("no rpc takes this request");
  return *method;
}

}  // namespace trellis::testing
