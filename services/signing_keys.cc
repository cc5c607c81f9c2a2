#include "services/signing_keys.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "domain/ledger.h"
#include "proofs/key_file.h"
#include "services/history.h"

namespace trellis::services {
namespace {

using proofs::SignerKey;
using proofs::VerifierKey;

absl::Status NotPrepared(const std::string& got, const std::string& prepared) {
  return Error(absl::StatusCode::kFailedPrecondition, "SIGNING_KEY_NOT_PREPARED",
               absl::StrCat("new_key: got ", got, ", want ", prepared,
                            "; PrepareSigningKey makes it and shows it"),
               {{"new_key", got}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<SigningKeys>> SigningKeys::Open(const Settings& settings) {
  const std::string path = settings.data + "/signing.key";
  absl::StatusOr<SignerKey> key = proofs::ReadKeyFile(path);
  // A ledger that has signed something goes on with that key, and with no new one.
  if (key.status().code() == absl::StatusCode::kNotFound &&
      !std::filesystem::exists(settings.data + "/log")) {
    ASSIGN_OR_RETURN(key, SignerKey::Generate(settings.ledger, proofs::KeyType::kNote));
    RETURN_IF_ERROR(proofs::WriteKeyFile(path, *key));
  }
  RETURN_IF_ERROR(key.status());
  return std::unique_ptr<SigningKeys>(
      new SigningKeys(settings.data, settings.ledger, *std::move(key)));
}

absl::Status SigningKeys::Attach(eventstore::EventLog& log) {
  log_ = &log;
  return Complete();
}

absl::StatusOr<v1::Ledger> SigningKeys::Recorded() const {
  return FoldHistoryOf<v1::Ledger>(vault::EventVault(), *log_,
                                   absl::StrCat(domain::kLedgerStreams, ledger_), {});
}

absl::Status SigningKeys::Learn(const v1::Ledger& ledger) {
  notes_.clear();
  handovers_.clear();
  for (const v1::KeyRotation& rotation : ledger.key_rotations()) {
    ASSIGN_OR_RETURN(proofs::Handover handover, proofs::ReadHandover(rotation.handover()));
    notes_.push_back(rotation.handover());
    handovers_.push_back(std::move(handover));
  }
  return absl::OkStatus();
}

absl::Status SigningKeys::WritePublicHalf() const {
  const std::string path = data_ + "/signing.pub";
  const std::string line = current_.verifier().ToString() + "\n";
  std::ifstream before(path, std::ios::binary);
  if (std::string(std::istreambuf_iterator<char>(before), {}) == line) return absl::OkStatus();
  std::ofstream file(path, std::ios::trunc);
  file << line;
  if (file.flush()) return absl::OkStatus();
  return Error(absl::StatusCode::kUnavailable, "DATA_UNUSABLE", absl::StrCat("cannot write ", path),
               {{"data", path}});
}

SignerKey SigningKeys::current() const {
  MutexLock lock(mutex_);
  return current_;
}

std::vector<VerifierKey> SigningKeys::verifiers() const {
  MutexLock lock(mutex_);
  const VerifierKey today[] = {current_.verifier()};
  return proofs::KeysThrough(today, handovers_);
}

std::vector<std::string> SigningKeys::handovers() const {
  MutexLock lock(mutex_);
  return notes_;
}

absl::StatusOr<VerifierKey> SigningKeys::Prepare() {
  MutexLock lock(mutex_);
  absl::StatusOr<SignerKey> next = proofs::ReadKeyFile(NextPath());
  if (next.status().code() == absl::StatusCode::kNotFound) {
    ASSIGN_OR_RETURN(next, SignerKey::Generate(ledger_, proofs::KeyType::kNote));
    RETURN_IF_ERROR(proofs::WriteKeyFile(NextPath(), *next));
  }
  RETURN_IF_ERROR(next.status());
  return next->verifier();
}

absl::StatusOr<v1::RecordKeyRotationRequest> SigningKeys::RecordOf(
    const v1::RotateSigningKeyRequest& request) const {
  v1::RecordKeyRotationRequest record;
  record.set_name(absl::StrCat(domain::kLedgerStreams, ledger_));
  record.set_request_id(request.request_id());
  v1::KeyRotation& rotation = *record.mutable_rotation();
  ASSIGN_OR_RETURN(const v1::Ledger ledger, Recorded());
  for (const v1::KeyRotation& recorded : ledger.key_rotations()) {
    if (recorded.new_key() != request.new_key()) continue;
    rotation = recorded;
    rotation.clear_record_time();
    rotation.set_reason(request.reason());
    return record;
  }
  MutexLock lock(mutex_);
  const absl::StatusOr<SignerKey> next = proofs::ReadKeyFile(NextPath());
  if (next.status().code() == absl::StatusCode::kNotFound) {
    return NotPrepared(request.new_key(), "one that was prepared, and none was");
  }
  RETURN_IF_ERROR(next.status());
  if (next->verifier().ToString() != request.new_key()) {
    return NotPrepared(request.new_key(), next->verifier().ToString());
  }
  rotation.set_previous_key(current_.verifier().ToString());
  rotation.set_new_key(request.new_key());
  rotation.set_handover(proofs::SignHandover(current_, *next));
  rotation.set_reason(request.reason());
  return record;
}

absl::Status SigningKeys::Complete() {
  ASSIGN_OR_RETURN(const v1::Ledger ledger, Recorded());
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(Learn(ledger));
  if (!handovers_.empty()) RETURN_IF_ERROR(Follow(handovers_.back().to.ToString()));
  return WritePublicHalf();
}

absl::Status SigningKeys::Follow(const std::string& new_key) {
  if (current_.verifier().ToString() == new_key) return absl::OkStatus();
  const absl::StatusOr<SignerKey> next = proofs::ReadKeyFile(NextPath());
  if (!next.ok() || next->verifier().ToString() != new_key) {
    return Error(
        absl::StatusCode::kFailedPrecondition, "SIGNING_KEY_SUPERSEDED",
        absl::StrCat("signing.key holds ", current_.verifier().ToString(),
                     ", and the log says that ", new_key, " has followed it: put that one there"),
        {{"new_key", new_key}});
  }
  RETURN_IF_ERROR(log_->ReplaceKey(
      *next, [this] { return proofs::RenameKeyFile(NextPath(), data_ + "/signing.key"); }));
  current_ = *next;
  Log("signing_key.rotated", {{"key", new_key}});
  return absl::OkStatus();
}

}  // namespace trellis::services
