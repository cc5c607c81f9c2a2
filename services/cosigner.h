// Asks witnesses to cosign what the ledger signs, and keeps the newest checkpoint that enough of
// them have.
//
// Operation.   Time goes in ticks. At a tick, when the checkpoint has moved, a round begins: all
//              witnesses are asked to cosign that one checkpoint, so that their cosignatures stand
//              under one note. While a witness is still at it no other round is begun, for
//              kTicksPerRoundMax at most. One that failed is left alone for 1, 2, 4 and so on up to
//              kTicksOfPauseMax ticks. As soon as the policy is met, the note is written to a file,
//              synced, and served; cosignatures that come later are added.
// Concurrency. Thread-safe. A thread for each witness and one for the ticks; no commit ever waits.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "eventstore/checkpoint_file.h"
#include "eventstore/event_log.h"
#include "proofs/note.h"
#include "proofs/policy.h"
#include "witness/collector.h"

namespace trellis::services {

inline constexpr int64_t kTicksPerRoundMax = 6;
// With the ticks of trellisd: some five minutes.
inline constexpr int64_t kTicksOfPauseMax = 64;

struct CosignerOptions {
  // Witnesses without a URL are not asked.
  proofs::Policy policy;
  // Where the newest cosigned checkpoint is kept.
  std::string file;
  // The log's keys, of which any may have signed what the file holds; besides today's.
  std::vector<proofs::VerifierKey> log_keys = {};
  absl::Duration tick = absl::Seconds(5);
};

// What became of the requests to a witness since the start.
struct WitnessCounts {
  std::string name;
  int64_t requests = 0;
  int64_t failures = 0;
  // Of the failures: it has seen another history, or a larger tree.
  int64_t conflicts = 0;
};

class Cosigner {
 public:
  // Reads the file, if it is there, and begins to ask. `log`, which has a key, must outlive it.
  // DATA_LOSS (LOG_TRUNCATED, LOG_REWRITTEN) if the log is not the one that was cosigned;
  // UNAVAILABLE (LOG_UNREADABLE) if the disk does not answer. A file that cannot be believed, such
  // as one of another policy, is passed over with a line in the log.
  static absl::StatusOr<std::unique_ptr<Cosigner>> Start(const CosignerOptions& options,
                                                         const eventstore::EventLog& log);
  // Ends once the requests that are under way have.
  ~Cosigner();
  Cosigner(const Cosigner&) = delete;
  Cosigner& operator=(const Cosigner&) = delete;

  // The newest checkpoint that meets the policy, with its cosignatures; null if there is none yet.
  std::shared_ptr<const eventstore::SignedCheckpoint> newest() const;
  // When the last of its cosignatures was made; InfinitePast if there is none.
  absl::Time newest_time() const;
  // The keys of the policy's witnesses.
  std::vector<proofs::VerifierKey> keys() const;
  std::vector<WitnessCounts> Counts() const;

 private:
  struct Asked {
    witness::Peer peer;
    // Its place among the policy's witnesses.
    size_t number = 0;
    WitnessCounts counts;
    bool busy = false;
    // The round in which it has cosigned.
    int64_t done = 0;
    int64_t not_before = 0;
    int64_t pause = 0;
    std::thread thread = {};
  };

  Cosigner(const CosignerOptions& options, const eventstore::EventLog& log);
  absl::Status ReadFile();
  void Tick();
  // Begins a round if it is time.
  void BeginRound() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool AnyBusy() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Ask(Asked& asked);
  bool IsDue(const Asked& asked) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Failed(Asked& asked, const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Keeps and serves the round's note, if the policy is met.
  void Publish();

  const CosignerOptions options_;
  const eventstore::EventLog& log_;
  const eventstore::CheckpointFile file_;

  // Held while the file is written; taken before mutex_.
  Mutex publishing_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t ticks_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t round_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t round_began_ ABSL_GUARDED_BY(mutex_) = 0;
  // What is asked for; null before the first round.
  std::shared_ptr<const eventstore::SignedCheckpoint> wanted_ ABSL_GUARDED_BY(mutex_);
  // It as the log signed it, and with the cosignatures that came.
  proofs::Note signed_ ABSL_GUARDED_BY(mutex_);
  proofs::Note gathered_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const eventstore::SignedCheckpoint> newest_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Asked>> asked_;
  std::thread ticker_;
};

// The policy in the file at `path`. INVALID_ARGUMENT (POLICY_MALFORMED, also if no witness has a
// URL); INVALID_SETTING if the file cannot be read.
absl::StatusOr<proofs::Policy> ReadWitnesses(const std::string& path);

}  // namespace trellis::services
