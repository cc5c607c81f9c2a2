#include "tests/scenarios/given_when_then.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "domain/codec.h"
#include "domain/validate.h"
#include "gtest/gtest.h"

namespace trellis::testing {

const char kPlan[] = "supportPlans/00000000-0000-4000-8000-00000000000a";
const char kNextPlan[] = "supportPlans/00000000-0000-4000-8000-00000000000b";

namespace {

namespace pb = google::protobuf;

struct Role {
  const char* role;
  const char* person;
  const char* name;
};
constexpr Role kRoles[] = {
    {"ect", "people/00000000-0000-4000-8000-000000000001", "Sam Okafor"},
    {"mentor", "people/00000000-0000-4000-8000-000000000002", "Jo Lindqvist"},
    {"induction_tutor", "people/00000000-0000-4000-8000-000000000003", "Ruth Adeyemi"},
    {"headteacher", "people/00000000-0000-4000-8000-000000000004", "Siân Hughes"},
    {"appropriate_body", "people/00000000-0000-4000-8000-000000000005", "Tom Whitlock"},
    {"supporter", "people/00000000-0000-4000-8000-000000000006", "Noor Rahman"},
    {"stranger", "people/00000000-0000-4000-8000-000000000007", "Kim Nobody"},
};

domain::Plan Missing(const std::string& name) {
  domain::Plan plan;
  plan.set_name(name);
  return plan;
}

std::string NameIn(const pb::Message& request) {
  const auto* const field = request.GetDescriptor()->FindFieldByName("name");
  return field == nullptr ? kPlan : request.GetReflection()->GetString(request, field);
}

pb::Message& MutableRequestOf(v1::SupportPlanCommand& command) {
  const auto* const field =
      command.GetDescriptor()->FindFieldByNumber(static_cast<int>(command.request_case()));
  CHECK(field != nullptr);
  return *command.GetReflection()->MutableMessage(&command, field);
}

void SetIfEmpty(pb::Message& request, const char* name, const std::string& value) {
  const auto* const field = request.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || request.GetReflection()->HasField(request, field)) return;
  request.GetReflection()->SetString(&request, field, value);
}

// Calls `decide` with the request that the command holds. No default: a command that is new must
// be named here.
template <typename Function>
domain::Decided WithRequest(const v1::SupportPlanCommand& command, Function decide) {
  switch (command.request_case()) {
    case v1::SupportPlanCommand::kOpenSupportPlan:
      return decide(command.open_support_plan());
    case v1::SupportPlanCommand::kRaiseConcern:
      return decide(command.raise_concern());
    case v1::SupportPlanCommand::kResolveConcern:
      return decide(command.resolve_concern());
    case v1::SupportPlanCommand::kSetTarget:
      return decide(command.set_target());
    case v1::SupportPlanCommand::kReviseTarget:
      return decide(command.revise_target());
    case v1::SupportPlanCommand::kWithdrawTarget:
      return decide(command.withdraw_target());
    case v1::SupportPlanCommand::kAddAction:
      return decide(command.add_action());
    case v1::SupportPlanCommand::kCompleteAction:
      return decide(command.complete_action());
    case v1::SupportPlanCommand::kArrangeSupport:
      return decide(command.arrange_support());
    case v1::SupportPlanCommand::kRecordSupport:
      return decide(command.record_support());
    case v1::SupportPlanCommand::kLogObservation:
      return decide(command.log_observation());
    case v1::SupportPlanCommand::kScheduleReview:
      return decide(command.schedule_review());
    case v1::SupportPlanCommand::kRescheduleReview:
      return decide(command.reschedule_review());
    case v1::SupportPlanCommand::kCompleteReview:
      return decide(command.complete_review());
    case v1::SupportPlanCommand::kRecordMissedReview:
      return decide(command.record_missed_review());
    case v1::SupportPlanCommand::kRecordOutcome:
      return decide(command.record_outcome());
    case v1::SupportPlanCommand::kAddComment:
      return decide(command.add_comment());
    case v1::SupportPlanCommand::kSign:
      return decide(command.sign());
    case v1::SupportPlanCommand::kDeclineToSign:
      return decide(command.decline_to_sign());
    case v1::SupportPlanCommand::kMarkSignatureUnavailable:
      return decide(command.mark_signature_unavailable());
    case v1::SupportPlanCommand::kConfirmAsAppropriateBody:
      return decide(command.confirm_as_appropriate_body());
    case v1::SupportPlanCommand::kPausePlan:
      return decide(command.pause_plan());
    case v1::SupportPlanCommand::kResumePlan:
      return decide(command.resume_plan());
    case v1::SupportPlanCommand::kCorrectEntry:
      return decide(command.correct_entry());
    case v1::SupportPlanCommand::kClosePlan:
      return decide(command.close_plan());
    case v1::SupportPlanCommand::kRenewPlan:
      return decide(command.renew_plan());
    case v1::SupportPlanCommand::REQUEST_NOT_SET:
      break;
  }
  Crash("a command without a request");
}

// The plan that the command opens, if it opens one.
std::string NewPlanOf(const v1::SupportPlanCommand& command) {
  const auto named = [](const std::string& id, const char* otherwise) {
    return id.empty() ? std::string(otherwise) : absl::StrCat("supportPlans/", id);
  };
  if (command.has_open_support_plan()) {
    return named(command.open_support_plan().support_plan_id(), kPlan);
  }
  if (command.has_renew_plan()) return named(command.renew_plan().support_plan_id(), kNextPlan);
  return "";
}

}  // namespace

