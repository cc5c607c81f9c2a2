#include "services/cosigner.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "proofs/checkpoint.h"
#include "proofs/prove.h"
#include "services/ledger_proofs.h"
#include "witness/http_sender.h"

namespace trellis::services {
namespace {

using eventstore::SignedCheckpoint;

constexpr absl::Duration kAnswerTimeout = absl::Seconds(5);

// Whether the policy is met by the signatures of `note`, each of which was verified.
bool IsEnough(const proofs::Policy& policy, const proofs::Note& note) {
  std::vector<bool> cosigned;
  for (const proofs::PolicyParty& party : policy.witnesses()) {
    cosigned.push_back(std::any_of(note.signatures.begin(), note.signatures.end(),
                                   [&](const auto& made) { return party.key.Made(made); }));
  }
  return policy.CheckQuorum(cosigned).ok();
}

}  // namespace

Cosigner::Cosigner(const CosignerOptions& options, const eventstore::EventLog& log)
    : options_(options), log_(log), file_(eventstore::CheckpointFileAt(options.file)) {
  const auto& witnesses = options_.policy.witnesses();
  for (size_t i = 0; i < witnesses.size(); ++i) {
    if (witnesses[i].url.empty()) continue;
    asked_.push_back(
        std::make_unique<Asked>(Asked{.peer = {.url = witnesses[i].url, .key = witnesses[i].key},
                                      .number = i,
                                      .counts = {.name = witnesses[i].name}}));
  }
}

absl::StatusOr<std::unique_ptr<Cosigner>> Cosigner::Start(const CosignerOptions& options,
                                                          const eventstore::EventLog& log) {
  std::unique_ptr<Cosigner> cosigner(new Cosigner(options, log));
  RETURN_IF_ERROR(cosigner->ReadFile());
  for (const auto& asked : cosigner->asked_) {
    asked->thread = std::thread([self = cosigner.get(), &asked = *asked] { self->Ask(asked); });
  }
  cosigner->ticker_ = std::thread([self = cosigner.get()] { self->Tick(); });
  return cosigner;
}

Cosigner::~Cosigner() {
  {
    MutexLock lock(mutex_);
    closing_ = true;
    changed_.NotifyAll();
  }
  if (ticker_.joinable()) ticker_.join();
  for (const auto& asked : asked_) {
    if (asked->thread.joinable()) asked->thread.join();
  }
}

absl::Status Cosigner::ReadFile() {
  ASSIGN_OR_RETURN(const std::optional<std::string> note, file_.Read());
  if (!note.has_value()) return absl::OkStatus();
  std::vector<proofs::VerifierKey> log_keys = options_.log_keys;
  log_keys.push_back(*log_.key());
  const auto kept = proofs::VerifyCheckpoint(*note, log_keys, options_.policy);
  if (!kept.ok()) {
    Log("cosigned.passed_over", {{"cause", std::string(kept.status().message())}});
    return absl::OkStatus();
  }
  const auto lost = [&](const char* reason, const std::string& what) {
    return Error(absl::StatusCode::kDataLoss, reason,
                 absl::StrCat(what, " (what witnesses have cosigned is in ", file_.path(),
                              "); restore the log from a backup that is not older"),
                 {{"file", file_.path()}});
  };
  if (kept->size > log_.tree_size()) {
    return lost("LOG_TRUNCATED", absl::StrCat("the log ends at position ", log_.tree_size(),
                                              ", and ", kept->size, " were cosigned"));
  }
  ASSIGN_OR_RETURN(const Digest root, proofs::RootAt(kept->size, TilesOf(log_)));
  if (root != kept->root) {
    return lost("LOG_REWRITTEN", absl::StrCat("the first ", kept->size,
                                              " records are not those that were cosigned"));
  }
  MutexLock lock(mutex_);
  newest_ =
      std::make_shared<const SignedCheckpoint>(SignedCheckpoint{kept->size, kept->root, *note});
  return absl::OkStatus();
}

void Cosigner::Tick() {
  while (true) {
    {
      MutexLock lock(mutex_);
      if (closing_) return;
      ++ticks_;
      BeginRound();
      changed_.NotifyAll();
    }
    // A policy may want nobody.
    Publish();
    MutexLock lock(mutex_);
    if (!closing_) changed_.WaitFor(mutex_, options_.tick);
  }
}

bool Cosigner::AnyBusy() const {
  return std::any_of(asked_.begin(), asked_.end(), [](const auto& asked) { return asked->busy; });
}

void Cosigner::BeginRound() {
  const auto newest = log_.checkpoint();
  if (newest->size == 0 || (wanted_ != nullptr && newest->note == wanted_->note)) return;
  if (AnyBusy() && ticks_ - round_began_ < kTicksPerRoundMax) return;
  absl::StatusOr<proofs::Note> note = proofs::ParseNote(newest->note);
  if (!note.ok()) return Log("cosigned.unreadable");
  wanted_ = newest;
  signed_ = gathered_ = *std::move(note);
  round_began_ = ticks_;
  ++round_;
}

bool Cosigner::IsDue(const Asked& asked) const {
  return asked.done < round_ && asked.not_before <= ticks_;
}

void Cosigner::Ask(Asked& asked) {
  const witness::HttpSender send(kAnswerTimeout);
  while (true) {
    int64_t round = 0;
    proofs::Note note;
    uint64_t size = 0;
    {
      MutexLock lock(mutex_);
      while (!closing_ && !IsDue(asked)) changed_.Wait(mutex_);
      if (closing_) return;
      asked.busy = true;
      ++asked.counts.requests;
      round = round_;
      size = wanted_->size;
      note = signed_;
    }
    const auto prove = [&](uint64_t old) {
      return proofs::ProveConsistency(old, size, TilesOf(log_));
    };
    const auto cosignature = witness::Collect(note, asked.peer, prove, send);
    {
      MutexLock lock(mutex_);
      asked.busy = false;
      if (cosignature.ok()) {
        asked.pause = 0;
        asked.done = round;
        // One that came too late is of no use; the next is asked for.
        if (round == round_) witness::AddCosignature(*cosignature, gathered_).IgnoreError();
      } else {
        Failed(asked, cosignature.status());
      }
    }
    if (cosignature.ok()) Publish();
  }
}

void Cosigner::Failed(Asked& asked, const absl::Status& status) {
  const std::string reason = ErrorReason(status);
  const bool conflict = reason == "TREE_INCONSISTENT" || reason == "WITNESS_AHEAD";
  ++asked.counts.failures;
  if (conflict) ++asked.counts.conflicts;
  asked.pause = std::min(std::max<int64_t>(1, 2 * asked.pause), kTicksOfPauseMax);
  asked.not_before = ticks_ + asked.pause;
  Log(conflict ? "witness.conflict" : "witness.failed",
      {{"witness", asked.counts.name},
       {"reason", reason},
       {"cause", std::string(status.message())},
       {"failures", absl::StrCat(asked.counts.failures)}});
}

void Cosigner::Publish() {
  MutexLock publishing(publishing_);
  std::shared_ptr<const SignedCheckpoint> next;
  {
    MutexLock lock(mutex_);
    if (wanted_ == nullptr || !IsEnough(options_.policy, gathered_)) return;
    next = std::make_shared<const SignedCheckpoint>(
        SignedCheckpoint{wanted_->size, wanted_->root, proofs::FormatNote(gathered_)});
    if (newest_ != nullptr && (newest_->note == next->note || newest_->size > next->size)) return;
  }
  // It is as good without the file, which the next one is written to again.
  if (const absl::Status status = file_.Write(next->note); !status.ok()) {
    Log("cosigned.not_kept",
        {{"size", absl::StrCat(next->size)}, {"cause", std::string(status.message())}});
  }
  MutexLock lock(mutex_);
  newest_ = std::move(next);
}

std::shared_ptr<const SignedCheckpoint> Cosigner::newest() const {
  MutexLock lock(mutex_);
  return newest_;
}

absl::Time Cosigner::newest_time() const {
  const auto newest = this->newest();
  absl::Time last = absl::InfinitePast();
  if (newest == nullptr) return last;
  const auto note = proofs::ParseNote(newest->note);
  for (const proofs::PolicyParty& party : options_.policy.witnesses()) {
    for (const proofs::Signature& signature : note->signatures) {
      if (!party.key.Made(signature)) continue;
      last = std::max(last, proofs::CosignatureTime(signature).value_or(last));
    }
  }
  return last;
}

std::vector<proofs::VerifierKey> Cosigner::keys() const {
  std::vector<proofs::VerifierKey> keys;
  for (const auto& party : options_.policy.witnesses()) keys.push_back(party.key);
  return keys;
}

std::vector<WitnessCounts> Cosigner::Counts() const {
  MutexLock lock(mutex_);
  std::vector<WitnessCounts> counts;
  for (const auto& asked : asked_) counts.push_back(asked->counts);
  return counts;
}

absl::StatusOr<proofs::Policy> ReadWitnesses(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(proofs::kPolicyBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  // A directory opens, and cannot be read.
  if (!in.is_open() || in.bad()) {
    return Error(absl::StatusCode::kInvalidArgument, "INVALID_SETTING", "the file cannot be read",
                 {{"flag", "--witnesses"}});
  }
  text.resize(static_cast<size_t>(in.gcount()));
  ASSIGN_OR_RETURN(proofs::Policy policy, proofs::Policy::Parse(text));
  const auto& witnesses = policy.witnesses();
  if (std::any_of(witnesses.begin(), witnesses.end(),
                  [](const auto& party) { return !party.url.empty(); })) {
    return policy;
  }
  return Error(absl::StatusCode::kInvalidArgument, "POLICY_MALFORMED",
               "policy names no witness with a URL, want one that can be asked");
}

}  // namespace trellis::services
