#include "tests/scenarios/given_when_then.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "domain/access_grant.h"
#include "domain/access_log.h"
#include "domain/action_plan.h"
#include "domain/codec.h"
#include "domain/induction.h"
#include "domain/ledger.h"
#include "domain/organisation.h"
#include "domain/person.h"
#include "domain/reminders.h"
#include "domain/school.h"
#include "domain/service_account.h"
#include "domain/support_plan.h"
#include "domain/validate.h"
#include "gtest/gtest.h"
#include "trellis/v1/options.pb.h"

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
    {"system", "", "Trellis"},
    {"administrator", "people/00000000-0000-4000-8000-000000000008", "Ines Keller"},
};

// What commands on an aggregate are about when they name nothing.
struct DefaultName {
  absl::string_view streams;
  const char* name;
};
constexpr DefaultName kDefaultNames[] = {
    {"supportPlans/", kPlan},
    {"actionPlans/", "actionPlans/00000000-0000-4000-8000-00000000002a"},
    {"people/", "people/00000000-0000-4000-8000-000000000001"},
    {"inductions/", "inductions/00000000-0000-4000-8000-00000000001a"},
    {"schools/", "schools/900001"},
    {"trusts/", "trusts/2170"},
    {"appropriateBodies/", "appropriateBodies/ab-31"},
    // Those of kPlan.
    {"reminders/", "reminders/68b54571-dc95-89e4-a747-be9af04e957d"},
    {"accessGrants/", "accessGrants/00000000-0000-4000-8000-00000000004a"},
    {"serviceAccounts/", "serviceAccounts/00000000-0000-4000-8000-00000000005a"},
    {"ledgers/", "ledgers/harbour-trust"},
    {"accessLogs/", "accessLogs/harbour-trust"},
};

std::string DefaultNameOf(const domain::Aggregate& aggregate) {
  for (const DefaultName& known : kDefaultNames) {
    if (known.streams == aggregate.streams) return known.name;
  }
  Crash(absl::StrCat("no default name for ", aggregate.streams));
}

std::string TextIn(const pb::Message& request, const std::string& field) {
  const auto* const found = request.GetDescriptor()->FindFieldByName(field);
  return found == nullptr ? "" : request.GetReflection()->GetString(request, found);
}

// The field of a request that holds the id of what it makes, such as `support_plan_id`; null if it
// makes nothing.
const pb::FieldDescriptor* NewIdField(const domain::Aggregate& aggregate,
                                      const pb::Message& request) {
  return request.GetDescriptor()->FindFieldByName(absl::StrCat(aggregate.noun, "_id"));
}

