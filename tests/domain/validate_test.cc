// What the scenarios do not show: the limits to the character, and the validator's own promises.
#include "domain/validate.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Violations(const google::protobuf::Message& request) {
  const absl::Status status = Validate(request);
  std::vector<std::string> all;
  if (status.ok()) return all;
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
  google::rpc::BadRequest bad;
  EXPECT_TRUE(bad.ParseFromString(
      std::string(*status.GetPayload("type.googleapis.com/google.rpc.BadRequest"))));
  for (const auto& violation : bad.field_violations()) {
    all.push_back(absl::StrCat(violation.field(), ": ", violation.description()));
  }
  return all;
}

v1::AddCommentRequest Comment(const std::string& words) {
  v1::AddCommentRequest request;
  request.set_name("supportPlans/00000000-0000-4000-8000-00000000000a");
  request.set_request_id("5e000000-0000-4000-8000-000000000001");
  request.mutable_comment()->set_words(words);
  return request;
}

TEST(Validate, CountsCharactersNotBytes) {
  std::string words;
  for (int i = 0; i < 10'000; ++i) absl::StrAppend(&words, "ü");
  EXPECT_THAT(Violations(Comment(words)), IsEmpty());
  EXPECT_THAT(Violations(Comment(words + "ü")),
              ElementsAre("comment.words: got 10001 characters, want at most 10000"));
}

TEST(Validate, RefusesControlCharacters) {
  EXPECT_THAT(Violations(Comment("a tab\tand\r\na line, pupils’ – 日本語 🎓")), IsEmpty());
  for (const std::string& bad :
       {std::string("\0", 1), std::string("\x1b[2J"), std::string("\x7f"), std::string("\xc2\x85"),
        std::string("\xc2\x9b"), std::string("\b")}) {
    EXPECT_THAT(Violations(Comment("text" + bad)),
                ElementsAre(HasSubstr("got a control character")));
  }
  // The no-break space and what follows it are text.
  EXPECT_THAT(Violations(Comment("30\xc2\xa0%")), IsEmpty());
}

TEST(Validate, TakesBlanksForNothing) {
  EXPECT_THAT(Violations(Comment(" \t\r\n")),
              ElementsAre("comment.words: got only blanks, want text"));
  v1::AddCommentRequest request = Comment("Words.");
  request.set_late_reason("  ");
  EXPECT_THAT(Violations(request), ElementsAre("late_reason: got only blanks, want text"));
}

TEST(Validate, ChecksTheFormats) {
  v1::AddCommentRequest request = Comment("Words.");
  request.set_name("supportPlans/00000000-0000-4000-8000-00000000000A");
  request.set_etag("12");
  request.mutable_comment()->set_about_id("c01");
  EXPECT_THAT(Violations(request),
              ElementsAre("name: got \"supportPlans/00000000-0000-4000-8000-00000000000A\", want "
                          "supportPlans/{uuid}",
                          "etag: got \"12\", want a revision in double quotes, such as \"12\"",
                          "comment.about_id: got \"c01\", want an entry id such as c1"));
  for (const char* const urn : {"12345", "012345", "12345678", "12345a", "１２３４５６"}) {
    v1::ListSupportPlansRequest list;
    list.set_school_urn(urn);
    EXPECT_THAT(Violations(list), ElementsAre(HasSubstr("want a URN"))) << urn;
  }
  for (const char* const urn : {"123456", "1234567"}) {
    v1::ListSupportPlansRequest list;
    list.set_school_urn(urn);
    EXPECT_THAT(Violations(list), IsEmpty()) << urn;
  }
}

TEST(Validate, ShowsNoMoreThanABitOfWhatItGot) {
  v1::AddCommentRequest request = Comment("Words.");
  std::string name;
  for (int i = 0; i < 100; ++i) absl::StrAppend(&name, "ü\n");
  request.set_name(name);
  const std::vector<std::string> violations = Violations(request);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_LT(violations[0].size(), 200u);
  EXPECT_THAT(violations[0], HasSubstr("\\n"));
  EXPECT_THAT(violations[0], HasSubstr("...\""));
}

TEST(Validate, ListsAtMostFifty) {
  v1::OpenSupportPlanRequest request;
  for (int i = 0; i < 100; ++i) request.mutable_support_plan()->add_targets();
  EXPECT_EQ(Violations(request).size(), 50u);
}

TEST(Validate, RefusesEnumValuesItDoesNotKnow) {
  v1::PausePlanRequest request;
  request.set_name("supportPlans/00000000-0000-4000-8000-00000000000a");
  request.set_request_id("5e000000-0000-4000-8000-000000000001");
  request.set_reason(static_cast<v1::Pause::Reason>(99));
  EXPECT_THAT(Violations(request),
              ElementsAre("reason: got 99, want one of STATUTORY_LEAVE, ABSENCE, "
                          "INDUCTION_ON_HOLD, OTHER"));
}

TEST(Validate, SkipsWhatTheServerSets) {
  v1::AddCommentRequest request = Comment("Words.");
  request.mutable_comment()->set_comment_id("not an id");
  request.mutable_comment()->mutable_entry()->set_occurred_on("never");
  EXPECT_THAT(Violations(request), IsEmpty());
  ClearOutputOnly(request);
  EXPECT_EQ(request.comment().ShortDebugString(), "words: \"Words.\"");
}

TEST(WhyInvalid, ReadsTheRulesOfTheField) {
  const auto& field = *v1::Review::descriptor()->FindFieldByName("purpose");
  EXPECT_EQ(WhyInvalid(field, std::string(500, 'x')), "");
  EXPECT_EQ(WhyInvalid(field, std::string(501, 'x')), "got 501 characters, want at most 500");
}

}  // namespace
}  // namespace trellis::domain
