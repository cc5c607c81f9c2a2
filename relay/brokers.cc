#include "relay/brokers.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/status_macros.h"

namespace trellis::relay {
namespace {

constexpr absl::string_view kDefaultPort = "4222";

absl::Status Wrong(absl::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_SETTING",
               absl::StrCat("--relay: got ", what, ", want nats://[user:password@]host[:port]"),
               {{"flag", "--relay"}});
}

// The host and port of one of them.
absl::StatusOr<std::string> HostAndPort(absl::string_view url) {
  if (!absl::ConsumePrefix(&url, "nats://") && !absl::ConsumePrefix(&url, "tls://")) {
    return Wrong("a URL that begins otherwise");
  }
  // A password may hold an @ itself.
  if (const size_t at = url.rfind('@'); at != absl::string_view::npos) url.remove_prefix(at + 1);
  absl::ConsumeSuffix(&url, "/");
  const size_t colon = url.rfind(':');
  // Not one within the brackets of an IPv6 address.
  const bool has_port =
      colon != absl::string_view::npos && url.find(']', colon) == absl::string_view::npos;
  const absl::string_view host = url.substr(0, has_port ? colon : url.size());
  const absl::string_view port = has_port ? url.substr(colon + 1) : kDefaultPort;
  if (host.empty() || host.find_first_of("/?# \t") != absl::string_view::npos) {
    return Wrong("a URL without a host, or with more than host and port");
  }
  int number = 0;
  if (port.find_first_not_of("0123456789") != absl::string_view::npos ||
      !absl::SimpleAtoi(port, &number) || number < 1 || number > 65535) {
    return Wrong("a port that is not 1 to 65535");
  }
  return absl::StrCat(host, ":", number);
}

}  // namespace

absl::StatusOr<Brokers> ParseBrokers(absl::string_view text) {
  Brokers brokers;
  std::vector<std::string> shown;
  for (const absl::string_view url : absl::StrSplit(text, ',')) {
    ASSIGN_OR_RETURN(shown.emplace_back(), HostAndPort(url));
    brokers.urls.emplace_back(url);
  }
  if (brokers.urls.size() > kBrokersMax) {
    return Wrong(absl::StrCat(brokers.urls.size(), " URLs (limit ", kBrokersMax, ")"));
  }
  brokers.shown = absl::StrJoin(shown, ",");
  return brokers;
}

}  // namespace trellis::relay