pb::Message& MutableRequestOf(v1::Command& command) {
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

// The name of what the command makes, if it makes something.
std::string NewNameOf(const v1::Command& command) {
  const domain::Aggregate& aggregate = AggregateFor(command);
  const pb::Message& request = RequestOf(command);
  const pb::FieldDescriptor* const field = NewIdField(aggregate, request);
  if (field == nullptr) return "";
  const std::string id = TextIn(request, field->name());
  if (!id.empty()) return absl::StrCat(aggregate.streams, id);
  return command.has_renew_plan() ? kNextPlan : DefaultNameOf(aggregate);
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
      {"@induction", "inductions/00000000-0000-4000-8000-00000000001a"},
      {"@action_plan", "actionPlans/00000000-0000-4000-8000-00000000002a"},
      {"@reminders", "reminders/68b54571-dc95-89e4-a747-be9af04e957d"},
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

namespace {

void FillIn(v1::DraftActionPlanRequest& request) {
  v1::ActionPlan& plan = *request.mutable_action_plan();
  if (!plan.has_ect()) *plan.mutable_ect() = PartyNamed("ect");
  if (plan.has_school()) return;
  plan.mutable_school()->set_urn("900001");
  plan.mutable_school()->set_name("Northgate Academy");
}

void FillIn(v1::RegisterEctRequest& request) {
  if (!request.has_ect()) *request.mutable_ect() = PartyNamed("ect");
  v1::InductionSchool& school = *request.mutable_school();
  if (!school.has_headteacher()) *school.mutable_headteacher() = PartyNamed("headteacher");
  v1::Tutorship& tutorship = *request.mutable_tutorship();
  if (!tutorship.has_tutor()) *tutorship.mutable_tutor() = PartyNamed("induction_tutor");
  if (school.has_school()) return;
  school.mutable_school()->set_urn("900001");
  school.mutable_school()->set_name("Northgate Academy");
}

}  // namespace

void FillIn(v1::Command& command, int number) {
  pb::Message& request = MutableRequestOf(command);
  SetIfEmpty(request, "name", DefaultNameOf(AggregateFor(command)));
  // What is recorded under a number of a register has to have it.
  if (const domain::Aggregate& aggregate = AggregateFor(command); aggregate.id_format != v1::UUID) {
    const std::string name = DefaultNameOf(aggregate);
    SetIfEmpty(request, absl::StrCat(aggregate.noun, "_id").c_str(),
               name.substr(aggregate.streams.size()));
  }
  SetIfEmpty(request, "request_id", absl::StrFormat("5e000000-0000-4000-8000-%012d", number));
  if (command.has_register_ect()) FillIn(*command.mutable_register_ect());
  if (command.has_draft_action_plan()) FillIn(*command.mutable_draft_action_plan());
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

const domain::Aggregate& AggregateFor(const v1::Command& command) {
  const pb::Message& request = RequestOf(command);
  const auto* const name = request.GetDescriptor()->FindFieldByName("name");
  for (const domain::Aggregate& aggregate : domain::Aggregates()) {
    if (NewIdField(aggregate, request) != nullptr) return aggregate;
    if (name == nullptr) continue;
    // The name's format is called like the aggregate: SUPPORT_PLAN.
    const v1::Format format = name->options().GetExtension(v1::rules).format();
    if (absl::AsciiStrToLower(v1::Format_Name(format)) == aggregate.noun) return aggregate;
  }
  Crash(absl::StrCat(request.GetDescriptor()->name(), " is about no aggregate"));
}

std::string NameOf(const pb::Message& state) { return TextIn(state, "name"); }

std::string Outline(const pb::Message& state) {
  std::string outline = state.GetDescriptor()->name();
  for (int i = 0; i < state.GetDescriptor()->field_count(); ++i) {
    const pb::FieldDescriptor* const field = state.GetDescriptor()->field(i);
    if (field->is_repeated()) {
      outline += state.GetReflection()->FieldSize(state, field) > 0 ? '1' : '0';
    } else if (field->name() == "state") {
      outline += state.GetReflection()->GetEnum(state, field)->name();
    }
  }
  return outline;
}

domain::Context ContextOf(const Given& given) {
  const absl::CivilHour noon = absl::CivilHour(given.today) + 12;
  return {.now = absl::FromCivil(noon, absl::UTCTimeZone()),
          .today = given.today,
          .actor = given.actor,
          .capacity = given.capacity,
          .new_name = NewNameOf(given.command)};
}

AnyMessage Fold(const std::string& name, const std::vector<Stored>& events) {
  const domain::Aggregate& aggregate = *domain::AggregateOf(name);
  AnyMessage state(*domain::EmptyState(aggregate, name));
  for (const Stored& stored : events) {
    const auto event = domain::DecodeEventOf(name, stored.bytes);
    EXPECT_TRUE(event.ok()) << event.status();
    if (event.ok()) aggregate.evolve(*state, name, **event, stored.facts);
  }
  return state;
}

Decided World::Give(const Given& given) {
  RETURN_IF_ERROR(domain::Validate(RequestOf(given.command)));
  const domain::Context context = ContextOf(given);
  const AnyMessage state = StateOf(given.command);
  ASSIGN_OR_RETURN(Decision decision, DecideCommand(*state, given.command, context));
  Append(NameOf(*state), decision.events, given);
  Append(context.new_name, decision.successor_events, given);
  return decision;
}

AnyMessage World::StateOf(const v1::Command& command) const {
  const std::string name = TextIn(RequestOf(command), "name");
  return Find(name.empty() ? NewNameOf(command) : name);
}

AnyMessage World::Find(const std::string& name) const {
  if (const auto found = states_.find(name); found != states_.end()) return found->second;
  return AnyMessage(*domain::EmptyState(*domain::AggregateOf(name), name));
}

void World::Append(const std::string& name, const std::vector<AnyMessage>& events,
                   const Given& given) {
  for (const AnyMessage& event : events) {
    Stored stored;
    stored.bytes = event->SerializeAsString();
    stored.facts = {.recorded_at = ContextOf(given).now,
                    .actor = given.actor.person(),
                    .capacity = given.capacity,
                    .payload_digest = Sha256(stored.bytes)};
    AnyMessage& state = states_.try_emplace(name, Find(name)).first->second;
    domain::AggregateOf(name)->evolve(*state, name, *event, stored.facts);
    events_[name].push_back(std::move(stored));
  }
}

}  // namespace trellis::testing
