#include "clients/trellis/grammar/field_value.h"

#include <gtest/gtest.h>

#include "tests/clients/testing.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::cli {
namespace {

TEST(FieldValue, ReadsEnumsInAnySpelling) {
  for (const std::string word : {"induction-on-hold", "INDUCTION_ON_HOLD", "Induction On Hold"}) {
    const auto request = BuildAs<v1::PausePlanRequest>({"plan", "pause", kUuid, "--reason", word});
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->reason(), v1::Pause::INDUCTION_ON_HOLD);
  }
  EXPECT_EQ(ErrorOf(Build({"plan", "pause", kUuid, "--reason", "illness"})),
            "--reason: got \"illness\", want one of statutory-leave, absence, induction-on-hold, "
            "other");
}

TEST(FieldValue, ReadsNumbers) {
  const auto request =
      BuildAs<v1::GetSupportPlanRequest>({"plan", "get", kUuid, "--revision", "12"});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->revision(), 12);
  EXPECT_EQ(ErrorOf(Build({"plan", "get", kUuid, "--revision", "twelve"})),
            "--revision: got \"twelve\", want a whole number of 64 bits");
  EXPECT_EQ(ErrorOf(Build({"plan", "show", kUuid, "--width", "3000000000"})),
            "--width: got \"3000000000\", want a whole number of 32 bits");
}

TEST(FieldValue, ReadsTimes) {
  const auto request = BuildAs<v1::GetSupportPlanRequest>(
      {"plan", "get", kUuid, "--as-of-time", "2026-09-14T10:30:00.25+01:00"});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->as_of_time().seconds(), 1789378200);
  EXPECT_EQ(request->as_of_time().nanos(), 250'000'000);
  EXPECT_EQ(ErrorOf(Build({"plan", "get", kUuid, "--as-of-time", "yesterday"})),
            "--as-of-time: got \"yesterday\", want a time such as 2026-09-14T09:30:00Z");
}

TEST(FieldValue, CompletesBareUuids) {
  const auto request = BuildAs<v1::ListSupportPlansRequest>(
      {"plan", "list", "--ect", "6F1C2D3E-4B5A-4978-8C6D-0A1B2C3D4E5F", "--induction-tutor",
       absl::StrCat("people/", kUuid)});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->ect(), absl::StrCat("people/", kUuid));
  EXPECT_EQ(request->induction_tutor(), absl::StrCat("people/", kUuid));
}

TEST(FieldValue, TakesASupporterAsARoleOrAsJson) {
  const auto request = BuildAs<v1::ArrangeSupportRequest>(
      {"plan", "arrange-support", kUuid, "--supported-by", "Faculty Leader", "--supported-by",
       "{\"role\":\"Coach\",\"name\":\"A. Osei\"}"});
  ASSERT_TRUE(request.ok()) << request.status();
  ASSERT_EQ(request->support().supported_by_size(), 2);
  EXPECT_EQ(request->support().supported_by(0).role(), "Faculty Leader");
  EXPECT_EQ(request->support().supported_by(1).role(), "Coach");
  EXPECT_EQ(request->support().supported_by(1).name(), "A. Osei");
}

TEST(FieldValue, TakesMessagesAsJsonObjects) {
  const auto request = BuildAs<v1::CompleteReviewRequest>(
      {"plan", "complete-review", kUuid, "--judgements",
       "{\"targetId\":\"t1\",\"judgement\":\"partly-met\"}", "--judgements",
       "{\"target_id\":\"t2\",\"judgement\":\"MET\"}"});
  ASSERT_TRUE(request.ok()) << request.status();
  ASSERT_EQ(request->judgements_size(), 2);
  EXPECT_EQ(request->judgements(0).judgement(), v1::PARTLY_MET);
  EXPECT_EQ(request->judgements(1).target_id(), "t2");
  EXPECT_EQ(ErrorOf(Build({"plan", "complete-review", kUuid, "--judgements", "t1: met"})),
            "--judgements: got \"t1: met\", want a JSON object, a TargetJudgement");
  const std::string broken =
      ErrorOf(Build({"plan", "complete-review", kUuid, "--judgements", "{\"target\":\"t1\"}"}));
  EXPECT_EQ(broken.find("--judgements: "), 0u) << broken;
  EXPECT_EQ(broken.find('\n'), std::string::npos) << broken;
}

TEST(FieldValue, RefusesTextThatIsNotUtf8) {
  for (const std::string text :
       {"caf\xe9", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
    EXPECT_NE(
        ErrorOf(Build({"plan", "sign", kUuid, "--statement", text})).find("want text in UTF-8"),
        std::string::npos);
  }
  const auto request = BuildAs<v1::SignRequest>({"plan", "sign", kUuid, "--statement", "café € 😀"});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->statement(), "café € 😀");
}

TEST(FieldValue, RepeatsAFlagForEachItemOfAList) {
  const auto request =
      BuildAs<v1::LogObservationRequest>({"plan", "log-observation", kUuid, "--standard-codes",
                                          "7a", "--standard-codes", "7d", "--paired"});
  ASSERT_TRUE(request.ok()) << request.status();
  ASSERT_EQ(request->observation().standard_codes_size(), 2);
  EXPECT_EQ(request->observation().standard_codes(1), "7d");
  EXPECT_TRUE(request->observation().paired());
}

}  // namespace
}  // namespace trellis::cli
