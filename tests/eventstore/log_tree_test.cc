// The tree over the log: what is signed, and what is read of it.
#include <algorithm>
#include <filesystem>
#include <random>

#include "eventstore/record_format.h"
#include "proofs/checkpoint.h"
#include "proofs/merkle.h"
#include "proofs/policy.h"
#include "proofs/prove.h"
#include "proofs/verify.h"
#include "tests/eventstore/log_fixture.h"

namespace trellis::eventstore {
namespace {

class LogTreeTest : public LogTest {
 protected:
  // Appends so many events, a few in each commit, and keeps what was signed.
  void Grow(int events) {
    while (events > 0) {
      const int count = std::min(events, 1 + static_cast<int>(random_() % 40));
      std::vector<std::string> payloads(static_cast<size_t>(count));
      for (std::string& payload : payloads) payload = absl::StrCat(random_());
      const Answer answer =
          Write(NewCommit({ToStream(absl::StrCat("s", ++streams_), 0, payloads)}));
      ASSERT_TRUE(answer.ok()) << answer.status();
      ASSERT_NE(answer->checkpoint, nullptr);
      ASSERT_EQ(answer->checkpoint->size, answer->last_position);
      signed_.push_back(answer->checkpoint);
      events -= count;
    }
  }

  std::vector<Digest> Leaves() {
    std::vector<Digest> leaves;
    for (const Record& record : AllRecords(*log_)) leaves.push_back(record.leaf_digest);
    return leaves;
  }

  auto Tiles() {
    return [this](const proofs::TileId& id) { return log_->ReadTile(id); };
  }

  std::mt19937_64 random_{7};
  int streams_ = 0;
  std::vector<std::shared_ptr<const SignedCheckpoint>> signed_;
};

TEST_F(LogTreeTest, EveryAnswerIsSignedOverAllThatWasWritten) {
  Grow(700);
  const std::vector<Digest> leaves = Leaves();
  for (const auto& checkpoint : signed_) {
    EXPECT_EQ(checkpoint->root, proofs::RootOf({leaves.data(), checkpoint->size}));
    const auto read =
        proofs::VerifyCheckpoint(checkpoint->note, {TestKey().verifier()}, proofs::Policy());
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->origin, "test");
    EXPECT_EQ(read->size, checkpoint->size);
    EXPECT_EQ(read->root, checkpoint->root);
  }
  EXPECT_EQ(log_->checkpoint(), signed_.back());
}

TEST_F(LogTreeTest, ARepeatedRequestGetsWhatIsSignedNow) {
  const Commit commit = NewCommit({ToStream("a", 0, {"1"})});
  ASSERT_TRUE(Write(commit).ok());
  Grow(10);
  const Answer again = Write(commit);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->checkpoint, signed_.back());
  // One that is refused is told nothing.
  EXPECT_FALSE(Write(NewCommit({ToStream("a", 0, {"2"})})).ok());
}

TEST_F(LogTreeTest, ProofsFromTilesHoldAtEverySizeThatWasSignedAlsoAfterAStart) {
  Grow(600);
  Reopen();
  Grow(100);
  const std::vector<Digest> leaves = Leaves();
  std::shared_ptr<const SignedCheckpoint> before;
  for (const auto& checkpoint : signed_) {
    const Position size = checkpoint->size;
    EXPECT_EQ(proofs::RootAt(size, Tiles()).value(), checkpoint->root);
    const uint64_t index = random_() % size;
    EXPECT_TRUE(proofs::VerifyInclusion(leaves[index], index, size,
                                        proofs::ProveInclusion(index, size, Tiles()).value(),
                                        checkpoint->root)
                    .ok());
    if (before != nullptr) {
      EXPECT_TRUE(
          proofs::VerifyConsistency(before->size, before->root, size, checkpoint->root,
                                    proofs::ProveConsistency(before->size, size, Tiles()).value())
              .ok());
    }
    before = checkpoint;
  }
}

TEST_F(LogTreeTest, BundlesHoldTheEntriesOfTheLeaves) {
  Grow(300);
  const std::vector<Digest> leaves = Leaves();
  for (const auto& [index, width] : {std::pair{0, 256}, std::pair{1, 44}, std::pair{1, 7}}) {
    const auto bundle = log_->ReadTile(
        {.level = proofs::kEntries, .index = static_cast<uint64_t>(index), .width = width});
    ASSERT_TRUE(bundle.ok()) << bundle.status();
    const auto entries = proofs::ParseBundle(*bundle);
    ASSERT_TRUE(entries.ok()) << entries.status();
    ASSERT_EQ(entries->size(), static_cast<size_t>(width));
    for (size_t i = 0; i < entries->size(); ++i) {
      EXPECT_EQ((*entries)[i].size(), kEntryBytes);
      EXPECT_EQ(proofs::LeafHash((*entries)[i]), leaves[static_cast<size_t>(index) * 256 + i]);
    }
  }
}

TEST_F(LogTreeTest, WhatIsNotThereYetIsNotFound) {
  Grow(300);
  for (const proofs::TileId& id :
       {proofs::TileId{.level = 0, .index = 1, .width = 45}, proofs::TileId{.level = 0, .index = 2},
        proofs::TileId{.level = 1, .index = 0, .width = 2},
        proofs::TileId{.level = 2, .index = 0, .width = 1},
        proofs::TileId{.level = proofs::kEntries, .index = 1, .width = 45},
        proofs::TileId{.level = 63, .index = 0, .width = 1}}) {
    const auto tile = log_->ReadTile(id);
    EXPECT_EQ(tile.status().code(), absl::StatusCode::kNotFound) << proofs::TilePath(id);
    EXPECT_EQ(ReasonOf(tile), "TILE_NOT_FOUND");
  }
  EXPECT_TRUE(log_->ReadTile({.level = 1, .index = 0, .width = 1}).ok());
}

TEST_F(LogTreeTest, WithoutAKeyNothingIsSignedAndTheTreeGrowsAllTheSame) {
  log_.reset();
  std::filesystem::remove(CheckpointPath());
  EventLogOptions options = Options();
  options.key.reset();
  log_ = *EventLog::Open(options, clock_);
  const Answer answer = Write(NewCommit({ToStream("a", 0, {"1", "2", "3"})}));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->checkpoint, nullptr);
  EXPECT_EQ(log_->checkpoint(), nullptr);
  EXPECT_FALSE(std::filesystem::exists(CheckpointPath()));
  EXPECT_EQ(proofs::RootAt(3, Tiles()).value(), proofs::RootOf(Leaves()));
}

}  // namespace
}  // namespace trellis::eventstore
