// The provider that developers run, from the file of its people to a token that is taken.
#include "tests/support/openid_provider.h"

#include <httplib.h>
#include <string>
#include <vector>

#include "tests/identity/testing.h"

namespace trellis::identity {
namespace {

using testing::FakeClock;
using testing::json;
using trellis::testing::OpenIdProvider;
using trellis::testing::ParseRegister;

constexpr char kRegister[] =
    "# Who is who.\n"
    "user person-1 plans.read plans.write\n"
    "\n"
    "client mis-sync correct-horse\tplans.read\r\n"
    "user person-2";

TEST(Register, IsReadOrRefused) {
  const auto registered = ParseRegister(kRegister);
  ASSERT_TRUE(registered.ok()) << registered.status();
  EXPECT_EQ(registered->size(), 3U);
  EXPECT_EQ(registered->at("person-1").scope, "plans.read plans.write");
  EXPECT_EQ(registered->at("mis-sync").secret, "correct-horse");
  EXPECT_EQ(registered->at("mis-sync").scope, "plans.read");
  EXPECT_EQ(registered->at("person-2").secret, std::nullopt);
  for (const char* const wrong : {"user", "client mis-sync", "person-1", "users person-1"}) {
    EXPECT_FALSE(ParseRegister(wrong).ok()) << wrong;
  }
}

TEST(OpenIdProvider, GivesTokensThatAreTaken) {
  const FakeClock clock;
  OpenIdProvider::Options options;
  options.registered = *ParseRegister(kRegister);
  const auto provider = OpenIdProvider::Start(clock, options);
  ASSERT_TRUE(provider.ok());
  const auto verifier =
      TokenVerifier::Create({{(*provider)->issuer(), options.audience, ""}}, clock);
  ASSERT_TRUE(verifier.ok());
  struct Row {
    httplib::Params form;
    // The error; or who it is then, and whether that is a program.
    const char* error;
    const char* subject;
    bool is_client;
  };
  const Row rows[] = {
      {{{"grant_type", "subject"}, {"subject", "person-1"}, {"client_id", "mentor-app"}},
       "",
       "person-1",
       false},
      {{{"grant_type", "client_credentials"},
        {"client_id", "mis-sync"},
        {"client_secret", "correct-horse"}},
       "",
       "mis-sync",
       true},
      {{{"grant_type", "client_credentials"}, {"client_id", "mis-sync"}, {"client_secret", "x"}},
       "invalid_client",
       "",
       false},
      {{{"grant_type", "client_credentials"}, {"client_id", "mis-sync"}},
       "invalid_client",
       "",
       false},
      {{{"grant_type", "client_credentials"}, {"client_id", "person-1"}, {"client_secret", ""}},
       "invalid_client",
       "",
       false},
      {{{"grant_type", "subject"}, {"subject", "mis-sync"}}, "invalid_grant", "", false},
      {{{"grant_type", "subject"}, {"subject", "person-3"}}, "invalid_grant", "", false},
      {{{"grant_type", "password"}}, "unsupported_grant_type", "", false},
      {{}, "unsupported_grant_type", "", false},
  };
  for (const Row& row : rows) {
    httplib::Client client((*provider)->issuer());
    const auto answer = client.Post("/token", row.form);
    ASSERT_TRUE(answer) << httplib::to_string(answer.error());
    const json body = json::parse(answer->body);
    EXPECT_EQ(body.value("error", ""), row.error);
    EXPECT_EQ(answer->status, row.error == std::string() ? 200 : 400);
    if (answer->status != 200) continue;
    const auto claims = (*verifier)->Verify(body.at("access_token").get<std::string>());
    ASSERT_TRUE(claims.ok()) << claims.status();
    EXPECT_EQ(claims->subject, row.subject);
    EXPECT_EQ(claims->is_client, row.is_client);
    EXPECT_EQ(claims->expires, clock.Now() + options.lifetime);
  }
}

}  // namespace
}  // namespace trellis::identity
