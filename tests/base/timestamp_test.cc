#include "base/timestamp.h"

#include "gtest/gtest.h"

namespace trellis {
namespace {

TEST(ToTimestamp, KeepsMicroseconds) {
  const absl::Time time = absl::FromUnixMicros(1'663'150'800'123'456);
  EXPECT_EQ(ToTimestamp(time).seconds(), 1'663'150'800);
  EXPECT_EQ(ToTimestamp(time).nanos(), 123'456'000);
  EXPECT_EQ(FromTimestamp(ToTimestamp(time)), time);
  EXPECT_EQ(ToTimestamp(time + absl::Nanoseconds(999)).nanos(), 123'456'000);
}

}  // namespace
}  // namespace trellis
