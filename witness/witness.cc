#include "witness/witness.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "proofs/key_file.h"
#include "proofs/note.h"

namespace trellis::witness {
namespace {

using proofs::KeyType;
using proofs::SignerKey;

constexpr char kText[] = "text/plain; charset=utf-8";

absl::Status Unfit(absl::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, "KEY_UNFIT", message);
}

struct Identity {
  SignerKey key;
  std::unique_ptr<StateDirectory> state;
};

absl::StatusOr<Identity> MakeIdentity(const Options& options) {
  if (options.name.empty()) {
    return Unfit(absl::StrCat("key file ", options.key_file,
                              " does not exist, and there is no name for a new key"));
  }
  ASSIGN_OR_RETURN(SignerKey key, SignerKey::Generate(options.name, KeyType::kCosignature));
  // The state first: a key that is on the disk has a state, or it has lost it.
  ASSIGN_OR_RETURN(std::unique_ptr<StateDirectory> state,
                   StateDirectory::Create(options.state, key.verifier()));
  RETURN_IF_ERROR(proofs::WriteKeyFile(options.key_file, key));
  return Identity{std::move(key), std::move(state)};
}

absl::StatusOr<Identity> OpenIdentity(const Options& options) {
  absl::StatusOr<SignerKey> key = proofs::ReadKeyFile(options.key_file);
  if (absl::IsNotFound(key.status())) return MakeIdentity(options);
  RETURN_IF_ERROR(key.status());
  const proofs::VerifierKey& verifier = key->verifier();
  if (verifier.type() != KeyType::kCosignature) {
    return Unfit(
        absl::StrCat("key file ", options.key_file, " holds a log's key, want that of a witness"));
  }
  if (!options.name.empty() && options.name != verifier.name()) {
    return Unfit(absl::StrCat("key file ", options.key_file, " holds the key of ", verifier.name(),
                              ", want ", options.name));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<StateDirectory> state,
                   StateDirectory::Open(options.state, verifier));
  return Identity{*std::move(key), std::move(state)};
}

int HttpStatus(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kFailedPrecondition:
      return 422;
    default:
      return 500;
  }
}

Reply Refusal(const absl::Status& status) {
  // The disk is its operator's business, who has it in the log.
  if (absl::IsUnavailable(status)) return {503, kText, "the witness cannot keep its state\n"};
  return {HttpStatus(status.code()), kText, absl::StrCat(status.message(), "\n")};
}

// Two signed roots of one size prove to anybody that the log has two histories, so the proof is
// kept where its operator looks: once, however often somebody sends it. `noted` is the root that
// was, and is this one after.
void NoteFork(const Submission& submission, const Cosigned& last, Digest& noted) {
  const Digest& root = submission.checkpoint.root;
  if (submission.checkpoint.size != last.head.size || last.note.empty()) return;
  if (root == last.head.root || root == noted) return;
  noted = root;
  Log("witness.fork", {{"origin", submission.checkpoint.origin},
                       {"cosigned", last.note},
                       {"refused", proofs::FormatNote(submission.note)}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Witness>> Witness::Open(const Options& options, const Clock& clock) {
  ASSIGN_OR_RETURN(LogKeys keys, ReadLogKeys(options.logs));
  ASSIGN_OR_RETURN(Identity identity, OpenIdentity(options));
  return std::unique_ptr<Witness>(
      new Witness(std::move(identity.key), std::move(keys), std::move(identity.state), clock));
}

Witness::Witness(SignerKey key, LogKeys keys, std::unique_ptr<StateDirectory> state,
                 const Clock& clock)
    : key_(std::move(key)), keys_(std::move(keys)), state_(std::move(state)), clock_(clock) {
  for (const auto& [origin, unused] : keys_) {
    logs_.emplace(OriginHash(origin), std::make_unique<Watched>());
  }
  for (const auto& [hash, cosigned] : state_->found()) {
    auto& log = logs_[hash];
    if (log == nullptr) log = std::make_unique<Watched>();
    MutexLock lock(log->mutex);
    log->last = cosigned;
  }
}

Reply Witness::AddCheckpoint(absl::string_view request) {
  const absl::StatusOr<Submission> submission = Admit(keys_, request);
  if (!submission.ok()) return Refusal(submission.status());
  const std::string hash = OriginHash(submission->checkpoint.origin);
  Watched& log = *logs_.find(hash)->second;
  MutexLock lock(log.mutex);
  if (!log.health.ok()) return Refusal(log.health);
  if (const absl::Status status = Judge(*submission, log.last.head); !status.ok()) {
    NoteFork(*submission, log.last, log.fork);
    if (!absl::IsAborted(status)) return Refusal(status);
    return {409, kSizeMediaType, absl::StrCat(log.last.head.size, "\n")};
  }
  const absl::StatusOr<std::string> line = Cosign(*submission, hash, log);
  return line.ok() ? Reply{200, kText, *line} : Refusal(line.status());
}

absl::StatusOr<std::string> Witness::Cosign(const Submission& submission, const std::string& hash,
                                            Watched& log) {
  proofs::Note note = submission.note;
  note.signatures.push_back(key_.Cosign(note.text, clock_.Now()));
  Cosigned next{{submission.checkpoint.size, submission.checkpoint.root}, proofs::FormatNote(note)};
  log.health = state_->Save(hash, next.note);
  if (!log.health.ok()) {
    Log("witness.state_unwritable", {{"error", std::string(log.health.message())}});
    return log.health;
  }
  log.last = std::move(next);
  return proofs::FormatSignature(note.signatures.back());
}

Reply Witness::LastCheckpoint(absl::string_view origin_hash) const {
  const auto found = logs_.find(origin_hash);
  if (found != logs_.end()) {
    MutexLock lock(found->second->mutex);
    if (!found->second->last.note.empty()) return {200, kText, found->second->last.note};
  }
  return {404, kText, "no checkpoint of this log was cosigned\n"};
}

}  // namespace trellis::witness
