#include "identity/provider_keys.h"

#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/identity/testing.h"
#include "tests/support/openid_provider.h"

namespace trellis::identity {
namespace {

using testing::FakeClock;
using testing::SigningKey;
using trellis::testing::Answer;
using trellis::testing::OpenIdProvider;

TEST(RefreshAfter, IsWhatTheProviderSaysWithinBounds) {
  struct Row {
    const char* cache_control;
    absl::Duration want;
  };
  const Row rows[] = {
      {"", absl::Minutes(5)},
      {"no-cache", absl::Minutes(5)},
      {"no-store, max-age=3600", absl::Minutes(5)},
      {"max-age=0", absl::Minutes(5)},
      {"max-age=-1", absl::Minutes(5)},
      {"max-age=x", absl::Minutes(5)},
      {"max-age=301", absl::Seconds(301)},
      {"public, Max-Age=3600 , must-revalidate", absl::Hours(1)},
      {"max-age=86400", absl::Hours(23)},
      {"max-age=9223372036854775807", absl::Hours(23)},
      {"max-age=92233720368547758070", absl::Minutes(5)},
  };
  for (const Row& row : rows)
    EXPECT_EQ(RefreshAfter(row.cache_control), row.want) << row.cache_control;
}

class ProviderKeysTest : public ::testing::Test {
 protected:
  ProviderKeysTest() {
    auto provider = OpenIdProvider::Start(clock_, {});
    CHECK(provider.ok());
    provider_ = *std::move(provider);
  }

  // Of the provider, whose keys are at `keys`; empty: where its discovery document says.
  void Open(const std::string& keys) {
    auto verifier = TokenVerifier::Create({{provider_->issuer(), "trellis", keys}}, clock_);
    ASSERT_TRUE(verifier.ok()) << verifier.status();
    verifier_ = *std::move(verifier);
  }

  std::string Issue() const { return provider_->Issue("person-1", "mentor-app"); }
  std::string Refusal(const std::string& token) {
    return ErrorReason(verifier_->Verify(token).status());
  }

  // A key that the provider does not have: whoever names it waits until the keys were fetched.
  std::string StrangersToken() const {
    static const SigningKey stranger = SigningKey::P256("stranger");
    return testing::TokenOf(stranger, testing::ClaimsAt(clock_.Now(), provider_->issuer()));
  }

