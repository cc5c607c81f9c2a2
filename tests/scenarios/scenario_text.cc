// How scenarios say what followed.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/error.h"
#include "domain/codec.h"
#include "domain/dates.h"
#include "domain/entries.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "tests/scenarios/scenario_file.h"
#include "tests/scenarios/textproto.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::testing {
namespace {

namespace pb = google::protobuf;

std::string TextOfRefusal(const absl::Status& status) {
  std::string text = absl::StrCat("refused ", absl::StatusCodeToString(status.code()), " ",
                                  ErrorReason(status), "\n");
  google::rpc::BadRequest bad;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  if (payload.has_value() && bad.ParseFromString(std::string(*payload))) {
    for (const auto& violation : bad.field_violations()) {
      absl::StrAppend(
          &text, Wrapped(absl::StrCat(violation.field(), ": ", violation.description()), 2), "\n");
    }
    return text;
  }
  return absl::StrCat(text, Wrapped(status.message(), 2), "\n");
}

// The event; what it has in common with most is left out: that it happened on the day of the
// command, and who did it.
std::string TextOfEvent(const pb::Message& event, const Given& given) {
  const pb::FieldDescriptor* const kind =
      event.GetReflection()->GetOneofFieldDescriptor(event, event.GetDescriptor()->oneof_decl(0));
  std::string text = absl::StrCat(TextOf(kind->name(), domain::KindOf(event)), "\n");
  const domain::EventHead head = domain::HeadOf(event);
  if (head.occurred_on != domain::DateText(given.today)) {
    absl::StrAppend(&text, "  occurred on ", head.occurred_on, "\n");
  }
  if (!head.late_reason.empty()) {
    absl::StrAppend(&text, "  recorded late: ", head.late_reason, "\n");
  }
  EXPECT_EQ(head.actor_name, given.actor.name());
  pb::RepeatedPtrField<v1::Warning> warnings;
  domain::AddWarnings(event, warnings);
  for (const v1::Warning& warning : warnings) {
    absl::StrAppend(&text,
                    Wrapped(absl::StrCat("warning ", warning.reason(), " ", warning.field(), ": ",
                                         warning.message()),
                            2),
                    "\n");
  }
  return text;
}

// What the state is called: "plan" for the support plan, "action plan" for an ActionPlan.
std::string NounOf(const pb::Message& state) {
  if (state.GetDescriptor() == v1::SupportPlan::descriptor()) return "plan";
  return absl::StrReplaceAll(domain::AggregateWith(*state.GetDescriptor()).noun, {{"_", " "}});
}

// Where the state stands, in a line.
std::string TextOfState(const pb::Message& state) {
  const pb::Descriptor& type = *state.GetDescriptor();
  const pb::Reflection& reflection = *state.GetReflection();
  std::string text = NounOf(state);
  if (const auto* const field = type.FindFieldByName("state"); field != nullptr) {
    absl::StrAppend(&text, " ", reflection.GetEnum(state, field)->name());
  }
  absl::StrAppend(&text, ", revision ",
                  reflection.GetInt64(state, type.FindFieldByName("revision")));
  if (&type != v1::SupportPlan::descriptor()) return text + "\n";
  const auto& plan = static_cast<const v1::SupportPlan&>(state);
  std::vector<std::string> awaiting;
  for (const int capacity : plan.awaiting_signatures()) {
    awaiting.push_back(v1::Capacity_Name(static_cast<v1::Capacity>(capacity)));
  }
  return absl::StrCat(text, ", content ", plan.content_revision(), "; next review ",
                      plan.next_review_on().empty() ? "none" : plan.next_review_on(), "; awaits ",
                      awaiting.empty() ? "nobody" : absl::StrJoin(awaiting, " "), "\n");
}

std::string TextOfShown(const pb::Message& state, const std::string& shown) {
  if (const pb::Message* const entry = domain::FindEntry(state, shown); entry != nullptr) {
    return absl::StrCat(TextOf(shown, *entry), "\n");
  }
  const auto* const field = state.GetDescriptor()->FindFieldByName(shown);
  if (field == nullptr) return absl::StrCat(shown, ": no such entry or field\n");
  AnyMessage part(state);
  std::vector<const pb::FieldDescriptor*> set;
  state.GetReflection()->ListFields(state, &set);
  for (const pb::FieldDescriptor* const other : set) {
    if (other != field) part->GetReflection()->ClearField(&*part, other);
  }
  return absl::StrCat(TextOf(NounOf(state), *part), "\n");
}

}  // namespace

std::string TextOfResult(const Result& result) {
  const Given& given = result.step.given;
  if (!result.decided.ok()) return TextOfRefusal(result.decided.status());
  std::string text;
  for (const AnyMessage& event : result.decided->events) {
    absl::StrAppend(&text, TextOfEvent(*event, given));
  }
  if (text.empty()) text = "nothing: it is so already\n";
  AnyMessage state = result.after.Find(result.before->GetReflection()->GetString(
      *result.before, result.before->GetDescriptor()->FindFieldByName("name")));
  absl::StrAppend(&text, TextOfState(*state));
  if (!result.decided->successor_events.empty()) {
    const std::string name = ContextOf(given).new_name;
    state = result.after.Find(name);
    absl::StrAppend(&text, "and for ", WithAliases(name), "\n");
    for (const AnyMessage& event : result.decided->successor_events) {
      absl::StrAppend(&text, TextOfEvent(*event, given));
    }
    absl::StrAppend(&text, TextOfState(*state));
  }
  for (const std::string& shown : result.step.shown) {
    absl::StrAppend(&text, TextOfShown(*state, shown));
  }
  return text;
}

}  // namespace trellis::testing
