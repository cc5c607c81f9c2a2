// The settings of trellisd: flags, or a file of the same names.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/retention.h"
#include "proofs/policy.h"
#include "relay/brokers.h"
#include "services/authenticator.h"
#include "services/rate_limiter.h"
#include "services/tls.h"
#include "vault/master_key.h"

namespace trellis::services {

struct Address {
  std::string host;
  int port = 0;
};

// Less than a year, and an ECT could not learn who looked since they asked last; more than a
// working life is kept for nobody.
inline constexpr int kAccessLogYearsMin = 1;
inline constexpr int kAccessLogYearsMax = 50;

struct Settings {
  // Where everything is kept; created if missing.
  std::string data = "var";
  // Where backups are made; empty: nowhere.
  std::string backups = {};
  // Where the keys of data subjects are backed up, apart from them; empty: nowhere.
  std::string key_backups = {};
  // Where gRPC listens, HOST:PORT; port 0: any free port.
  Address listen = {"127.0.0.1", 7443};
  // Where HTTP listens, likewise.
  Address http = {"127.0.0.1", 7480};
  // How long who looked at a record is kept, in years: kAccessLogYearsMin to kAccessLogYearsMax.
  int access_log_years = 6;
  // The ledger's name: 1 to 100 letters, digits, dots and hyphens.
  std::string ledger = "trellis";
  // Where events are relayed to; by default nowhere.
  std::optional<relay::Brokers> relay = {};
  // Who is asked to cosign, and whose cosignatures are wanted; by default nobody.
  std::optional<proofs::Policy> witnesses = {};
  // How often they are asked at most.
  absl::Duration cosigning_tick = absl::Seconds(5);
  // How many years records are kept after the end of an induction, or leaving.
  int retention_years = domain::kRetentionYearsMin;
  // Who is believed. Without any of these nobody could call, and it does not start.
  AuthenticatorOptions callers = {};
  // How much each caller may ask for. None given: RateLimits as they are; in development no limits,
  // since nobody proves there who calls, and it is where things are measured.
  std::optional<RateLimits> limits = {};
  // The certificate of both ports; none: they listen on loopback alone.
  TlsFiles tls = {};
  // Wraps the keys of data subjects; may be left out in development alone. And the one before it,
  // as long as the store may have it.
  std::optional<vault::MasterKey> master_key = {};
  std::optional<vault::MasterKey> previous_master_key = {};
};

// The limits that hold with these settings.
RateLimits LimitsOf(const Settings& settings);

// HOST:PORT, with brackets around an IPv6 address.
absl::StatusOr<Address> ParseAddress(const std::string& flag, const std::string& text);

// Whether nobody but this machine reaches the address.
bool IsLoopback(const Address& address);

// What the command line says. `exit_code` is set, and nothing else means anything, when the program
// is to end at once: after --help or --version (0), or an error that was printed (2).
struct ParsedSettings {
  Settings settings;
  int exit_code = -1;
};
ParsedSettings ParseSettings(int argc, const char* const* argv);

}  // namespace trellis::services
