#include "tests/bench/processes.h"

#include <array>
#include <fstream>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "tests/bench/table.h"

namespace trellis::bench {

ServerProcess::ServerProcess(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  CHECK(pipe(ends.data()) == 0);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const auto start = SteadyClock::now();
  pid_ = fork();
  CHECK(pid_ >= 0);
  if (pid_ == 0) {
    // Also if the bench crashes.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(ends[1]);
  char c = 0;
  while (read(ends[0], &c, 1) == 1 && c != '\n') line_.push_back(c);
  start_seconds_ = SecondsSince(start);
  close(ends[0]);
  CHECK(!line_.empty());
}

ServerProcess::~ServerProcess() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

std::string ServerProcess::WordAfter(const std::string& key) const {
  const size_t at = line_.find(key + " ");
  CHECK(at != std::string::npos);
  const size_t start = at + key.size() + 1;
  return line_.substr(start, line_.find_first_of(" ,", start) - start);
}

double ServerProcess::resident_mib() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  std::string line;
  while (std::getline(status, line)) {
    absl::string_view rest = line;
    if (!absl::ConsumePrefix(&rest, "VmRSS:")) continue;
    absl::ConsumeSuffix(&rest, "kB");
    double kib = 0;
    if (absl::SimpleAtod(rest, &kib)) return kib / 1024;
  }
  return 0;
}

double ServerProcess::cpu_seconds() const { return CpuSecondsOf(pid_); }

double CpuSecondsOf(pid_t process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  std::getline(stat, line);
  // After the name in brackets: state, then the fields up to utime and stime, the 14th and 15th.
  const std::vector<std::string> fields = absl::StrSplit(line.substr(line.rfind(')') + 2), ' ');
  double user = 0, system = 0;
  CHECK(fields.size() > 12 && absl::SimpleAtod(fields[11], &user) &&
        absl::SimpleAtod(fields[12], &system));
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace trellis::bench
