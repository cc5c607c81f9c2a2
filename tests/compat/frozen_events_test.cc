// One event of each kind, as it was stored when the kind was new: its text in events/<kind>.txtpb,
// its bytes in events/<kind>.hex; those of other aggregates than the support plan in a folder each.
// A ledger holds such bytes for ever, so that they must be read for ever, and must go on to mean
// the same. TRELLIS_REWRITE=1 makes the files of a new kind; it never changes those that are there.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "domain/aggregate.h"
#include "domain/codec.h"
#include "domain/erasure.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/compat/example_event.h"
#include "trellis/v1/erasure.pb.h"

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

// The kinds of an aggregate's events.
const pb::OneofDescriptor& KindsOf(const domain::Aggregate& aggregate) {
  return *aggregate.event.GetDescriptor()->FindOneofByName("kind");
}

// Where the frozen events of an aggregate are: those of support plans, the first, in the folder
// itself.
std::string FolderOf(const domain::Aggregate& aggregate) {
  const std::string noun(aggregate.noun);
  return noun == "support_plan" ? kFolder : absl::StrCat(kFolder, noun, "/");
}

// An aggregate and one of its kinds, with its files.
struct Kind {
  const domain::Aggregate& aggregate;
  const pb::FieldDescriptor& field;

  std::string path() const { return FolderOf(aggregate) + field.name(); }
  std::string bytes() const { return BytesOf(ReadFile(path() + ".hex")); }
  std::unique_ptr<pb::Message> Decode() const {
    std::unique_ptr<pb::Message> event(aggregate.event.New());
    const absl::Status status = domain::DecodeEvent(bytes(), *event);
    EXPECT_TRUE(status.ok()) << path() << ": " << status;
    return event;
  }
};

std::vector<Kind> AllKinds() {
  std::vector<Kind> kinds;
  for (const domain::Aggregate& aggregate : domain::Aggregates()) {
    for (int i = 0; i < KindsOf(aggregate).field_count(); ++i) {
      kinds.push_back({aggregate, *KindsOf(aggregate).field(i)});
    }
  }
  return kinds;
}

class FrozenEvents : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (std::getenv("TRELLIS_REWRITE") == nullptr) return;
    for (const Kind& kind : AllKinds()) {
      if (std::filesystem::exists(kind.path() + ".hex")) continue;
      std::filesystem::create_directories(FolderOf(kind.aggregate));
      const std::unique_ptr<pb::Message> example = ExampleOf(kind.aggregate, kind.field);
      std::ofstream(kind.path() + ".txtpb") << TextOf(*example);
      std::ofstream(kind.path() + ".hex") << HexOf(example->SerializeAsString());
    }
  }
};

TEST_F(FrozenEvents, AreThereForEveryKind) {
  std::set<std::string> files, wanted;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFolder)) {
    if (entry.is_regular_file()) files.insert(entry.path().string());
  }
  for (const Kind& kind : AllKinds()) {
    wanted.insert(kind.path() + ".txtpb");
    wanted.insert(kind.path() + ".hex");
  }
  EXPECT_EQ(files, wanted);
}

TEST_F(FrozenEvents, DecodeToTheSameMessageAsEver) {
  for (const Kind& kind : AllKinds()) {
    const std::unique_ptr<pb::Message> decoded = kind.Decode();
    EXPECT_TRUE(decoded->GetReflection()->HasField(*decoded, &kind.field)) << kind.path();
    std::unique_ptr<pb::Message> frozen(kind.aggregate.event.New());
    ASSERT_TRUE(pb::TextFormat::ParseFromString(ReadFile(kind.path() + ".txtpb"), frozen.get()))
        << kind.path();
    EXPECT_TRUE(MessageDifferencer::Equals(*decoded, *frozen))
        << kind.path() << ": got " << decoded->DebugString();
    // Every byte has a field: none was skipped as unknown, or the texts would differ.
    EXPECT_EQ(TextOf(*decoded), TextOf(*frozen)) << kind.path();
  }
}

// The present program writes them byte for byte alike. Nothing depends on that (stored bytes are
// never written again), but a difference says that something moved.
TEST_F(FrozenEvents, AreWrittenAsEver) {
  for (const Kind& kind : AllKinds()) {
    EXPECT_EQ(HexOf(kind.Decode()->SerializeAsString()), HexOf(kind.bytes())) << kind.path();
  }
}

// What takes everything off a state is looked at by itself.
bool Erases(const Kind& kind) {
  return kind.field.message_type() == v1::SubjectErased::descriptor();
}

TEST_F(FrozenEvents, OfWhatWasErasedNameAndTimesStay) {
  int erasing = 0;
  for (const Kind& kind : AllKinds()) {
    if (!Erases(kind)) continue;
    ++erasing;
    const std::string name(kind.aggregate.streams);
    const Kind first{kind.aggregate, *KindsOf(kind.aggregate).field(0)};
    const std::unique_ptr<pb::Message> state = domain::EmptyState(kind.aggregate, name);
    kind.aggregate.evolve(*state, name, *first.Decode(), domain::EventFacts());
    const size_t before = state->ByteSizeLong();
    kind.aggregate.evolve(*state, name, *kind.Decode(), domain::EventFacts());
    EXPECT_TRUE(domain::IsErased(*state)) << kind.path();
    EXPECT_EQ(domain::RevisionOf(*state), 2) << kind.path();
    EXPECT_LT(state->ByteSizeLong(), std::min<size_t>(before, 250)) << state->DebugString();
  }
  EXPECT_EQ(erasing, 5);
}

// In the order of the kinds each finds what it needs: a concern before its resolution, a pause
// before its end. plan.txtpb is the plan that they make, induction.txtpb the induction; they may
// only gain fields.
TEST_F(FrozenEvents, FoldToTheSameStateAsEver) {
  for (const domain::Aggregate& aggregate : domain::Aggregates()) {
    const std::string noun(aggregate.noun);
    const std::string file =
        absl::StrCat("tests/compat/", noun == "support_plan" ? "plan" : noun, ".txtpb");
    const std::string name =
        absl::StrCat(aggregate.streams, "00000000-0000-4000-8000-00000000000a");
    const std::unique_ptr<pb::Message> state = domain::EmptyState(aggregate, name);
    const pb::FieldDescriptor* const revision = state->GetDescriptor()->FindFieldByName("revision");
    int folded = 0;
    for (int i = 0; i < KindsOf(aggregate).field_count(); ++i) {
      const Kind kind{aggregate, *KindsOf(aggregate).field(i)};
      if (Erases(kind)) continue;
      aggregate.evolve(*state, name, *kind.Decode(),
                       {.recorded_at = absl::FromUnixSeconds(1'665'483'600 + i),
                        .actor = "people/00000000-0000-4000-8000-000000000001",
                        .capacity = v1::INDUCTION_TUTOR,
                        .payload_digest = Sha256(kind.bytes())});
      EXPECT_EQ(state->GetReflection()->GetInt64(*state, revision), ++folded) << kind.path();
    }
    if (std::getenv("TRELLIS_REWRITE") != nullptr) std::ofstream(file) << TextOf(*state);
    EXPECT_EQ(TextOf(*state), ReadFile(file))
        << "if this is as it should be: TRELLIS_REWRITE=1, then read what changed";
  }
}

}  // namespace
}  // namespace trellis::testing
