#include "rendering/words.h"

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace trellis::rendering {
namespace {

v1::Supporter Parse(const std::string& text) {
  v1::Supporter supporter;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &supporter));
  return supporter;
}

TEST(DateInWords, NamesTheDayOfTheWeek) {
  EXPECT_EQ(DateInWords("2022-09-20"), "Tue 20 Sep 2022");
  EXPECT_EQ(DateInWords("2024-02-29"), "Thu 29 Feb 2024");
  EXPECT_EQ(DateInWords("2022-10-01"), "Sat 1 Oct 2022");
  EXPECT_EQ(LongDateInWords("2022-09-20"), "Tuesday 20 September 2022");
}

TEST(DateInWords, LeavesTextThatIsNoDate) {
  for (const char* text : {"", "w/c 19/9", "2022-9-20", "2022-02-30", "2022-09-20T09:00"}) {
    EXPECT_EQ(DateInWords(text), text);
    EXPECT_EQ(LongDateInWords(text), text);
  }
}

TEST(IsoDate, IsTheContractsForm) { EXPECT_EQ(IsoDate(absl::CivilDay(2022, 9, 2)), "2022-09-02"); }

TEST(TimeInWords, IsLondonTimeInSummerAndWinter) {
  google::protobuf::Timestamp winter;
  winter.set_seconds(1795251900);  // 2026-11-21 09:05 UTC.
  EXPECT_EQ(TimeInWords(winter), "21 Nov 2026, 09:05");
  EXPECT_EQ(TimeInWords(absl::FromUnixSeconds(1663340700)), "16 Sep 2022, 16:05");  // 15:05 UTC.
}

TEST(EnumInWords, IsLowerCaseWithSpaces) {
  EXPECT_EQ(EnumInWords(v1::Signature::SEEN_AND_DISCUSSED), "seen and discussed");
  EXPECT_EQ(EnumInWords(v1::INDUCTION_TUTOR), "induction tutor");
  EXPECT_EQ(EnumInWords(v1::ECT), "ECT");
  EXPECT_EQ(EnumInWords(v1::PARTLY_MET), "partly met");
  EXPECT_EQ(EnumInWords(static_cast<v1::Capacity>(99)), "99");
}

TEST(SupporterInWords, SaysWhatIsKnown) {
  EXPECT_EQ(SupporterInWords(Parse("name: 'Jo Marsh' role: 'Faculty Leader'")),
            "Jo Marsh (Faculty Leader)");
  EXPECT_EQ(SupporterInWords(Parse("person: 'people/1' role: 'Mentor'")), "Mentor");
  EXPECT_EQ(SupporterInWords(Parse("person: 'people/1'")), "people/1");
  google::protobuf::RepeatedPtrField<v1::Supporter> supporters;
  EXPECT_EQ(SupportersInWords(supporters), "");
  *supporters.Add() = Parse("role: 'Faculty Leader'");
  *supporters.Add() = Parse("role: 'Lead Practitioner'");
  EXPECT_EQ(SupportersInWords(supporters), "Faculty Leader; Lead Practitioner");
}

TEST(Count, KnowsSingularAndPlural) {
  EXPECT_EQ(Count(1, "day"), "1 day");
  EXPECT_EQ(Count(3, "day"), "3 days");
}

TEST(JoinWithAnd, JoinsAnyNumber) {
  EXPECT_EQ(JoinWithAnd({}), "");
  EXPECT_EQ(JoinWithAnd({"7a"}), "7a");
  EXPECT_EQ(JoinWithAnd({"7a", "7d"}), "7a and 7d");
  EXPECT_EQ(JoinWithAnd({"7a", "7b", "7d"}), "7a, 7b and 7d");
}

TEST(Capitalised, ChangesTheFirstLetterOnly) {
  EXPECT_EQ(Capitalised("maintain good"), "Maintain good");
  EXPECT_EQ(Capitalised("éa"), "éa");
  EXPECT_EQ(Capitalised(""), "");
}

TEST(EndsSentence, LooksBehindQuotationMarks) {
  EXPECT_TRUE(EndsSentence("Yes."));
  EXPECT_TRUE(EndsSentence("(“Is it?”)"));
  EXPECT_TRUE(EndsSentence("and so on…"));
  EXPECT_FALSE(EndsSentence("the plan (statutory leave)"));
  EXPECT_FALSE(EndsSentence(""));
}

}  // namespace
}  // namespace trellis::rendering
