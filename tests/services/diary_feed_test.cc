// The diary as a calendar program gets it: over HTTP, at a secret address.
#include <httplib.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/directory_service.pb.h"

namespace trellis::services {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSecret[] = "3p8Qk2vN7xT5mR9wZ1cY4g";

class DiaryFeedTest : public ServiceTest {
 protected:
  // The state of a person after the command.
  v1::Person GiveOn(const testing::Actor& actor, const google::protobuf::Message& command) {
    const auto reply = Ask<v1::PersonReply>(actor, command);
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.value_or(v1::PersonReply()).person();
  }

  // Gives the ECT a feed.
  void MakeFeed() {
    v1::CreateDiaryFeedRequest feed;
    feed.set_name(testing::Ect().party.person());
    feed.set_request_id(testing::NewId());
    feed.mutable_diary_feed()->set_secret_digest(std::string(AsBytes(Sha256(kSecret))));
    GiveOn(testing::Ect(), feed);
  }

  static std::string Uuid() { return testing::Ect().party.person().substr(sizeof("people/") - 1); }

  httplib::Result Get(const std::string& uuid, const std::string& secret) {
    httplib::Client http(absl::StrCat("http://", server_.http_address()));
    return http.Get(absl::StrCat("/diary/", uuid, "/", secret, ".ics"));
  }
};

TEST_F(DiaryFeedTest, SaysDaysAndNothingAboutAnybody) {
  const v1::SupportPlan plan = Open();
  MakeFeed();
  const auto feed = Get(Uuid(), kSecret);
  ASSERT_TRUE(feed);
  EXPECT_EQ(feed->status, 200);
  EXPECT_EQ(feed->get_header_value("Content-Type"), "text/calendar; charset=utf-8");
  EXPECT_THAT(feed->body, HasSubstr("SUMMARY:Review meeting\r\n"));
  for (const v1::Review& review : plan.reviews()) {
    std::string day = review.scheduled_on();
    day.erase(std::remove(day.begin(), day.end(), '-'), day.end());
    EXPECT_THAT(feed->body, HasSubstr(absl::StrCat("DTSTART;VALUE=DATE:", day, "\r\n")));
  }
  for (const std::string& told :
       {plan.ect().name(), plan.induction_tutor().name(), plan.school().name(),
        std::string("support"), std::string("Support")}) {
    EXPECT_THAT(feed->body, Not(HasSubstr(told)));
  }
  // A uid may hold any two characters by chance.
  EXPECT_THAT(
      feed->body,
      Not(ContainsRegex(absl::StrCat("SUMMARY[^\n]*", plan.concerns(0).standard().code()))));
}

TEST_F(DiaryFeedTest, TellsNobodyElseWhetherThereIsOne) {
  Open();
  MakeFeed();
  const auto wrong = Get(Uuid(), "3p8Qk2vN7xT5mR9wZ1cY4h");
  const auto nobody = Get("00000000-0000-4000-8000-0000000000ff", kSecret);
  const auto no_uuid = Get("everybody", kSecret);
  const auto empty = Get(Uuid(), "");
  for (const httplib::Result* const answer : {&wrong, &nobody, &no_uuid, &empty}) {
    ASSERT_TRUE(*answer);
    EXPECT_EQ((*answer)->status, 404);
    EXPECT_EQ((*answer)->body, wrong->body);
  }
}

TEST_F(DiaryFeedTest, EndsWhenItIsRevoked) {
  Open();
  MakeFeed();
  ASSERT_EQ(Get(Uuid(), kSecret)->status, 200);
  v1::RevokeDiaryFeedRequest revoke;
  revoke.set_name(testing::Ect().party.person());
  revoke.set_request_id(testing::NewId());
  revoke.set_feed_id("f1");
  GiveOn(testing::Ect(), revoke);
  EXPECT_EQ(Get(Uuid(), kSecret)->status, 404);
}

TEST_F(DiaryFeedTest, CancelsWithAHigherSequenceWhatWasCancelled) {
  const v1::SupportPlan plan = Open();
  MakeFeed();
  EXPECT_THAT(Get(Uuid(), kSecret)->body, Not(HasSubstr("STATUS:CANCELLED")));
  Give(testing::Tutor(),
       testing::RequestFor<v1::ClosePlanRequest>(plan.name(), "reason: LEFT words: 'Moved away.'"));
  const std::string feed = Get(Uuid(), kSecret)->body;
  EXPECT_THAT(feed, HasSubstr("STATUS:CANCELLED"));
  EXPECT_THAT(feed, HasSubstr(absl::StrCat("SEQUENCE:", plan.revision() + 1, "\r\n")));
}

}  // namespace
}  // namespace trellis::services
