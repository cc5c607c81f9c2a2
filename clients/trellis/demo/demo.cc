#include "clients/trellis/demo/demo.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "clients/trellis/demo/school.h"
#include "clients/trellis/errors.h"
#include "clients/trellis/grammar/usage.h"
#include "clients/trellis/play.h"
#include "trellis/v1/school_requests.pb.h"

namespace trellis::cli {
namespace {

// Schools at once: enough that the server's syncs are shared, and no burden to it.
constexpr int kThreads = 24;
constexpr int kBarColumns = 30;
// Commands between two looks at the bar.
constexpr int kCommandsPerLook = 100;

absl::StatusOr<int> NumberOf(const Invocation& invocation, const char* flag, int fallback, int min,
                             int max) {
  const std::string* const text = invocation.Find(flag);
  if (text == nullptr) return fallback;
  int number = 0;
  if (absl::SimpleAtoi(*text, &number) && number >= min && number <= max) return number;
  return UsageError(absl::StrCat("--", flag, ": got ", *text, ", want ", min, " to ", max));
}

// How far it is, on standard error.
class Progress {
 public:
  Progress(const Process& process, int64_t commands) : process_(process), commands_(commands) {}
  ~Progress() {
    if (process_.err_is_terminal) process_.err << "\r\x1b[K" << std::flush;
  }

  void Advance(int64_t commands) {
    MutexLock lock(mutex_);
    done_ += commands;
    if (!process_.err_is_terminal) return;
    const auto columns = static_cast<size_t>(kBarColumns * done_ / std::max<int64_t>(commands_, 1));
    const double seconds = absl::ToDoubleSeconds(clock_.Now() - began_);
    const double rate = static_cast<double>(done_) / std::max(seconds, 1e-3);
    process_.err << absl::StrFormat("\r\x1b[K[%s%s] %d of %d commands, %.0f a second, %.0f s left",
                                    std::string(columns, '#'),
                                    std::string(kBarColumns - columns, '.'), done_, commands_, rate,
                                    static_cast<double>(commands_ - done_) / rate)
                 << std::flush;
  }

 private:
  const Process& process_;
  const int64_t commands_;
  const SystemClock clock_;
  const absl::Time began_ = clock_.Now();
  Mutex mutex_;
  int64_t done_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The schools that wait, and the first error.
class Work {
 public:
  explicit Work(int schools) : schools_(schools) {}

  // The next school; 0 if there is none, or something failed.
  int Next() {
    MutexLock lock(mutex_);
    return status_.ok() && next_ < schools_ ? ++next_ : 0;
  }
  void Fail(const absl::Status& status) {
    MutexLock lock(mutex_);
    status_.Update(status);
  }
  absl::Status status() {
    MutexLock lock(mutex_);
    return status_;
  }

 private:
  const int schools_;
  Mutex mutex_;
  int next_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

absl::Status Give(const Contract& contract, const std::vector<v1::PlayStep>& steps,
                  const std::string& where, Server& server, Progress& progress) {
  int64_t given = 0;
  for (const v1::PlayStep& step : steps) {
    const auto reply = SendStep(contract, step, server);
    if (!reply.ok()) {
      return WithMessage(reply.status(), absl::StrCat(where, ": ", reply.status().message()));
    }
    if (++given % kCommandsPerLook == 0) progress.Advance(kCommandsPerLook);
  }
  progress.Advance(given % kCommandsPerLook);
  return absl::OkStatus();
}

// Gives the step that something begins with. The day on which that was, as the server knows it.
template <typename Reply, typename State>
absl::StatusOr<absl::CivilDay> Begin(const Contract& contract, const v1::PlayStep& step,
                                     const State& (Reply::*state)() const, Server& server) {
  ASSIGN_OR_RETURN(const auto answer, SendStep(contract, step, server));
  Reply reply;
  reply.ParseFromString(answer->SerializeAsString());
  return LondonDay(FromTimestamp((reply.*state)().create_time()));
}

absl::Status GiveSchool(const Contract& contract, int seed, int school, Server& server,
                        Progress& progress) {
  const std::string where = absl::StrCat("school ", school);
  const auto day = Begin(contract, DemoSchoolStep(seed, school), &v1::SchoolReply::school, server);
  if (!day.ok()) {
    return WithMessage(day.status(), absl::StrCat(where, ": ", day.status().message()));
  }
  progress.Advance(1);
  return Give(contract, DemoSchoolSteps(seed, school, *day), where, server, progress);
}

absl::Status GiveSchools(const Contract& contract, const DemoOptions& options,
                         const Server::Options& server_options, Progress& progress) {
  Work work(options.schools);
  std::vector<std::thread> threads;
  for (int i = 0; i < std::min(kThreads, options.schools); ++i) {
    threads.emplace_back([&] {
      // Only the caller's own thread speaks of waiting.
      Server server({.address = server_options.address,
                     .tls = server_options.tls,
                     .timeout = server_options.timeout,
                     .on_wait = {}});
      while (const int school = work.Next()) {
        work.Fail(GiveSchool(contract, options.seed, school, server, progress));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return work.status();
}

void Conclude(const DemoOptions& options, bool json, absl::CivilDay today, int64_t commands,
              const Process& process) {
  const std::string trust = DemoTrust(options.seed);
  const int ects = options.schools * kDemoEctsPerSchool;
  if (json) {
    process.out << absl::StrFormat(
        "{\"trust\":\"%s\",\"schools\":%d,\"ects\":%d,\"commands\":%d,\"begun_on\":\"%s\"}\n",
        trust, options.schools, ects, commands, DateText(today));
    return;
  }
  process.out << absl::StrFormat(
      "%s: %d schools, %d ECTs, begun on %s: %d commands, of which those that were recorded "
      "before wrote nothing.\nLook at it:\n"
      "  trellis plan caseload --trust %s\n"
      "  trellis plan list --trust %s --overdue-review\n"
      "  trellis directory list-schools --trust %s\n"
      "  trellis plan caseload --body %s\n",
      trust, options.schools, ects, DateText(today), commands, trust, trust, trust,
      DemoBody(options.seed));
}

}  // namespace

absl::StatusOr<DemoOptions> DemoOptionsOf(const Invocation& invocation) {
  DemoOptions options;
  ASSIGN_OR_RETURN(options.schools,
                   NumberOf(invocation, "schools", options.schools, 1, kDemoSchoolsMax));
  ASSIGN_OR_RETURN(options.seed, NumberOf(invocation, "seed", options.seed, 0, kDemoSeedMax));
  return options;
}

absl::Status RunDemo(const Contract& contract, const DemoOptions& options, bool json,
                     const Server::Options& server_options, const Process& process) {
  Server server(server_options);
  ASSIGN_OR_RETURN(const absl::CivilDay today,
                   Begin(contract, DemoTrustStep(options.seed), &v1::TrustReply::trust, server));
  const std::vector<v1::PlayStep> first = DemoTrustSteps(options.seed, today);
  int64_t commands = 1 + static_cast<int64_t>(first.size());
  for (int school = 1; school <= options.schools; ++school) {
    commands += 1 + static_cast<int64_t>(DemoSchoolSteps(options.seed, school, today).size());
  }
  {
    Progress progress(process, commands);
    RETURN_IF_ERROR(Give(contract, first, "the trust", server, progress));
    RETURN_IF_ERROR(GiveSchools(contract, options, server_options, progress));
  }
  Conclude(options, json, today, commands, process);
  return absl::OkStatus();
}

}  // namespace trellis::cli