  FakeClock clock_;
  std::unique_ptr<OpenIdProvider> provider_;
  std::unique_ptr<TokenVerifier> verifier_;
};

TEST_F(ProviderKeysTest, AreFoundByDiscoveryOrByAddress) {
  for (const std::string& keys : {std::string(), provider_->keys_address()}) {
    Open(keys);
    EXPECT_EQ(Refusal(Issue()), "");
  }
}

TEST_F(ProviderKeysTest, ADiscoveryDocumentIsReadStrictly) {
  const std::string issuer = provider_->issuer();
  for (const std::string& body :
       {std::string(), std::string("[]"), absl::StrCat(R"({"issuer":")", issuer, R"("})"),
        absl::StrCat(R"({"issuer":")", issuer, R"(/","jwks_uri":")", issuer, R"(/keys"})"),
        absl::StrCat(R"({"issuer":")", issuer, R"(","jwks_uri":"http://elsewhere.example/keys"})"),
        absl::StrCat(R"({"issuer":")", issuer, R"(","jwks_uri":"file:///etc/passwd"})")}) {
    provider_->AnswerDiscovery(Answer{200, body, ""});
    Open("");
    EXPECT_EQ(Refusal(Issue()), "KEYS_UNAVAILABLE") << body;
  }
  EXPECT_EQ(provider_->fetches(), 0);
}

TEST_F(ProviderKeysTest, AreFetchedOnceHoweverManyCallsWait) {
  constexpr int kCalls = 64;
  provider_->Hold();
  Open(provider_->keys_address());
  const std::string token = Issue();
  std::vector<std::string> refusals(kCalls, "none");
  std::latch start(kCalls + 1);
  std::vector<std::thread> calls;
  for (int i = 0; i < kCalls; ++i) {
    calls.emplace_back([&, i] {
      start.arrive_and_wait();
      refusals[static_cast<size_t>(i)] = Refusal(token);
    });
  }
  start.arrive_and_wait();
  provider_->AwaitFetches(1);
  provider_->Release();
  for (std::thread& call : calls) call.join();
  EXPECT_EQ(refusals, std::vector<std::string>(kCalls));
  EXPECT_EQ(provider_->fetches(), 1);
}

TEST_F(ProviderKeysTest, ANewKeyIsFetchedAtOnceForAllThatWait) {
  Open(provider_->keys_address());
  EXPECT_EQ(Refusal(Issue()), "");
  clock_.Advance(kTriesApart);
  provider_->Rotate();
  const std::string token = Issue();
  constexpr int kCalls = 64;
  std::latch start(kCalls);
  std::vector<std::string> refusals(kCalls, "none");
  std::vector<std::thread> calls;
  for (int i = 0; i < kCalls; ++i) {
    calls.emplace_back([&, i] {
      start.arrive_and_wait();
      refusals[static_cast<size_t>(i)] = Refusal(token);
    });
  }
  for (std::thread& call : calls) call.join();
  EXPECT_EQ(refusals, std::vector<std::string>(kCalls));
  EXPECT_EQ(provider_->fetches(), 2);
}

TEST_F(ProviderKeysTest, MadeUpKeysAreNoLoadOnTheProvider) {
  Open(provider_->keys_address());
  EXPECT_EQ(Refusal(Issue()), "");
  const std::string token = StrangersToken();
  for (int round = 1; round <= 5; ++round) {
    clock_.Advance(kTriesApart);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(Refusal(token), "TOKEN_KEY_UNKNOWN");
    EXPECT_EQ(provider_->fetches(), 1 + round);
  }
}

TEST_F(ProviderKeysTest, ACallWithAKnownKeyDoesNotWaitForARefresh) {
  provider_->SetCacheControl("max-age=600");
  Open(provider_->keys_address());
  EXPECT_EQ(Refusal(Issue()), "");
  provider_->Hold();
  clock_.Advance(absl::Minutes(10) - absl::Seconds(1));
  EXPECT_EQ(Refusal(Issue()), "");
  EXPECT_EQ(provider_->fetches(), 1);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Refusal(Issue()), "");
  provider_->AwaitFetches(2);
  // The provider still thinks it over.
  EXPECT_EQ(Refusal(Issue()), "");
  provider_->Release();
}

TEST_F(ProviderKeysTest, AKeyThatIsTakenBackSignsNoMore) {
  Open(provider_->keys_address());
  clock_.Advance(absl::Seconds(1));
  const std::string old = Issue();
  EXPECT_EQ(Refusal(old), "");
  EXPECT_EQ(Refusal(old), "");
  provider_->Rotate();
  clock_.Advance(kTriesApart);
  // Its own key is not known yet: the keys are fetched.
  EXPECT_EQ(Refusal(Issue()), "");
  EXPECT_EQ(Refusal(old), "TOKEN_KEY_UNKNOWN");
}

TEST_F(ProviderKeysTest, StayInForceForADayWhileTheProviderIsAway) {
  Open(provider_->keys_address());
  EXPECT_EQ(Refusal(Issue()), "");
  struct Row {
    const char* what;
    Answer answer;
  };
  const Row rows[] = {{"away", {503, "", ""}},
                      {"no key set", {200, "<html>", ""}},
                      {"no keys", {200, R"({"keys":[]})", ""}},
                      {"too large", {200, std::string(2 << 20, ' '), ""}},
                      {"elsewhere", {302, "", provider_->issuer() + "/keys"}}};
  for (const Row& row : rows) {
    provider_->AnswerKeys(row.answer);
    clock_.Advance(absl::Hours(4));
    EXPECT_EQ(Refusal(StrangersToken()), "TOKEN_KEY_UNKNOWN") << row.what;
    EXPECT_EQ(Refusal(Issue()), "") << row.what;
  }
  provider_->AnswerKeys(Answer{503, "", ""});
  clock_.Advance(absl::Hours(4) - absl::Seconds(1));
  EXPECT_EQ(Refusal(StrangersToken()), "TOKEN_KEY_UNKNOWN");
  const std::string token = Issue();
  EXPECT_EQ(Refusal(token), "");
  clock_.Advance(absl::Seconds(1));
  const absl::Status refused = verifier_->Verify(token).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorReason(refused), "KEYS_UNAVAILABLE");

  provider_->AnswerKeys(std::nullopt);
  clock_.Advance(kTriesApartWithoutKeys);
  EXPECT_EQ(Refusal(token), "");
}

TEST_F(ProviderKeysTest, MayComeLaterThanTheServer) {
  const std::string token = Issue();
  provider_->AnswerKeys(Answer{503, "", ""});
  Open(provider_->keys_address());
  EXPECT_EQ(Refusal(token), "KEYS_UNAVAILABLE");
  provider_->AnswerKeys(std::nullopt);
  // Not every call asks a provider that was away a moment ago.
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Refusal(token), "KEYS_UNAVAILABLE");
  EXPECT_EQ(provider_->fetches(), 1);
  clock_.Advance(kTriesApartWithoutKeys);
  EXPECT_EQ(Refusal(token), "");
}

TEST_F(ProviderKeysTest, ANewVerifierEndsWhileItsProviderThinks) {
  provider_->Hold();
  Open(provider_->keys_address());
  provider_->AwaitFetches(1);
  verifier_.reset();
}

TEST_F(ProviderKeysTest, IssuersHaveTheirOwnKeys) {
  auto other = OpenIdProvider::Start(clock_, {});
  ASSERT_TRUE(other.ok());
  (*other)->SetKeys({SigningKey::P256("key")});
  auto verifier = TokenVerifier::Create(
      {{provider_->issuer(), "trellis", ""}, {(*other)->issuer(), "trellis", ""}}, clock_);
  ASSERT_TRUE(verifier.ok());
  for (const OpenIdProvider* const provider : {provider_.get(), other->get()}) {
    const auto claims = (*verifier)->Verify(provider->Issue("person-1", "mentor-app"));
    ASSERT_TRUE(claims.ok()) << claims.status();
    EXPECT_EQ(claims->issuer, provider->issuer());
  }
  // The one's key does not sign in the name of the other.
  const SigningKey key = SigningKey::P256("key");
  provider_->SetKeys({key});
  clock_.Advance(kTriesApart);
  const std::string token =
      testing::TokenOf(key, testing::ClaimsAt(clock_.Now(), (*other)->issuer()));
  EXPECT_EQ(ErrorReason((*verifier)->Verify(token).status()), "TOKEN_SIGNATURE");
}

}  // namespace
}  // namespace trellis::identity
