#include "projections/events_by_stream.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"

namespace trellis::projections {
namespace {

using ::testing::ElementsAre;

class EventsByStreamTest : public ::testing::Test {
 protected:
  // An event of `plan` at the next position; returns what was left in its place.
  eventstore::Record Add(const std::string& plan) {
    eventstore::Record record;
    record.header.position = ++position_;
    record.header.stream = plan;
    record.payload = std::string(position_, 'x');
    events_.Add(record);
    return record;
  }

  // Applies all; those in `refused` are refused.
  absl::Status Apply(const std::vector<uint64_t>& refused = {}) {
    applied_.clear();
    return events_.Apply([&](const eventstore::Record& record) {
      const uint64_t position = record.header.position;
      applied_.push_back(absl::StrCat(record.header.stream, position));
      for (const uint64_t other : refused) {
        if (other == position) return absl::DataLossError(absl::StrCat(position));
      }
      return absl::OkStatus();
    });
  }

  EventsByStream events_;
  uint64_t position_ = 0;
  std::vector<std::string> applied_;
};

TEST_F(EventsByStreamTest, AreAppliedPlanByPlanInTheirOrder) {
  for (const char* const plan : {"a", "b", "c", "b", "a", "a"}) Add(plan);
  EXPECT_EQ(events_.streams(), 3u);
  EXPECT_EQ(events_.bytes(), 21u);
  EXPECT_EQ(Apply(), absl::OkStatus());
  EXPECT_THAT(applied_, ElementsAre("a1", "a5", "a6", "b2", "b4", "c3"));
}

TEST_F(EventsByStreamTest, AreRefusedForTheFirstByPositionThatIsRefused) {
  for (const char* const plan : {"a", "b", "c", "b", "a", "a"}) Add(plan);
  EXPECT_EQ(Apply({4, 5}), absl::DataLossError("4"));
  EXPECT_EQ(Apply({5, 6}), absl::DataLossError("5"));
  EXPECT_EQ(Apply({3, 2, 6}), absl::DataLossError("2"));
  EXPECT_EQ(Apply({1}), absl::DataLossError("1"));
  EXPECT_THAT(applied_, ElementsAre("a1"));
}

TEST_F(EventsByStreamTest, GiveTheMemoryOfABatchToTheNext) {
  Add("a");
  Add("b");
  EXPECT_EQ(Apply(), absl::OkStatus());
  events_.Clear();
  EXPECT_EQ(events_.streams(), 0u);
  EXPECT_EQ(events_.bytes(), 0u);
  EXPECT_EQ(Apply(), absl::OkStatus());
  EXPECT_THAT(applied_, ElementsAre());
  EXPECT_EQ(Add("b").header.stream, "a");
  EXPECT_EQ(Apply(), absl::OkStatus());
  EXPECT_THAT(applied_, ElementsAre("b3"));
}

}  // namespace
}  // namespace trellis::projections
