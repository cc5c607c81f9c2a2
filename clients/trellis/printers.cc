#include "clients/trellis/printers.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/check.h"
#include "clients/trellis/grammar/names.h"
#include "clients/trellis/text.h"
#include "google/protobuf/util/json_util.h"
#include "trellis/v1/party.pb.h"
#include "trellis/v1/standards_service.pb.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::cli {
namespace {

namespace pb = google::protobuf;

using Rows = std::vector<std::vector<std::string>>;

std::string Capacities(const pb::RepeatedField<int>& capacities) {
  return absl::StrJoin(capacities, ", ", [](std::string* out, int capacity) {
    out->append(SpokenWords(v1::Capacity_Name(static_cast<v1::Capacity>(capacity))));
  });
}

std::string StateWord(v1::SupportPlan::State state) {
  return SpokenWords(v1::SupportPlan::State_Name(state));
}

std::string Positions(const v1::Receipt& receipt) {
  if (receipt.first_position() == 0) return "nothing new: it was already so";
  if (receipt.first_position() == receipt.last_position()) {
    return absl::StrCat("position ", receipt.first_position());
  }
  return absl::StrCat("positions ", receipt.first_position(), " to ", receipt.last_position());
}

// The reply to a command. `rows` are what its own kind has beside the revision.
template <typename Reply>
std::string ReplyText(const Reply& reply, Rows rows) {
  rows.push_back({"recorded", Positions(reply.receipt())});
  std::string text = AlignedTable(rows);
  for (const v1::Warning& warning : reply.warnings()) {
    absl::StrAppend(&text, "warning: ", OneLine(warning.message()), "\n");
  }
  return text;
}

// Of something with a state, and of something without.
template <typename State>
Rows StateRows(const std::string& what, const State& state) {
  return {{what, state.name()},
          {"revision", absl::StrCat(state.revision())},
          {"state", SpokenWords(State::State_Name(state.state()))}};
}
template <typename State>
Rows NameRows(const std::string& what, const State& state, const std::string& called) {
  return {{what, state.name()}, {"revision", absl::StrCat(state.revision())}, {"called", called}};
}

// The holds that stand have the ids by which they are released.
Rows PersonRows(const v1::Person& person) {
  Rows rows = NameRows("person", person, person.full_name());
  for (const v1::LegalHold& hold : person.legal_holds()) {
    if (!hold.has_release_time()) rows.push_back({"legal hold", hold.hold_id()});
  }
  return rows;
}

std::string OpenConcerns(const v1::SupportPlan& plan) {
  std::vector<std::string> open;
  for (const v1::Concern& concern : plan.concerns()) {
    if (concern.state() != v1::Concern::OPEN || concern.entry().correction().struck_out()) continue;
    const std::string& code =
        concern.has_standard() ? concern.standard().code() : concern.standard_code();
    open.push_back(absl::StrCat(concern.concern_id(), " (", code, ")"));
  }
  return absl::StrJoin(open, ", ");
}

// Without it the rest would read as a plan that nobody has filled in.
std::string ErasedPlanText(const v1::SupportPlan& plan) {
  Rows rows = StateRows("plan", plan);
  if (plan.has_erase_time()) rows.push_back({"erased on", LondonTimeText(plan.erase_time())});
  return AlignedTable(rows);
}

std::string PlanText(const v1::SupportPlan& plan) {
  if (plan.state() == v1::SupportPlan::ERASED) return ErasedPlanText(plan);
  Rows rows = {{"plan", plan.name()},
               {"revision", absl::StrCat(plan.revision())},
               {"content revision", absl::StrCat(plan.content_revision())},
               {"state", StateWord(plan.state())},
               {"ECT", plan.ect().name()},
               {"induction tutor", plan.induction_tutor().name()},
               {"headteacher", plan.headteacher().name()},
               {"appropriate body", plan.appropriate_body().name()},
               {"school", absl::StrCat(plan.school().name(), " (", plan.school().urn(), ")")},
               {"starts on", plan.starts_on()},
               {"next review", plan.next_review_on()},
               {"open concerns", OpenConcerns(plan)},
               {"not signed by", Capacities(plan.awaiting_signatures())},
               {"renews", plan.renews()},
               {"renewed by", plan.renewed_by()}};
  std::erase_if(rows, [](const std::vector<std::string>& row) { return row[1].empty(); });
  return AlignedTable(rows);
}

// What leads to the next page, if there is one: it is easily overlooked.
std::string More(const std::string& token) {
  return token.empty() ? "" : absl::StrCat("more: --page-token ", token, "\n");
}

std::string PlansText(const v1::ListSupportPlansResponse& list) {
  if (list.support_plans().empty()) return absl::StrCat("no plans\n", More(list.next_page_token()));
  Rows rows = {{"PLAN", "REVISION", "STATE", "ECT", "TUTOR", "SCHOOL", "CONCERNS", "NEXT REVIEW",
                "NOT SIGNED BY"}};
  for (const v1::SupportPlanSummary& plan : list.support_plans()) {
    rows.push_back({plan.name(), absl::StrCat(plan.revision()), StateWord(plan.state()),
                    plan.ect().name(), plan.induction_tutor().name(), plan.school().name(),
                    absl::StrJoin(plan.open_standard_codes(), ", "),
                    absl::StrCat(plan.next_review_on(), plan.review_overdue() ? " (overdue)" : ""),
                    Capacities(plan.awaiting_signatures())});
  }
  return absl::StrCat(AlignedTable(rows), More(list.next_page_token()));
}

std::string StandardText(const v1::TeachersStandard& standard) {
  return AlignedTable({{"code", standard.code()},
                       {"heading", standard.heading()},
                       {"text", standard.text()},
                       {"edition", standard.edition()}});
}

std::string StandardsText(const v1::ListTeachersStandardsResponse& list) {
  Rows rows;
  for (const v1::TeachersStandard& standard : list.teachers_standards()) {
    rows.push_back({standard.code(), standard.text()});
  }
  return absl::StrCat(AlignedTable(rows), More(list.next_page_token()));
}

std::string Json(const pb::Message& message, bool spaced) {
  pb::util::JsonPrintOptions options;
  options.add_whitespace = spaced;
  std::string json;
  // It fails for an Any of an unknown type only; the contract has none.
  CHECK(pb::util::MessageToJsonString(message, &json, options).ok());
  return json;
}

// `answer` as the generated `Type`; the two have the same bytes.
template <typename Type>
bool Is(const pb::Message& answer, Type& typed) {
  return answer.GetDescriptor()->full_name() == Type::descriptor()->full_name() &&
         typed.ParseFromString(answer.SerializeAsString());
}

// `answer` as text, if it is one about inductions.
std::optional<std::string> InductionText(const pb::Message& answer) {
  if (v1::InductionReply reply; Is(answer, reply)) {
    return ReplyText(reply, StateRows("induction", reply.induction()));
  }
  if (v1::ListInductionsResponse list; Is(answer, list)) {
    return absl::StrCat(InductionsText(list), More(list.next_page_token()));
  }
  if (v1::InductionClock clock; Is(answer, clock)) return ClockText(clock);
  if (v1::ListSessionNotesResponse list; Is(answer, list)) {
    return absl::StrCat(SessionNotesText(list), More(list.next_page_token()));
  }
  return std::nullopt;
}

// `answer` as text, if it is one about action plans.
std::optional<std::string> ActionPlanText(const pb::Message& answer) {
  if (v1::ActionPlanReply reply; Is(answer, reply)) {
    return ReplyText(reply, StateRows("plan", reply.action_plan()));
  }
  if (v1::ListActionPlansResponse list; Is(answer, list)) {
    return absl::StrCat(ActionPlansText(list), More(list.next_page_token()));
  }
  if (v1::CheckSmartResponse checked; Is(answer, checked)) return SmartText(checked);
  if (v1::RenderActionPlanResponse page; Is(answer, page)) return page.content();
  return std::nullopt;
}

// `answer` as text, if it is one about people, schools and other bodies.
std::optional<std::string> DirectoryText(const pb::Message& answer) {
  if (v1::PersonReply reply; Is(answer, reply)) {
    return ReplyText(reply, PersonRows(reply.person()));
  }
  if (v1::SchoolReply reply; Is(answer, reply)) {
    return ReplyText(reply,
                     NameRows("school", reply.school(), reply.school().facts().school_name()));
  }
  if (v1::TrustReply reply; Is(answer, reply)) {
    return ReplyText(reply, NameRows("trust", reply.trust(), reply.trust().facts().trust_name()));
  }
  if (v1::AppropriateBodyReply reply; Is(answer, reply)) {
    const v1::AppropriateBody& body = reply.appropriate_body();
    return ReplyText(reply, NameRows("appropriate body", body, body.facts().body_name()));
  }
  if (v1::ListSchoolsResponse list; Is(answer, list)) {
    return absl::StrCat(SchoolsText(list), More(list.next_page_token()));
  }
  if (v1::ListRolesResponse list; Is(answer, list)) {
    return absl::StrCat(RoleHoldersText(list.holders()), More(list.next_page_token()));
  }
  if (v1::WhoAmIResponse who; Is(answer, who)) return WhoText(who);
  if (v1::ListAccessResponse access; Is(answer, access)) {
    return absl::StrCat(AccessText(access), More(access.next_page_token()));
  }
  if (v1::FindPeopleResponse found; Is(answer, found)) return RoleHoldersText(found.people());
  return std::nullopt;
}

// `answer` as text, if it is one about keeping and erasing.
std::optional<std::string> PrivacyText(const pb::Message& answer) {
  if (v1::Retention retention; Is(answer, retention)) return RetentionText(retention);
  if (v1::ListRetentionDueResponse list; Is(answer, list)) {
    return absl::StrCat(RetentionDueText(list), More(list.next_page_token()));
  }
  if (v1::EraseSubjectResponse response; Is(answer, response)) return ErasureText(response);
  return std::nullopt;
}

// `answer` as text, if it is one of the queue's.
std::optional<std::string> QueueText(const pb::Message& answer) {
  namespace pubsub = google::pubsub::v1;
  if (v1::ListSubscriptionStatusesResponse list; Is(answer, list)) {
    return absl::StrCat(SubscriptionsText(list), More(list.next_page_token()));
  }
  if (v1::ListDeadLettersResponse list; Is(answer, list)) {
    return absl::StrCat(DeadLettersText(list), More(list.next_page_token()));
  }
  if (v1::RedriveDeadLettersResponse redriven; Is(answer, redriven)) {
    return absl::StrCat("sent again: ", redriven.redriven_count(), "\n");
  }
  if (pubsub::Subscription settings; Is(answer, settings)) return SubscriptionText(settings);
  if (pubsub::ListSnapshotsResponse list; Is(answer, list)) {
    return absl::StrCat(SnapshotsText(list), More(list.next_page_token()));
  }
  if (pubsub::ListTopicsResponse list; Is(answer, list)) {
    return absl::StrCat(TopicsText(list), More(list.next_page_token()));
  }
  return std::nullopt;
}

// `answer` as text, if it is one for whoever runs the ledger.
std::optional<std::string> AdminText(const pb::Message& answer) {
  namespace longrunning = google::longrunning;
  if (v1::Backup backup; Is(answer, backup)) return BackupText(backup);
  if (v1::ListBackupsResponse list; Is(answer, list)) {
    return absl::StrCat(BackupsText(list), More(list.next_page_token()));
  }
  if (v1::PreparedSigningKey keys; Is(answer, keys)) {
    return AlignedTable({{"signing key", keys.signing_key()}, {"new key", keys.new_key()}});
  }
  if (v1::LedgerReply reply; Is(answer, reply)) {
    const auto& rotations = reply.ledger().key_rotations();
    return ReplyText(reply, {{"ledger", reply.ledger().name()},
                             {"signing key", rotations[rotations.size() - 1].new_key()}});
  }
  if (v1::Ledger ledger; Is(answer, ledger)) return LedgerText(ledger);
  if (longrunning::Operation operation; Is(answer, operation)) return OperationText(operation);
  if (longrunning::ListOperationsResponse list; Is(answer, list)) {
    return absl::StrCat(OperationsText(list), More(list.next_page_token()));
  }
  return std::nullopt;
}

}  // namespace

