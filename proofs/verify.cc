#include "proofs/verify.h"

#include <bit>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "proofs/merkle.h"

namespace trellis::proofs {
namespace {

absl::Status Invalid(absl::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, "PROOF_INVALID", message);
}

std::string Hex(const Digest& digest) { return absl::BytesToHexString(AsBytes(digest)); }

// A node on the way from a leaf to the root: its number and that of the last node, at one height.
struct Way {
  uint64_t node;
  uint64_t last;

  // Whether the sibling is on the left. The last node has no right sibling: it is moved up until it
  // is a right child, or is above the first.
  bool SiblingIsLeft() const { return (node & 1) != 0 || node == last; }
  void Up() {
    node >>= 1;
    last >>= 1;
  }
  // Up over the heights at which there is no sibling.
  void UpToRightChild() {
    while ((node & 1) == 0 && node != 0) Up();
  }
};

absl::Status CheckEqual(absl::string_view what, const Digest& got, const Digest& want) {
  if (got == want) return absl::OkStatus();
  return Invalid(absl::StrCat(what, " follows from the proof as ", Hex(got), ", want ", Hex(want)));
}

absl::Status CheckEmpty(absl::Span<const Digest> proof) {
  if (proof.empty()) return absl::OkStatus();
  return Invalid(absl::StrCat("consistency proof has ", proof.size(), " hashes, want 0"));
}

absl::Status TooShort(size_t hashes) {
  return Invalid(absl::StrCat("proof ends after ", hashes, " hashes below the root"));
}

absl::Status TooLong(size_t hashes) {
  return Invalid(absl::StrCat("proof has ", hashes, " hashes, more than the tree has levels"));
}

// What is left of consistency once both trees have leaves and differ in size.
absl::Status VerifyGrowth(uint64_t old_size, const Digest& old_root, uint64_t new_size,
                          const Digest& new_root, absl::Span<const Digest> proof) {
  Way way{old_size - 1, new_size - 1};
  while ((way.node & 1) != 0) way.Up();
  // A perfect old tree is itself the first node; the proof does not repeat its root.
  size_t next = 0;
  Digest old_hash = old_root;
  if (!std::has_single_bit(old_size)) {
    if (proof.empty()) return TooShort(0);
    old_hash = proof[next++];
  }
  Digest new_hash = old_hash;
  for (; next < proof.size(); ++next) {
    if (way.last == 0) return TooLong(proof.size());
    if (way.SiblingIsLeft()) {
      old_hash = NodeHash(proof[next], old_hash);
      new_hash = NodeHash(proof[next], new_hash);
      way.UpToRightChild();
    } else {
      new_hash = NodeHash(new_hash, proof[next]);
    }
    way.Up();
  }
  if (way.last != 0) return TooShort(proof.size());
  if (absl::Status status = CheckEqual("old root", old_hash, old_root); !status.ok()) return status;
  return CheckEqual("new root", new_hash, new_root);
}

}  // namespace

absl::Status VerifyInclusion(const Digest& leaf, uint64_t index, uint64_t size,
                             absl::Span<const Digest> proof, const Digest& root) {
  if (index >= size) {
    return Invalid(absl::StrCat("leaf ", index, " is not in a tree of ", size, " leaves"));
  }
  Way way{index, size - 1};
  Digest hash = leaf;
  for (const Digest& sibling : proof) {
    if (way.last == 0) return TooLong(proof.size());
    if (way.SiblingIsLeft()) {
      hash = NodeHash(sibling, hash);
      way.UpToRightChild();
    } else {
      hash = NodeHash(hash, sibling);
    }
    way.Up();
  }
  if (way.last != 0) return TooShort(proof.size());
  return CheckEqual("root", hash, root);
}

absl::Status VerifyConsistency(uint64_t old_size, const Digest& old_root, uint64_t new_size,
                               const Digest& new_root, absl::Span<const Digest> proof) {
  if (old_size > new_size) {
    return Invalid(absl::StrCat("old size ", old_size, " is above the new size ", new_size));
  }
  if (old_size == 0 && old_root != EmptyRoot()) {
    return CheckEqual("old root", EmptyRoot(), old_root);
  }
  if (old_size == new_size) {
    if (absl::Status status = CheckEmpty(proof); !status.ok()) return status;
    return CheckEqual("root of the same size", old_root, new_root);
  }
  if (old_size == 0) return CheckEmpty(proof);
  return VerifyGrowth(old_size, old_root, new_size, new_root, proof);
}

}  // namespace trellis::proofs
