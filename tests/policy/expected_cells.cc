#include "tests/policy/expected_cells.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/check.h"

namespace trellis::policy {
namespace {

// Calls, each after the service that it is of, which ends with a slash.
using Calls = const char*;

// Nothing about a person, or about the caller alone.
constexpr Calls kOpenToAll =
    "StandardsService/ GetTeachersStandard ListTeachersStandards "
    "ActionPlanService/ CheckSmart InductionService/ ListProgrammes "
    "DirectoryService/ GetSchool GetTrust GetAppropriateBody ListSchools "
    "AuditService/ GetCheckpoint GetConsistencyProof GetProof AccessService/ WhoAmI";

// Training is between the mentor and the ECT, and is never assessed (2.57): nobody else has a part.
constexpr Calls kTraining =
    "ActionPlanService/ DraftActionPlan SetActionPlanTarget ReviseActionPlanTarget "
    "WithdrawActionPlanTarget AddActionStep ReviseActionStep CompleteActionStep WithdrawActionStep "
    "AgreeActionPlan ScheduleActionPlanReview RescheduleActionPlanReview CompleteActionPlanReview "
    "LinkSupportPlan HandOverActionPlan CloseActionPlan CorrectActionPlanEntry GetActionPlan "
    "RenderActionPlan ListActionPlans "
    "InductionService/ RecordSessionNote RecordProgrammeReview CompleteProgramme ListSessionNotes "
    "ListProgrammeReviews CorrectInductionEntry GetInduction GetInductionClock ListInductions";

// The tutor writes the plan, observes and reviews (2.42, 4.1, 5.6); the head is responsible (5.4).
constexpr Calls kWriteAndReviewPlans =
    "SupportPlanService/ OpenSupportPlan RaiseConcern ResolveConcern SetTarget ReviseTarget "
    "WithdrawTarget AddAction ArrangeSupport CompleteAction RecordSupport LogObservation "
    "ScheduleReview RescheduleReview CompleteReview RecordMissedReview RecordOutcome Sign "
    "DeclineToSign MarkSignatureUnavailable PausePlan ResumePlan CorrectEntry ClosePlan RenewPlan "
    "ChangeParty MoveSupportPlan GetSupportPlan RenderSupportPlan ListSupportPlans GetCaseload";
constexpr Calls kKeepInductions =
    "InductionService/ RegisterEct SetTrn AssignMentor EndMentorship AssignTutor "
    "ChangeAppropriateBody ChangeHeadteacher MoveSchool ChangeWorkingPattern PauseInduction "
    "ResumeInduction ExtendInduction ReduceInduction RecordAbsence CorrectInductionEntry "
    "CompleteInduction LeaveInduction GetInduction GetInductionClock ListInductions";
constexpr Calls kKeepPeople =
    "DirectoryService/ RegisterPerson RenamePerson SetEmail SetPersonTrn JoinPersons "
    "SeparatePersons StartRole EndRole GetPerson ListRoles FindPeople";
constexpr Calls kKeepSchools =
    "DirectoryService/ RecordSchool SetSchoolYear AddPlanFormat WithdrawPlanFormat";
// Facts of a register, not of one school; and what would let a school's people see another's.
constexpr Calls kKeepRegister =
    "DirectoryService/ RecordTrust RecordAppropriateBody ImportSchools ImportPeople JoinTrust "
    "LeaveTrust RecordSuccessor";
constexpr Calls kOwnFeed = "DirectoryService/ CreateDiaryFeed RevokeDiaryFeed";

constexpr Calls kQueueReads =
    "Publisher/ GetTopic ListTopics ListTopicSubscriptions ListTopicSnapshots "
    "Subscriber/ GetSubscription ListSubscriptions GetSnapshot ListSnapshots "
    "QueueService/ GetSubscriptionStatus ListSubscriptionStatuses ListDeadLetters "
    "RedriveDeadLetters";
constexpr Calls kQueueUse =
    "Subscriber/ CreateSubscription UpdateSubscription DeleteSubscription ModifyAckDeadline "
    "Acknowledge Pull StreamingPull ModifyPushConfig CreateSnapshot UpdateSnapshot DeleteSnapshot "
    "Seek QueueService/ GetDeadLetter";
constexpr Calls kTopicUse =
    "Publisher/ CreateTopic UpdateTopic Publish DeleteTopic DetachSubscription";

struct Cells {
  v1::Capacity capacity;
  Reach reach;
  std::vector<Calls> calls;
};

std::vector<Cells> CellsOfTheSchool() {
  return {
      // An ECT reads all that is about them, says what they did and think of it, signs, and says
      // who else may look (2.61, 2.79).
      {v1::ECT,
       Reach::kOwn,
       {kTraining, kOwnFeed,
        "SupportPlanService/ GetSupportPlan RenderSupportPlan ListSupportPlans CompleteAction "
        "RecordSupport AddComment Sign DeclineToSign CorrectEntry",
        "DirectoryService/ GetPerson DiaryService/ ListDiary GetWorkload GetReminders",
        "AuditService/ ListTrail ExportEvidence AccessService/ GrantAccess RevokeAccess "
        "GetAccessGrant ListAccess ExportSubject PrivacyService/ GetRetention"}},
      {v1::ECT, Reach::kSchool, {"DirectoryService/ ListRoles"}},
      // A mentor supports and does not assess (2.45): the training, and of a support plan what they
      // have a part in.
      {v1::MENTOR,
       Reach::kNamed,
       {kTraining, "SupportPlanService/ GetSupportPlan RenderSupportPlan CompleteAction",
        "SupportPlanService/ RecordSupport DiaryService/ GetWorkload GetReminders",
        "AuditService/ ListTrail ExportEvidence"}},
      {v1::MENTOR,
       Reach::kOwn,
       {kOwnFeed,
        "DirectoryService/ GetPerson DiaryService/ ListDiary AccessService/ ListAccess "
        "ExportSubject PrivacyService/ GetRetention"}},
      {v1::MENTOR, Reach::kSchool, {"DirectoryService/ ListRoles"}},
      {v1::INDUCTION_TUTOR,
       Reach::kSchool,
       {kWriteAndReviewPlans, kKeepInductions, kKeepPeople, kKeepSchools,
        "DiaryService/ ListDiary GetWorkload GetReminders AuditService/ ListTrail ExportEvidence",
        "PrivacyService/ GetRetention"}},
      {v1::INDUCTION_TUTOR, Reach::kOwn, {kOwnFeed, "AccessService/ ListAccess ExportSubject"}},
      // As the tutor (who may be the head), and the school's word on who else may look and on what
      // is kept (5.3).
      {v1::HEADTEACHER,
       Reach::kSchool,
       {kWriteAndReviewPlans, kKeepInductions, kKeepPeople, kKeepSchools,
        "DiaryService/ ListDiary GetWorkload GetReminders AuditService/ ListTrail ExportEvidence",
        "AccessService/ GrantAccess RevokeAccess GetAccessGrant",
        "PrivacyService/ PlaceLegalHold ReleaseLegalHold EraseSubject GetRetention",
        "PrivacyService/ ListRetentionDue"}},
      {v1::HEADTEACHER, Reach::kOwn, {kOwnFeed, "AccessService/ ListAccess ExportSubject"}},
  };
}

std::vector<Cells> CellsOfOthers() {
  return {
      // The body reads the plans of its ECTs, says that they are in order (4.1, 4.2), and keeps
      // what is wanted for an appeal (5.11).
      {v1::APPROPRIATE_BODY,
       Reach::kNamed,
       {"SupportPlanService/ GetSupportPlan RenderSupportPlan ListSupportPlans GetCaseload",
        "SupportPlanService/ ConfirmAsAppropriateBody",
        "InductionService/ GetInduction GetInductionClock ListInductions",
        "AuditService/ ListTrail ExportEvidence DirectoryService/ ListRoles",
        "PrivacyService/ PlaceLegalHold ReleaseLegalHold GetRetention"}},
      {v1::APPROPRIATE_BODY,
       Reach::kOwn,
       {kOwnFeed,
        "DirectoryService/ GetPerson DiaryService/ ListDiary AccessService/ ListAccess "
        "ExportSubject"}},
      {v1::SUPPORTER,
       Reach::kNamed,
       {"SupportPlanService/ GetSupportPlan RenderSupportPlan CompleteAction RecordSupport",
        "SupportPlanService/ LogObservation"}},
      {v1::SUPPORTER,
       Reach::kOwn,
       {kOwnFeed,
        "DirectoryService/ GetPerson DiaryService/ ListDiary AccessService/ ListAccess "
        "ExportSubject PrivacyService/ GetRetention"}},
      // One record, to read, as long as the grant lasts.
      {v1::GRANTEE,
       Reach::kNamed,
       {"SupportPlanService/ GetSupportPlan RenderSupportPlan",
        "ActionPlanService/ GetActionPlan RenderActionPlan",
        "InductionService/ GetInduction GetInductionClock",
        "AuditService/ ListTrail ExportEvidence AccessService/ GetAccessGrant"}},
      {v1::GRANTEE,
       Reach::kOwn,
       {"DirectoryService/ GetPerson AccessService/ ListAccess ExportSubject",
        "PrivacyService/ GetRetention"}},
      // The guidance names no trust, and gives governors general reports (2.80): counts.
      {v1::TRUST_OFFICER, Reach::kAggregate, {"SupportPlanService/ GetCaseload"}},
      {v1::TRUST_OFFICER,
       Reach::kOwn,
       {"DirectoryService/ GetPerson AccessService/ ListAccess ExportSubject",
        "PrivacyService/ GetRetention"}},
      {v1::GOVERNOR, Reach::kAggregate, {"SupportPlanService/ GetCaseload"}},
      {v1::GOVERNOR,
       Reach::kOwn,
       {"DirectoryService/ GetPerson AccessService/ ListAccess ExportSubject",
        "PrivacyService/ GetRetention"}},
      {v1::GOVERNOR, Reach::kSchool, {"DirectoryService/ ListRoles"}},
      // Runs the system, keeps the directory, reads no plan. What is about the ledger has a trail.
      {v1::ADMINISTRATOR,
       Reach::kAny,
       {kKeepPeople, kKeepSchools, kKeepRegister, kQueueReads,
        "DirectoryService/ BindIdentity UnbindIdentity AuditService/ ListTrail",
        "AccessService/ RevokeAccess BreakGlass GetAccessGrant RecordServiceAccount",
        "AccessService/ GetServiceAccount",
        "PrivacyService/ PlaceLegalHold ReleaseLegalHold EraseSubject GetRetention",
        "PrivacyService/ ListRetentionDue",
        "AdminService/ StartBackup GetBackup ListBackups PrepareSigningKey RotateSigningKey",
        "AdminService/ GetLedger Operations/ ListOperations GetOperation DeleteOperation",
        "Operations/ CancelOperation WaitOperation"}},
  };
}

std::vector<Cells> AllCells() {
  std::vector<Cells> cells = CellsOfTheSchool();
  for (Cells& of_others : CellsOfOthers()) cells.push_back(std::move(of_others));
  return cells;
}

// A program sees what the scope says; of training, plans alone and no note of a session.
const std::vector<std::pair<const char*, std::vector<Calls>>>& AllScopes() {
  static const auto& scopes = *new std::vector<std::pair<const char*, std::vector<Calls>>>{
      {"any", {"AccessService/ WhoAmI"}},
      {"plans.read",
       {"SupportPlanService/ GetSupportPlan RenderSupportPlan ListSupportPlans",
        "ActionPlanService/ CheckSmart DiaryService/ GetReminders"}},
      {"counts.read", {"SupportPlanService/ GetCaseload"}},
      {"actionplans.read", {"ActionPlanService/ GetActionPlan RenderActionPlan ListActionPlans"}},
      {"inductions.read", {"InductionService/ GetInduction GetInductionClock ListInductions"}},
      {"directory.read",
       {"DirectoryService/ GetPerson ListRoles GetSchool GetTrust GetAppropriateBody ListSchools",
        "InductionService/ ListProgrammes StandardsService/ GetTeachersStandard",
        "StandardsService/ ListTeachersStandards"}},
      {"directory.write",
       {"DirectoryService/ RegisterPerson RenamePerson SetEmail SetPersonTrn JoinPersons",
        "DirectoryService/ SeparatePersons StartRole EndRole FindPeople", kKeepSchools,
        kKeepRegister}},
      {"trail.read", {"AuditService/ ListTrail"}},
      {"evidence.read", {"AuditService/ ExportEvidence"}},
      {"subjects.export", {"AccessService/ ExportSubject"}},
      {"retention.read", {"PrivacyService/ GetRetention ListRetentionDue"}},
      {"proofs.read", {"AuditService/ GetCheckpoint GetConsistencyProof GetProof"}},
      {"events.subscribe", {kQueueReads, kQueueUse}},
      {"events.publish", {kTopicUse}},
  };
  return scopes;
}

std::vector<std::string> ActionsIn(Calls calls) {
  std::vector<std::string> actions;
  std::string service;
  for (const absl::string_view word : absl::StrSplit(calls, ' ')) {
    if (word.back() == '/') {
      service = std::string(word);
    } else {
      actions.push_back(absl::StrCat(service, word));
    }
  }
  return actions;
}

using ReachByCell = std::map<std::pair<std::string, v1::Capacity>, Reach>;

const ReachByCell& Reaches() {
  static const auto& reaches = *[] {
    auto* const made = new ReachByCell;
    const auto add = [&](v1::Capacity capacity, Reach reach, Calls calls) {
      for (const std::string& action : ActionsIn(calls)) {
        const auto [cell, added] = made->try_emplace({action, capacity}, reach);
        if (!added) Crash(absl::StrCat(action, " is given twice to ", v1::Capacity_Name(capacity)));
      }
    };
    for (const Cells& cells : AllCells()) {
      for (const Calls calls : cells.calls) add(cells.capacity, cells.reach, calls);
    }
    for (int i = 1; i < v1::Capacity_ARRAYSIZE; ++i) {
      const auto capacity = static_cast<v1::Capacity>(i);
      if (capacity == v1::SYSTEM || capacity == v1::SERVICE) continue;
      add(capacity, Reach::kAny, kOpenToAll);
    }
    for (const auto& [scope, all] : AllScopes()) {
      for (const Calls calls : all) add(v1::SERVICE, Reach::kAny, calls);
    }
    return made;
  }();
  return reaches;
}

}  // namespace

Reach ExpectedReach(const std::string& action, v1::Capacity capacity) {
  const auto found = Reaches().find({action, capacity});
  return found == Reaches().end() ? Reach::kNever : found->second;
}

std::string ExpectedScope(const std::string& action) {
  for (const auto& [scope, all] : AllScopes()) {
    for (const Calls calls : all) {
      for (const std::string& one : ActionsIn(calls)) {
        if (one == action) return scope;
      }
    }
  }
  return "";
}

const std::set<std::string>& ExpectedActions() {
  static const auto& actions = *[] {
    auto* const made = new std::set<std::string>;
    for (const auto& [cell, reach] : Reaches()) made->insert(cell.first);
    return made;
  }();
  return actions;
}

}  // namespace trellis::policy
