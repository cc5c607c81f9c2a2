#include "services/rate_limiter.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/grpc_status.h"
#include "tests/support/fake_clock.h"
#include "tests/support/rpc_client.h"

namespace trellis::services {
namespace {

using testing::ReasonOf;

constexpr RateLimit kLimit = {.per_second = 10, .burst = 3, .at_once = 2};

class RateLimiterTest : public ::testing::Test {
 protected:
  // A call that is answered at once.
  absl::Status Call(const std::string& caller, const RateLimit& limit = kLimit) {
    return limiter_->Enter(caller, limit).status();
  }
  testing::FakeClock clock_;
  const std::shared_ptr<RateLimiter> limiter_ = RateLimiter::Create(clock_, 4);
};

TEST_F(RateLimiterTest, ABurstIsTakenAndThenTheRate) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ReasonOf(Call("a")), "OK");
  const absl::Status refused = Call("a");
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "RATE_LIMITED");
  EXPECT_EQ(refused.message(), "a calls too often, want at most 10 a second");
  EXPECT_EQ(RetryDelay(refused), absl::Milliseconds(100));
  clock_.Advance(absl::Milliseconds(99));
  EXPECT_EQ(ReasonOf(Call("a")), "RATE_LIMITED");
  clock_.Advance(absl::Milliseconds(2));
  EXPECT_EQ(ReasonOf(Call("a")), "OK");
  EXPECT_EQ(ReasonOf(Call("a")), "RATE_LIMITED");
}

TEST_F(RateLimiterTest, WhoIsRefusedComesBackOneAfterTheOther) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ReasonOf(Call("a")), "OK");
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(RetryDelay(Call("a")), i * absl::Milliseconds(100));
  clock_.Advance(absl::Milliseconds(90));
  EXPECT_EQ(RetryDelay(Call("a")), absl::Milliseconds(310)) << "and none of them takes a token";
  for (int i = 0; i < 1000; ++i) Call("a").IgnoreError();
  EXPECT_LE(RetryDelay(Call("a")), RateLimiter::kRetryMax + absl::Milliseconds(100));
  clock_.Advance(absl::Minutes(1));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ReasonOf(Call("a")), "OK");
  EXPECT_EQ(RetryDelay(Call("a")), absl::Milliseconds(100));
}

TEST_F(RateLimiterTest, ABucketHoldsNoMoreThanTheBurst) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ReasonOf(Call("a")), "OK");
  clock_.Advance(absl::Hours(1));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ReasonOf(Call("a")), "OK");
  EXPECT_EQ(ReasonOf(Call("a")), "RATE_LIMITED");
}

TEST_F(RateLimiterTest, CallersAreIndependent) {
  for (int i = 0; i < 4; ++i) Call("noisy").IgnoreError();
  EXPECT_EQ(ReasonOf(Call("noisy")), "RATE_LIMITED");
  EXPECT_EQ(ReasonOf(Call("polite")), "OK");
}

TEST_F(RateLimiterTest, CallsInProgressAreCounted) {
  auto first = limiter_->Enter("a", kLimit);
  auto second = limiter_->Enter("a", kLimit);
  ASSERT_TRUE(first.ok() && second.ok());
  const absl::Status refused = Call("a");
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "TOO_MANY_CALLS");
  EXPECT_GT(RetryDelay(refused), absl::ZeroDuration());
  EXPECT_EQ(ReasonOf(Call("b")), "OK");
  // Left and gone is left once.
  (*first)->Leave();
  first->reset();
  EXPECT_EQ(ReasonOf(Call("a")), "OK");
  auto third = limiter_->Enter("a", {.per_second = 10, .burst = 100, .at_once = 2});
  EXPECT_EQ(ReasonOf(third), "RATE_LIMITED")
      << "refused calls take no tokens, and answered ones do";
}

TEST_F(RateLimiterTest, TheClockMayBePutBack) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ReasonOf(Call("a")), "OK");
  clock_.Advance(-absl::Hours(1));
  EXPECT_EQ(ReasonOf(Call("a")), "RATE_LIMITED");
  clock_.Advance(absl::Milliseconds(101));
  EXPECT_EQ(ReasonOf(Call("a")), "OK");
}

TEST_F(RateLimiterTest, TheLastCallersAreRememberedAndThoseInProgress) {
  auto busy = limiter_->Enter("busy", kLimit);
  ASSERT_TRUE(busy.ok());
  for (int i = 0; i < 3; ++i) Call("emptied").IgnoreError();
  for (int i = 0; i < 100; ++i) {
    Call(absl::StrCat(i)).IgnoreError();
    EXPECT_EQ(ReasonOf(Call("emptied")), "RATE_LIMITED") << "who calls is not forgotten";
    EXPECT_LE(limiter_->size(), 5u);
  }
  EXPECT_EQ(ReasonOf(limiter_->Enter("busy", {.per_second = 1, .burst = 9, .at_once = 1})),
            "TOO_MANY_CALLS");
  (*busy)->Leave();
  EXPECT_LE(limiter_->size(), 4u);
}

TEST_F(RateLimiterTest, WhatIsCheckedTakesNothing) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ReasonOf(limiter_->Check("a", kLimit)), "OK");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ReasonOf(limiter_->Take("a", kLimit)), "OK");
  EXPECT_EQ(ReasonOf(limiter_->Check("a", kLimit)), "RATE_LIMITED");
  EXPECT_EQ(ReasonOf(limiter_->Take("a", kLimit)), "RATE_LIMITED");
}

TEST_F(RateLimiterTest, NoLimitIsNone) {
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(Call("a", RateLimit()).ok());
  EXPECT_EQ(limiter_->size(), 0u);
}

TEST_F(RateLimiterTest, APlaceKeepsItsLimiter) {
  auto limiter = RateLimiter::Create(clock_);
  auto place = limiter->Enter("a", kLimit);
  limiter.reset();
  place->reset();
}

TEST_F(RateLimiterTest, ThreadsShareALimit) {
  const RateLimit limit = {.per_second = 1, .burst = 1000, .at_once = 1'000'000};
  std::atomic<int> let_in = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int call = 0; call < 500; ++call) let_in += Call("a", limit).ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(let_in, 1000);
}

TEST(AddressOf, IsWithoutThePort) {
  EXPECT_EQ(AddressOf("ipv4:10.0.0.1:4711"), "10.0.0.1");
  EXPECT_EQ(AddressOf("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(AddressOf("unix:"), "unix:");
  EXPECT_EQ(AddressOf(""), "");
}

TEST(AddressOf, IsANetworkOf64BitsForIPv6) {
  EXPECT_EQ(AddressOf("ipv6:%5B2001:db8:1:2:3:4:5:6%5D:80"), "2001:db8:1:2::/64");
  EXPECT_EQ(AddressOf("ipv6:[2001:db8:1:2:ffff::1]:80"), "2001:db8:1:2::/64");
  EXPECT_EQ(AddressOf("2001:db8:1:2::9"), "2001:db8:1:2::/64");
  EXPECT_EQ(AddressOf("ipv6:%5Bfe80::1%25eth0%5D:80"), "fe80::/64");
  EXPECT_EQ(AddressOf("::ffff:10.0.0.1"), "10.0.0.1");
}

}  // namespace
}  // namespace trellis::services
