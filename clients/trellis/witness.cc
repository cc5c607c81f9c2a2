#include "clients/trellis/witness.h"

#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "clients/trellis/grammar/usage.h"
#include "witness/http_server.h"
#include "witness/witness.h"

namespace trellis::cli {
namespace {

struct Address {
  std::string host;
  int port = 0;
};

absl::StatusOr<std::string> Needed(const Invocation& invocation, const char* flag) {
  const std::string* const value = invocation.Find(flag);
  if (value == nullptr || value->empty()) {
    return UsageError(absl::StrCat("witness: --", flag, " is missing; see trellis witness --help"));
  }
  return *value;
}

absl::StatusOr<Address> ListenAddress(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const std::string text, Needed(invocation, "listen"));
  const size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  Address address;
  // SimpleAtoi would take a sign and blanks as well.
  if (colon == 0 || port.find_first_not_of("0123456789") != std::string::npos ||
      !absl::SimpleAtoi(port, &address.port) || address.port > 65535) {
    return UsageError(
        absl::StrCat("--listen: got \"", text, "\", want HOST:PORT with a port of 0 to 65535"));
  }
  address.host = text.substr(0, colon);
  return address;
}

absl::StatusOr<witness::Options> OptionsOf(const Invocation& invocation) {
  witness::Options options;
  ASSIGN_OR_RETURN(options.state, Needed(invocation, "state"));
  ASSIGN_OR_RETURN(options.key_file, Needed(invocation, "key"));
  RETURN_IF_ERROR(Needed(invocation, "log").status());
  options.logs = invocation.FindAll("log");
  if (const std::string* const name = invocation.Find("name"); name != nullptr) {
    options.name = *name;
  }
  return options;
}

}  // namespace

absl::Status RunWitness(const Invocation& invocation, const Process& process) {
  ASSIGN_OR_RETURN(const Address address, ListenAddress(invocation));
  ASSIGN_OR_RETURN(const witness::Options options, OptionsOf(invocation));
  const SystemClock clock;
  ASSIGN_OR_RETURN(const std::unique_ptr<witness::Witness> witness,
                   witness::Witness::Open(options, clock));
  // Before there are threads, which would take the signal otherwise.
  const std::function<void()> wait_for_end = process.hold_signals();
  ASSIGN_OR_RETURN(const std::unique_ptr<witness::HttpServer> server,
                   witness::HttpServer::Start(*witness, address.host, address.port));
  process.out << absl::StrCat("trellis witness serves on http://", address.host, ":",
                              server->port(), " with key ", witness->vkey(), "\n")
              << std::flush;
  wait_for_end();
  return absl::OkStatus();
}

}  // namespace trellis::cli
