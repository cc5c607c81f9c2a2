#include "domain/erasure.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "domain/aggregate.h"
#include "domain/dates.h"
#include "domain/requires.h"
#include "trellis/v1/action_plan.pb.h"
#include "trellis/v1/directory.pb.h"
#include "trellis/v1/erasure_requests.pb.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::domain {

namespace pb = google::protobuf;

namespace {

v1::SubjectErased& MutableErased(pb::Message& event) {
  const pb::OneofDescriptor& kinds = *event.GetDescriptor()->oneof_decl(0);
  for (int i = 0; i < kinds.field_count(); ++i) {
    if (kinds.field(i)->message_type() != v1::SubjectErased::descriptor()) continue;
    return static_cast<v1::SubjectErased&>(
        *event.GetReflection()->MutableMessage(&event, kinds.field(i)));
  }
  Crash("an event of an aggregate that is about nobody was erased");
}

}  // namespace

absl::string_view DataSubjectOf(const pb::Message& state) {
  const pb::Descriptor* const type = state.GetDescriptor();
  if (type == v1::SupportPlan::descriptor()) {
    return static_cast<const v1::SupportPlan&>(state).ect().person();
  }
  if (type == v1::ActionPlan::descriptor()) {
    return static_cast<const v1::ActionPlan&>(state).ect().person();
  }
  if (type == v1::Induction::descriptor()) {
    return static_cast<const v1::Induction&>(state).ect().person();
  }
  if (type == v1::Person::descriptor()) return static_cast<const v1::Person&>(state).name();
  return "";
}

bool IsErased(const pb::Message& state) {
  const pb::FieldDescriptor* const field = state.GetDescriptor()->FindFieldByName("erase_time");
  return field != nullptr && state.GetReflection()->HasField(state, field);
}

absl::Status RequireNotErased(const pb::Message& state, const pb::Message& request) {
  if (!IsErased(state) || request.GetDescriptor() == v1::CompleteErasureRequest::descriptor()) {
    return absl::OkStatus();
  }
  const std::string& name = NameOf(state);
  return Refusal("SUBJECT_ERASED", name, absl::StrCat(name, " was erased"));
}

std::unique_ptr<pb::Message> ErasureOf(const pb::Message& state, absl::string_view subject,
                                       const Context& context) {
  const pb::Descriptor* const type = state.GetDescriptor();
  std::unique_ptr<pb::Message> event(AggregateWith(*type).event.New());
  const pb::Reflection& reflection = *event->GetReflection();
  const auto set = [&](const char* field, std::string text) {
    reflection.SetString(event.get(), event->GetDescriptor()->FindFieldByName(field),
                         std::move(text));
  };
  set("occurred_on", DateText(context.today));
  set("actor_name", context.actor.name());
  v1::SubjectErased& erased = MutableErased(*event);
  erased.set_subject(std::string(subject));
  if (type == v1::SupportPlan::descriptor()) {
    erased.set_school_urn(static_cast<const v1::SupportPlan&>(state).school().urn());
  } else if (type == v1::ActionPlan::descriptor()) {
    erased.set_school_urn(static_cast<const v1::ActionPlan&>(state).school().urn());
  }
  return event;
}

void SetErased(pb::Message& event) { MutableErased(event); }

}  // namespace trellis::domain
