// Of each aggregate its commands.
#include <optional>

#include "base/check.h"
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
#include "tests/scenarios/given_when_then.h"

namespace trellis::testing {
namespace {

namespace pb = google::protobuf;

template <typename State>
Decided WithoutTypes(const domain::DecidedOn<State>& decided) {
  if (!decided.ok()) return decided.status();
  Decision decision;
  for (const auto& event : decided->events) decision.events.emplace_back(event);
  for (const auto& event : decided->successor_events) {
    decision.successor_events.emplace_back(event);
  }
  return decision;
}

// Decides requests on a state of this type.
template <typename State>
auto DecideOn(const pb::Message& state, const domain::Context& context) {
  return [&](const auto& request) {
    return WithoutTypes<State>(Decide(static_cast<const State&>(state), request, context));
  };
}

// Nothing for the commands of others.
std::optional<Decided> DecideOnSupportPlan(const pb::Message& state, const v1::Command& command,
                                           const domain::Context& context) {
  const auto decide = DecideOn<v1::SupportPlan>(state, context);
  switch (command.request_case()) {
    case v1::Command::kOpenSupportPlan:
      return decide(command.open_support_plan());
    case v1::Command::kRaiseConcern:
      return decide(command.raise_concern());
    case v1::Command::kResolveConcern:
      return decide(command.resolve_concern());
    case v1::Command::kSetTarget:
      return decide(command.set_target());
    case v1::Command::kReviseTarget:
      return decide(command.revise_target());
    case v1::Command::kWithdrawTarget:
      return decide(command.withdraw_target());
    case v1::Command::kAddAction:
      return decide(command.add_action());
    case v1::Command::kCompleteAction:
      return decide(command.complete_action());
    case v1::Command::kArrangeSupport:
      return decide(command.arrange_support());
    case v1::Command::kRecordSupport:
      return decide(command.record_support());
    case v1::Command::kLogObservation:
      return decide(command.log_observation());
    case v1::Command::kScheduleReview:
      return decide(command.schedule_review());
    case v1::Command::kRescheduleReview:
      return decide(command.reschedule_review());
    case v1::Command::kCompleteReview:
      return decide(command.complete_review());
    case v1::Command::kRecordMissedReview:
      return decide(command.record_missed_review());
    case v1::Command::kRecordOutcome:
      return decide(command.record_outcome());
    case v1::Command::kAddComment:
      return decide(command.add_comment());
    case v1::Command::kSign:
      return decide(command.sign());
    case v1::Command::kDeclineToSign:
      return decide(command.decline_to_sign());
    case v1::Command::kMarkSignatureUnavailable:
      return decide(command.mark_signature_unavailable());
    case v1::Command::kConfirmAsAppropriateBody:
      return decide(command.confirm_as_appropriate_body());
    case v1::Command::kPausePlan:
      return decide(command.pause_plan());
    case v1::Command::kResumePlan:
      return decide(command.resume_plan());
    case v1::Command::kCorrectEntry:
      return decide(command.correct_entry());
    case v1::Command::kClosePlan:
      return decide(command.close_plan());
    case v1::Command::kRenewPlan:
      return decide(command.renew_plan());
    case v1::Command::kChangeParty:
      return decide(command.change_party());
    case v1::Command::kMoveSupportPlan:
      return decide(command.move_support_plan());
    default:
      return std::nullopt;
  }
}

std::optional<Decided> DecideOnActionPlan(const pb::Message& state, const v1::Command& command,
                                          const domain::Context& context) {
  const auto decide = DecideOn<v1::ActionPlan>(state, context);
  switch (command.request_case()) {
    case v1::Command::kDraftActionPlan:
      return decide(command.draft_action_plan());
    case v1::Command::kSetActionPlanTarget:
      return decide(command.set_action_plan_target());
    case v1::Command::kReviseActionPlanTarget:
      return decide(command.revise_action_plan_target());
    case v1::Command::kWithdrawActionPlanTarget:
      return decide(command.withdraw_action_plan_target());
    case v1::Command::kAddActionStep:
      return decide(command.add_action_step());
    case v1::Command::kReviseActionStep:
      return decide(command.revise_action_step());
    case v1::Command::kCompleteActionStep:
      return decide(command.complete_action_step());
    case v1::Command::kWithdrawActionStep:
      return decide(command.withdraw_action_step());
    case v1::Command::kAgreeActionPlan:
      return decide(command.agree_action_plan());
    case v1::Command::kScheduleActionPlanReview:
      return decide(command.schedule_action_plan_review());
    case v1::Command::kRescheduleActionPlanReview:
      return decide(command.reschedule_action_plan_review());
    case v1::Command::kCompleteActionPlanReview:
      return decide(command.complete_action_plan_review());
    case v1::Command::kLinkSupportPlan:
      return decide(command.link_support_plan());
    case v1::Command::kHandOverActionPlan:
      return decide(command.hand_over_action_plan());
    case v1::Command::kCloseActionPlan:
      return decide(command.close_action_plan());
    case v1::Command::kCorrectActionPlanEntry:
      return decide(command.correct_action_plan_entry());
    default:
      return std::nullopt;
  }
}

std::optional<Decided> DecideOnInduction(const pb::Message& state, const v1::Command& command,
                                         const domain::Context& context) {
  const auto decide = DecideOn<v1::Induction>(state, context);
  switch (command.request_case()) {
    case v1::Command::kRegisterEct:
      return decide(command.register_ect());
    case v1::Command::kSetTrn:
      return decide(command.set_trn());
    case v1::Command::kAssignMentor:
      return decide(command.assign_mentor());
    case v1::Command::kEndMentorship:
      return decide(command.end_mentorship());
    case v1::Command::kAssignTutor:
      return decide(command.assign_tutor());
    case v1::Command::kChangeAppropriateBody:
      return decide(command.change_appropriate_body());
    case v1::Command::kChangeHeadteacher:
      return decide(command.change_headteacher());
    case v1::Command::kMoveSchool:
      return decide(command.move_school());
    case v1::Command::kChangeWorkingPattern:
      return decide(command.change_working_pattern());
    case v1::Command::kPauseInduction:
      return decide(command.pause_induction());
    case v1::Command::kResumeInduction:
      return decide(command.resume_induction());
    case v1::Command::kExtendInduction:
      return decide(command.extend_induction());
    case v1::Command::kReduceInduction:
      return decide(command.reduce_induction());
    case v1::Command::kRecordAbsence:
      return decide(command.record_absence());
    case v1::Command::kRecordSessionNote:
      return decide(command.record_session_note());
    case v1::Command::kCorrectInductionEntry:
      return decide(command.correct_induction_entry());
    case v1::Command::kRecordProgrammeReview:
      return decide(command.record_programme_review());
    case v1::Command::kCompleteProgramme:
      return decide(command.complete_programme());
    case v1::Command::kCompleteInduction:
      return decide(command.complete_induction());
    case v1::Command::kLeaveInduction:
      return decide(command.leave_induction());
    default:
      return std::nullopt;
  }
}

std::optional<Decided> DecideOnPerson(const pb::Message& state, const v1::Command& command,
                                      const domain::Context& context) {
  const auto decide = DecideOn<v1::Person>(state, context);
  switch (command.request_case()) {
    case v1::Command::kRegisterPerson:
      return decide(command.register_person());
    case v1::Command::kRenamePerson:
      return decide(command.rename_person());
    case v1::Command::kSetEmail:
      return decide(command.set_email());
    case v1::Command::kSetPersonTrn:
      return decide(command.set_person_trn());
    case v1::Command::kJoinPersons:
      return decide(command.join_persons());
    case v1::Command::kSeparatePersons:
      return decide(command.separate_persons());
    case v1::Command::kStartRole:
      return decide(command.start_role());
    case v1::Command::kEndRole:
      return decide(command.end_role());
    case v1::Command::kCreateDiaryFeed:
      return decide(command.create_diary_feed());
    case v1::Command::kRevokeDiaryFeed:
      return decide(command.revoke_diary_feed());
    case v1::Command::kBindIdentity:
      return decide(command.bind_identity());
    case v1::Command::kUnbindIdentity:
      return decide(command.unbind_identity());
    case v1::Command::kPlaceLegalHold:
      return decide(command.place_legal_hold());
    case v1::Command::kReleaseLegalHold:
      return decide(command.release_legal_hold());
    case v1::Command::kProposeErasure:
      return decide(command.propose_erasure());
    case v1::Command::kEraseSubject:
      return decide(command.erase_subject());
    case v1::Command::kCompleteErasure:
      return decide(command.complete_erasure());
    default:
      return std::nullopt;
  }
}

std::optional<Decided> DecideOnSchool(const pb::Message& state, const v1::Command& command,
                                      const domain::Context& context) {
  const auto decide = DecideOn<v1::SchoolRecord>(state, context);
  switch (command.request_case()) {
    case v1::Command::kRecordSchool:
      return decide(command.record_school());
    case v1::Command::kJoinTrust:
      return decide(command.join_trust());
    case v1::Command::kLeaveTrust:
      return decide(command.leave_trust());
    case v1::Command::kRecordSuccessor:
      return decide(command.record_successor());
    case v1::Command::kSetSchoolYear:
      return decide(command.set_school_year());
    case v1::Command::kAddPlanFormat:
      return decide(command.add_plan_format());
    case v1::Command::kWithdrawPlanFormat:
      return decide(command.withdraw_plan_format());
    default:
      return std::nullopt;
  }
}

std::optional<Decided> DecideOnTrust(const pb::Message& state, const v1::Command& command,
                                     const domain::Context& context) {
  if (!command.has_record_trust()) return std::nullopt;
  return DecideOn<v1::Trust>(state, context)(command.record_trust());
}

std::optional<Decided> DecideOnBody(const pb::Message& state, const v1::Command& command,
                                    const domain::Context& context) {
  if (!command.has_record_appropriate_body()) return std::nullopt;
  return DecideOn<v1::AppropriateBody>(state, context)(command.record_appropriate_body());
}

std::optional<Decided> DecideOnReminders(const pb::Message& state, const v1::Command& command,
                                         const domain::Context& context) {
  if (!command.has_remind()) return std::nullopt;
  return DecideOn<v1::Reminders>(state, context)(command.remind());
}

std::optional<Decided> DecideOnLedger(const pb::Message& state, const v1::Command& command,
                                      const domain::Context& context) {
  if (!command.has_record_key_rotation()) return std::nullopt;
  return DecideOn<v1::Ledger>(state, context)(command.record_key_rotation());
}

std::optional<Decided> DecideOnAccessLog(const pb::Message& state, const v1::Command& command,
                                         const domain::Context& context) {
  const auto decide = DecideOn<v1::AccessLog>(state, context);
  if (command.has_anchor_access_log()) return decide(command.anchor_access_log());
  if (command.has_record_access_log_break()) return decide(command.record_access_log_break());
  return std::nullopt;
}

std::optional<Decided> DecideOnGrant(const pb::Message& state, const v1::Command& command,
                                     const domain::Context& context) {
  const auto decide = DecideOn<v1::AccessGrant>(state, context);
  switch (command.request_case()) {
    case v1::Command::kGrantAccess:
      return decide(command.grant_access());
    case v1::Command::kBreakGlass:
      return decide(command.break_glass());
    case v1::Command::kRevokeAccess:
      return decide(command.revoke_access());
    default:
      return std::nullopt;
  }
}

std::optional<Decided> DecideOnServiceAccount(const pb::Message& state, const v1::Command& command,
                                              const domain::Context& context) {
  if (!command.has_record_service_account()) return std::nullopt;
  return DecideOn<v1::ServiceAccount>(state, context)(command.record_service_account());
}

}  // namespace

Decided DecideCommand(const pb::Message& state, const v1::Command& command,
                      const domain::Context& context) {
  for (const auto decide :
       {DecideOnSupportPlan, DecideOnActionPlan, DecideOnInduction, DecideOnPerson, DecideOnSchool,
        DecideOnTrust, DecideOnBody, DecideOnReminders, DecideOnLedger, DecideOnAccessLog,
        DecideOnGrant, DecideOnServiceAccount}) {
    if (auto decided = decide(state, command, context)) return *std::move(decided);
  }
  // Found by the first scenario of a command that is new.
  Crash("a command that no aggregate decides; name it above");
}

}  // namespace trellis::testing
