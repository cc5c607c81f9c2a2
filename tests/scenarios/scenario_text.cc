// How scenarios say what followed.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "domain/codec.h"
#include "domain/dates.h"
#include "domain/entries.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "tests/scenarios/scenario_file.h"
#include "tests/scenarios/textproto.h"

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
std::string TextOfEvent(const v1::SupportPlanEvent& event, const Given& given) {
  const auto* const kind =
      event.GetDescriptor()->FindFieldByNumber(static_cast<int>(event.kind_case()));
  std::string text = absl::StrCat(TextOf(kind->name(), domain::KindOf(event)), "\n");
  if (event.occurred_on() != domain::DateText(given.today)) {
    absl::StrAppend(&text, "  occurred on ", event.occurred_on(), "\n");
  }
  if (!event.late_reason().empty()) {
    absl::StrAppend(&text, "  recorded late: ", event.late_reason(), "\n");
  }
  EXPECT_EQ(event.actor_name(), given.actor.name());
  for (const v1::Warning& warning : event.warnings()) {
    absl::StrAppend(&text,
                    Wrapped(absl::StrCat("warning ", warning.reason(), " ", warning.field(), ": ",
                                         warning.message()),
                            2),
                    "\n");
  }
  return text;
}

// Where the plan stands, in a line.
std::string TextOfPlan(const domain::Plan& plan) {
  std::vector<std::string> awaiting;
  for (const int capacity : plan.awaiting_signatures()) {
    awaiting.push_back(v1::Capacity_Name(static_cast<v1::Capacity>(capacity)));
  }
  return absl::StrCat("plan ", v1::SupportPlan::State_Name(plan.state()), ", revision ",
                      plan.revision(), ", content ", plan.content_revision(), "; next review ",
                      plan.next_review_on().empty() ? "none" : plan.next_review_on(), "; awaits ",
                      awaiting.empty() ? "nobody" : absl::StrJoin(awaiting, " "), "\n");
}

std::string TextOfShown(const domain::Plan& plan, const std::string& shown) {
  if (const pb::Message* const entry = domain::FindEntry(plan, shown); entry != nullptr) {
    return absl::StrCat(TextOf(shown, *entry), "\n");
  }
  const auto* const field = plan.GetDescriptor()->FindFieldByName(shown);
  if (field == nullptr) return absl::StrCat(shown, ": no such entry or field\n");
  domain::Plan part;
  part.CopyFrom(plan);
  std::vector<const pb::FieldDescriptor*> set;
  plan.GetReflection()->ListFields(plan, &set);
  for (const pb::FieldDescriptor* const other : set) {
    if (other != field) part.GetReflection()->ClearField(&part, other);
  }
  return absl::StrCat(TextOf("plan", part), "\n");
}

}  // namespace

std::string TextOfResult(const Result& result) {
  const Given& given = result.step.given;
  if (!result.decided.ok()) return TextOfRefusal(result.decided.status());
  std::string text;
  for (const v1::SupportPlanEvent& event : result.decided->events) {
    absl::StrAppend(&text, TextOfEvent(event, given));
  }
  if (text.empty()) text = "nothing: it is so already\n";
  const domain::Plan* plan = &result.after.Find(result.before.name());
  absl::StrAppend(&text, TextOfPlan(*plan));
  if (!result.decided->successor_events.empty()) {
    plan = &result.after.Find(ContextOf(given).new_plan);
    absl::StrAppend(&text, "and for ", WithAliases(plan->name()), "\n");
    for (const v1::SupportPlanEvent& event : result.decided->successor_events) {
      absl::StrAppend(&text, TextOfEvent(event, given));
    }
    absl::StrAppend(&text, TextOfPlan(*plan));
  }
  for (const std::string& shown : result.step.shown) {
    absl::StrAppend(&text, TextOfShown(*plan, shown));
  }
  return text;
}

}  // namespace trellis::testing