const std::vector<Alias>& Aliases() {
  static const auto& aliases = *new std::vector<Alias>{
      {"@ect", kRoles[0].person},
      {"@mentor", kRoles[1].person},
      {"@tutor", kRoles[2].person},
      {"@head", kRoles[3].person},
      {"@body", kRoles[4].person},
      {"@supporter", kRoles[5].person},
      {"@stranger", kRoles[6].person},
      {"@plan", kPlan},
      {"@next_plan", kNextPlan},
      {"@next_id", kNextPlan + sizeof("supportPlans/") - 1},
      {"@id", kPlan + sizeof("supportPlans/") - 1},
  };
  return aliases;
}

std::string WithoutAliases(absl::string_view text) {
  std::vector<std::pair<absl::string_view, absl::string_view>> replacements;
  for (const Alias& alias : Aliases()) replacements.emplace_back(alias.alias, alias.name);
  return absl::StrReplaceAll(text, replacements);
}

std::string WithAliases(absl::string_view text) {
  std::vector<std::pair<absl::string_view, absl::string_view>> replacements;
  for (const Alias& alias : Aliases()) replacements.emplace_back(alias.name, alias.alias);
  return absl::StrReplaceAll(text, replacements);
}

v1::Party PartyNamed(absl::string_view role) {
  v1::Party party;
  for (const Role& known : kRoles) {
    if (role != known.role) continue;
    party.set_person(known.person);
    party.set_name(known.name);
  }
  return party;
}

void FillIn(v1::SupportPlanCommand& command, int number) {
  pb::Message& request = MutableRequestOf(command);
  SetIfEmpty(request, "name", kPlan);
  SetIfEmpty(request, "request_id", absl::StrFormat("5e000000-0000-4000-8000-%012d", number));
  if (!command.has_open_support_plan()) return;
  v1::SupportPlan& plan = *command.mutable_open_support_plan()->mutable_support_plan();
  if (!plan.has_ect()) *plan.mutable_ect() = PartyNamed("ect");
  if (!plan.has_induction_tutor()) *plan.mutable_induction_tutor() = PartyNamed("induction_tutor");
  if (!plan.has_headteacher()) *plan.mutable_headteacher() = PartyNamed("headteacher");
  if (!plan.has_appropriate_body()) {
    *plan.mutable_appropriate_body() = PartyNamed("appropriate_body");
  }
  if (plan.has_school()) return;
  plan.mutable_school()->set_urn("900001");
  plan.mutable_school()->set_name("Northgate Academy");
}

const pb::Message& RequestOf(const v1::SupportPlanCommand& command) {
  return MutableRequestOf(const_cast<v1::SupportPlanCommand&>(command));
}

domain::Decided DecideCommand(const domain::Plan& plan, const v1::SupportPlanCommand& command,
                              const domain::Context& context) {
  return WithRequest(command,
                     [&](const auto& request) { return domain::Decide(plan, request, context); });
}

domain::Context ContextOf(const Given& given) {
  const absl::CivilHour noon = absl::CivilHour(given.today) + 12;
  return {.now = absl::FromCivil(noon, absl::UTCTimeZone()),
          .today = given.today,
          .actor = given.actor,
          .capacity = given.capacity,
          .new_plan = NewPlanOf(given.command)};
}

domain::Plan Fold(const std::string& name, const std::vector<Stored>& events) {
  domain::Plan plan;
  for (const Stored& stored : events) {
    const absl::StatusOr<v1::SupportPlanEvent> event = domain::DecodeEvent(stored.bytes);
    EXPECT_TRUE(event.ok()) << event.status();
    if (event.ok()) domain::Evolve(plan, name, *event, stored.facts);
  }
  return plan;
}

domain::Decided World::Give(const Given& given) {
  RETURN_IF_ERROR(domain::Validate(RequestOf(given.command)));
  const domain::Context context = ContextOf(given);
  ASSIGN_OR_RETURN(domain::Decision decision,
                   DecideCommand(PlanOf(given.command), given.command, context));
  // Copied: applying the first event may make the plan.
  const std::string name = PlanOf(given.command).name();
  Append(name, decision.events, given);
  Append(context.new_plan, decision.successor_events, given);
  return decision;
}

const domain::Plan& World::PlanOf(const v1::SupportPlanCommand& command) const {
  return Find(command.has_open_support_plan() ? NewPlanOf(command) : NameIn(RequestOf(command)));
}

const domain::Plan& World::Find(const std::string& name) const {
  const auto found = plans_.find(name);
  if (found != plans_.end()) return found->second;
  static auto& missing = *new std::map<std::string, domain::Plan>();
  return missing.try_emplace(name, Missing(name)).first->second;
}

void World::Append(const std::string& name, const domain::Events& events, const Given& given) {
  for (const v1::SupportPlanEvent& event : events) {
    Stored stored;
    stored.bytes = event.SerializeAsString();
    stored.facts = {.recorded_at = ContextOf(given).now,
                    .actor = given.actor.person(),
                    .capacity = given.capacity,
                    .payload_digest = Sha256(stored.bytes)};
    domain::Evolve(plans_[name], name, event, stored.facts);
    events_[name].push_back(std::move(stored));
  }
}

}  // namespace trellis::testing
