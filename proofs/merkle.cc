#include "proofs/merkle.h"

#include <algorithm>
#include <bit>

namespace trellis::proofs {

Digest EmptyRoot() { return Sha256({}); }

Digest LeafHash(absl::string_view entry) { return Sha256(absl::string_view("\0", 1), entry); }

Digest NodeHash(const Digest& left, const Digest& right) {
  std::array<char, 1 + 2 * sizeof(Digest)> node;
  node[0] = 1;
  std::copy(left.begin(), left.end(), node.begin() + 1);
  std::copy(right.begin(), right.end(), node.begin() + 1 + sizeof(Digest));
  return Sha256({node.data(), node.size()});
}

Digest RootOf(absl::Span<const Digest> leaves) {
  if (leaves.empty()) return EmptyRoot();
  if (leaves.size() == 1) return leaves.front();
  const size_t left = std::bit_floor(leaves.size() - 1);
  return NodeHash(RootOf(leaves.first(left)), RootOf(leaves.subspan(left)));
}

}  // namespace trellis::proofs
