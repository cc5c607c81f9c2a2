#include "eventstore/group_planner.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "eventstore/keys.h"
#include "eventstore/log_reader.h"
#include "eventstore/record_format.h"

namespace trellis::eventstore {
namespace {

// At about 200 bytes each, 20 MiB.
constexpr size_t kHeadsMax = 100'000;
// Until a group is written, its heads are nowhere else: the largest group must not push out its own
// streams. One commit may go beyond kGroupBytesMax.
static_assert(kHeadsMax * kRecordBytesMin > 2 * kGroupBytesMax);
static_assert(kGroupBytesMax > kCommitBytesMax + kCommitEventsMax * kRecordBytesMin);

absl::Status RequestIdReused(const Uuid& request_id) {
  const std::string id = UuidText(request_id);
  return Error(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
               absl::StrCat("request ", id, " was committed with another content"),
               {{"request_id", id}});
}

absl::Status RevisionMismatch(const WaitingCommit::Part& part, Revision revision) {
  return Error(absl::StatusCode::kAborted, "REVISION_MISMATCH",
               absl::StrCat("stream ", part.stream, " is at revision ", revision, ", expected ",
                            part.expected_revision),
               {{"stream", part.stream},
                {"revision", absl::StrCat(revision)},
                {"expected", absl::StrCat(part.expected_revision)}});
}

absl::Time ToMicros(absl::Time time) { return absl::FromUnixMicros(absl::ToUnixMicros(time)); }

}  // namespace

GroupPlanner::GroupPlanner(const Database& database, std::string ledger, const LogEnd& end,
                           LogTree tree)
    : database_(database),
      ledger_(std::move(ledger)),
      last_position_(end.last_position),
      recorded_at_(end.last_recorded_at),
      heads_(kHeadsMax),
      tree_(std::move(tree)) {
  CHECK(tree_.size() == last_position_);
}

void GroupPlanner::Begin(absl::Time now) {
  recorded_at_ = std::max(recorded_at_, ToMicros(now));
  group_requests_.clear();
  leaves_.clear();
  batch_.Clear();
}

void GroupPlanner::Finish() {
  tree_.Append(database_, leaves_, batch_);
  for (auto& [request_id, request] : group_requests_) {
    request.signed_size = last_position_;
    CHECK(batch_.Put(database_.requests(), RequestKey(request_id), RequestValue(request).slice())
              .ok());
  }
}

void GroupPlanner::Add(WaitingCommit& commit) { commit.result = Plan(commit); }

absl::StatusOr<Appended> GroupPlanner::Plan(WaitingCommit& commit) {
  ASSIGN_OR_RETURN(const std::optional<KnownRequest> known, FindRequest(commit.request_id));
  if (known.has_value()) {
    if (known->fingerprint != commit.fingerprint) return RequestIdReused(commit.request_id);
    return Appended{.records = {},
                    .repeated = true,
                    .first_position = known->first_position,
                    .last_position = known->last_position};
  }
  // All checks come before the first effect: a commit is written whole or not at all.
  for (const WaitingCommit::Part& part : commit.parts) RETURN_IF_ERROR(CheckRevision(part));
  return Write(commit);
}

absl::StatusOr<std::optional<KnownRequest>> GroupPlanner::FindRequest(
    const Uuid& request_id) const {
  const auto found = group_requests_.find(request_id);
  if (found != group_requests_.end()) return found->second;
  return LookUpRequest(database_, request_id);
}

absl::Status GroupPlanner::CheckRevision(const WaitingCommit::Part& part) {
  std::optional<Revision> revision = heads_.Find(part.stream);
  if (!revision.has_value()) {
    ASSIGN_OR_RETURN(revision, HeadOnDisk(part.stream, part.expected_revision));
    heads_.Set(part.stream, *revision);
  }
  if (*revision != part.expected_revision) return RevisionMismatch(part, *revision);
  return absl::OkStatus();
}

// Two lookups that a Bloom filter answers, mostly; a seek only if they do not agree with
// `expected`.
absl::StatusOr<Revision> GroupPlanner::HeadOnDisk(absl::string_view stream,
                                                  Revision expected) const {
  ASSIGN_OR_RETURN(const bool is_longer, IsIndexed(stream, expected + 1));
  if (!is_longer) {
    if (expected == 0) return Revision{0};
    ASSIGN_OR_RETURN(const bool is_as_long, IsIndexed(stream, expected));
    if (is_as_long) return expected;
  }
  return LastRevision(database_, stream, std::numeric_limits<Position>::max());
}

absl::StatusOr<bool> GroupPlanner::IsIndexed(absl::string_view stream, Revision revision) const {
  rocksdb::PinnableSlice position;
  return database_.Get(database_.streams(), StreamKey(stream, revision).slice(), position);
}

Appended GroupPlanner::Write(WaitingCommit& commit) {
  Appended appended;
  appended.first_position = last_position_ + 1;
  appended.last_position = last_position_ + commit.records.size();
  auto record = commit.records.begin();
  for (const WaitingCommit::Part& part : commit.parts) {
    const Revision last = part.expected_revision + part.events;
    for (Revision revision = part.expected_revision + 1; revision <= last; ++revision) {
      record->header.position = ++last_position_;
      record->header.revision = revision;
      record->header.commit_first = appended.first_position;
      record->header.commit_size = static_cast<uint32_t>(commit.records.size());
      WriteRecord(*record++);
    }
    heads_.Set(part.stream, last);
  }
  group_requests_.emplace(commit.request_id, KnownRequest{.fingerprint = commit.fingerprint,
                                                          .first_position = appended.first_position,
                                                          .last_position = appended.last_position});
  appended.records = std::move(commit.records);
  return appended;
}

void GroupPlanner::WriteRecord(Record& record) {
  Header& header = record.header;
  const PositionBytes position(header.position);
  header.recorded_at = recorded_at_;
  // From the ordered commits alone: whoever has the same commits in the same order has the same
  // ids.
  header.event_id = UuidV7(recorded_at_, Sha256(ledger_, ToView(position.slice())));
  CHECK(batch_.Put(database_.log(), position.slice(), EncodeRecord(record)).ok());
  leaves_.push_back(record.leaf_digest);
  CHECK(batch_
            .Put(database_.streams(), StreamKey(header.stream, header.revision).slice(),
                 position.slice())
            .ok());
}

}  // namespace trellis::eventstore
