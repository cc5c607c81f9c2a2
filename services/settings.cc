#include "services/settings.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/ledger_name.h"
#include "services/cosigner.h"
#include <CLI/CLI.hpp>

namespace trellis::services {
namespace {

constexpr int kUsageError = 2;

int Complain(const std::string& message) {
  std::fprintf(stderr, "trellisd: %s\n", message.c_str());
  return kUsageError;
}

// Reads the settings that may be left out; the exit code if they are wrong, else -1.
int ReadOthers(const std::string& brokers, const std::string& witnesses, Settings& settings) {
  if (!brokers.empty()) {
    const absl::StatusOr<relay::Brokers> relay = relay::ParseBrokers(brokers);
    if (!relay.ok()) return Complain(std::string(relay.status().message()));
    settings.relay = *relay;
  }
  if (!witnesses.empty()) {
    const absl::StatusOr<proofs::Policy> policy = ReadWitnesses(witnesses);
    if (!policy.ok()) {
      return Complain(absl::StrCat("--witnesses: ", witnesses, ": ", policy.status().message()));
    }
    settings.witnesses = *policy;
  }
  return -1;
}

constexpr char kMasterVariable[] = "TRELLIS_MASTER_KEY";
constexpr char kPreviousMasterVariable[] = "TRELLIS_PREVIOUS_MASTER_KEY";

// The master key in the file at `path` or, if that is empty, in the environment; an exit code if it
// is wrong, else -1.
int ReadMaster(const std::string& flag, const std::string& path, const char* variable,
               std::optional<vault::MasterKey>& key) {
  // Taken in any case, so that no child gets it.
  absl::StatusOr<vault::MasterKey> got = vault::TakeMasterKeyFromEnvironment(variable);
  std::string where = variable;
  if (!path.empty()) {
    got = vault::ReadMasterKeyFile(path);
    where = flag;
  } else if (ErrorReason(got.status()) == "MASTER_KEY_MISSING") {
    return -1;
  }
  if (!got.ok()) return Complain(absl::StrCat(where, ": ", got.status().message()));
  key = *got;
  return -1;
}

int ReadMasters(const std::string& path, const std::string& previous_path, Settings& settings) {
  const int failed = ReadMaster("--master-key", path, kMasterVariable, settings.master_key);
  if (failed >= 0) return failed;
  const int also = ReadMaster("--previous-master-key", previous_path, kPreviousMasterVariable,
                              settings.previous_master_key);
  if (also >= 0) return also;
  if (settings.master_key.has_value() || settings.callers.development) return -1;
  return Complain(absl::StrCat(
      "nothing could be recorded: want --master-key FILE (`openssl rand -base64 32`, mode 0600), ",
      kMasterVariable, " in the environment, or --dev for development on this machine"));
}

// The limits, all more or less by as much as the person's.
RateLimits ScaledTo(double person_calls_per_second) {
  RateLimits limits;
  const double scale = person_calls_per_second / limits.person.per_second;
  for (RateLimit* const limit : {&limits.person, &limits.service}) {
    limit->per_second *= scale;
    limit->burst *= scale;
    limit->at_once = static_cast<int>(limit->at_once * std::max(scale, 1.0));
  }
  return limits;
}

// Personal records leave this machine encrypted and to known callers, or not at all.
std::string WhyUnsafe(const Settings& settings) {
  const AuthenticatorOptions& callers = settings.callers;
  const bool on_loopback = IsLoopback(settings.listen) && IsLoopback(settings.http);
  if (callers.development) {
    if (on_loopback) return "";
    return "--dev: callers are who they say they are, want --listen and --http on loopback "
           "(127.0.0.1, localhost or [::1])";
  }
  if (!on_loopback && !settings.tls.is_set()) {
    return "--listen or --http is not on loopback: want --tls-certificate and --tls-key";
  }
  if (callers.issuers.empty() && settings.tls.client_roots.empty()) {
    return "nobody could call: want --issuer and --audience for tokens, --tls-client-roots for "
           "client certificates, or --dev for development on this machine";
  }
  return "";
}

// Reads whom to believe; the exit code if that is wrong, else -1.
int ReadCallers(const identity::IssuerSettings& issuer, const std::vector<std::string>& subjects,
                Settings& settings) {
  AuthenticatorOptions& callers = settings.callers;
  if (issuer.issuer.empty() != issuer.audience.empty()) {
    return Complain("got one of --issuer and --audience, want both");
  }
  if (!issuer.issuer.empty()) callers.issuers.push_back(issuer);
  for (const std::string& subject : subjects) {
    callers.administrators.push_back(absl::StrCat(issuer.issuer, " ", subject));
  }
  if (settings.tls.is_set() || !settings.tls.key.empty() || !settings.tls.client_roots.empty()) {
    if (absl::Status status = CheckTls(settings.tls); !status.ok()) {
      return Complain(std::string(status.message()));
    }
  }
  const std::string unsafe = WhyUnsafe(settings);
  return unsafe.empty() ? -1 : Complain(unsafe);
}

// What flags say before it is read.
struct Flags {
  std::string listen = "127.0.0.1:7443";
  std::string http = "127.0.0.1:7480";
  std::string brokers, witnesses;
  std::string master_key, previous_master_key;
  identity::IssuerSettings issuer;
  std::vector<std::string> administrators;
  double calls = 0;
};

void AddPlaces(CLI::App& app, Flags& flags, Settings& settings) {
  app.add_option("--data", settings.data, "The directory everything is kept in")
      ->envname("TRELLIS_DATA")
      ->capture_default_str();
  app.add_option("--backups", settings.backups, "The directory that backups are made in")
      ->envname("TRELLIS_BACKUPS");
  app.add_option(
         "--key-backups", settings.key_backups,
         "The directory that the keys are backed up in, apart from --backups; wanted with it")
      ->envname("TRELLIS_KEY_BACKUPS");
  app.add_option("--listen", flags.listen, "Where gRPC listens; port 0 picks one")
      ->capture_default_str();
  app.add_option("--http", flags.http, "Where pages are served; port 0 picks one")
      ->capture_default_str();
}

void AddCallers(CLI::App& app, Flags& flags, Settings& settings) {
  app.add_flag("--dev", settings.callers.development,
               "For development alone: callers are who they say they are, and whoever says nothing "
               "may read everything");
  app.add_option("--issuer", flags.issuer.issuer,
                 "Whose access tokens are believed: what `iss` must be")
      ->envname("TRELLIS_ISSUER");
  app.add_option("--audience", flags.issuer.audience,
                 "What must be in `aud`: this server's name there")
      ->envname("TRELLIS_AUDIENCE");
  app.add_option("--keys", flags.issuer.keys,
                 "The issuer's keys (JWKS), a file or address; default: as its discovery says");
  app.add_option("--administrator", flags.administrators,
                 "A subject of the issuer's tokens that runs this ledger; may be repeated");
  app.add_option("--tls-certificate", settings.tls.certificate,
                 "The certificate and its chain, PEM");
  app.add_option("--tls-key", settings.tls.key, "The certificate's key, PEM");
  app.add_option("--tls-client-roots", settings.tls.client_roots,
                 "Roots of the client certificates of service accounts, PEM");
  app.add_option("--calls-per-second", flags.calls,
                 "How many calls a person may make, day and night")
      ->check(CLI::Range(1.0, 1e6));
}

void AddLedger(CLI::App& app, Flags& flags, Settings& settings) {
  app.add_option("--master-key", flags.master_key,
                 "The file of the key that wraps everybody's; or TRELLIS_MASTER_KEY, its text");
  app.add_option("--previous-master-key", flags.previous_master_key,
                 "The one before it: the key store is wrapped anew at the start");
  app.add_option("--ledger", settings.ledger, "The ledger's name")->capture_default_str();
  app.add_option("--access-log-years", settings.access_log_years,
                 "How many years it is kept who looked at a record")
      ->check(CLI::Range(kAccessLogYearsMin, kAccessLogYearsMax))
      ->capture_default_str();
  app.add_option("--relay", flags.brokers, "A NATS broker that gets every event: nats://HOST:PORT")
      ->envname("TRELLIS_RELAY");
  app.add_option("--witnesses", flags.witnesses,
                 "A file (C2SP tlog-policy) with the witnesses that are asked to cosign")
      ->envname("TRELLIS_WITNESSES");
  app.add_option("--retention-years", settings.retention_years,
                 "How many years records are kept after the end of an induction, or leaving")
      ->check(CLI::Range(domain::kRetentionYearsMin, domain::kRetentionYearsMax))
      ->capture_default_str();
}

// Reads where things are; the exit code if they are wrong, else -1.
int ReadPlaces(const Flags& flags, Settings& settings) {
  const absl::StatusOr<Address> listen = ParseAddress("--listen", flags.listen);
  if (!listen.ok()) return Complain(std::string(listen.status().message()));
  const absl::StatusOr<Address> http = ParseAddress("--http", flags.http);
  if (!http.ok()) return Complain(std::string(http.status().message()));
  settings.listen = *listen;
  settings.http = *http;
  if (!IsLedgerName(settings.ledger)) {
    return Complain(absl::StrCat("--ledger: got \"", settings.ledger,
                                 "\", want 1 to 100 letters, digits, dots, hyphens"));
  }
  if (settings.backups.empty() == settings.key_backups.empty()) return -1;
  return Complain(
      "got one of --backups and --key-backups, want both, in different places: without its keys a "
      "backup opens nothing, and with them anybody reads it who has the master key");
}

}  // namespace

absl::StatusOr<Address> ParseAddress(const std::string& flag, const std::string& text) {
  const auto wrong = [&](absl::string_view want) {
    return Error(absl::StatusCode::kInvalidArgument, "INVALID_SETTING",
                 absl::StrCat(flag, ": got \"", text, "\", want ", want), {{"flag", flag}});
  };
  const size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  Address address;
  // SimpleAtoi would take a sign and blanks as well.
  if (port.find_first_not_of("0123456789") != std::string::npos ||
      !absl::SimpleAtoi(port, &address.port) || address.port > 65535) {
    return wrong("HOST:PORT with a port of 0 to 65535");
  }
  address.host = text.substr(0, colon);
  if (address.host.empty()) return wrong("HOST:PORT with a host, such as 0.0.0.0");
  const bool in_brackets = address.host.front() == '[' && address.host.back() == ']';
  if (address.host.find(':') != std::string::npos && !in_brackets) {
    return wrong("[HOST]:PORT for an IPv6 address");
  }
  return address;
}

RateLimits LimitsOf(const Settings& settings) {
  return settings.limits.value_or(settings.callers.development ? RateLimits::None() : RateLimits());
}

bool IsLoopback(const Address& address) {
  return address.host == "127.0.0.1" || address.host == "localhost" || address.host == "[::1]";
}

ParsedSettings ParseSettings(int argc, const char* const* argv) {
  ParsedSettings parsed;
  Settings& settings = parsed.settings;
  Flags flags;
  CLI::App app("The Trellis server: support plans over gRPC, on an event log of its own.",
               "trellisd");
  app.set_version_flag("--version", "trellisd " TRELLIS_VERSION);
  app.set_config("--config", "", "A file of settings, a line each: listen = \"127.0.0.1:7443\"");
  AddPlaces(app, flags, settings);
  AddCallers(app, flags, settings);
  AddLedger(app, flags, settings);
  app.allow_config_extras(CLI::config_extras_mode::error);
  int& exit_code = parsed.exit_code;
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    exit_code = app.exit(success);
    return parsed;
  } catch (const CLI::Error& error) {
    exit_code = Complain(absl::StrCat(error.what(), "; see trellisd --help"));
    return parsed;
  }
  if (flags.calls > 0) settings.limits = ScaledTo(flags.calls);
  exit_code = ReadPlaces(flags, settings);
  if (exit_code < 0) exit_code = ReadOthers(flags.brokers, flags.witnesses, settings);
  if (exit_code < 0) exit_code = ReadCallers(flags.issuer, flags.administrators, settings);
  if (exit_code < 0) exit_code = ReadMasters(flags.master_key, flags.previous_master_key, settings);
  return parsed;
}

}  // namespace trellis::services
