#include "eventstore/checkpoints.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "eventstore/log_reader.h"
#include "eventstore/log_tree.h"
#include "proofs/checkpoint.h"
#include "proofs/note.h"
#include "proofs/policy.h"

namespace trellis::eventstore {
namespace {

std::string CheckpointText(const proofs::SignerKey& key, Position size, const Digest& root) {
  return proofs::FormatCheckpoint(
      {.origin = key.verifier().name(), .size = size, .root = root, .extensions = {}});
}

absl::Status Lost(absl::string_view reason, const CheckpointFile& file, absl::string_view what) {
  return Error(absl::StatusCode::kDataLoss, reason,
               absl::StrCat(what, " (the newest signed checkpoint is in ", file.path(),
                            "); restore the log from a backup that is not older"),
               {{"file", file.path()}});
}

}  // namespace

absl::StatusOr<proofs::Checkpoint> BelievedCheckpoint(absl::string_view bytes,
                                                      const std::string& ledger,
                                                      absl::Span<const proofs::VerifierKey> keys) {
  ASSIGN_OR_RETURN(const proofs::Checkpoint checkpoint,
                   proofs::VerifyCheckpoint(bytes, keys, proofs::Policy()));
  if (checkpoint.origin == ledger) return checkpoint;
  return absl::InvalidArgumentError(
      absl::StrCat("it is of ledger ", checkpoint.origin, ", want ", ledger));
}

absl::Status CheckAgainstFile(const Database& database, const std::string& ledger,
                              const proofs::VerifierKey& key, const CheckpointFile& file,
                              Position size) {
  ASSIGN_OR_RETURN(const std::optional<std::string> bytes, file.Read());
  if (!bytes.has_value()) {
    if (size == 0) return absl::OkStatus();
    return Lost("CHECKPOINT_MISSING", file,
                absl::StrCat("the log has ", size, " records and no signed checkpoint"));
  }
  const auto checkpoint = BelievedCheckpoint(*bytes, ledger, {key});
  if (!checkpoint.ok()) {
    return Lost("CHECKPOINT_DAMAGED", file,
                absl::StrCat("the checkpoint cannot be believed: ", checkpoint.status().message()));
  }
  if (checkpoint->size > size) {
    return Lost("LOG_TRUNCATED", file,
                absl::StrCat("the log ends at position ", size, ", and ", checkpoint->size,
                             " were signed"));
  }
  ASSIGN_OR_RETURN(const Digest root, RootOfFirst(database, checkpoint->size));
  if (root != checkpoint->root) {
    return Lost("LOG_REWRITTEN", file,
                absl::StrCat("the first ", checkpoint->size,
                             " records are not those that were signed: their root is ",
                             absl::BytesToHexString(AsBytes(root)), ", want ",
                             absl::BytesToHexString(AsBytes(checkpoint->root))));
  }
  const DurablePosition all(size);
  return LogReader(database, all).ReadAll(checkpoint->size + 1, size, [](Record&) {
    return absl::OkStatus();
  });
}

SignedCheckpoint SignCheckpoint(const proofs::SignerKey& key, Position size, const Digest& root) {
  const std::string text = CheckpointText(key, size, root);
  return {size, root, proofs::FormatNote({text, {key.Sign(text)}})};
}

Checkpoints::Checkpoints(proofs::SignerKey key, CheckpointFile file)
    : file_(std::move(file)), key_(std::make_shared<const proofs::SignerKey>(std::move(key))) {
  keeper_ = std::thread([this] { KeepFile(); });
}

Checkpoints::~Checkpoints() { Close(); }

std::shared_ptr<const proofs::SignerKey> Checkpoints::Signer() const {
  MutexLock lock(mutex_);
  return key_;
}

std::shared_ptr<const SignedCheckpoint> Checkpoints::Sign(Position size, const Digest& root) const {
  return std::make_shared<const SignedCheckpoint>(SignCheckpoint(*Signer(), size, root));
}

absl::Status Checkpoints::ReplaceKey(const proofs::SignerKey& next,
                                     const std::function<absl::Status()>& keep) {
  const auto before = newest();
  const std::string text = CheckpointText(next, before->size, before->root);
  RETURN_IF_ERROR(PublishInFile(std::make_shared<const SignedCheckpoint>(
      SignedCheckpoint{before->size, before->root,
                       proofs::FormatNote({text, {Signer()->Sign(text), next.Sign(text)}})})));
  RETURN_IF_ERROR(keep());
  MutexLock lock(mutex_);
  key_ = std::make_shared<const proofs::SignerKey>(next);
  return absl::OkStatus();
}

void Checkpoints::Publish(std::shared_ptr<const SignedCheckpoint> checkpoint) {
  MutexLock lock(mutex_);
  newest_ = std::move(checkpoint);
  changed_.NotifyOne();
}

absl::Status Checkpoints::PublishInFile(std::shared_ptr<const SignedCheckpoint> checkpoint) {
  MutexLock writing(writing_);
  RETURN_IF_ERROR(file_.Write(checkpoint->note));
  MutexLock lock(mutex_);
  newest_ = kept_ = std::move(checkpoint);
  return absl::OkStatus();
}

std::shared_ptr<const SignedCheckpoint> Checkpoints::newest() const {
  MutexLock lock(mutex_);
  return newest_;
}

void Checkpoints::Close() {
  {
    MutexLock lock(mutex_);
    closing_ = true;
    changed_.NotifyAll();
    closed_.NotifyAll();
  }
  if (keeper_.joinable()) keeper_.join();
}

void Checkpoints::KeepFile() {
  while (true) {
    {
      MutexLock lock(mutex_);
      while (newest_ == kept_ && !closing_) changed_.Wait(mutex_);
      // Groups that come meanwhile share the write.
      if (!closing_) closed_.WaitFor(mutex_, kFileInterval);
      if (newest_ == kept_) {
        if (closing_) return;
        continue;
      }
    }
    KeepNewest();
  }
}

void Checkpoints::KeepNewest() {
  MutexLock writing(writing_);
  const auto newest = this->newest();
  // The log is whole without it, and the next one is tried again.
  if (const absl::Status status = file_.Write(newest->note); !status.ok()) {
    Log("checkpoint.not_kept",
        {{"size", absl::StrCat(newest->size)}, {"cause", std::string(status.message())}});
  }
  MutexLock lock(mutex_);
  kept_ = newest;
}

}  // namespace trellis::eventstore
