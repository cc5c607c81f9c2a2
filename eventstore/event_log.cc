#include "eventstore/event_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "eventstore/checkpoints.h"
#include "eventstore/committer.h"
#include "eventstore/database.h"
#include "eventstore/durable_position.h"
#include "eventstore/group_planner.h"
#include "eventstore/log_reader.h"
#include "eventstore/log_tree.h"
#include "eventstore/record_format.h"
#include "eventstore/recovery.h"
#include "eventstore/waiting_commit.h"

namespace trellis::eventstore {

class EventLog::Impl {
 public:
  Impl(std::unique_ptr<Database> opened, const EventLogOptions& options, const LogEnd& end,
       LogTree tree, std::unique_ptr<Checkpoints> signing, const Clock& clock)
      : database(std::move(opened)),
        durable(end.last_position),
        reader(*database, durable),
        checkpoints(std::move(signing)),
        committer(*database, GroupPlanner(*database, options.ledger, end, std::move(tree)), durable,
                  checkpoints.get(), options.on_failure, clock) {}

  const std::unique_ptr<Database> database;
  DurablePosition durable;
  const LogReader reader;
  // Null without a key.
  const std::unique_ptr<Checkpoints> checkpoints;
  Committer committer;
};

namespace {

absl::Status CheckName(const proofs::VerifierKey& key, const std::string& ledger) {
  if (key.name() == ledger) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "LEDGER_MISMATCH",
               absl::StrCat("the signing key is named \"", key.name(), "\", want the ledger \"",
                            ledger, "\""),
               {{"ledger", key.name()}, {"expected", ledger}});
}

// What signs from now on, once the log was found to be what was signed before; null without a key.
absl::StatusOr<std::unique_ptr<Checkpoints>> StartSigning(const EventLogOptions& options,
                                                          const Database& database,
                                                          const LogTree& tree) {
  if (!options.key.has_value()) return nullptr;
  const proofs::VerifierKey& key = options.key->verifier();
  RETURN_IF_ERROR(CheckName(key, options.ledger));
  const CheckpointFile file = CheckpointFileOf(options);
  RETURN_IF_ERROR(CheckAgainstFile(database, options.ledger, key, file, tree.size()));
  auto checkpoints = std::make_unique<Checkpoints>(*options.key, file);
  // Before the first commit there is a file: from then on one that is missing was taken away.
  RETURN_IF_ERROR(checkpoints->PublishInFile(checkpoints->Sign(tree.size(), tree.Root())));
  return checkpoints;
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventLog>> EventLog::Open(const EventLogOptions& options,
                                                         const Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(options));
  ASSIGN_OR_RETURN(const LogEnd end, FindEnd(*database));
  ASSIGN_OR_RETURN(LogTree tree, LogTree::Open(*database, end.last_position));
  ASSIGN_OR_RETURN(auto checkpoints, StartSigning(options, *database, tree));
  auto impl = std::make_unique<Impl>(std::move(database), options, end, std::move(tree),
                                     std::move(checkpoints), clock);
  return std::unique_ptr<EventLog>(new EventLog(std::move(impl)));
}

absl::StatusOr<std::unique_ptr<EventLog>> EventLog::OpenReadOnly(const EventLogOptions& options,
                                                                 Position last,
                                                                 const Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::OpenReadOnly(options));
  ASSIGN_OR_RETURN(LogEnd end, FindEnd(*database));
  end.last_position = std::min(end.last_position, last);
  ASSIGN_OR_RETURN(LogTree tree, LogTree::Open(*database, end.last_position));
  auto impl = std::make_unique<Impl>(std::move(database), options, end, std::move(tree),
                                     /*signing=*/nullptr, clock);
  return std::unique_ptr<EventLog>(new EventLog(std::move(impl)));
}

EventLog::EventLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EventLog::~EventLog() { Close(); }

void EventLog::Append(Commit commit, Callback done) {
  absl::StatusOr<std::unique_ptr<WaitingCommit>> waiting = Prepare(std::move(commit));
  if (!waiting.ok()) return done(waiting.status());
  (*waiting)->done = std::move(done);
  impl_->committer.Submit(*std::move(waiting));
}

Position EventLog::durable_position() const { return impl_->durable.Get(); }

Position EventLog::WaitForMore(Position after) { return impl_->durable.WaitBeyond(after); }

absl::StatusOr<std::optional<KnownRequest>> EventLog::FindRequest(const Uuid& request_id) const {
  return impl_->reader.FindRequest(request_id);
}

