#include "services/settings.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proofs/key.h"
#include "tests/support/rpc_client.h"
#include "tests/support/temp_directory.h"

namespace trellis::services {
namespace {

using ::testing::HasSubstr;
using testing::ReasonOf;
using ::testing::StartsWith;

// What is parsed, and what was printed meanwhile.
struct Parsed {
  ParsedSettings parsed;
  std::string out;
  std::string err;
};

// The base64 of the bytes 0 to 31.
constexpr char kMasterKey[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

// With the master key in the environment; null: without one.
Parsed ParseAsTheyAre(std::vector<const char*> arguments, const char* master_key = kMasterKey) {
  unsetenv("TRELLIS_MASTER_KEY");
  if (master_key != nullptr) setenv("TRELLIS_MASTER_KEY", master_key, 1);
  arguments.insert(arguments.begin(), "trellisd");
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Parsed result;
  result.parsed = ParseSettings(static_cast<int>(arguments.size()), arguments.data());
  result.out = ::testing::internal::GetCapturedStdout();
  result.err = ::testing::internal::GetCapturedStderr();
  return result;
}

// For development: nothing is wanted of whom to believe.
Parsed Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "--dev");
  return ParseAsTheyAre(std::move(arguments));
}

void ExpectRefused(const Parsed& result, const std::string& what) {
  EXPECT_EQ(result.parsed.exit_code, 2);
  EXPECT_THAT(result.err, StartsWith("trellisd: "));
  EXPECT_THAT(result.err, HasSubstr(what));
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
}

class SettingsTest : public ::testing::Test {
 protected:
  void SetUp() override { unsetenv("TRELLIS_DATA"); }

  std::string File(const std::string& text) {
    const std::string path = directory_ / "trellisd.toml";
    std::ofstream(path) << text;
    return path;
  }

