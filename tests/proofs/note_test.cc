#include "proofs/note.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/error.h"
#include "gtest/gtest.h"
#include "tests/proofs/signed_log.h"

namespace trellis::proofs {
namespace {

constexpr char kKnownKey[] =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr char kKnownNote[] =
    "This is an example message.\n"
    "\n"
    "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3m"
    "FXmRKuwHjG1Yu72IneyaQM=\n";

Note SomeNote() {
  Note note;
  note.text = "First line.\n\nA line behind an empty one: caf\u00e9.\n";
  note.signatures = {testing::LogKey().Sign(note.text)};
  return note;
}

std::vector<VerifierKey> Keys() {
  return {testing::LogKey().verifier(), testing::WitnessKey(0).verifier()};
}

// Whether `bytes` are a note that the log's key is found to have signed; if so, sets `text`.
bool IsSigned(const std::string& bytes, std::string* text = nullptr) {
  const absl::StatusOr<Note> note = ParseNote(bytes);
  if (!note.ok()) {
    EXPECT_EQ(ErrorReason(note.status()), "NOTE_MALFORMED");
    return false;
  }
  const auto signed_by = VerifySignatures(*note, Keys());
  if (!signed_by.ok()) {
    EXPECT_EQ(ErrorReason(signed_by.status()), "SIGNATURE_INVALID");
    return false;
  }
  if (text != nullptr) *text = note->text;
  return signed_by->at(0);
}

TEST(Note, VerifiesAKnownNote) {
  const absl::StatusOr<Note> note = ParseNote(kKnownNote);
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(note->text, "This is an example message.\n");
  const std::vector<VerifierKey> keys = {*VerifierKey::Parse(kKnownKey)};
  EXPECT_EQ(*VerifySignatures(*note, keys), std::vector<bool>{true});
  EXPECT_EQ(FormatNote(*note), kKnownNote);
}

TEST(Note, RoundTripsAndEndsItsTextAtTheLastEmptyLine) {
  const std::string bytes = FormatNote(SomeNote());
  const absl::StatusOr<Note> note = ParseNote(bytes);
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(note->text, SomeNote().text);
  EXPECT_EQ(note->signatures, SomeNote().signatures);
  EXPECT_TRUE(IsSigned(bytes));
}

TEST(Note, AnyMistakeIsRefused) {
  const std::string bytes = FormatNote(SomeNote());
  const size_t signature = bytes.rfind("\n\n") + 2;
  size_t tried = 0;
  testing::ForEachMistake(bytes, [&](const std::string& wrong, size_t) {
    ++tried;
    // A line that stands twice says nothing new.
    if (wrong == absl::StrCat(bytes, bytes.substr(signature))) return;
    EXPECT_FALSE(IsSigned(wrong)) << absl::CHexEscape(wrong);
  });
  EXPECT_GT(tried, 3000U);
}

// What a stranger's line says is nobody's business, as long as it is one: text and known signatures
// are as they were.
TEST(Note, MistakesInAnUnknownSignatureChangeNothing) {
  Note note = SomeNote();
  note.signatures.push_back(testing::StrangerKey().Sign(note.text));
  const std::string bytes = FormatNote(note);
  const size_t unknown = bytes.rfind("\u2014 ");
  size_t passed = 0;
  testing::ForEachMistake(bytes, [&](const std::string& wrong, size_t at) {
    std::string text;
    if (!IsSigned(wrong, &text)) return;
    EXPECT_EQ(text, note.text) << absl::CHexEscape(wrong);
    const bool known_line_moved =
        wrong.find(FormatSignature(note.signatures[0])) != std::string::npos;
    EXPECT_TRUE(at >= unknown || known_line_moved) << at << absl::CHexEscape(wrong);
    ++passed;
  });
  EXPECT_GT(passed, 100U);
}

TEST(Note, WantsItsForm) {
  const std::string line = FormatSignature(SomeNote().signatures[0]);
  for (const std::string& bytes :
       {std::string(),
        std::string("\n"),
        std::string("\n\n"),
        std::string("text\n"),
        std::string("text\n\n"),
        absl::StrCat("text", line),
        absl::StrCat("text\n", line),
        absl::StrCat("text\n\n", line, "\n"),
        absl::StrCat("text\n\n", line, "text\n"),
        absl::StrCat("text\n\n", line.substr(0, line.size() - 1)),
        absl::StrCat("text\n\n", absl::StrReplaceAll(line, {{"\u2014", "-"}})),
        absl::StrCat("text\n\n", absl::StrReplaceAll(line, {{"\u2014", "\u2013"}})),
        absl::StrCat("text\n\n", absl::StrReplaceAll(line, {{"\u2014 ", "\u2014"}})),
        absl::StrCat("text\n\n", absl::StrReplaceAll(line, {{" ", "  "}})),
        absl::StrCat("text\n\n", absl::StrReplaceAll(line, {{"=\n", "\n"}})),
        absl::StrCat("text\n\n", absl::StrReplaceAll(line, {{"\n", " \n"}})),
        absl::StrCat("te\txt\n\n", line),
        absl::StrCat("te\rxt\n\n", line),
        absl::StrCat("te\xffxt\n\n", line),
        absl::StrCat("te", std::string(1, '\0'), "\n\n", line),
        std::string("text\n\n\u2014 name AAAAAA==\n"),
        std::string("text\n\n\u2014 name AAAA\n"),
        std::string("text\n\n\u2014 na+me AAAAAAA=\n"),
        std::string("text\n\n\u2014  AAAAAAA=\n"),
        std::string("text\n\n\u2014 na\u2003me AAAAAAA=\n"),
        std::string("text\n\n\u2014 name\n"),
        std::string("text\n\n\u2014 name \n")}) {
    EXPECT_EQ(ErrorReason(ParseNote(bytes).status()), "NOTE_MALFORMED") << absl::CHexEscape(bytes);
  }
  EXPECT_TRUE(ParseNote("text\n\n\u2014 name AAAAAAA=\n").ok());
  // An empty text is a line feed.
  EXPECT_EQ(ParseNote(absl::StrCat("\n\n", line))->text, "\n");
}

TEST(Note, HasALimitOfSizeAndSignatures) {
  Note note = SomeNote();
  note.signatures.clear();
  for (size_t i = 0; i < kNoteSignaturesMax; ++i) {
    note.signatures.push_back({absl::StrCat("stranger", i), 7, std::string(4900, 's')});
  }
  // As many as there may be, of the largest kind.
  const std::string bytes = FormatNote(note);
  EXPECT_EQ(ParseNote(bytes)->signatures.size(), kNoteSignaturesMax);
  EXPECT_EQ(ErrorReason(ParseNote(bytes + "\u2014 name AAAAAAA=\n").status()), "NOTE_MALFORMED");
  const std::string line = FormatSignature(SomeNote().signatures[0]);
  const std::string filler(kNoteBytesMax - line.size() - 2, 'x');
  EXPECT_TRUE(ParseNote(absl::StrCat(filler, "\n\n", line)).ok());
  EXPECT_FALSE(ParseNote(absl::StrCat(filler, "x\n\n", line)).ok());
}

TEST(VerifySignatures, PassesOverOtherKeys) {
  Note note = SomeNote();
  // The log's name with another id, and its id with another name.
  note.signatures.push_back({testing::LogKey().verifier().name(), 1, "no signature"});
  note.signatures.push_back({"other", testing::LogKey().verifier().id(), "no signature"});
  EXPECT_EQ(*VerifySignatures(note, Keys()), (std::vector<bool>{true, false}));
  note.signatures.erase(note.signatures.begin());
  EXPECT_EQ(*VerifySignatures(note, Keys()), (std::vector<bool>{false, false}));
  EXPECT_TRUE(VerifySignatures(note, {})->empty());
}

TEST(VerifySignatures, OneThatFailsSpoilsTheNote) {
  Note note = SomeNote();
  note.signatures.push_back(testing::WitnessKey(0).Cosign("another text\n", testing::SomeTime()));
  const absl::Status status = VerifySignatures(note, Keys()).status();
  EXPECT_EQ(ErrorReason(status), "SIGNATURE_INVALID");
  EXPECT_EQ(status.message(),
            "signature: that of witness.example/governor does not verify with its key");
  // Behind a good one of the same key, too.
  note.signatures = {testing::LogKey().Sign(note.text), testing::LogKey().Sign("another text\n")};
  EXPECT_EQ(ErrorReason(VerifySignatures(note, Keys()).status()), "SIGNATURE_INVALID");
}

TEST(VerifySignatures, OneKeySignsOnce) {
  Note note = SomeNote();
  note.signatures.push_back(note.signatures[0]);
  EXPECT_EQ(*VerifySignatures(note, Keys()), (std::vector<bool>{true, false}));
}

TEST(NoteDeathTest, CrashesOnWhatIsNoNote) {
  EXPECT_DEATH(FormatNote({"no line feed", SomeNote().signatures}), "CHECK failed");
  EXPECT_DEATH(FormatNote({"text\n", {}}), "CHECK failed");
}

}  // namespace
}  // namespace trellis::proofs
