// What the scenarios cannot show: digests, and days on which the clock changes.
#include "domain/support_plan.h"

#include "base/clock.h"
#include "domain/codec.h"
#include "gtest/gtest.h"
#include "tests/scenarios/given_when_then.h"

namespace trellis::testing {
namespace {

Given On(absl::CivilDay today, const char* role, v1::Capacity capacity) {
  return {.today = today, .actor = PartyNamed(role), .capacity = capacity, .command = {}};
}

Given Opening() {
  Given given = On(absl::CivilDay(2022, 9, 14), "induction_tutor", v1::INDUCTION_TUTOR);
  given.command.mutable_open_support_plan()->mutable_support_plan();
  FillIn(given.command, 1);
  return given;
}

domain::Plan PlanIn(const World& world) { return world.Find(kPlan).as<domain::Plan>(); }

Given Signing(const domain::Plan& plan) {
  Given given = On(absl::CivilDay(2022, 9, 15), "ect", v1::ECT);
  given.command.mutable_sign()->set_content_revision(plan.content_revision());
  given.command.mutable_sign()->set_seen_and_discussed(true);
  FillIn(given.command, 2);
  return given;
}

TEST(ASignature, IsBoundToTheDigestOfWhatWasRead) {
  World world;
  ASSERT_TRUE(world.Give(Opening()).ok());
  const domain::Plan opened = PlanIn(world);
  EXPECT_EQ(opened.content_digest().size(), 32u);
  const Decided decided = world.Give(Signing(opened));
  ASSERT_TRUE(decided.ok());
  EXPECT_EQ(decided->events.at(0).as<v1::SupportPlanEvent>().signed_().content_digest(),
            opened.content_digest());
  EXPECT_EQ(PlanIn(world).content_digest(), opened.content_digest());
  EXPECT_EQ(PlanIn(world).signatures(0).content_digest(), opened.content_digest());
}

// One letter more in what was recorded, and nobody can have signed it.
TEST(TheDigest, FollowsFromEveryByteThatWasStored) {
  World world;
  ASSERT_TRUE(world.Give(Opening()).ok());
  std::vector<Stored> events = world.Events(kPlan);
  events[1].bytes.back() ^= 1;
  events[1].facts.payload_digest = Sha256(events[1].bytes);
  EXPECT_NE(Fold(kPlan, events).as<domain::Plan>().content_digest(),
            PlanIn(world).content_digest());
}

TEST(LateDays, CountDaysInLondon) {
  v1::SupportPlanEvent event;
  event.set_occurred_on("2022-10-01");
  event.set_late_reason("Ill.");
  // Half past eleven in the evening in UTC is the next day in London until the clock goes back.
  const absl::TimeZone utc = absl::UTCTimeZone();
  const auto late = [&](int day) {
    return domain::LateDays(event.occurred_on(), event.late_reason(),
                            absl::FromCivil(absl::CivilMinute(2022, 10, day, 23, 30), utc));
  };
  ASSERT_EQ(London().name(), "Europe/London");
  EXPECT_EQ(late(28), 28);
  EXPECT_EQ(late(29), 29);
  EXPECT_EQ(late(30), 29);
  EXPECT_EQ(late(31), 30);
}

TEST(LateDays, AreNoneWithoutAReason) {
  v1::SupportPlanEvent event;
  event.set_occurred_on("2022-10-01");
  EXPECT_EQ(domain::LateDays(event.occurred_on(), event.late_reason(),
                             absl::FromUnixSeconds(2'000'000'000)),
            0);
}

// A plan of a school that has its appropriate body still to find: nobody confirms it.
TEST(APlanWithoutAnAppropriateBody, IsConfirmedByNobody) {
  World world;
  Given opening = Opening();
  opening.command.mutable_open_support_plan()->mutable_support_plan()->clear_appropriate_body();
  ASSERT_TRUE(world.Give(opening).ok());
  Given given = On(absl::CivilDay(2022, 9, 15), "appropriate_body", v1::APPROPRIATE_BODY);
  given.command.mutable_confirm_as_appropriate_body()->set_confirmation(v1::Confirmation::AREAS);
  FillIn(given.command, 2);
  EXPECT_EQ(world.Give(given).status().code(), absl::StatusCode::kPermissionDenied);
  given.actor.clear_person();
  EXPECT_EQ(world.Give(given).status().code(), absl::StatusCode::kPermissionDenied);
}

// The school's day, not the server's: at half past midnight in British Summer Time it is still
// yesterday in UTC.
TEST(Today, IsTheDayInLondon) {
  const absl::Time night =
      absl::FromCivil(absl::CivilMinute(2022, 6, 14, 23, 30), absl::UTCTimeZone());
  EXPECT_EQ(LondonDay(night), absl::CivilDay(2022, 6, 15));
  const absl::Time winter =
      absl::FromCivil(absl::CivilMinute(2022, 12, 14, 23, 30), absl::UTCTimeZone());
  EXPECT_EQ(LondonDay(winter), absl::CivilDay(2022, 12, 14));
}

}  // namespace
}  // namespace trellis::testing
