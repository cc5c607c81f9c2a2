#include "eventstore/waiting_commit.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "eventstore/keys.h"
#include "eventstore/record_format.h"

namespace trellis::eventstore {
namespace {

absl::Status Malformed(absl::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "COMMIT_MALFORMED", what);
}

absl::Status TooLarge(absl::string_view reason, absl::string_view which, uint64_t got,
                      uint64_t limit) {
  return Error(
      absl::StatusCode::kInvalidArgument, reason, absl::StrCat(which, ": ", got, ", limit ", limit),
      {{"which", std::string(which)}, {"got", absl::StrCat(got)}, {"limit", absl::StrCat(limit)}});
}

absl::Status CheckEvent(const NewEvent& event) {
  if (event.type.empty() || event.type.size() > kTypeBytesMax) {
    return Malformed(
        absl::StrCat("event type of ", event.type.size(), " bytes, want 1 to ", kTypeBytesMax));
  }
  if (event.payload.size() > kEventBytesMax) {
    return TooLarge("EVENT_TOO_LARGE", "bytes of an event", event.payload.size(), kEventBytesMax);
  }
  return absl::OkStatus();
}

absl::Status CheckAppend(const StreamAppend& append) {
  if (!IsStreamName(append.stream)) {
    return Malformed(absl::StrCat("stream name of ", append.stream.size(), " bytes, want 1 to ",
                                  kStreamBytesMax, " without NUL"));
  }
  // The sum must not overflow.
  const Revision last = std::min(append.expected_revision, kStreamEventsMax) + append.events.size();
  if (last > kStreamEventsMax) {
    return TooLarge("STREAM_FULL", "events of a stream", last, kStreamEventsMax);
  }
  for (const NewEvent& event : append.events) RETURN_IF_ERROR(CheckEvent(event));
  return absl::OkStatus();
}

absl::Status Check(const Commit& commit) {
  if (commit.origin.actor.size() > kActorBytesMax) {
    return Malformed(absl::StrCat("actor of ", commit.origin.actor.size(), " bytes, want up to ",
                                  kActorBytesMax));
  }
  size_t events = 0;
  size_t bytes = 0;
  for (const StreamAppend& append : commit.appends) {
    RETURN_IF_ERROR(CheckAppend(append));
    events += append.events.size();
    for (const NewEvent& event : append.events) bytes += event.payload.size();
  }
  if (events > kCommitEventsMax) {
    return TooLarge("COMMIT_TOO_LARGE", "events of a commit", events, kCommitEventsMax);
  }
  if (bytes > kCommitBytesMax) {
    return TooLarge("COMMIT_TOO_LARGE", "bytes of a commit", bytes, kCommitBytesMax);
  }
  if (commit.appends.size() > 1) {
    absl::flat_hash_set<absl::string_view> streams;
    for (const StreamAppend& append : commit.appends) {
      if (!streams.insert(append.stream).second) {
        return Malformed(absl::StrCat("stream ", append.stream, " is given twice, want once"));
      }
    }
  }
  return absl::OkStatus();
}

Record MakeRecord(const Origin& origin, absl::string_view stream, NewEvent event) {
  Record record;
  record.header.stream = std::string(stream);
  record.header.type = std::move(event.type);
  record.header.origin = origin;
  record.header.subject_key_id = event.subject_key_id;
  record.header.payload_bytes = static_cast<uint32_t>(event.payload.size());
  record.header.payload_digest = Sha256(event.payload);
  record.header.event_digest =
      event.subject_key_id == Uuid{} ? record.header.payload_digest : event.event_digest;
  record.payload = std::move(event.payload);
  return record;
}

}  // namespace

absl::StatusOr<std::unique_ptr<WaitingCommit>> Prepare(Commit commit) {
  RETURN_IF_ERROR(Check(commit));
  auto waiting = std::make_unique<WaitingCommit>();
  waiting->request_id = commit.origin.request_id;
  waiting->fingerprint = commit.fingerprint;
  waiting->bytes = kRecordBytesMin;
  waiting->parts.reserve(commit.appends.size());
  for (StreamAppend& append : commit.appends) {
    for (NewEvent& event : append.events) {
      waiting->records.push_back(MakeRecord(commit.origin, append.stream, std::move(event)));
      waiting->bytes += kRecordBytesMin + waiting->records.back().payload.size();
    }
    waiting->parts.push_back(
        {std::move(append.stream), append.expected_revision, append.events.size()});
  }
  return waiting;
}

}  // namespace trellis::eventstore
