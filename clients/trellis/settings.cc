#include "clients/trellis/settings.h"

#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "clients/trellis/grammar/names.h"
#include "clients/trellis/grammar/usage.h"

namespace trellis::cli {
namespace {

constexpr char kDefaultServer[] = "127.0.0.1:7443";
// The server gives up after 30 s itself.
constexpr absl::Duration kDefaultTimeout = absl::Seconds(30);
// Longer than an hour is a typing mistake.
constexpr double kTimeoutSecondsMax = 3600;

// A value and what the caller calls it.
struct Setting {
  std::string called;
  std::string value;
};

Setting Read(const Invocation& invocation, const Variables& variables, const std::string& flag,
             const std::string& variable) {
  const std::string called = absl::StrCat("--", flag);
  if (const std::string* const value = invocation.Find(flag); value != nullptr) {
    return {called, *value};
  }
  const auto value = variable.empty() ? std::nullopt : variables(variable);
  if (value.has_value() && !value->empty()) return {variable, *value};
  return {called, ""};
}

absl::Status Unfit(const Setting& setting, absl::string_view want) {
  return UsageError(absl::StrCat(setting.called, ": got \"", absl::Utf8SafeCEscape(setting.value),
                                 "\", want ", want));
}

absl::StatusOr<std::string> PersonName(const Setting& setting) {
  if (setting.value.empty()) return "";
  const std::string uuid = absl::AsciiStrToLower(absl::StripPrefix(setting.value, "people/"));
  // Checked here because gRPC stops the program when a header holds what a header may not.
  if (!ParseUuid(uuid).has_value()) return Unfit(setting, "people/{uuid}");
  return absl::StrCat("people/", uuid);
}

absl::StatusOr<std::string> CapacityName(const Contract& contract, const Setting& setting) {
  if (setting.value.empty()) return "";
  const auto& type = *contract.FindEnum("trellis.v1.Capacity");
  const auto* const value = type.FindValueByName(ConstantCase(setting.value));
  if (value == nullptr || value->number() == 0) {
    return Unfit(setting, absl::StrCat("one of ", absl::StrJoin(EnumChoices(type), ", ")));
  }
  return value->name();
}

absl::StatusOr<absl::Duration> Timeout(const Setting& setting) {
  if (setting.value.empty()) return kDefaultTimeout;
  double seconds = 0;
  if (!absl::SimpleAtod(setting.value, &seconds) || !(seconds > 0) ||
      seconds > kTimeoutSecondsMax) {
    return Unfit(setting, absl::StrCat("seconds, more than 0 and at most ", kTimeoutSecondsMax));
  }
  return absl::Seconds(seconds);
}

// A file of secrets or certificates, whole; empty where none is named.
absl::StatusOr<std::string> FileNamed(const Setting& setting) {
  if (setting.value.empty()) return "";
  std::ifstream file(setting.value, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file && !text.empty()) return text;
  return Unfit(setting, "a file that can be read and is not empty");
}

bool IsThisMachine(const std::string& server) {
  const std::string host = server.substr(0, server.rfind(':'));
  return host == "127.0.0.1" || host == "localhost" || host == "[::1]";
}

// The token, of the file or else the variable, as it goes into a header.
absl::StatusOr<std::string> Token(const Setting& file, const Variables& variables) {
  ASSIGN_OR_RETURN(std::string token, FileNamed(file));
  Setting setting = file;
  if (token.empty()) {
    token = variables("TRELLIS_TOKEN").value_or("");
    setting.called = "TRELLIS_TOKEN";
  }
  token = std::string(absl::StripAsciiWhitespace(token));
  for (const char c : token) {
    // gRPC stops the program when a header holds what a header may not; the token is not shown.
    if (absl::ascii_isgraph(static_cast<unsigned char>(c))) continue;
    return UsageError(absl::StrCat(setting.called, ": want a token, letters, digits and marks"));
  }
  return token;
}

absl::StatusOr<Tls> TlsOf(const Invocation& invocation, const Variables& variables) {
  const auto read = [&](const std::string& flag, const std::string& variable) {
    return FileNamed(Read(invocation, variables, flag, variable));
  };
  Tls tls;
  ASSIGN_OR_RETURN(tls.roots, read("tls-roots", "TRELLIS_TLS_ROOTS"));
  ASSIGN_OR_RETURN(tls.certificate, read("tls-certificate", ""));
  ASSIGN_OR_RETURN(tls.key, read("tls-key", ""));
  if (tls.certificate.empty() != tls.key.empty()) {
    return UsageError("got one of --tls-certificate and --tls-key, want both");
  }
  const std::string* const asked = invocation.Find("tls");
  tls.on = (asked != nullptr && *asked == "true") || !tls.roots.empty() || !tls.key.empty();
  return tls;
}

}  // namespace

absl::StatusOr<Settings> ResolveSettings(const Contract& contract, const Invocation& invocation,
                                         const Variables& variables) {
  const auto read = [&](const std::string& flag, const std::string& variable) {
    return Read(invocation, variables, flag, variable);
  };
  Settings settings;
  settings.server = read("server", "TRELLIS_SERVER").value;
  if (settings.server.empty()) settings.server = kDefaultServer;
  ASSIGN_OR_RETURN(settings.caller.person, PersonName(read("as", "TRELLIS_ACTOR")));
  settings.caller.name = read("as-name", "TRELLIS_ACTOR_NAME").value;
  ASSIGN_OR_RETURN(settings.caller.capacity,
                   CapacityName(contract, read("capacity", "TRELLIS_CAPACITY")));
  ASSIGN_OR_RETURN(settings.tls, TlsOf(invocation, variables));
  ASSIGN_OR_RETURN(settings.caller.token, Token(read("token-file", ""), variables));
  if (!settings.caller.token.empty() && !settings.tls.on && !IsThisMachine(settings.server)) {
    return UsageError(absl::StrCat("a token would go to ", settings.server,
                                   " for all to read: want --tls or --tls-roots"));
  }
  const Setting output = read("output", "");
  if (!output.value.empty() && output.value != "table" && output.value != "json") {
    return Unfit(output, "one of table, json");
  }
  settings.json = output.value == "json";
  ASSIGN_OR_RETURN(settings.timeout, Timeout(read("timeout", "")));
  return settings;
}

}  // namespace trellis::cli
