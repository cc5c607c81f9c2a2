// trellis, the command line.
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <optional>
#include <poll.h>
#include <pthread.h>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

#include "clients/trellis/run.h"

namespace {

// What a process without a terminal is taken to have: the form's own width.
constexpr int kColumnsDefault = 160;
// As shells say it of a program that Ctrl-C ended.
constexpr int kInterrupted = 130;

std::optional<std::string> Variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

int Columns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kColumnsDefault;
  return size.ws_col;
}

volatile std::sig_atomic_t wants_to_stop = 0;

// Whoever asks twice does not want to wait.
void NoteSignal(int) {
  if (wants_to_stop != 0) _exit(kInterrupted);
  wants_to_stop = 1;
}

bool Interrupted() {
  static const bool watching = [] {
    std::signal(SIGINT, NoteSignal);
    std::signal(SIGTERM, NoteSignal);
    // Writing to a pipe that nobody reads any more fails, and ends nothing.
    std::signal(SIGPIPE, SIG_IGN);
    return true;
  }();
  // Nor is there anything to wait for where nobody reads what comes.
  pollfd output{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
  const bool unread = poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
  return watching && (wants_to_stop != 0 || unread);
}

std::function<void()> HoldSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return [signals] {
    int signal = 0;
    sigwait(&signals, &signal);
  };
}

}  // namespace

int main(int argc, char** argv) {
  // gRPC logs what the error line says already; whoever debugs it sets the variable.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  const trellis::cli::Process process{.variables = Variable,
                                      .in = std::cin,
                                      .out = std::cout,
                                      .err = std::cerr,
                                      .out_is_terminal = isatty(STDOUT_FILENO) == 1,
                                      .err_is_terminal = isatty(STDERR_FILENO) == 1,
                                      .columns = Columns(),
                                      .interrupted = Interrupted,
                                      .hold_signals = HoldSignals};
  return trellis::cli::Run(std::vector<std::string>(argv + 1, argv + argc), process);
}