  testing::TempDirectory directory_;
};

TEST_F(SettingsTest, HaveDefaults) {
  const Settings settings = Parse({}).parsed.settings;
  EXPECT_EQ(settings.data, "var");
  EXPECT_EQ(settings.listen.host, "127.0.0.1");
  EXPECT_EQ(settings.listen.port, 7443);
  EXPECT_EQ(settings.http.port, 7480);
  EXPECT_EQ(settings.ledger, "trellis");
  EXPECT_LT(Parse({}).parsed.exit_code, 0);
}

TEST_F(SettingsTest, ComeFromFlags) {
  const Parsed result = Parse({"--data", "d", "--listen=localhost:0", "--http", "[::1]:65535",
                               "--ledger", "north-trust.2"});
  EXPECT_LT(result.parsed.exit_code, 0) << result.err;
  EXPECT_EQ(result.parsed.settings.data, "d");
  EXPECT_EQ(result.parsed.settings.listen.host, "localhost");
  EXPECT_EQ(result.parsed.settings.listen.port, 0);
  EXPECT_EQ(result.parsed.settings.http.host, "[::1]");
  EXPECT_EQ(result.parsed.settings.http.port, 65535);
  EXPECT_EQ(result.parsed.settings.ledger, "north-trust.2");
}

TEST_F(SettingsTest, KeepRecordsForSixToAHundredYears) {
  EXPECT_EQ(Parse({}).parsed.settings.retention_years, 6);
  EXPECT_EQ(Parse({"--retention-years", "9"}).parsed.settings.retention_years, 9);
  EXPECT_EQ(Parse({"--retention-years", "100"}).parsed.settings.retention_years, 100);
  for (const char* const years : {"5", "0", "-6", "101", "six", "6.5", ""}) {
    ExpectRefused(Parse({"--retention-years", years}), "--retention-years");
  }
}

TEST_F(SettingsTest, ComeFromAFileOfTheSameNamesAndFlagsGoFirst) {
  const std::string file =
      File("# A comment.\ndata = \"from file\"\nlisten = \"127.0.0.1:1\"\nledger = \"file\"\n");
  const Parsed result = Parse({"--config", file.c_str(), "--ledger", "flag"});
  EXPECT_LT(result.parsed.exit_code, 0) << result.err;
  EXPECT_EQ(result.parsed.settings.data, "from file");
  EXPECT_EQ(result.parsed.settings.listen.port, 1);
  EXPECT_EQ(result.parsed.settings.ledger, "flag");
}

TEST_F(SettingsTest, TakeTheDataDirectoryFromTheEnvironment) {
  setenv("TRELLIS_DATA", "from environment", 1);
  EXPECT_EQ(Parse({}).parsed.settings.data, "from environment");
  EXPECT_EQ(Parse({"--data", "flag"}).parsed.settings.data, "flag");
}

TEST_F(SettingsTest, RefuseWhatTheyDoNotKnow) {
  ExpectRefused(Parse({"--no-such-flag"}), "--no-such-flag");
  ExpectRefused(Parse({"stray"}), "stray");
  ExpectRefused(Parse({"--listen"}), "--listen");
  ExpectRefused(Parse({"--config", "/none/trellisd.toml"}), "/none/trellisd.toml");
  const std::string file = File("port = 7\n");
  ExpectRefused(Parse({"--config", file.c_str()}), "port");
}

TEST_F(SettingsTest, RefuseAddressesThatAreNone) {
  for (const char* const address : {":1", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:+1", "h:x"}) {
    ExpectRefused(Parse({"--listen", address}), "--listen: got");
    ExpectRefused(Parse({"--http", address}), "--http: got");
  }
}

TEST_F(SettingsTest, OfDevelopmentAreForLoopbackAlone) {
  for (const char* const address : {"0.0.0.0:7443", "192.0.2.1:1", "[::]:1", "example.org:1",
                                    "127.0.0.1.example.org:1", "127.0.0.2:1"}) {
    ExpectRefused(Parse({"--listen", address}), "loopback");
    ExpectRefused(Parse({"--http", address}), "loopback");
  }
}

TEST_F(SettingsTest, WantTlsWhereAPortIsNotLoopback) {
  const std::vector<const char*> issuer = {"--issuer", "https://login.example", "--audience",
                                           "trellis"};
  for (const char* const flag : {"--listen", "--http"}) {
    std::vector<const char*> arguments = issuer;
    arguments.insert(arguments.end(), {flag, "0.0.0.0:7443"});
    ExpectRefused(ParseAsTheyAre(arguments), "--tls-certificate");
  }
  EXPECT_LT(ParseAsTheyAre(issuer).parsed.exit_code, 0);
}

TEST_F(SettingsTest, WantAMasterKeyButInDevelopment) {
  const std::vector<const char*> issuer = {"--issuer", "https://login.example", "--audience",
                                           "trellis"};
  ExpectRefused(ParseAsTheyAre(issuer, /*master_key=*/nullptr), "--master-key");
  ExpectRefused(ParseAsTheyAre(issuer, "c2hvcnQ="), "TRELLIS_MASTER_KEY");
  const Parsed taken = ParseAsTheyAre(issuer);
  EXPECT_LT(taken.parsed.exit_code, 0) << taken.err;
  EXPECT_TRUE(taken.parsed.settings.master_key.has_value());
  EXPECT_EQ(getenv("TRELLIS_MASTER_KEY"), nullptr);

  const std::string file = directory_ / "master.key";
  ASSERT_TRUE(vault::WriteMasterKeyFile(file, vault::MasterKey::Generate()).ok());
  std::vector<const char*> arguments = issuer;
  arguments.insert(arguments.end(), {"--master-key", file.c_str()});
  EXPECT_LT(ParseAsTheyAre(arguments, nullptr).parsed.exit_code, 0);
  std::filesystem::permissions(file, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  ExpectRefused(ParseAsTheyAre(arguments, nullptr), "--master-key");
}

TEST_F(SettingsTest, WantBackupsOfKeysWithThoseOfTheLog) {
  ExpectRefused(Parse({"--backups", "/backups"}), "--key-backups");
  ExpectRefused(Parse({"--key-backups", "/key-backups"}), "--backups");
  EXPECT_LT(Parse({"--backups", "/a", "--key-backups", "/b"}).parsed.exit_code, 0);
}

TEST_F(SettingsTest, WantToKnowWhomToBelieve) {
  ExpectRefused(ParseAsTheyAre({}), "--issuer");
  ExpectRefused(ParseAsTheyAre({"--issuer", "https://login.example"}), "--audience");
  ExpectRefused(ParseAsTheyAre({"--audience", "trellis"}), "--issuer");
  ExpectRefused(ParseAsTheyAre({"--tls-certificate", "/none.pem", "--tls-key", "/none.key"}),
                "/none.pem");
  const Parsed result = ParseAsTheyAre(
      {"--issuer", "https://login.example", "--audience", "trellis", "--administrator", "s-1"});
  EXPECT_LT(result.parsed.exit_code, 0) << result.err;
  EXPECT_THAT(result.parsed.settings.callers.administrators,
              ::testing::ElementsAre("https://login.example s-1"));
  EXPECT_FALSE(result.parsed.settings.callers.development);
}

TEST_F(SettingsTest, RefuseLedgerNamesThatCannotStandInAnOrigin) {
  for (const std::string& name : {std::string(), std::string("a b"), std::string("a/b"),
                                  std::string("é"), std::string(101, 'a')}) {
    ExpectRefused(Parse({"--ledger", name.c_str()}), "--ledger");
  }
}

TEST_F(SettingsTest, AreNotNeededForHelpAndVersion) {
  const Parsed help = Parse({"--help"});
  EXPECT_EQ(help.parsed.exit_code, 0);
  for (const char* const flag : {"--data", "--listen", "--http", "--ledger", "--config"}) {
    EXPECT_THAT(help.out, HasSubstr(flag));
  }
  const Parsed version = Parse({"--version"});
  EXPECT_EQ(version.parsed.exit_code, 0);
  EXPECT_THAT(version.out, ::testing::MatchesRegex("trellisd [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(ParseAddress, WantsHostAndPort) {
  for (const char* const text :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1", "127.0.0.1:65536",
        "127.0.0.1: 80", "127.0.0.1:+80", "127.0.0.1:99999999999", "::1", "::1:80"}) {
    const auto address = ParseAddress("--listen", text);
    EXPECT_EQ(ReasonOf(address), "INVALID_SETTING") << text;
    EXPECT_THAT(std::string(address.status().message()), HasSubstr("--listen")) << text;
  }
  EXPECT_EQ(ParseAddress("--listen", "[::1]:80")->host, "[::1]");
  EXPECT_EQ(ParseAddress("--listen", "localhost:00080")->port, 80);
}

TEST_F(SettingsTest, NameWitnessesInAPolicy) {
  EXPECT_FALSE(Parse({}).parsed.settings.witnesses.has_value());
  const auto key = proofs::SignerKey::Generate("w.example", proofs::KeyType::kCosignature);
  const std::string policy =
      File("witness w " + key->verifier().ToString() + " http://127.0.0.1:7490/\nquorum w\n");
  ExpectRefused(Parse({"--witnesses", "nowhere"}), "--witnesses: nowhere: the file cannot be read");
  const std::string nobody = directory_ / "nobody";
  std::ofstream(nobody) << "quorum none\n";
  ExpectRefused(Parse({"--witnesses", nobody.c_str()}), "names no witness with a URL");
  const Parsed parsed = Parse({"--witnesses", policy.c_str()});
  ASSERT_EQ(parsed.parsed.exit_code, -1) << parsed.err;
  EXPECT_EQ(parsed.parsed.settings.witnesses->witnesses().size(), 1u);
}

TEST_F(SettingsTest, WhoLookedIsKeptForSixYearsOrAsTold) {
  EXPECT_EQ(Parse({}).parsed.settings.access_log_years, 6);
  EXPECT_EQ(Parse({"--access-log-years", "50"}).parsed.settings.access_log_years, 50);
  EXPECT_EQ(Parse({"--access-log-years", "1"}).parsed.settings.access_log_years, 1);
  for (const char* const years : {"0", "51", "six", "-1"}) {
    EXPECT_EQ(Parse({"--access-log-years", years}).parsed.exit_code, 2) << years;
  }
}

}  // namespace
}  // namespace trellis::services
