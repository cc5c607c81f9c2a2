// The contract only grows. What descriptor.txt lists was published: programs were built on it, and
// events were stored with it. New lines are written there with TRELLIS_REWRITE=1, and none is ever
// taken out by that.
#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/compat/descriptor_listing.h"

namespace trellis::testing {
namespace {

using ::testing::Contains;
using ::testing::IsSupersetOf;
using ::testing::Not;

constexpr char kFrozen[] = "tests/compat/descriptor.txt";

std::set<std::string> ReadFrozen() {
  std::ifstream file(kFrozen);
  std::set<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.insert(line);
  return lines;
}

google::protobuf::FileDescriptorSet ReadContract() {
  std::ifstream file(TRELLIS_DESCRIPTORS_FILE, std::ios::binary);
  google::protobuf::FileDescriptorSet files;
  EXPECT_TRUE(files.ParseFromIstream(&file)) << TRELLIS_DESCRIPTORS_FILE;
  return files;
}

TEST(TheContract, OnlyGrows) {
  const std::set<std::string> present = ListingOf(ReadContract());
  std::set<std::string> frozen = ReadFrozen();
  if (std::getenv("TRELLIS_REWRITE") != nullptr) {
    frozen.insert(present.begin(), present.end());
    std::ofstream file(kFrozen);
    for (const std::string& line : frozen) file << line << "\n";
  }
  EXPECT_GT(frozen.size(), 300u);
  for (const std::string& line : frozen) {
    EXPECT_TRUE(present.contains(line)) << "the contract no longer says: " << line;
  }
}

// The two things that an addition could still break: a number or a name that is given twice is
// refused by protoc, a kind that joins a oneof or a type that changes shows as a line that is gone.
TEST(TheListing, TellsChangesFromAdditions) {
  google::protobuf::FileDescriptorSet files;
  auto& file = *files.add_file();
  file.set_package("trellis.v1");
  auto& message = *file.add_message_type();
  message.set_name("M");
  auto& field = *message.add_field();
  field.set_name("a");
  field.set_number(1);
  field.set_type(google::protobuf::FieldDescriptorProto::TYPE_STRING);
  const std::set<std::string> before = ListingOf(files);
  EXPECT_THAT(before, Contains("message trellis.v1.M 001 a: string"));

  auto& added = *message.add_field();
  added = field;
  added.set_name("b");
  added.set_number(2);
  EXPECT_THAT(ListingOf(files), IsSupersetOf(before));

  message.mutable_field(0)->set_number(3);
  EXPECT_THAT(ListingOf(files), Not(IsSupersetOf(before)));
  message.mutable_field(0)->set_number(1);
  message.mutable_field(0)->set_label(google::protobuf::FieldDescriptorProto::LABEL_REPEATED);
  EXPECT_THAT(ListingOf(files), Not(IsSupersetOf(before)));
}

}  // namespace
}  // namespace trellis::testing
