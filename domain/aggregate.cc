#include "domain/aggregate.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "domain/access_grant.h"
#include "domain/access_log.h"
#include "domain/action_plan.h"
#include "domain/induction.h"
#include "domain/ledger.h"
#include "domain/organisation.h"
#include "domain/person.h"
#include "domain/reminders.h"
#include "domain/school.h"
#include "domain/service_account.h"
#include "domain/support_plan.h"

namespace trellis::domain {
namespace {

// Of every state.
constexpr int kNameField = 1;
constexpr int kRevisionField = 3;

template <typename State>
Aggregate Row(absl::string_view streams, absl::string_view noun, v1::Format name_format,
              v1::Format id_format, absl::string_view not_found, absl::string_view exists) {
  using Event = typename EventOf<State>::Type;
  return {.streams = streams,
          .noun = noun,
          .name_format = name_format,
          .id_format = id_format,
          .not_found = not_found,
          .exists = exists,
          .state = State::default_instance(),
          .event = Event::default_instance(),
          .evolve = [](google::protobuf::Message& state, const std::string& name,
                       const google::protobuf::Message& event, const EventFacts& facts) {
            Evolve(static_cast<State&>(state), name, static_cast<const Event&>(event), facts);
          }};
}

}  // namespace

const std::vector<Aggregate>& Aggregates() {
  static const auto& aggregates = *new std::vector<Aggregate>{
      Row<v1::SupportPlan>(kSupportPlanStreams, "support_plan", v1::SUPPORT_PLAN, v1::UUID,
                           "SUPPORT_PLAN_NOT_FOUND", "SUPPORT_PLAN_EXISTS"),
      Row<v1::ActionPlan>(kActionPlanStreams, "action_plan", v1::ACTION_PLAN, v1::UUID,
                          "ACTION_PLAN_NOT_FOUND", "ACTION_PLAN_EXISTS"),
      Row<v1::Induction>(kInductionStreams, "induction", v1::INDUCTION, v1::UUID,
                         "INDUCTION_NOT_FOUND", "INDUCTION_EXISTS"),
      Row<v1::Person>(kPersonStreams, "person", v1::PERSON, v1::UUID, "PERSON_NOT_FOUND",
                      "PERSON_EXISTS"),
      Row<v1::SchoolRecord>(kSchoolStreams, "school", v1::SCHOOL, v1::URN, "SCHOOL_NOT_FOUND",
                            "SCHOOL_EXISTS"),
      Row<v1::Trust>(kTrustStreams, "trust", v1::TRUST, v1::GROUP_UID, "TRUST_NOT_FOUND",
                     "TRUST_EXISTS"),
      Row<v1::AppropriateBody>(kAppropriateBodyStreams, "appropriate_body",
                               v1::APPROPRIATE_BODY_NAME, v1::BODY_ID, "APPROPRIATE_BODY_NOT_FOUND",
                               "APPROPRIATE_BODY_EXISTS"),
      Row<v1::Reminders>(kReminderStreams, "reminders", v1::REMINDERS, v1::UUID,
                         "REMINDERS_NOT_FOUND", "REMINDERS_EXISTS"),
      Row<v1::AccessGrant>(kAccessGrantStreams, "access_grant", v1::ACCESS_GRANT, v1::UUID,
                           "ACCESS_GRANT_NOT_FOUND", "ACCESS_GRANT_EXISTS"),
      Row<v1::ServiceAccount>(kServiceAccountStreams, "service_account", v1::SERVICE_ACCOUNT,
                              v1::UUID, "SERVICE_ACCOUNT_NOT_FOUND", "SERVICE_ACCOUNT_EXISTS"),
      Row<v1::Ledger>(kLedgerStreams, "ledger", v1::LEDGER, v1::LEDGER_NAME, "LEDGER_NOT_FOUND",
                      "LEDGER_EXISTS"),
      Row<v1::AccessLog>(kAccessLogStreams, "access_log", v1::ACCESS_LOG, v1::LEDGER_NAME,
                         "ACCESS_LOG_NOT_FOUND", "ACCESS_LOG_EXISTS"),
  };
  return aggregates;
}

const Aggregate* AggregateOf(absl::string_view stream) {
  for (const Aggregate& aggregate : Aggregates()) {
    if (absl::StartsWith(stream, aggregate.streams)) return &aggregate;
  }
  return nullptr;
}

absl::StatusOr<const Aggregate*> KnownAggregateOf(absl::string_view stream) {
  if (const Aggregate* const aggregate = AggregateOf(stream); aggregate != nullptr) {
    return aggregate;
  }
  return Error(
      absl::StatusCode::kFailedPrecondition, "EVENT_TOO_NEW",
      absl::StrCat(stream, " is of a kind that this version does not know; run the newer one"));
}

const Aggregate* AggregateNamed(v1::Format name_format) {
  for (const Aggregate& aggregate : Aggregates()) {
    if (aggregate.name_format == name_format) return &aggregate;
  }
  return nullptr;
}

const Aggregate& AggregateWith(const google::protobuf::Descriptor& state) {
  for (const Aggregate& aggregate : Aggregates()) {
    if (aggregate.state.GetDescriptor() == &state) return aggregate;
  }
  Crash(absl::StrCat("no aggregate has the state ", state.full_name()));
}

std::unique_ptr<google::protobuf::Message> EmptyState(const Aggregate& aggregate,
                                                      const std::string& name) {
  std::unique_ptr<google::protobuf::Message> state(aggregate.state.New());
  state->GetReflection()->SetString(state.get(),
                                    state->GetDescriptor()->FindFieldByNumber(kNameField), name);
  return state;
}

const std::string& NameOf(const google::protobuf::Message& state) {
  // A string of a generated message is never made for the asking.
  return state.GetReflection()->GetStringReference(
      state, state.GetDescriptor()->FindFieldByNumber(kNameField), nullptr);
}

int64_t RevisionOf(const google::protobuf::Message& state) {
  return state.GetReflection()->GetInt64(state,
                                         state.GetDescriptor()->FindFieldByNumber(kRevisionField));
}

absl::Status NotFound(absl::string_view name, absl::string_view when) {
  const Aggregate* const aggregate = AggregateOf(name);
  return Error(absl::StatusCode::kNotFound,
               aggregate == nullptr ? "STREAM_NOT_FOUND" : aggregate->not_found,
               absl::StrCat(name, " does not exist", when), {{"name", std::string(name)}});
}

absl::Status AlreadyExists(absl::string_view name) {
  const Aggregate* const aggregate = AggregateOf(name);
  CHECK(aggregate != nullptr);
  return Error(absl::StatusCode::kAlreadyExists, aggregate->exists,
               absl::StrCat(name, " exists already"), {{"name", std::string(name)}});
}

}  // namespace trellis::domain
