#include "clients/trellis/settings.h"

#include <gtest/gtest.h>
#include <map>

#include "tests/clients/testing.h"

namespace trellis::cli {
namespace {

absl::StatusOr<Settings> Resolve(std::vector<std::string> flags,
                                 const std::map<std::string, std::string>& variables = {}) {
  flags.insert(flags.begin(), {"plan", "list"});
  const auto invocation = Parse(flags);
  if (!invocation.ok()) return invocation.status();
  return ResolveSettings(TheContract(), *invocation,
                         [&](const std::string& name) -> std::optional<std::string> {
                           const auto found = variables.find(name);
                           if (found == variables.end()) return std::nullopt;
                           return found->second;
                         });
}

TEST(Settings, HaveDefaults) {
  const auto settings = Resolve({}, {{"TRELLIS_SERVER", ""}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->server, "127.0.0.1:7443");
  EXPECT_EQ(settings->timeout, absl::Seconds(30));
  EXPECT_EQ(settings->caller.person, "");
  EXPECT_FALSE(settings->json);
}

TEST(Settings, PreferFlagsToTheEnvironment) {
  const std::map<std::string, std::string> variables = {
      {"TRELLIS_SERVER", "env:1"},
      {"TRELLIS_ACTOR", kUuid},
      {"TRELLIS_ACTOR_NAME", "Ruth Adeyemi"},
      {"TRELLIS_CAPACITY", "Induction Tutor"},
  };
  const auto from_environment = Resolve({}, variables);
  ASSERT_TRUE(from_environment.ok()) << from_environment.status();
  EXPECT_EQ(from_environment->server, "env:1");
  EXPECT_EQ(from_environment->caller.person, absl::StrCat("people/", kUuid));
  EXPECT_EQ(from_environment->caller.name, "Ruth Adeyemi");
  EXPECT_EQ(from_environment->caller.capacity, "INDUCTION_TUTOR");

  const auto from_flags = Resolve({"--server", "flag:2", "--capacity", "ect", "--as-name", "Sam",
                                   "--output", "json", "--timeout", "0.5"},
                                  variables);
  ASSERT_TRUE(from_flags.ok()) << from_flags.status();
  EXPECT_EQ(from_flags->server, "flag:2");
  EXPECT_EQ(from_flags->caller.name, "Sam");
  EXPECT_EQ(from_flags->caller.capacity, "ECT");
  EXPECT_TRUE(from_flags->json);
  EXPECT_EQ(from_flags->timeout, absl::Milliseconds(500));
}

TEST(Settings, NameWhatDoesNotFit) {
  EXPECT_EQ(ErrorOf(Resolve({"--as", "bob"})), "--as: got \"bob\", want people/{uuid}");
  EXPECT_EQ(ErrorOf(Resolve({}, {{"TRELLIS_ACTOR", "bob\n"}})),
            "TRELLIS_ACTOR: got \"bob\\n\", want people/{uuid}");
  EXPECT_EQ(ErrorOf(Resolve({}, {{"TRELLIS_CAPACITY", "tutor"}})),
            "TRELLIS_CAPACITY: got \"tutor\", want one of ect, mentor, induction-tutor, "
            "headteacher, appropriate-body, supporter, administrator, "
            "trust-officer, governor, grantee");
  EXPECT_EQ(ErrorOf(Resolve({"--output", "yaml"})),
            "--output: got \"yaml\", want one of table, json");
  for (const std::string timeout : {"0", "-1", "soon", "nan", "3601"}) {
    EXPECT_EQ(ErrorOf(Resolve({"--timeout", timeout})),
              "--timeout: got \"" + timeout + "\", want seconds, more than 0 and at most 3600");
  }
}

}  // namespace
}  // namespace trellis::cli
