// Pub/Sub's filter language: what each filter lets pass, and what is said about text that is none.
// TRELLIS_SEED chooses the random filters; 1 by default.
#include "queue/filter.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "tests/support/seed.h"

namespace trellis::queue {
namespace {

// The attributes of an event, and two that no event has.
const Attributes& Event() {
  static const auto& attributes = *new Attributes{
      {"ce-id", "0192f3c1-0000-7000-8000-000000000001"},
      {"ce-subject", "supportPlans/17"},
      {"ce-type", "trellis.v1.ConcernRaised"},
      {"empty", ""},
      {"sequence", "42"},
      {"\xC3\xA9t\xC3\xA9", "a\tb\"c\\d"},
  };
  return attributes;
}

struct MatchCase {
  const char* text;
  bool matches;
};

constexpr MatchCase kMatchCases[] = {
    {"", true},
    {" \t\n", true},
    // Presence.
    {"attributes:sequence", true},
    {"attributes:empty", true},
    {"attributes:absent", false},
    {"attributes:Sequence", false},
    {"attributes:ce-type", true},
    {R"(attributes:"ce-type")", true},
    {"attributes:'ce-type'", true},
    {"  attributes : ce-type ", true},
    {"attributes:AND", false},
    {"attributes:42", false},
    // Equality.
    {R"(attributes.sequence = "42")", true},
    {R"(attributes.sequence="42")", true},
    {R"(attributes."sequence" = "42")", true},
    {R"(attributes.sequence = "4")", false},
    {R"(attributes.sequence = "421")", false},
    {R"(attributes.sequence = "")", false},
    {R"(attributes.empty = "")", true},
    {R"(attributes.absent = "")", false},
    {R"(attributes.ce-type = "trellis.v1.concernraised")", false},
    // Inequality: absence differs from any value.
    {R"(attributes.sequence != "42")", false},
    {R"(attributes.sequence != "43")", true},
    {R"(attributes.absent != "42")", true},
    {R"(attributes:absent AND attributes.absent != "42")", false},
    // Prefixes.
    {R"(hasPrefix(attributes.ce-type, "trellis.v1."))", true},
    {R"(hasPrefix ( attributes."ce-type" , "trellis" ))", true},
    {R"(hasPrefix(attributes.ce-type, ""))", true},
    {R"(hasPrefix(attributes.ce-type, "Trellis"))", false},
    {R"(hasPrefix(attributes.sequence, "421"))", false},
    {R"(hasPrefix(attributes.absent, ""))", false},
    // Operators.
    {"NOT attributes:absent", true},
    {"-attributes:absent", true},
    {"- attributes:sequence", false},
    {"NOT(attributes:sequence)", false},
    {"NOT NOT attributes:sequence", true},
    {"NOT-attributes:sequence", true},
    {"attributes:sequence AND attributes:empty", true},
    {"attributes:sequence AND attributes:absent", false},
    {"attributes:sequence OR attributes:absent", true},
    {"attributes:absent OR attributes:missing", false},
    {"attributes:absent OR attributes:missing OR attributes:empty", true},
    {"attributes:sequence AND attributes:empty AND attributes:absent", false},
    // NOT binds closest.
    {"NOT attributes:absent OR attributes:sequence", true},
    {"NOT attributes:sequence OR attributes:sequence", true},
    {"NOT (attributes:sequence OR attributes:absent)", false},
    {"NOT attributes:absent AND NOT attributes:missing", true},
    {"attributes:sequence AND (attributes:absent OR attributes:empty)", true},
    {"(attributes:sequence AND attributes:absent) OR attributes:empty", true},
    {"((attributes:sequence))", true},
    {R"(attributes.sequence="42"AND(attributes:empty)AND-attributes:absent)", true},
    // Escapes.
    {R"(attributes:"\u00e9t\u00E9")", true},
    {R"(attributes:"\U000000e9t\xc3\xA9")", true},
    {"attributes:\"\xC3\xA9t\xC3\xA9\"", true},
    {R"(attributes."\303\251t\303\251" = "a\tb\"c\\d")", true},
    {R"(attributes."\303\251t\303\251" = 'a\x09b"c\134d')", true},
    {R"(attributes.sequence = "\64\62")", true},
    {R"(attributes.sequence = "\0642")", true},
};

TEST(Filter, MatchesAsPubSubDoes) {
  for (const MatchCase& test : kMatchCases) {
    const auto filter = Filter::Parse(test.text);
    ASSERT_TRUE(filter.ok()) << test.text << "\n" << filter.status();
    EXPECT_EQ(filter->Matches(Event()), test.matches) << test.text;
  }
}

TEST(Filter, LetsEverythingPassUnlessItSaysMore) {
  EXPECT_TRUE(Filter().Matches(Event()));
  EXPECT_TRUE(Filter().Matches({}));
  EXPECT_TRUE(Filter::Parse("-attributes:a")->Matches({}));
  EXPECT_FALSE(Filter::Parse("attributes:a")->Matches({}));
}

// The column of the error: in its text, and as metadata.
size_t ColumnOf(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(ErrorReason(status), "FILTER_INVALID");
  absl::string_view rest = status.message();
  EXPECT_TRUE(absl::ConsumePrefix(&rest, "filter: column ")) << status;
  size_t column = 0;
  EXPECT_TRUE(absl::SimpleAtoi(rest.substr(0, rest.find(':')), &column)) << status;
  google::rpc::ErrorInfo info;
  info.ParseFromString(std::string(*status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo")));
  EXPECT_EQ(info.metadata().at("column"), absl::StrCat(column));
  return column;
}

struct ErrorCase {
  const char* text;
  const char* message;
};

constexpr ErrorCase kErrorCases[] = {
    {"junk", R"(column 1: got "junk", want attributes, hasPrefix, NOT or "(")"},
    {"()", R"_(column 2: got ")", want attributes, hasPrefix, NOT or "(")_"},
    {"(attributes:a", R"_(column 14: got the end, want AND, OR or ")")_"},
    {"attributes:a)", R"_(column 13: got ")", want AND, OR or the end)_"},
    {"Attributes:a", R"(column 1: got "Attributes", want attributes)"},
    {"attribute:a", R"(column 1: got "attribute", want)"},
    {"attributes", "column 11: got the end, want \":\" or \".\" and a key"},
    {"attributes:", "column 12: got the end, want a key"},
    {"attributes:\"\"", "column 12: got a string, want a key that is not empty"},
    {"attributes:\xC3\xA9", "column 12: got \"\xC3\xA9\", want a key, in quotes"},
    {R"(attributes:\u307F)", R"(column 12: got "\\", want a key, in quotes)"},
    {"attributes.a", "column 13: got the end, want = or !="},
    {R"(attributes.a.b = "x")", R"(column 13: got ".", want = or != (a key with other)"},
    {R"(attributes.a > "x")", R"(column 14: got ">", want = or !=)"},
    {R"(attributes.a ! = "x")", R"(column 14: got "!", want = or !=)"},
    {R"(attributes.a == "x")", R"(column 15: got "=", want a value in quotes)"},
    {"attributes.a = x", R"(column 16: got "x", want a value in quotes)"},
    {"attributes.a = attributes.b", R"(column 16: got "attributes", want a value in quotes)"},
    {R"(attributes:a = "x")", R"(column 14: got "=", want AND, OR or the end)"},
    {R"("x" = attributes.a)", "column 1: got a string, want attributes"},
    {R"(attributes.a = "x)",
     "column 18: got the end, want the end of the string that begins in "
     "column 16"},
    {R"(attributes.a = "x')", "column 19: got the end, want the end of the string"},
    {R"(attributes.a = "x\")", "column 20: got the end, want the end of the string"},
    {R"(attributes.a = "x\)", R"(column 18: got "\\", want \\, \", \n)"},
    {R"(attributes.a = "\q")", R"(column 17: got "\\", want \\, \")"},
    {R"(attributes.a = "\u12")", "column 17:"},
    {R"(attributes.a = "\x4")", "column 17:"},
    {R"(attributes.a = "\777")", "column 17:"},
    {R"(attributes.a = "\ud800")", "column 17:"},
    {R"(attributes.a = "\U00110000")", "column 17:"},
    // Columns are characters, not bytes.
    {"attributes.a = \"\xC3\xA9\xE3\x81\xBF\" x", "column 21: got \"x\""},
    // Operators in capitals, and each with two sides.
    {"attributes:a and attributes:b", R"(column 14: got "and", want AND, OR or the end)"},
    {"attributes:a ANDattributes:b", R"(column 14: got "ANDattributes")"},
    {"attributes:a attributes:b", R"(column 14: got "attributes", want AND, OR or the end)"},
    {"attributes:a AND", "column 17: got the end, want attributes"},
    {"OR attributes:a", R"(column 1: got "OR", want attributes)"},
    {"attributes:a AND OR attributes:b", R"(column 18: got "OR")"},
    {"not attributes:a", R"(column 1: got "not")"},
    {"NOT", "column 4: got the end"},
    {R"(attributes.a = ("x" OR "y"))", R"(column 16: got "(", want a value in quotes)"},
    // AND beside OR.
    {"attributes:a AND attributes:b OR attributes:c",
     R"(column 31: got "OR", want parentheses around what belongs together: beside AND)"},
    {"attributes:a OR (attributes:b) OR attributes:c AND attributes:d",
     R"(column 48: got "AND", want parentheses)"},
    {"(attributes:a OR attributes:b AND attributes:c)", R"(column 31: got "AND", want paren)"},
    // Functions.
    {"hasPrefix", "column 10: got the end, want \"(\""},
    {"hasPrefix(attributes:a, \"x\")", R"(column 21: got ":", want "." and a key)"},
    {"hasPrefix(a, \"x\")", R"(column 11: got "a", want attributes)"},
    {"hasPrefix(attributes.a)", R"_(column 23: got ")", want ",")_"},
    {"hasPrefix(attributes.a, x)", R"(column 25: got "x", want a prefix in quotes)"},
    {"hasPrefix(attributes.a, \"x\", \"y\")", R"_(column 28: got ",", want ")")_"},
    {"hasSuffix(attributes.a, \"x\")", R"(column 1: got "hasSuffix")"},
    {"hasprefix(attributes.a, \"x\")", R"(column 1: got "hasprefix")"},
};

TEST(Filter, SaysWhereAndWhyItIsNone) {
  for (const ErrorCase& test : kErrorCases) {
    const absl::Status status = Filter::Parse(test.text).status();
    ASSERT_FALSE(status.ok()) << test.text;
    EXPECT_TRUE(absl::StrContains(status.message(), test.message))
        << test.text << "\n"
        << status.message() << "\nwant: " << test.message;
    EXPECT_GT(ColumnOf(status), 0u);
  }
}

TEST(Filter, HasAtMost256Bytes) {
  const auto filter_of = [](size_t size) {
    std::string text = "attributes.a = \"";
    text.resize(size - 1, 'x');
    return absl::StrCat(text, "\"");
  };
  EXPECT_TRUE(Filter::Parse(filter_of(256)).ok());
  const absl::Status status = Filter::Parse(filter_of(257)).status();
  EXPECT_EQ(status.message(), "filter: column 257: got 257 bytes, want at most 256");
  EXPECT_FALSE(Filter::Parse(std::string(257, ' ')).ok());
  // Bytes, not characters.
  EXPECT_FALSE(Filter::Parse(absl::StrReplaceAll(filter_of(200), {{"x", "\xC3\xA9"}})).ok());
}

// As deep as 256 bytes can be.
TEST(Filter, NestsAsDeepAsItsLengthAllows) {
  const std::string parentheses =
      absl::StrCat(std::string(122, '('), "attributes:a", std::string(122, ')'));
  EXPECT_TRUE(Filter::Parse(parentheses)->Matches({{"a", "1"}}));
  const std::string negations = absl::StrCat(std::string(243, '-'), "attributes:a");
  EXPECT_FALSE(Filter::Parse(negations)->Matches({{"a", "1"}}));
  EXPECT_FALSE(Filter::Parse(std::string(256, '(')).ok());
}

// Text, and what it must say, worked out beside it in the plainest way.
struct Random {
  std::mt19937_64 lots{testing::Seed()};

  size_t Below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(lots); }
  std::string OneOf(const std::vector<std::string>& choices) {
    return choices[Below(choices.size())];
  }

  Attributes MakeAttributes() {
    Attributes attributes;
    for (const char* const key : {"a", "b", "c"}) {
      if (Below(3) > 0) attributes.emplace_back(key, OneOf({"", "x", "xy", "y"}));
    }
    return attributes;
  }

  // A filter over `attributes` of at most `depth` levels: its text, and whether it holds.
  std::pair<std::string, bool> MakeFilter(const Attributes& attributes, size_t depth) {
    switch (depth == 0 ? 0 : Below(4)) {
      case 0:
        return MakeComparison(attributes);
      case 1: {
        const auto [text, holds] = MakeFilter(attributes, depth - 1);
        return {absl::StrCat(OneOf({"NOT ", "-", " - ", "NOT"}), "(", text, ")"), !holds};
      }
      default: {
        const bool all = Below(2) == 0;
        std::vector<std::string> texts;
        bool holds = all;
        for (size_t i = 0, count = 2 + Below(2); i < count; ++i) {
          const auto [text, part] = MakeFilter(attributes, depth - 1);
          texts.push_back(absl::StrCat("(", text, ")"));
          holds = all ? holds && part : holds || part;
        }
        return {absl::StrJoin(texts, all ? " AND " : "OR"), holds};
      }
    }
  }

  std::pair<std::string, bool> MakeComparison(const Attributes& attributes) {
    const std::string key = OneOf({"a", "b", "c"});
    const std::string written = OneOf({key, absl::StrCat("\"", key, "\"")});
    const std::string value = OneOf({"", "x", "xy", "y"});
    const auto found = std::find_if(attributes.begin(), attributes.end(),
                                    [&](const auto& each) { return each.first == key; });
    const bool has = found != attributes.end();
    switch (Below(4)) {
      case 0:
        return {absl::StrCat("attributes:", written), has};
      case 1:
        return {absl::StrCat("attributes.", written, " = \"", value, "\""),
                has && found->second == value};
      case 2:
        return {absl::StrCat("attributes.", written, "!='", value, "'"),
                !has || found->second != value};
      default:
        return {absl::StrCat("hasPrefix(attributes.", written, ",\"", value, "\")"),
                has && found->second.substr(0, value.size()) == value};
    }
  }
};

TEST(Filter, SaysOfRandomFiltersWhatTheyMean) {
  SCOPED_TRACE(absl::StrCat("TRELLIS_SEED=", testing::Seed()));
  Random random;
  int parsed = 0;
  int passed = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Attributes attributes = random.MakeAttributes();
    const auto [text, holds] = random.MakeFilter(attributes, 3);
    if (text.size() > kFilterBytesMax) continue;
    const auto filter = Filter::Parse(text);
    ASSERT_TRUE(filter.ok()) << text << "\n" << filter.status();
    ASSERT_EQ(filter->Matches(attributes), holds) << text;
    ++parsed;
    passed += holds;
  }
  EXPECT_GT(parsed, 10'000);
  EXPECT_GT(passed, parsed / 5);
  EXPECT_LT(passed, parsed * 4 / 5);
}

TEST(Filter, SurvivesJunk) {
  SCOPED_TRACE(absl::StrCat("TRELLIS_SEED=", testing::Seed()));
  Random random;
  const Attributes attributes = random.MakeAttributes();
  int refused = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string text = random.MakeFilter(attributes, 2).first.substr(0, kFilterBytesMax);
    for (size_t edits = 1 + random.Below(4); edits > 0; --edits) {
      const size_t at = random.Below(text.size() + 1);
      const std::string with =
          random.OneOf({"",           "(",
                        ")",          "\"",
                        "'",          "\\",
                        "\\u",        "\\x",
                        ":",          ".",
                        "=",          "!=",
                        ",",          "-",
                        " ",          "AND",
                        "OR",         "NOT",
                        "a",          "hasPrefix",
                        "attributes", std::string(1, static_cast<char>(random.Below(256)))});
      text.replace(at, random.Below(3), with);
    }
    const auto filter = Filter::Parse(text);
    if (filter.ok()) {
      filter->Matches(attributes);
      continue;
    }
    ++refused;
    const size_t column = ColumnOf(filter.status());
    ASSERT_GE(column, 1u) << text;
    ASSERT_LE(column, text.size() + 1) << text;
  }
  EXPECT_GT(refused, 10'000);
}

}  // namespace
}  // namespace trellis::queue
