#include "domain/codec.h"

#include "base/error.h"
#include "gtest/gtest.h"
#include "trellis/v1/events.pb.h"

namespace trellis::domain {
namespace {

TEST(DecodeEvent, ReadsWhatWasWritten) {
  v1::SupportPlanEvent event;
  event.set_occurred_on("2022-09-14");
  event.mutable_plan_resumed()->set_note("Welcome back.");
  const auto decoded = DecodeEvent<v1::SupportPlanEvent>(event.SerializeAsString());
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->SerializeAsString(), event.SerializeAsString());
  EXPECT_EQ(TypeOf(*decoded), "trellis.v1.PlanResumed");
  EXPECT_EQ(&KindOf(*decoded), &decoded->plan_resumed());
}

TEST(DecodeEvent, RefusesBytesThatAreNoEvent) {
  const auto decoded = DecodeEvent<v1::SupportPlanEvent>("\xff\xff\xff");
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ErrorReason(decoded.status()), "EVENT_UNREADABLE");
}

// Field 99 of the oneof, as a newer program may have written it.
TEST(DecodeEvent, RefusesKindsItDoesNotKnow) {
  const auto decoded =
      DecodeEvent<v1::SupportPlanEvent>(absl::string_view("\x0a\x0a"
                                                          "2026-11-21\x9a\x06\x00",
                                                          15));
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorReason(decoded.status()), "EVENT_TOO_NEW");
  EXPECT_EQ(ErrorReason(DecodeEvent<v1::SupportPlanEvent>("").status()), "EVENT_TOO_NEW");
}

// A newer program added a field to a kind that is known: it is kept and given on.
TEST(DecodeEvent, KeepsFieldsItDoesNotKnow) {
  v1::SupportPlanEvent event;
  event.mutable_plan_paused()->set_reason(v1::Pause::ABSENCE);
  event.mutable_plan_paused()
      ->GetReflection()
      ->MutableUnknownFields(event.mutable_plan_paused())
      ->AddVarint(77, 7);
  const std::string bytes = event.SerializeAsString();
  const auto decoded = DecodeEvent<v1::SupportPlanEvent>(bytes);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->SerializeAsString(), bytes);
}

}  // namespace
}  // namespace trellis::domain
