// Snapshots of subscriptions, and seeking to them or to a time.
#include <google/protobuf/util/field_mask_util.h>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "queue/cursor.h"
#include "queue/names.h"
#include "queue/queue.h"

namespace trellis::queue {

using google::pubsub::v1::Snapshot;

absl::Status Queue::SeekToTime(const std::string& name, absl::Time time) {
  MutexLock control(control_);
  ASSIGN_OR_RETURN(const SubscriptionPointer subscription, Find(name));
  const std::shared_ptr<Topic>& topic = subscription->topic();
  ASSIGN_OR_RETURN(const Number first, topic->FirstSince(time));
  if (topic == events_) RETURN_IF_ERROR(NoteMark(first - 1));
  return subscription->Seek({.done = NumberSet(first - 1), .failures = {}, .redriven = {}});
}

absl::Status Queue::SeekToSnapshot(const std::string& name, const std::string& snapshot_name) {
  MutexLock control(control_);
  ASSIGN_OR_RETURN(const SubscriptionPointer subscription, Find(name));
  ASSIGN_OR_RETURN(const v1::StoredSnapshot snapshot, LoadSnapshot(snapshot_name));
  if (snapshot.settings().topic() != subscription->topic()->name()) {
    return Error(absl::StatusCode::kFailedPrecondition, "SNAPSHOT_OF_OTHER_TOPIC",
                 absl::StrCat(snapshot_name, " is of ", snapshot.settings().topic(), ", ", name,
                              " is of ", subscription->topic()->name()),
                 {{"snapshot", snapshot_name}, {"subscription", name}});
  }
  Progress progress = FromCursor(snapshot.cursor());
  progress.failures.clear();
  return subscription->Seek(std::move(progress));
}

absl::StatusOr<Snapshot> Queue::CreateSnapshot(
    const google::pubsub::v1::CreateSnapshotRequest& request) {
  RETURN_IF_ERROR(CheckName(options_.ledger, kSnapshots, request.name()));
  MutexLock control(control_);
  ASSIGN_OR_RETURN(const SubscriptionPointer subscription, Find(request.subscription()));
  v1::StoredSnapshot snapshot;
  ASSIGN_OR_RETURN(const bool there,
                   store_->Find(absl::StrCat(kSnapshotRows, request.name()), snapshot));
  if (there) {
    return Error(absl::StatusCode::kAlreadyExists, "SNAPSHOT_EXISTS",
                 absl::StrCat(request.name(), " exists already"), {{"name", request.name()}});
  }
  ASSIGN_OR_RETURN(const std::vector<Snapshot> present, ListSnapshots());
  if (present.size() >= kSnapshotsMax) {
    return Error(absl::StatusCode::kResourceExhausted, "TOO_MANY",
                 absl::StrCat("snapshots: ", present.size(), ", limit ", kSnapshotsMax));
  }
  Snapshot& settings = *snapshot.mutable_settings();
  settings.set_name(request.name());
  settings.set_topic(subscription->topic()->name());
  *settings.mutable_expire_time() = ToTimestamp(clock_.Now() + kSnapshotLife);
  *settings.mutable_labels() = request.labels();
  snapshot.set_subscription(request.subscription());
  *snapshot.mutable_cursor() = ToCursor(subscription->progress());
  // First what it relies on: dead letters that it calls done, and a mark of what it has seen.
  RETURN_IF_ERROR(subscription->Save());
  RETURN_IF_ERROR(WriteSnapshot(snapshot));
  return settings;
}

absl::StatusOr<Snapshot> Queue::UpdateSnapshot(const Snapshot& wanted,
                                               const google::protobuf::FieldMask& mask) {
  MutexLock control(control_);
  ASSIGN_OR_RETURN(v1::StoredSnapshot snapshot, LoadSnapshot(wanted.name()));
  std::vector<FieldViolation> violations;
  if (mask.paths().empty()) violations.push_back({"update_mask", "got no path, want one or more"});
  for (const std::string& path : mask.paths()) {
    if (path == "expire_time" || path == "labels") continue;
    violations.push_back({"update_mask", absl::StrCat("got ", path, ", want expire_time, labels")});
  }
  if (!violations.empty()) return InvalidRequest(violations);
  google::protobuf::util::FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  google::protobuf::util::FieldMaskUtil::MergeMessageTo(wanted, mask, options,
                                                        snapshot.mutable_settings());
  RETURN_IF_ERROR(WriteSnapshot(snapshot));
  return snapshot.settings();
}

absl::Status Queue::DeleteSnapshot(const std::string& name) {
  MutexLock control(control_);
  RETURN_IF_ERROR(LoadSnapshot(name).status());
  Batch batch;
  batch.Delete(absl::StrCat(kSnapshotRows, name));
  return store_->Write(batch, /*synced=*/true);
}

absl::StatusOr<Snapshot> Queue::FindSnapshot(const std::string& name) const {
  ASSIGN_OR_RETURN(const v1::StoredSnapshot snapshot, LoadSnapshot(name));
  return snapshot.settings();
}

absl::StatusOr<std::vector<Snapshot>> Queue::ListSnapshots() const {
  std::vector<Snapshot> snapshots;
  absl::Status status;
  RETURN_IF_ERROR(
      store_->Scan(kSnapshotRows, "", [&](absl::string_view key, absl::string_view value) {
        v1::StoredSnapshot snapshot;
        status = ParseRow(key, value, snapshot);
        snapshots.push_back(snapshot.settings());
        return status.ok();
      }));
  RETURN_IF_ERROR(status);
  return snapshots;
}

absl::StatusOr<v1::StoredSnapshot> Queue::LoadSnapshot(const std::string& name) const {
  RETURN_IF_ERROR(CheckName(options_.ledger, kSnapshots, name));
  v1::StoredSnapshot snapshot;
  ASSIGN_OR_RETURN(const bool there, store_->Find(absl::StrCat(kSnapshotRows, name), snapshot));
  if (there) return snapshot;
  return Error(absl::StatusCode::kNotFound, "SNAPSHOT_NOT_FOUND",
               absl::StrCat(name, " does not exist"), {{"name", name}});
}

absl::Status Queue::WriteSnapshot(const v1::StoredSnapshot& snapshot) {
  Batch batch;
  batch.Put(absl::StrCat(kSnapshotRows, snapshot.settings().name()), snapshot);
  return store_->Write(batch, /*synced=*/true);
}

}  // namespace trellis::queue
