// trellisd. Exit codes: 0 after a drain, 2 wrong usage, 3 cannot start, 4 a write of the log
// failed.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <google/protobuf/stubs/logging.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/log.h"
#include "services/listener.h"
#include "services/server.h"
#include "services/settings.h"

namespace {

constexpr int kCannotStart = 3;
constexpr int kLogFailed = 4;

// SIGTERM and SIGINT, blocked in every thread, so that one place waits for them.
sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// A dump of memory would hold what people wrote about each other, in plain text, for as long as
// somebody forgets it.
void LeaveNoDump() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  // Where dumps go to a program, the limit does not count.
  prctl(PR_SET_DUMPABLE, 0);
}

// Connections need descriptors as files do, and the 1,024 that a process often begins with are few.
void TakeDescriptors() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4 * trellis::services::kDescriptorsMax);
  setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

int main(int argc, char** argv) {
  const trellis::services::ParsedSettings parsed = trellis::services::ParseSettings(argc, argv);
  if (parsed.exit_code >= 0) return parsed.exit_code;
  LeaveNoDump();
  TakeDescriptors();
  // Protocol Buffers would log field names of requests that are not UTF-8; the caller is told.
  google::protobuf::SetLogHandler(nullptr);
  // So is whoever starts the program, in one line; gRPC's own speaks of its files. Said otherwise
  // in the environment, it stays so.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  // Debian's Abseil looks for deadlocks at every lock of gRPC's, which costs a tenth of its time.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const trellis::SystemClock clock;
  std::atomic<bool> log_failed = false;
  auto server = trellis::services::Server::Start(parsed.settings, clock, [&log_failed] {
    log_failed = true;
    kill(getpid(), SIGTERM);
  });
  if (!server.ok()) {
    std::fprintf(stderr, "trellisd: %s\n", std::string(server.status().message()).c_str());
    return kCannotStart;
  }
  std::printf("trellisd serves ledger %s on grpc %s and http http://%s, data in %s\n",
              parsed.settings.ledger.c_str(), (*server)->grpc_address().c_str(),
              (*server)->http_address().c_str(), parsed.settings.data.c_str());
  std::fflush(stdout);

  int signal = 0;
  sigwait(&signals, &signal);
  trellis::Log("server.draining", {{"signal", std::to_string(signal)}});
  server->reset();
  trellis::Log("server.stopped");
  return log_failed ? kLogFailed : 0;
}
