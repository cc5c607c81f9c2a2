// Signs what the log is, and keeps the newest of it in a file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/mutex.h"
#include "eventstore/checkpoint_file.h"
#include "eventstore/event_log.h"
#include "proofs/checkpoint.h"
#include "proofs/key.h"

namespace trellis::eventstore {

class Database;

// Signs the checkpoint of the first `size` records, whose root is `root`. Its origin is the key's
// name.
SignedCheckpoint SignCheckpoint(const proofs::SignerKey& key, Position size, const Digest& root);

// Operation.   The leader signs after each group, once its bytes are synced: so what is signed can
//              only be lost with the disk. A thread writes the newest to the file, at most every
//              kFileInterval and at the end, so that no commit waits for a second sync.
// Concurrency. Thread-safe.
class Checkpoints {
 public:
  // How far the file may lie behind, while the disk works.
  static constexpr absl::Duration kFileInterval = absl::Milliseconds(200);

  Checkpoints(proofs::SignerKey key, CheckpointFile file);
  ~Checkpoints();

  // Signs the tree of `size` leaves, which are durable.
  std::shared_ptr<const SignedCheckpoint> Sign(Position size, const Digest& root) const;

  // Makes `checkpoint` the newest, just before readers may see what it covers.
  void Publish(std::shared_ptr<const SignedCheckpoint> checkpoint);
  // Does so, and writes it to the file at once.
  absl::Status PublishInFile(std::shared_ptr<const SignedCheckpoint> checkpoint);

  // Signs with `next` from now on. First the newest checkpoint is signed by both keys, and that is
  // kept in the file: whichever of them is there after a crash believes it. Then `keep` keeps the
  // new key; after an error of it, nothing may be signed any more. Nothing is signed or published
  // meanwhile: the caller sees to both.
  absl::Status ReplaceKey(const proofs::SignerKey& next, const std::function<absl::Status()>& keep);

  proofs::VerifierKey key() const { return Signer()->verifier(); }

  // Null until one was published.
  std::shared_ptr<const SignedCheckpoint> newest() const;

  // Writes the newest to the file and ends the thread. Idempotent.
  void Close();

 private:
  void KeepFile();
  void KeepNewest();
  std::shared_ptr<const proofs::SignerKey> Signer() const;

  // Held while the file is written, so that no older checkpoint follows a newer one; taken before
  // mutex_.
  Mutex writing_;
  const CheckpointFile file_;
  mutable Mutex mutex_;
  std::shared_ptr<const proofs::SignerKey> key_ ABSL_GUARDED_BY(mutex_);
  // Moved by a newer checkpoint, and by Close() alone.
  CondVar changed_;
  CondVar closed_;
  std::shared_ptr<const SignedCheckpoint> newest_ ABSL_GUARDED_BY(mutex_);
  // What the file holds.
  std::shared_ptr<const SignedCheckpoint> kept_ ABSL_GUARDED_BY(mutex_);
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread keeper_;
};

// The checkpoint in the signed note `bytes`, if one of `keys` signed it for `ledger`.
// INVALID_ARGUMENT: what is wrong.
absl::StatusOr<proofs::Checkpoint> BelievedCheckpoint(absl::string_view bytes,
                                                      const std::string& ledger,
                                                      absl::Span<const proofs::VerifierKey> keys);

// Checks the log, whose tree has `size` leaves, against what the file holds. DATA_LOSS:
// LOG_TRUNCATED (the log ends before the checkpoint), LOG_REWRITTEN (another tree),
// CHECKPOINT_MISSING (the log has records, and there is no file), CHECKPOINT_DAMAGED (it is no
// checkpoint of this ledger that `key` signed), metadata file; and the errors of reading. Records
// after the checkpoint are read and checked one by one.
absl::Status CheckAgainstFile(const Database& database, const std::string& ledger,
                              const proofs::VerifierKey& key, const CheckpointFile& file,
                              Position size);

}  // namespace trellis::eventstore
