#include "proofs/verify.h"

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "gtest/gtest.h"
#include "proofs/merkle.h"
#include "tests/proofs/oracle.h"
#include "tests/support/seed.h"

namespace trellis::proofs {
namespace {

using testing::Proof;

constexpr size_t kSizes = 70;

// All trees of up to kSizes leaves.
class VerifyTest : public ::testing::Test {
 protected:
  absl::Span<const std::string> First(size_t size) { return absl::MakeSpan(entries_).first(size); }

  const std::vector<std::string> entries_ = testing::EntriesUpTo(kSizes);
  std::vector<Digest> roots_ = [this] {
    std::vector<Digest> roots;
    for (size_t size = 0; size <= kSizes; ++size) roots.push_back(testing::Mth(First(size)));
    return roots;
  }();
};

struct Inclusion {
  Digest leaf;
  uint64_t index;
  uint64_t size;
  Proof proof;
  Digest root;
};

struct Consistency {
  uint64_t old_size;
  Digest old_root;
  uint64_t new_size;
  Digest new_root;
  Proof proof;
};

absl::Status Verify(const Inclusion& claim) {
  return VerifyInclusion(claim.leaf, claim.index, claim.size, claim.proof, claim.root);
}

absl::Status Verify(const Consistency& claim) {
  return VerifyConsistency(claim.old_size, claim.old_root, claim.new_size, claim.new_root,
                           claim.proof);
}

template <typename Claim>
void ExpectRefused(const Claim& claim, const char* what) {
  const absl::Status status = Verify(claim);
  EXPECT_EQ(ErrorReason(status), "PROOF_INVALID") << what << ": " << status;
}

Digest Flipped(Digest digest, size_t bit) {
  digest[bit / 8 % digest.size()] ^= static_cast<uint8_t>(1 << bit % 8);
  return digest;
}

// Calls `visit` with every proof that `proof` becomes by one mistake.
void ForEachWrongProof(const Proof& proof, const std::vector<Digest>& others,
                       const std::function<void(const Proof&, const char*)>& visit) {
  for (size_t i = 0; i < proof.size(); ++i) {
    for (size_t byte = 0; byte < sizeof(Digest); ++byte) {
      Proof wrong = proof;
      wrong[i] = Flipped(proof[i], 8 * byte + (i + byte) % 8);
      visit(wrong, "a byte is changed");
    }
    Proof shorter = proof;
    shorter.erase(shorter.begin() + static_cast<ptrdiff_t>(i));
    visit(shorter, "a hash is missing");
    if (i > 0) {
      Proof swapped = proof;
      std::swap(swapped[i - 1], swapped[i]);
      visit(swapped, "two hashes are swapped");
    }
    visit(Proof(proof.begin(), proof.begin() + static_cast<ptrdiff_t>(i)), "the end is missing");
  }
  for (size_t i = 0; i <= proof.size(); ++i) {
    for (const Digest& other : others) {
      Proof longer = proof;
      longer.insert(longer.begin() + static_cast<ptrdiff_t>(i), other);
      visit(longer, "a hash is inserted");
    }
  }
}

TEST_F(VerifyTest, EveryLeafOfEveryTreeIsIn) {
  for (size_t size = 1; size <= kSizes; ++size) {
    for (size_t index = 0; index < size; ++index) {
      const absl::Status status = Verify(Inclusion{
          LeafHash(entries_[index]), index, size, testing::Path(index, First(size)), roots_[size]});
      EXPECT_TRUE(status.ok()) << index << " in " << size << ": " << status;
    }
  }
}

TEST_F(VerifyTest, EveryTreeIsTheBeginningOfEveryLargerOne) {
  for (size_t size = 0; size <= kSizes; ++size) {
    for (size_t old = 0; old <= size; ++old) {
      const Proof proof = old == 0 ? Proof{} : testing::Subproof(old, First(size), true);
      const absl::Status status = Verify(Consistency{old, roots_[old], size, roots_[size], proof});
      EXPECT_TRUE(status.ok()) << old << " to " << size << ": " << status;
    }
  }
}

TEST_F(VerifyTest, NoWrongInclusionProofIsTaken) {
  size_t tried = 0;
  for (const size_t size : {1, 2, 3, 5, 7, 8, 11, 16, 33, 64, 70}) {
    for (size_t index = 0; index < size; ++index) {
      const Inclusion right{LeafHash(entries_[index]), index, size,
                            testing::Path(index, First(size)), roots_[size]};
      const std::vector<Digest> others = {right.leaf, right.root, EmptyRoot(), Digest{}};
      ForEachWrongProof(right.proof, others, [&](const Proof& proof, const char* what) {
        Inclusion wrong = right;
        wrong.proof = proof;
        ExpectRefused(wrong, what);
        ++tried;
      });
      for (size_t bit = 0; bit < 256; bit += 7) {
        Inclusion wrong = right;
        wrong.leaf = Flipped(right.leaf, bit);
        ExpectRefused(wrong, "another leaf");
        wrong = right;
        wrong.root = Flipped(right.root, bit);
        ExpectRefused(wrong, "another root");
      }
    }
  }
  EXPECT_GT(tried, 10'000U);
}

// Of the numbers, a root and a proof bind the index. The size they bind only as far as it changes
// the shape of the way to the leaf: leaf 0 has the same siblings in trees of 5 and of 8 leaves. It
// is the checkpoint that binds it, since size and root are signed together.
TEST_F(VerifyTest, AnInclusionProofReplayedAtAnotherIndexIsRefused) {
  for (size_t size = 1; size <= kSizes; ++size) {
    for (size_t index = 0; index < size; ++index) {
      const Inclusion right{LeafHash(entries_[index]), index, size,
                            testing::Path(index, First(size)), roots_[size]};
      for (size_t other = 0; other <= size + 1; ++other) {
        if (other == index) continue;
        Inclusion wrong = right;
        wrong.index = other;
        ExpectRefused(wrong, "replayed at another index");
      }
      Inclusion wrong = right;
      wrong.index = UINT64_MAX;
      ExpectRefused(wrong, "replayed at the last index");
    }
  }
}

TEST_F(VerifyTest, AnInclusionProofHoldsForTheRootOfItsSizeAlone) {
  for (size_t size = 1; size <= kSizes; ++size) {
    for (size_t index = 0; index < size; ++index) {
      const Proof proof = testing::Path(index, First(size));
      for (size_t other = 0; other <= kSizes; ++other) {
        if (other == size) continue;
        ExpectRefused(Inclusion{LeafHash(entries_[index]), index, other, proof, roots_[other]},
                      "replayed in a tree of another size");
      }
    }
  }
}

// Other numbers with the very same hashes. A checkpoint binds them, but a proof must not even have
// the wrong length for them: whoever stops early, or goes on above the root, can be shown two
// trees.
TEST_F(VerifyTest, AProofHasTheLengthOfItsNumbers) {
  for (const size_t size : {1, 2, 3, 4, 6, 8, 13, 32}) {
    for (size_t index = 0; index < size; ++index) {
      const Proof proof = testing::Path(index, First(size));
      for (size_t other_size = 1; other_size <= kSizes; ++other_size) {
        for (size_t other = 0; other < other_size; ++other) {
          if (!Verify(Inclusion{LeafHash(entries_[index]), other, other_size, proof, roots_[size]})
                   .ok()) {
            continue;
          }
          EXPECT_EQ(proof.size(), testing::Path(other, First(other_size)).size())
              << index << " in " << size << " as " << other << " in " << other_size;
        }
      }
    }
    for (size_t old = 1; old <= size; ++old) {
      const Proof proof = testing::Subproof(old, First(size), true);
      for (size_t other_size = 1; other_size <= kSizes; ++other_size) {
        for (size_t other = 1; other <= other_size; ++other) {
          if (!Verify(Consistency{other, roots_[old], other_size, roots_[size], proof}).ok()) {
            continue;
          }
          EXPECT_EQ(proof.size(), testing::Subproof(other, First(other_size), true).size())
              << old << " to " << size << " as " << other << " to " << other_size;
        }
      }
    }
  }
}

TEST_F(VerifyTest, NoWrongConsistencyProofIsTaken) {
  size_t tried = 0;
  for (const size_t size : {1, 2, 3, 6, 7, 8, 9, 21, 32, 33, 64, 70}) {
    for (size_t old = 0; old <= size; ++old) {
      const Proof proof = old == 0 ? Proof{} : testing::Subproof(old, First(size), true);
      const Consistency right{old, roots_[old], size, roots_[size], proof};
      const std::vector<Digest> others = {right.old_root, right.new_root, Digest{}};
      ForEachWrongProof(proof, others, [&](const Proof& wrong_proof, const char* what) {
        Consistency wrong = right;
        wrong.proof = wrong_proof;
        ExpectRefused(wrong, what);
        ++tried;
      });
      for (size_t bit = 0; bit < 256; bit += 13) {
        Consistency wrong = right;
        wrong.old_root = Flipped(right.old_root, bit);
        ExpectRefused(wrong, "another old root");
        wrong = right;
        // An empty tree is the beginning of any other: nothing is said of the new root then.
        if (old == 0 && size != 0) continue;
        wrong.new_root = Flipped(right.new_root, bit);
        ExpectRefused(wrong, "another new root");
      }
      if (old != size && old != 0) {
        ExpectRefused(Consistency{old, right.new_root, size, right.old_root, proof},
                      "the roots are swapped");
      }
    }
  }
  EXPECT_GT(tried, 10'000U);
}

TEST_F(VerifyTest, AConsistencyProofReplayedAtOtherSizesIsRefused) {
  for (const size_t size : {1, 2, 3, 8, 13, 40}) {
    for (size_t old = 1; old < size; ++old) {
      const Proof proof = testing::Subproof(old, First(size), true);
      for (size_t other_old = 0; other_old <= kSizes; ++other_old) {
        for (size_t other = 0; other <= kSizes; ++other) {
          if (other_old == old && other == size) continue;
          ExpectRefused(Consistency{other_old, roots_[other_old], other, roots_[other], proof},
                        "replayed with the roots of other sizes");
        }
      }
    }
  }
}

// A history that is cut and continued otherwise.
TEST_F(VerifyTest, AForkIsNotConsistent) {
  std::vector<std::string> forked = entries_;
  forked[20] = "another history";
  for (size_t size = 21; size <= kSizes; ++size) {
    const absl::Span<const std::string> fork = absl::MakeSpan(forked).first(size);
    for (size_t old = 21; old <= size; ++old) {
      ExpectRefused(Consistency{old, roots_[old], size, testing::Mth(fork),
                                testing::Subproof(old, fork, true)},
                    "a fork with its own proof");
      ExpectRefused(Consistency{old, roots_[old], size, testing::Mth(fork),
                                testing::Subproof(old, First(size), true)},
                    "a fork with the proof of the other");
    }
  }
}

TEST_F(VerifyTest, AnyNumbersAreAnswered) {
  std::mt19937_64 random(trellis::testing::Seed());
  const std::vector<uint64_t> edges = {0,
                                       1,
                                       2,
                                       255,
                                       256,
                                       (uint64_t{1} << 32) - 1,
                                       uint64_t{1} << 32,
                                       (uint64_t{1} << 63) - 1,
                                       uint64_t{1} << 63,
                                       (uint64_t{1} << 63) + 1,
                                       UINT64_MAX - 1,
                                       UINT64_MAX};
  for (size_t hashes = 0; hashes <= 70; ++hashes) {
    Proof proof(hashes);
    for (Digest& digest : proof) digest.fill(static_cast<uint8_t>(random()));
    for (const uint64_t a : edges) {
      for (const uint64_t b : edges) {
        EXPECT_FALSE(VerifyInclusion(Sha256("l"), a, b, proof, Sha256("r")).ok());
        EXPECT_FALSE(VerifyConsistency(a, Sha256("r"), b, Sha256("s"), proof).ok());
      }
    }
  }
}

// A tree whose leaves are all equal has one hash at each height, so that even the largest can be
// had.
TEST_F(VerifyTest, TheLargestTreesAreVerified) {
  std::vector<Digest> by_height = {LeafHash("x")};
  while (by_height.size() < 64) by_height.push_back(NodeHash(by_height.back(), by_height.back()));
  const uint64_t half = uint64_t{1} << 63;
  Proof proof(by_height.begin(), by_height.begin() + 63);
  for (const uint64_t index : {uint64_t{0}, half / 3, half - 1}) {
    EXPECT_TRUE(VerifyInclusion(by_height[0], index, half, proof, by_height[63]).ok());
  }
  // 2^64 - 1 leaves: perfect trees of every height, joined from the right.
  Digest root = by_height[0];
  Digest right = root;
  for (size_t height = 1; height < 64; ++height) {
    right = root;
    root = NodeHash(by_height[height], root);
  }
  proof.push_back(right);
  EXPECT_TRUE(VerifyInclusion(by_height[0], 0, UINT64_MAX, proof, root).ok());
  EXPECT_TRUE(VerifyConsistency(half, by_height[63], UINT64_MAX, root, {right}).ok());
  EXPECT_FALSE(VerifyConsistency(half, by_height[63], UINT64_MAX - 1, root, {}).ok());
  // The last leaf has left siblings alone, one of each height above its own.
  Proof last(by_height.begin() + 1, by_height.end());
  EXPECT_TRUE(VerifyInclusion(by_height[0], UINT64_MAX - 1, UINT64_MAX, last, root).ok());
}

}  // namespace
}  // namespace trellis::proofs
