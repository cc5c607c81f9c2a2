// The keys that the ledger signs with: today's, the one that is to follow it, those before it.
//
// Operation.   `signing.key` holds today's, `signing.key.next` the next, once it was prepared;
//              `signing.pub` is the public half of today's, for everybody. A rotation is recorded
//              first, as an event (domain/ledger.h) with the handover that both keys signed. Then
//              the newest checkpoint is signed by both, and `signing.key.next` becomes
//              `signing.key`, which takes the old one off the disk. A start completes a rotation
//              that was recorded.
// Concurrency. Thread-safe, but for Attach.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "eventstore/event_log.h"
#include "proofs/handover.h"
#include "proofs/key.h"
#include "services/settings.h"
#include "trellis/v1/admin_service.pb.h"
#include "trellis/v1/ledger.pb.h"

namespace trellis::services {

class SigningKeys {
 public:
  // Reads the key in `{data}/signing.key`; makes one where there is neither it nor a log. The
  // errors of ReadKeyFile and WriteKeyFile.
  static absl::StatusOr<std::unique_ptr<SigningKeys>> Open(const Settings& settings);

  // Reads the handovers that `log`, which signs with today's key and must outlive it, has recorded,
  // and completes the last. FAILED_PRECONDITION (SIGNING_KEY_SUPERSEDED) if a key follows that is
  // not there; DATA_UNUSABLE if `signing.pub` cannot be written.
  absl::Status Attach(eventstore::EventLog& log);

  // Today's.
  proofs::SignerKey current() const;
  // The public halves: today's, then those before it, the last first.
  std::vector<proofs::VerifierKey> verifiers() const;
  // How each handed over to the next, the oldest first: signed notes.
  std::vector<std::string> handovers() const;

  // The key that is to follow today's; makes it if there is none. The errors of key files.
  absl::StatusOr<proofs::VerifierKey> Prepare();

  // What is to be recorded before `request` can be completed; of one that was recorded before, the
  // same again. FAILED_PRECONDITION (SIGNING_KEY_NOT_PREPARED).
  absl::StatusOr<v1::RecordKeyRotationRequest> RecordOf(
      const v1::RotateSigningKeyRequest& request) const;

  // Signs with the key whose rotation was recorded last from now on: nothing if it does already.
  // LOG_FAILED if the disk does not take it: a start completes it. Else the errors of Attach.
  absl::Status Complete();

 private:
  SigningKeys(std::string data, std::string ledger, proofs::SignerKey current)
      : data_(std::move(data)), ledger_(std::move(ledger)), current_(std::move(current)) {}
  std::string NextPath() const { return data_ + "/signing.key.next"; }
  absl::StatusOr<v1::Ledger> Recorded() const;
  absl::Status Learn(const v1::Ledger& ledger) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Follow(const std::string& new_key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status WritePublicHalf() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string data_;
  const std::string ledger_;
  // Set by Attach.
  eventstore::EventLog* log_ = nullptr;

  mutable Mutex mutex_;
  proofs::SignerKey current_ ABSL_GUARDED_BY(mutex_);
  // Of the rotations that were recorded; the oldest first.
  std::vector<std::string> notes_ ABSL_GUARDED_BY(mutex_);
  std::vector<proofs::Handover> handovers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace trellis::services
