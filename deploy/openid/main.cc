// trellis-openid-dev: an OpenID provider for one machine and for trying things, which gives
// everybody a token of anybody in its file. docs/identity.md says how to use it. Exit codes: 0
// after Ctrl-C or SIGTERM, 2 wrong usage, 3 cannot start.
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <pthread.h>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "tests/support/openid_provider.h"
#include <CLI/CLI.hpp>

namespace {

using trellis::testing::OpenIdProvider;

constexpr int kWrongUsage = 2;
constexpr int kCannotStart = 3;

int Complain(const std::string& what, int code) {
  std::fprintf(stderr, "trellis-openid-dev: %s\n", what.c_str());
  return code;
}

// Only where nobody else's machine can ask.
bool SetAddress(const std::string& address, OpenIdProvider::Options& options) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return false;
  options.host = address.substr(0, colon);
  return (options.host == "127.0.0.1" || options.host == "localhost") &&
         absl::SimpleAtoi(address.substr(colon + 1), &options.port) && options.port >= 0 &&
         options.port <= 65535;
}

bool ReadFile(const std::string& path, std::string& text) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return false;
  text.assign(std::istreambuf_iterator<char>(file), {});
  return !file.bad();
}

}  // namespace

int main(int argc, char** argv) {
  OpenIdProvider::Options options;
  std::string listen = "127.0.0.1:7491", users, text;
  CLI::App app("An OpenID provider for trying Trellis on one machine: it believes everybody.",
               "trellis-openid-dev");
  app.add_option("--listen", listen, "Where it listens; port 0 picks one")->capture_default_str();
  app.add_option("--users", users, "Lines: user SUBJECT [SCOPE...], client ID SECRET [SCOPE...]")
      ->required();
  app.add_option("--audience", options.audience, "Whom its tokens are for")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (!SetAddress(listen, options)) {
    return Complain("--listen: want 127.0.0.1:PORT or localhost:PORT", kWrongUsage);
  }
  if (!ReadFile(users, text)) return Complain(users + ": cannot be read", kCannotStart);
  auto registered = trellis::testing::ParseRegister(text);
  if (!registered.ok()) {
    return Complain(absl::StrCat(users, ": ", registered.status().message()), kCannotStart);
  }
  options.registered = *std::move(registered);

  // Blocked in every thread, so that one place waits for them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const trellis::SystemClock clock;
  const auto provider = OpenIdProvider::Start(clock, std::move(options));
  if (!provider.ok()) return Complain(std::string(provider.status().message()), kCannotStart);
  std::printf(
      "issuer %s believes everybody; tokens: curl %s/token -d grant_type=subject "
      "-d subject=SUBJECT -d client_id=PROGRAM\n",
      (*provider)->issuer().c_str(), (*provider)->issuer().c_str());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}
