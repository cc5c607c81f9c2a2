// Answers as text for a person, or as JSON for a program.
#pragma once

#include <string>

#include "google/longrunning/operations.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "trellis/v1/access_service.pb.h"
#include "trellis/v1/action_plan_service.pb.h"
#include "trellis/v1/admin_service.pb.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/caseload.pb.h"
#include "trellis/v1/diary_service.pb.h"
#include "trellis/v1/directory_service.pb.h"
#include "trellis/v1/erasure_requests.pb.h"
#include "trellis/v1/induction_service.pb.h"
#include "trellis/v1/privacy_service.pb.h"
#include "trellis/v1/queue_service.pb.h"
#include "trellis/v1/school_requests.pb.h"

namespace trellis::cli {

struct Presentation {
  bool json = false;
  // True if the text goes to a terminal, which can strike it through.
  bool terminal = false;
};

// `answer`, of any type, as text that ends with a line break, but for a rendered plan, which is
// given as it is. A type that has no table is given as JSON. Proto3 JSON: int64 are strings.
std::string Present(const google::protobuf::Message& answer, const Presentation& presentation);

// `message` as JSON on one line, without a line break.
std::string CompactJson(const google::protobuf::Message& message);

// What is open and due in the plans of somebody, a line each; then by standard and by school.
std::string CaseloadText(const v1::Caseload& caseload);

// A diary as a table, and a workload with its hints.
std::string DiaryText(const v1::ListDiaryResponse& diary);
std::string WorkloadText(const v1::Workload& workload);

// The entries of a trail, a block each, with times in London.
std::string TrailText(const v1::ListTrailResponse& trail, bool terminal);

// Inductions in short, the clock of one, and what was noted of its sessions.
std::string InductionsText(const v1::ListInductionsResponse& list);
std::string ClockText(const v1::InductionClock& clock);
std::string SessionNotesText(const v1::ListSessionNotesResponse& list);

// Schools in short, and people with their roles, a line for each role.
std::string SchoolsText(const v1::ListSchoolsResponse& list);
std::string RoleHoldersText(const google::protobuf::RepeatedPtrField<v1::RoleHolder>& holders);

// Action plans in short, and how SMART the targets of one are: a line for each letter.
std::string ActionPlansText(const v1::ListActionPlansResponse& list);
std::string SmartText(const v1::CheckSmartResponse& checked);

// Where a role is held: a URN, the id of a body, or the UID of a trust.
std::string RolePlace(const v1::PersonRole& role);

// Who the caller is; who may see somebody's records, and who has looked.
std::string WhoText(const v1::WhoAmIResponse& who);
std::string AccessText(const v1::ListAccessResponse& access);

// How long somebody's records are kept, whose time is over, and what became of an erasure.
std::string RetentionText(const v1::Retention& retention);
std::string RetentionDueText(const v1::ListRetentionDueResponse& list);
std::string ErasureText(const v1::EraseSubjectResponse& response);

// `2026-09-14 09:30:00 BST`.
std::string LondonTimeText(const google::protobuf::Timestamp& time);

// What the queue has, with short names; a page is shown without saying that there are more.
std::string SubscriptionText(const google::pubsub::v1::Subscription& settings);
std::string SubscriptionText(const google::pubsub::v1::Subscription& settings,
                             const v1::SubscriptionStatus& status);
std::string SubscriptionsText(const v1::ListSubscriptionStatusesResponse& list);
std::string DeadLettersText(const v1::ListDeadLettersResponse& list);
std::string SnapshotsText(const google::pubsub::v1::ListSnapshotsResponse& list);
std::string TopicsText(const google::pubsub::v1::ListTopicsResponse& list);

// Backups, and what is being done that takes long.
std::string BackupText(const v1::Backup& backup);
std::string LedgerText(const v1::Ledger& ledger);
std::string BackupsText(const v1::ListBackupsResponse& list);
std::string OperationText(const google::longrunning::Operation& operation);
std::string OperationsText(const google::longrunning::ListOperationsResponse& list);

}  // namespace trellis::cli