absl::Status EventLog::ReadAll(Position first, Position last,
                               const std::function<absl::Status(Record&)>& visit) const {
  return impl_->reader.ReadAll(first, last, visit);
}

absl::StatusOr<std::vector<Record>> EventLog::ReadStream(absl::string_view stream, Revision first,
                                                         Revision last) const {
  return impl_->reader.ReadStream(stream, first, last);
}

std::shared_ptr<const SignedCheckpoint> EventLog::checkpoint() const {
  return impl_->checkpoints == nullptr ? nullptr : impl_->checkpoints->newest();
}

absl::StatusOr<std::shared_ptr<const SignedCheckpoint>> EventLog::CheckpointAt(
    Position signed_size) const {
  if (impl_->checkpoints == nullptr) return nullptr;
  auto newest = impl_->checkpoints->newest();
  if (newest->size == signed_size) return newest;
  // It was signed before; the same key signs the same text alike, and one that followed says the
  // same.
  ASSIGN_OR_RETURN(const Digest root, RootOfFirst(*impl_->database, signed_size));
  return impl_->checkpoints->Sign(signed_size, root);
}

std::optional<proofs::VerifierKey> EventLog::key() const {
  if (impl_->checkpoints == nullptr) return std::nullopt;
  return impl_->checkpoints->key();
}

absl::Status EventLog::ReplaceKey(const proofs::SignerKey& next,
                                  const std::function<absl::Status()>& keep) {
  RETURN_IF_ERROR(RequireSigned("it has none to replace"));
  RETURN_IF_ERROR(CheckName(next.verifier(), key()->name()));
  return impl_->committer.BetweenGroups([&] {
    const absl::Status replaced = impl_->checkpoints->ReplaceKey(next, keep);
    // Whether the disk has the new key is known after a start; until then neither may sign.
    return replaced.ok() ? replaced : impl_->committer.Fail(replaced.message());
  });
}

Position EventLog::tree_size() const {
  const auto newest = checkpoint();
  return std::max(durable_position(), newest == nullptr ? 0 : newest->size);
}

absl::StatusOr<std::string> EventLog::ReadTile(const proofs::TileId& id) const {
  const Position size = tree_size();
  if (proofs::TileWidthIn(size, id.level, id.index) < id.width) {
    return Error(absl::StatusCode::kNotFound, "TILE_NOT_FOUND",
                 absl::StrCat(proofs::TilePath(id), " is beyond position ", size));
  }
  if (id.level != proofs::kEntries) return ReadTileHashes(*impl_->database, id);
  const DurablePosition reach(size);
  std::string bundle;
  const Position first = id.index * proofs::kTileWidth + 1;
  const Position last = first + static_cast<Position>(id.width) - 1;
  RETURN_IF_ERROR(LogReader(*impl_->database, reach).ReadAll(first, last, [&](Record& record) {
    proofs::AppendEntry(EntryOf(record), bundle);
    return absl::OkStatus();
  }));
  return bundle;
}

absl::Status EventLog::RequireSigned(absl::string_view why) const {
  if (impl_->checkpoints != nullptr) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "LEDGER_NOT_SIGNED",
               absl::StrCat("the log has no key, and ", why));
}

absl::StatusOr<std::shared_ptr<const SignedCheckpoint>> EventLog::LinkTo(
    const std::string& directory) {
  RETURN_IF_ERROR(RequireSigned("what is copied of it has to be signed"));
  // What is in memory goes to files beforehand, so that little is left to copy while commits wait.
  RETURN_IF_ERROR(impl_->database->Flush());
  std::shared_ptr<const SignedCheckpoint> checkpoint;
  RETURN_IF_ERROR(impl_->committer.BetweenGroups([&] {
    checkpoint = impl_->checkpoints->newest();
    return impl_->database->LinkTo(directory);
  }));
  return checkpoint;
}

absl::StatusOr<Revision> EventLog::StreamRevision(absl::string_view stream) const {
  return impl_->reader.StreamRevision(stream);
}

void EventLog::SetFollower(std::function<void(bool idle)> follow) {
  impl_->committer.SetFollower(std::move(follow));
}

void EventLog::Close() {
  impl_->committer.Close();
  if (impl_->checkpoints != nullptr) impl_->checkpoints->Close();
  impl_->durable.Close();
  impl_->committer.TellFollower(false);
}

bool EventLog::closed() const { return impl_->durable.closed(); }

}  // namespace trellis::eventstore
