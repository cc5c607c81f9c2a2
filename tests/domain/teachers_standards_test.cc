// The official text was compared once, by hand, with teachers_standards.json; here the program is
// compared with that.
#include "domain/teachers_standards.h"

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace trellis::domain {
namespace {

using ::testing::HasSubstr;

google::protobuf::Struct ReadOfficialText() {
  std::ifstream file("tests/domain/teachers_standards.json");
  EXPECT_TRUE(file.is_open());
  std::stringstream text;
  text << file.rdbuf();
  google::protobuf::Struct official;
  const auto status = google::protobuf::util::JsonStringToMessage(text.str(), &official);
  EXPECT_TRUE(status.ok()) << status;
  return official;
}

const std::string& TextIn(const google::protobuf::Value& object, const std::string& field) {
  return object.struct_value().fields().at(field).string_value();
}

TEST(TeachersStandards, AreTheOfficialTextToTheLetter) {
  const google::protobuf::Struct official = ReadOfficialText();
  size_t next = 0;
  const auto expect_next = [&](const google::protobuf::Value& bullet, const std::string& heading) {
    ASSERT_LT(next, TeachersStandards().size());
    const v1::TeachersStandard& standard = TeachersStandards()[next++];
    EXPECT_EQ(standard.code(), TextIn(bullet, "code"));
    EXPECT_EQ(standard.text(), TextIn(bullet, "text"));
    EXPECT_EQ(standard.heading(), heading);
    EXPECT_EQ(standard.edition(), official.fields().at("edition").string_value());
  };
  for (const auto& standard : official.fields().at("part_one").list_value().values()) {
    for (const auto& bullet :
         standard.struct_value().fields().at("bullets").list_value().values()) {
      expect_next(bullet, TextIn(standard, "heading"));
    }
  }
  EXPECT_EQ(next, 35u);
  for (const auto& bullet : official.fields().at("part_two").list_value().values()) {
    expect_next(bullet, "Personal and professional conduct");
  }
  EXPECT_EQ(next, 35u + 8u);
  EXPECT_EQ(next, TeachersStandards().size());
}

TEST(TeachersStandards, HaveNoFinalStopAndTypographicApostrophes) {
  for (const v1::TeachersStandard& standard : TeachersStandards()) {
    EXPECT_FALSE(absl::EndsWith(standard.text(), ".")) << standard.code();
    EXPECT_FALSE(absl::StrContains(standard.text(), "'")) << standard.code();
  }
}

TEST(FindTeachersStandard, KnowsTheCodesOfPartOne) {
  const std::set<std::string> missing = {"1d", "1e", "5e", "6e", "7e"};
  for (char digit = '0'; digit <= '9'; ++digit) {
    for (char letter = 'a'; letter <= 'z'; ++letter) {
      const std::string code = {digit, letter};
      const bool valid = digit >= '1' && digit <= '8' && letter <= 'e' && !missing.contains(code);
      EXPECT_EQ(FindTeachersStandard(code) != nullptr, valid) << code;
      EXPECT_EQ(WhyNoTeachersStandard(code).empty(), valid) << code;
    }
  }
}

TEST(FindTeachersStandard, TakesTheWaysInWhichPeopleWriteThem) {
  for (const char* const code : {"7d", "7D", "7d)", "TS/7d", "ts/7D", " 7d ", "TS/7d)"}) {
    ASSERT_NE(FindTeachersStandard(code), nullptr) << code;
    EXPECT_EQ(FindTeachersStandard(code)->code(), "7d");
  }
  for (const char* const code : {"P2.1a", "p2.1A", "TS/P2.1a"}) {
    ASSERT_NE(FindTeachersStandard(code), nullptr) << code;
    EXPECT_EQ(FindTeachersStandard(code)->code(), "P2.1a");
  }
  for (const char* const code :
       {"", "7", "d", "7dd", "77d", "TS7d", "TS/", "TS/TS/7d", "ECF/7d", "ECF/8h", "/7d", "P2"}) {
    EXPECT_EQ(FindTeachersStandard(code), nullptr) << code;
  }
}

TEST(WhyNoTeachersStandard, NamesTheNearest) {
  const std::map<std::string, std::string> nearest = {
      {"9z", "8e"},        {"0a", "1a"},       {"1d", "1c"},     {"1e", "1c"},     {"5e", "5d"},
      {"6e", "6d"},        {"7e", "7d"},       {"8h", "8e"},     {"ECF/8h", "8e"}, {"ECF/1a", "1a"},
      {"ITTECF/5f", "5d"}, {"P2.1f", "P2.1e"}, {"P2.4", "P2.3"},
  };
  for (const auto& [code, name] : nearest) {
    EXPECT_THAT(
        WhyNoTeachersStandard(code),
        HasSubstr(absl::StrCat(
            "nearest ", code.find('/') == std::string::npos ? "is " : "Teachers' Standard is ",
            name, " (\"")))
        << code;
  }
}

TEST(WhyNoTeachersStandard, SaysWhatKindOfMistakeItIs) {
  EXPECT_THAT(WhyNoTeachersStandard("ECF/8h"),
              HasSubstr("judged against the Teachers' Standards only, not ECF statements"));
  EXPECT_THAT(WhyNoTeachersStandard("7"), HasSubstr("names a whole standard"));
  EXPECT_THAT(WhyNoTeachersStandard("7"), HasSubstr("such as 7a"));
  EXPECT_THAT(WhyNoTeachersStandard("9z"), HasSubstr("no Teachers' Standard has this code"));
  EXPECT_FALSE(WhyNoTeachersStandard("").empty());
  EXPECT_FALSE(WhyNoTeachersStandard("\xff\xfe/").empty());
  EXPECT_EQ(WhyNoTeachersStandard("TS/7d"), "");
}

}  // namespace
}  // namespace trellis::domain
