#include "tests/integration/daemon.h"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/str_split.h"
#include "base/check.h"

extern char** environ;

namespace trellis::integration {
namespace {

// A start takes a fraction of a second; a machine that is busy with other tests takes longer.
constexpr int kPatienceMs = 30'000;

}  // namespace

Daemon::Daemon(const std::vector<std::string>& arguments) {
  int pipe_fds[2];
  CHECK(pipe2(pipe_fds, O_CLOEXEC) == 0);
  out_fd_ = pipe_fds[0];
  posix_spawn_file_actions_t actions;
  CHECK(posix_spawn_file_actions_init(&actions) == 0);
  CHECK(posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], STDOUT_FILENO) == 0);
  CHECK(posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (directory_ / "err").c_str(),
                                         O_WRONLY | O_CREAT | O_TRUNC, 0600) == 0);
  std::vector<std::string> words = {TRELLISD_PATH};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  CHECK(posix_spawn(&process_, argv[0], &actions, nullptr, argv.data(), environ) == 0);
  CHECK(posix_spawn_file_actions_destroy(&actions) == 0);
  close(pipe_fds[1]);
}

Daemon::~Daemon() {
  if (process_ > 0) {
    Signal(SIGKILL);
    Wait();
  }
  close(out_fd_);
}

bool Daemon::ReadOut(bool all) {
  while (all || out_.find('\n') == std::string::npos) {
    pollfd readable{out_fd_, POLLIN, 0};
    if (poll(&readable, 1, kPatienceMs) <= 0) return false;
    char buffer[4096];
    const ssize_t got = read(out_fd_, buffer, sizeof(buffer));
    if (got <= 0) return all;
    out_.append(buffer, static_cast<size_t>(got));
  }
  return true;
}

bool Daemon::AwaitServing() {
  if (!ReadOut(false)) return false;
  // trellisd serves ledger L on grpc HOST:PORT and http http://HOST:PORT, data in D
  const std::vector<std::string> words = absl::StrSplit(out_, ' ');
  if (words.size() < 12 || words[5] != "grpc" || words[9].rfind("http://", 0) != 0) return false;
  grpc_address_ = words[6];
  http_address_ = words[9].substr(7);
  http_address_.pop_back();
  return true;
}

void Daemon::Signal(int signal) const { CHECK(kill(process_, signal) == 0); }

int Daemon::Wait() {
  ReadOut(true);
  int status = 0;
  CHECK(waitpid(process_, &status, 0) == process_);
  process_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string Daemon::err() const {
  std::ifstream file(directory_ / "err");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Ended RunToEnd(const std::vector<std::string>& arguments) {
  Daemon daemon(arguments);
  Ended ended;
  ended.exit_code = daemon.Wait();
  ended.out = daemon.out();
  ended.err = daemon.err();
  return ended;
}

std::vector<std::string> Serving(const std::string& data, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"--dev",       "--data", data,         "--listen",
                                        "127.0.0.1:0", "--http", "127.0.0.1:0"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace trellis::integration
