// A log that grows and forks, and a witness in a directory of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/check.h"
#include "gtest/gtest.h"
#include "proofs/checkpoint.h"
#include "proofs/key.h"
#include "proofs/merkle.h"
#include "proofs/note.h"
#include "tests/proofs/oracle.h"
#include "tests/proofs/signed_log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"
#include "witness/request.h"
#include "witness/witness.h"

namespace trellis::witness::testing {

using proofs::testing::EntryOf;
using proofs::testing::LogKey;
using proofs::testing::Proof;

// A small log in memory. A copy that is appended to is a fork.
class TestLog {
 public:
  explicit TestLog(size_t size = 0, const proofs::SignerKey& key = LogKey())
      : key_(key), entries_(proofs::testing::EntriesUpTo(size)) {}

  void Append(const std::string& entry) { entries_.push_back(entry); }

  uint64_t size() const { return entries_.size(); }

  proofs::Checkpoint CheckpointAt(size_t size) const {
    return {key_.verifier().name(), size, proofs::testing::Mth(Front(size)), {}};
  }
  // Signed by the log.
  proofs::Note NoteAt(size_t size) const { return Sign(CheckpointAt(size)); }
  proofs::Note Sign(const proofs::Checkpoint& checkpoint) const {
    const std::string text = proofs::FormatCheckpoint(checkpoint);
    return {text, {key_.Sign(text)}};
  }
  Proof Growth(size_t from, size_t to) const {
    return from == 0 || from == to ? Proof{} : proofs::testing::Subproof(from, Front(to), true);
  }
  // Asks to cosign the log at size `to` for who cosigned it at size `from`.
  std::string Request(size_t from, size_t to) const {
    return FormatRequest({from, Growth(from, to), NoteAt(to)});
  }

 private:
  proofs::testing::Entries Front(size_t size) const {
    return absl::MakeConstSpan(entries_).first(size);
  }

  proofs::SignerKey key_;
  std::vector<std::string> entries_;
};

// The log from `size` entries of the usual one and one of its own.
inline TestLog Fork(size_t size, const std::string& entry) {
  TestLog log(size);
  log.Append(entry);
  return log;
}

class WitnessTest : public ::testing::Test {
 protected:
  Options TheOptions() const {
    return {.state = directory_ / "state",
            .key_file = directory_ / "witness.key",
            .name = "witness.example/school",
            .logs = {LogKey().verifier().ToString()}};
  }
  // Opens it, or opens it again as after a restart.
  Witness& Open() { return Open(TheOptions()); }
  Witness& Open(const Options& options) {
    witness_.reset();
    auto witness = Witness::Open(options, clock_);
    EXPECT_TRUE(witness.ok()) << witness.status();
    CHECK(witness.ok());
    witness_ = *std::move(witness);
    return *witness_;
  }
  // Why it cannot be opened.
  absl::Status OpenError(const Options& options) {
    witness_.reset();
    return Witness::Open(options, clock_).status();
  }
  proofs::VerifierKey Key() const { return *proofs::VerifierKey::Parse(witness_->vkey()); }
  std::string StateFile() const {
    return TheOptions().state + "/" + OriginHash(LogKey().verifier().name());
  }
  // The checkpoint it serves, with both signatures verified; that of the empty tree if none.
  proofs::Checkpoint Served() const {
    const Reply reply = witness_->LastCheckpoint(OriginHash(LogKey().verifier().name()));
    if (reply.status == 404) return TestLog().CheckpointAt(0);
    const absl::StatusOr<proofs::Note> note = proofs::ParseNote(reply.body);
    CHECK(note.ok());
    EXPECT_EQ(proofs::VerifySignatures(*note, {LogKey().verifier(), Key()}).value(),
              std::vector<bool>({true, true}));
    return *proofs::ParseCheckpoint(note->text);
  }

  trellis::testing::TempDirectory directory_;
  trellis::testing::FakeClock clock_;
  std::unique_ptr<Witness> witness_;
};

}  // namespace trellis::witness::testing