std::string Present(const pb::Message& answer, const Presentation& presentation) {
  if (presentation.json) return Json(answer, true);
  if (v1::SupportPlanReply reply; Is(answer, reply)) {
    return ReplyText(reply, StateRows("plan", reply.support_plan()));
  }
  if (v1::SupportPlan plan; Is(answer, plan)) return PlanText(plan);
  if (v1::ListSupportPlansResponse list; Is(answer, list)) return PlansText(list);
  if (v1::Caseload caseload; Is(answer, caseload)) return CaseloadText(caseload);
  if (v1::RenderSupportPlanResponse form; Is(answer, form)) return form.content();
  if (const auto text = ActionPlanText(answer); text.has_value()) return *text;
  if (const auto text = InductionText(answer); text.has_value()) return *text;
  if (v1::ListDiaryResponse diary; Is(answer, diary)) {
    return absl::StrCat(DiaryText(diary), More(diary.next_page_token()));
  }
  if (v1::Workload workload; Is(answer, workload)) return WorkloadText(workload);
  if (v1::TeachersStandard standard; Is(answer, standard)) return StandardText(standard);
  if (v1::ListTeachersStandardsResponse list; Is(answer, list)) return StandardsText(list);
  if (const auto text = DirectoryText(answer); text.has_value()) return *text;
  if (const auto text = PrivacyText(answer); text.has_value()) return *text;
  if (const auto text = QueueText(answer); text.has_value()) return *text;
  if (const auto text = AdminText(answer); text.has_value()) return *text;
  if (v1::ListTrailResponse trail; Is(answer, trail)) {
    return absl::StrCat(TrailText(trail, presentation.terminal), More(trail.next_page_token()));
  }
  // There is nothing to say but that it was done.
  if (answer.GetDescriptor()->field_count() == 0) return "done\n";
  return Json(answer, true);
}

std::string CompactJson(const pb::Message& message) { return Json(message, false); }

}  // namespace trellis::cli
