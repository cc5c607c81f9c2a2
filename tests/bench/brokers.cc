#include "tests/bench/brokers.h"

#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "tests/bench/processes.h"

namespace trellis::bench {
namespace {

constexpr char kNats[] = "/usr/sbin/nats-server";
constexpr char kRabbit[] = "/usr/lib/rabbitmq/bin/rabbitmq-server";
constexpr char kPortMapper[] = "/usr/bin/epmd";
// RabbitMQ takes 5 s on a quiet machine.
constexpr std::chrono::seconds kStartPatience{90};
constexpr int kStopPatienceMs = 20'000;
// Of what a broker says that does not start.
constexpr size_t kSaidMax = 300;

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// A port that nobody serves at the moment.
int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  CHECK(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  CHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  close(fd);
  return ntohs(address.sin_port);
}

// Starts `command`; what it says comes out of `output`.
pid_t Spawn(const std::vector<std::string>& command, int& output) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::array<int, 2> ends{};
  CHECK(pipe2(ends.data(), O_CLOEXEC) == 0);
  const pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(ends[1]);
  output = ends[0];
  return pid;
}

// What a process says, up to the word that it is ready.
struct Said {
  std::mutex mutex;
  std::condition_variable changed;
  std::string text;
  bool ready = false;
  bool over = false;
};

// Takes what comes out of `output` until its end.
void Listen(int output, const std::string& ready, Said& said) {
  std::array<char, 4096> part{};
  for (ssize_t got = read(output, part.data(), part.size()); got > 0;
       got = read(output, part.data(), part.size())) {
    const std::lock_guard<std::mutex> lock(said.mutex);
    if (said.ready) continue;
    said.text.append(part.data(), static_cast<size_t>(got));
    said.ready = said.text.find(ready) != std::string::npos;
    said.changed.notify_all();
  }
  close(output);
  const std::lock_guard<std::mutex> lock(said.mutex);
  said.over = true;
  said.changed.notify_all();
}

// Whether the process ends within `milliseconds`.
bool Ends(pid_t process, int milliseconds) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
  pollfd ended{fd, POLLIN, 0};
  const bool ends = poll(&ended, 1, milliseconds) > 0;
  close(fd);
  return ends;
}

absl::Status NotInstalled(const std::string& package) {
  return absl::NotFoundError(absl::StrCat("Debian's ", package, " is not installed"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Broker>> Broker::StartNats(const std::string& directory) {
  if (access(kNats, X_OK) != 0) return NotInstalled("nats-server");
  std::unique_ptr<Broker> broker(new Broker);
  const int port = FreePort();
  broker->address_ = absl::StrCat("127.0.0.1:", port);
  RETURN_IF_ERROR(
      broker->Start({kNats, "-a", "127.0.0.1", "-p", absl::StrCat(port), "-js", "-sd", directory},
                    "Server is ready"));
  return broker;
}

absl::StatusOr<std::unique_ptr<Broker>> Broker::StartRabbit(const std::string& directory) {
  if (access(kRabbit, X_OK) != 0) return NotInstalled("rabbitmq-server");
  std::filesystem::create_directories(directory);
  const int port = FreePort();
  const int mapper_port = FreePort();
  const std::string config = directory + "/rabbitmq.conf";
  std::ofstream(config) << "listeners.tcp.1 = 127.0.0.1:" << port << "\n"
                        << "log.console.level = warning\nlog.file = false\n";
  const std::string plugins = directory + "/enabled_plugins";
  std::ofstream(plugins) << "[].\n";
  std::unique_ptr<Broker> broker(new Broker);
  broker->address_ = absl::StrCat("127.0.0.1:", port);
  // Erlang would start one that outlives the node.
  broker->helper_.reset(new Broker);
  RETURN_IF_ERROR(broker->helper_->Start(
      {kPortMapper, "-d", "-port", absl::StrCat(mapper_port), "-address", "127.0.0.1"},
      "epmd running"));
  RETURN_IF_ERROR(broker->Start(
      {"/usr/bin/env", absl::StrCat("HOME=", directory),
       // Then the script becomes the node, rather than its parent.
       "RUNNING_UNDER_SYSTEMD=true", "RABBITMQ_CONF_ENV_FILE=/dev/null",
       "RABBITMQ_NODENAME=trellis-bench@localhost", absl::StrCat("RABBITMQ_BASE=", directory),
       absl::StrCat("RABBITMQ_MNESIA_BASE=", directory, "/mnesia"),
       absl::StrCat("RABBITMQ_LOG_BASE=", directory), absl::StrCat("RABBITMQ_CONFIG_FILE=", config),
       absl::StrCat("RABBITMQ_ENABLED_PLUGINS_FILE=", plugins),
       absl::StrCat("RABBITMQ_DIST_PORT=", FreePort()), absl::StrCat("ERL_EPMD_PORT=", mapper_port),
       "ERL_EPMD_ADDRESS=127.0.0.1",
       "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}", kRabbit},
      "completed with"));
  return broker;
}

absl::Status Broker::Start(const std::vector<std::string>& command, const std::string& ready) {
  int output = -1;
  process_ = Spawn(command, output);
  const auto said = std::make_shared<Said>();
  reader_ = std::thread([=] { Listen(output, ready, *said); });
  std::unique_lock<std::mutex> lock(said->mutex);
  said->changed.wait_for(lock, kStartPatience, [&] { return said->ready || said->over; });
  if (said->ready) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(command.back(), " does not start: ", said->text.substr(0, kSaidMax)));
}

Broker::~Broker() {
  if (process_ < 0) return;
  kill(process_, SIGTERM);
  if (!Ends(process_, kStopPatienceMs)) kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  reader_.join();
}

double Broker::cpu_seconds() const { return CpuSecondsOf(process_); }

absl::StatusOr<std::string> AskPeers(const std::string& program,
                                     const std::vector<std::string>& arguments) {
  if (access(program.c_str(), X_OK) != 0) {
    return absl::NotFoundError("the Go program was not built");
  }
  const std::string command = absl::StrCat(program, " ", absl::StrJoin(arguments, " "), " 2>&1");
  FILE* const output = popen(command.c_str(), "re");
  CHECK(output != nullptr);
  std::string said;
  for (int c = std::fgetc(output); c != EOF; c = std::fgetc(output)) {
    said.push_back(static_cast<char>(c));
  }
  if (pclose(output) != 0) return absl::UnknownError(absl::StripTrailingAsciiWhitespace(said));
  return said;
}

absl::StatusOr<double> RunPeers(const std::string& program,
                                const std::vector<std::string>& arguments) {
  ASSIGN_OR_RETURN(const std::string said, AskPeers(program, arguments));
  unsigned long long events = 0;
  double seconds = 0;
  if (std::sscanf(said.c_str(), "events %llu seconds %lf", &events, &seconds) != 2) {
    return absl::UnknownError(absl::StripTrailingAsciiWhitespace(said));
  }
  return static_cast<double>(events) / seconds;
}

}  // namespace trellis::bench
