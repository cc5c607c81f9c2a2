// Where the relay's broker is: `nats://[user[:password]@]host[:port]`, or several with commas
// between them, the servers of one cluster. `tls://` asks for encryption.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace trellis::relay {

// More than a cluster has.
inline constexpr size_t kBrokersMax = 16;

struct Brokers {
  // As they were given: perhaps with a password, so never to be shown or logged.
  std::vector<std::string> urls;
  // host:port of each, with commas between them.
  std::string shown;
};

// INVALID_ARGUMENT (INVALID_SETTING), which never repeats what was given: it may hold a password.
absl::StatusOr<Brokers> ParseBrokers(absl::string_view text);

}  // namespace trellis::relay
