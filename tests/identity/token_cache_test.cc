#include "identity/token_cache.h"

#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/identity/testing.h"

namespace trellis::identity {
namespace {

using testing::json;
using testing::SigningKey;
using testing::TokenOf;

std::shared_ptr<const Verified> Until(absl::Time expires) {
  auto verified = std::make_shared<Verified>();
  verified->claims.expires = expires;
  return verified;
}

Digest Nth(size_t n) { return Sha256(absl::StrCat(n)); }

TEST(TokenCache, KeepsATokenUntilItsEnd) {
  TokenCache cache;
  const absl::Time end = absl::FromUnixSeconds(1000);
  cache.Put(Nth(1), Until(end));
  EXPECT_NE(cache.Find(Nth(1), end - absl::Seconds(1)), nullptr);
  EXPECT_EQ(cache.Find(Nth(2), end - absl::Seconds(1)), nullptr);
  EXPECT_EQ(cache.Find(Nth(1), end), nullptr);
  EXPECT_EQ(cache.Find(Nth(1), end - absl::Seconds(1)), nullptr);
  cache.Put(Nth(1), Until(end));
  cache.Erase(Nth(1));
  EXPECT_EQ(cache.Find(Nth(1), end - absl::Seconds(1)), nullptr);
}

TEST(TokenCache, HasALimitAndForgetsWhatNobodyAskedFor) {
  TokenCache cache;
  const absl::Time now = absl::UnixEpoch();
  const auto verified = Until(now + absl::Minutes(5));
  constexpr size_t kMany = 5 * kTokensKept;
  for (size_t i = 0; i < kMany; ++i) {
    cache.Put(Nth(i), verified);
    // One that comes again and again.
    if (i % 50 == 0) {
      EXPECT_EQ(cache.Find(Nth(0), now), verified) << i;
    }
  }
  size_t kept = 0;
  for (size_t i = 0; i < kMany; ++i) kept += cache.Find(Nth(i), now) != nullptr ? 1 : 0;
  EXPECT_EQ(kept, kTokensKept);
  EXPECT_NE(cache.Find(Nth(kMany - 1), now), nullptr);
  EXPECT_EQ(cache.Find(Nth(1), now), nullptr);
}

class CachedTokenTest : public testing::VerifierTest {};

TEST_F(CachedTokenTest, ATokenIsOverAtItsEndThoughItIsRemembered) {
  const std::string token = TokenOf(testing::P256Key(), GoodClaims());
  EXPECT_EQ(Refusal(token), "");
  clock_.Advance(absl::Minutes(5) + absl::Seconds(59));
  EXPECT_EQ(Refusal(token), "");
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Refusal(token), "TOKEN_EXPIRED");
}

TEST_F(CachedTokenTest, ManyThreadsAskForManyTokens) {
  constexpr size_t kThreads = 8, kTokens = 40, kRounds = 50;
  std::vector<std::string> tokens;
  for (size_t i = 0; i < kTokens; ++i) {
    json claims = GoodClaims();
    claims["sub"] = absl::StrCat("person-", i);
    tokens.push_back(TokenOf(i % 2 == 0 ? testing::P256Key() : testing::Ed25519Key(), claims));
  }
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      for (size_t i = 0; i < kTokens * kRounds; ++i) {
        const size_t which = (i * 7 + t) % kTokens;
        const auto claims = verifier_->Verify(tokens[which]);
        ASSERT_TRUE(claims.ok()) << claims.status();
        EXPECT_EQ(claims->subject, absl::StrCat("person-", which));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// What is remembered must be worth it: prints what a token costs the first time, and then.
TEST_F(CachedTokenTest, ATokenIsVerifiedOnce) {
  constexpr int kTokens = 300, kRounds = 20;
  const SystemClock machine;
  for (const SigningKey& key : testing::AllKeys()) {
    std::vector<std::string> tokens;
    for (int i = 0; i < kTokens; ++i) {
      json claims = GoodClaims();
      claims["sub"] = absl::StrCat(key.kid(), i);
      tokens.push_back(TokenOf(key, claims));
    }
    const auto each = [&](int rounds) {
      const absl::Time begin = machine.Now();
      for (int round = 0; round < rounds; ++round) {
        for (const std::string& token : tokens) EXPECT_TRUE(verifier_->Verify(token).ok());
      }
      return (machine.Now() - begin) / (rounds * kTokens);
    };
    const absl::Duration first = each(1), again = each(kRounds);
    std::cout << key.algorithm() << ": " << absl::FormatDuration(first) << " the first time, "
              << absl::FormatDuration(again) << " again: " << absl::FDivDuration(first, again)
              << " times less\n";
    EXPECT_GT(first, 2 * again) << key.algorithm();
  }
}

}  // namespace
}  // namespace trellis::identity
