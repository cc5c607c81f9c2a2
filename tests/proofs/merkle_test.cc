#include "proofs/merkle.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "tests/proofs/oracle.h"

namespace trellis::proofs {
namespace {

std::string Hex(const Digest& digest) { return absl::BytesToHexString(AsBytes(digest)); }

// The values that other implementations of RFC 6962 test against.
TEST(Merkle, HashesAsOthersDo) {
  EXPECT_EQ(Hex(EmptyRoot()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(LeafHash("")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(Hex(LeafHash("L123456")),
            "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
  // Their node is over two texts, not two digests; ours takes digests alone.
  EXPECT_EQ(Hex(Sha256("\x01N123", "N456")),
            "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb");
}

TEST(Merkle, RootOfTheEightStandardInputs) {
  std::vector<std::string> entries;
  for (const char* const hex : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                "606162636465666768696a6b6c6d6e6f"}) {
    entries.push_back(absl::HexStringToBytes(hex));
  }
  std::vector<Digest> leaves;
  for (const std::string& entry : entries) {
    leaves.push_back(LeafHash(entry));
    EXPECT_EQ(RootOf(leaves), testing::Mth(absl::MakeSpan(entries).first(leaves.size())));
  }
  EXPECT_EQ(Hex(RootOf(leaves)),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST(Merkle, RootIsThatOfTheDefinition) {
  const std::vector<std::string> entries = testing::EntriesUpTo(300);
  const std::vector<Digest> leaves = testing::LeavesUpTo(300);
  for (size_t size = 0; size <= leaves.size(); ++size) {
    EXPECT_EQ(RootOf(absl::MakeSpan(leaves).first(size)),
              testing::Mth(absl::MakeSpan(entries).first(size)));
  }
}

TEST(Merkle, NodesAreNoLeaves) {
  const Digest a = LeafHash("a");
  const Digest b = LeafHash("b");
  EXPECT_NE(NodeHash(a, b), LeafHash(absl::StrCat(AsBytes(a), AsBytes(b))));
  EXPECT_NE(NodeHash(a, b), NodeHash(b, a));
}

}  // namespace
}  // namespace trellis::proofs
