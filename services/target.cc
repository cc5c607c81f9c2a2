#include "services/target.h"

#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "domain/aggregate.h"
#include "domain/organisation.h"
#include "domain/person.h"
#include "domain/school.h"
#include "trellis/v1/access_service.pb.h"
#include "trellis/v1/action_plan_service.pb.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/caseload.pb.h"
#include "trellis/v1/diary_service.pb.h"
#include "trellis/v1/options.pb.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;

// Where conditions of lists go, by the names that the contract gives them.
struct Condition {
  const char* field;
  std::string Target::*place;
};
constexpr Condition kConditions[] = {
    {"school_urn", &Target::school_urn},
    {"ect", &Target::person},
    {"person", &Target::person},
    {"mentor", &Target::mentor},
    {"tutor", &Target::tutor},
    {"induction_tutor", &Target::tutor},
    {"appropriate_body", &Target::contact},
    {"body", &Target::body},
    {"trust", &Target::trust},
};

const pb::FieldDescriptor* TextField(const pb::Message& message, const char* name) {
  const pb::FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName(name);
  const bool is_text = field != nullptr && field->type() == pb::FieldDescriptor::TYPE_STRING &&
                       !field->is_repeated();
  return is_text ? field : nullptr;
}

std::string RecordOf(const pb::Message& request) {
  if (request.GetDescriptor() == v1::GrantAccessRequest::descriptor()) {
    return static_cast<const v1::GrantAccessRequest&>(request).access_grant().record();
  }
  for (const char* const name : {"name", "parent", "record"}) {
    const pb::FieldDescriptor* const field = TextField(request, name);
    if (field == nullptr) continue;
    const std::string text = request.GetReflection()->GetString(request, field);
    // The queue's and the backups' names are no records.
    return domain::AggregateOf(text) == nullptr ? "" : text;
  }
  // A school, trust or body is recorded again and again under its own id.
  if (const pb::FieldDescriptor* const field = TextField(request, "school_id"); field != nullptr) {
    return domain::SchoolName(request.GetReflection()->GetString(request, field));
  }
  return "";
}

}  // namespace

Target TargetOf(const pb::Message& request) {
  Target target;
  // Pub/Sub's and operations' names are no records.
  if (!absl::StartsWith(request.GetDescriptor()->full_name(), "trellis.v1.")) return target;
  target.record = RecordOf(request);
  if (!target.record.empty()) return target;
  for (const Condition& condition : kConditions) {
    const pb::FieldDescriptor* const field = TextField(request, condition.field);
    if (field == nullptr) continue;
    target.is_list = true;
    const std::string text = request.GetReflection()->GetString(request, field);
    if (!text.empty()) target.*condition.place = text;
  }
  // An appropriate body is named by a contact of it in some lists, by its id in others.
  if (!target.contact.empty() && !absl::StartsWith(target.contact, domain::kPersonStreams)) {
    target.body = target.contact;
    target.contact.clear();
  }
  target.body = std::string(absl::StripPrefix(target.body, domain::kAppropriateBodyStreams));
  if (request.GetDescriptor() == v1::GetCaseloadRequest::descriptor()) {
    const auto& caseload = static_cast<const v1::GetCaseloadRequest&>(request);
    target.every_count =
        caseload.disclosure() != v1::GetCaseloadRequest::AGGREGATE_ONLY &&
        (caseload.trust().empty() || caseload.disclosure() == v1::GetCaseloadRequest::EVERY_COUNT);
  }
  return target;
}

bool IsAboutRecord(const pb::Message& request) {
  const pb::Descriptor* const type = request.GetDescriptor();
  return type->FindFieldByName("parent") != nullptr ||
         type == v1::ExportEvidenceRequest::descriptor() ||
         type == v1::GetProofRequest::descriptor() || type == v1::CheckSmartRequest::descriptor() ||
         type == v1::GetRemindersRequest::descriptor() ||
         type == v1::GrantAccessRequest::descriptor();
}

std::string ListNameOf(const Target& target) {
  if (!target.school_urn.empty()) return domain::SchoolName(target.school_urn);
  for (const std::string* const name :
       {&target.person, &target.tutor, &target.mentor, &target.contact, &target.trust}) {
    if (!name->empty()) return *name;
  }
  return target.body.empty() ? "-" : absl::StrCat(domain::kAppropriateBodyStreams, target.body);
}

const policy::Row* RowOfRecord(absl::string_view record) {
  struct Get {
    absl::string_view streams;
    absl::string_view action;
  };
  constexpr std::array<Get, 5> kGets = {{{"supportPlans/", "SupportPlanService/GetSupportPlan"},
                                         {"actionPlans/", "ActionPlanService/GetActionPlan"},
                                         {"inductions/", "InductionService/GetInduction"},
                                         {"accessGrants/", "AccessService/GetAccessGrant"},
                                         {"people/", "DirectoryService/GetPerson"}}};
  for (const Get& get : kGets) {
    if (absl::StartsWith(record, get.streams)) return policy::Policy::Get().Find(get.action);
  }
  return nullptr;
}

}  // namespace trellis::services
