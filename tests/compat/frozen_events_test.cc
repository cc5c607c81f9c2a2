// One event of each kind, as it was stored when the kind was new: its text in events/<kind>.txtpb,
// its bytes in events/<kind>.hex. A ledger holds such bytes for ever, so that they must be read for
// ever, and must go on to mean the same. TRELLIS_REWRITE=1 makes the files of a new kind; it never
// changes those that are there.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "domain/codec.h"
#include "domain/entries.h"
#include "domain/support_plan.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/compat/example_event.h"

namespace trellis::testing {
namespace {

namespace pb = google::protobuf;
using pb::util::MessageDifferencer;

constexpr char kFolder[] = "tests/compat/events/";
constexpr size_t kHexColumns = 96;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << path << ": missing; TRELLIS_REWRITE=1 makes it";
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string TextOf(const pb::Message& message) {
  pb::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  EXPECT_TRUE(printer.PrintToString(message, &text));
  return text;
}

std::string HexOf(const std::string& bytes) {
  const std::string hex = absl::BytesToHexString(bytes);
  std::string lines;
  for (size_t at = 0; at < hex.size(); at += kHexColumns) {
    absl::StrAppend(&lines, hex.substr(at, kHexColumns), "\n");
  }
  return lines;
}

std::string BytesOf(std::string hex) {
  hex.erase(std::remove(hex.begin(), hex.end(), '\n'), hex.end());
  return absl::HexStringToBytes(hex);
}

const pb::OneofDescriptor& Kinds() {
  return *v1::SupportPlanEvent::descriptor()->FindOneofByName("kind");
}

std::string BytesOfKind(const std::string& kind) {
  return BytesOf(ReadFile(absl::StrCat(kFolder, kind, ".hex")));
}

class FrozenEvents : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (std::getenv("TRELLIS_REWRITE") == nullptr) return;
    for (int i = 0; i < Kinds().field_count(); ++i) {
      const std::string path = absl::StrCat(kFolder, Kinds().field(i)->name());
      if (std::filesystem::exists(path + ".hex")) continue;
      const v1::SupportPlanEvent example = ExampleOf(*Kinds().field(i));
      std::ofstream(path + ".txtpb") << TextOf(example);
      std::ofstream(path + ".hex") << HexOf(example.SerializeAsString());
    }
  }
};

TEST_F(FrozenEvents, AreThereForEveryKind) {
  std::set<std::string> files, wanted;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    files.insert(entry.path().filename().string());
  }
  for (int i = 0; i < Kinds().field_count(); ++i) {
    wanted.insert(Kinds().field(i)->name() + ".txtpb");
    wanted.insert(Kinds().field(i)->name() + ".hex");
  }
  EXPECT_EQ(files, wanted);
}

TEST_F(FrozenEvents, DecodeToTheSameMessageAsEver) {
  for (int i = 0; i < Kinds().field_count(); ++i) {
    const std::string& kind = Kinds().field(i)->name();
    const auto decoded = domain::DecodeEvent<v1::SupportPlanEvent>(BytesOfKind(kind));
    ASSERT_TRUE(decoded.ok()) << kind << ": " << decoded.status();
    EXPECT_EQ(static_cast<int>(decoded->kind_case()), Kinds().field(i)->number());
    v1::SupportPlanEvent frozen;
    ASSERT_TRUE(
        pb::TextFormat::ParseFromString(ReadFile(absl::StrCat(kFolder, kind, ".txtpb")), &frozen))
        << kind;
    EXPECT_TRUE(MessageDifferencer::Equals(*decoded, frozen))
        << kind << ": got " << decoded->DebugString();
    // Every byte has a field: none was skipped as unknown, or the texts would differ.
    EXPECT_EQ(TextOf(*decoded), TextOf(frozen)) << kind;
  }
}

// The present program writes them byte for byte alike. Nothing depends on that (stored bytes are
// never written again), but a difference says that something moved.
TEST_F(FrozenEvents, AreWrittenAsEver) {
  for (int i = 0; i < Kinds().field_count(); ++i) {
    const std::string bytes = BytesOfKind(Kinds().field(i)->name());
    EXPECT_EQ(HexOf(domain::DecodeEvent<v1::SupportPlanEvent>(bytes)->SerializeAsString()),
              HexOf(bytes));
  }
}

// In the order of the kinds each finds what it needs: a concern before its resolution, a pause
// before its end. plan.txtpb is the plan that they make; it may only gain fields.
TEST_F(FrozenEvents, FoldToTheSamePlanAsEver) {
  constexpr char kPlanFile[] = "tests/compat/plan.txtpb";
  const std::string name = "supportPlans/00000000-0000-4000-8000-00000000000a";
  domain::Plan plan;
  for (int i = 0; i < Kinds().field_count(); ++i) {
    const std::string bytes = BytesOfKind(Kinds().field(i)->name());
    domain::Evolve(plan, name, *domain::DecodeEvent<v1::SupportPlanEvent>(bytes),
                   {.recorded_at = absl::FromUnixSeconds(1'665'483'600 + i),
                    .actor = "people/00000000-0000-4000-8000-000000000001",
                    .capacity = v1::INDUCTION_TUTOR,
                    .payload_digest = Sha256(bytes)});
    EXPECT_EQ(plan.revision(), i + 1);
  }
  if (std::getenv("TRELLIS_REWRITE") != nullptr) std::ofstream(kPlanFile) << TextOf(plan);
  EXPECT_EQ(TextOf(plan), ReadFile(kPlanFile))
      << "if this is as it should be: TRELLIS_REWRITE=1, then read what changed";
}

}  // namespace
}  // namespace trellis::testing
