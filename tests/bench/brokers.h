// The brokers that Trellis' queue is measured against, and the Go program that uses all three.
#pragma once

#include <memory>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

namespace trellis::bench {

// A broker in a process of its own, on free ports of 127.0.0.1, which ends with this object or with
// the bench. What it stores is below the directory that it was given.
class Broker {
 public:
  // Debian's nats-server, with JetStream. NOT_FOUND, with the package to install, if it is not
  // there; UNAVAILABLE if it does not start.
  static absl::StatusOr<std::unique_ptr<Broker>> StartNats(const std::string& directory);
  // Debian's rabbitmq-server, a node of its own; likewise.
  static absl::StatusOr<std::unique_ptr<Broker>> StartRabbit(const std::string& directory);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // HOST:PORT for clients.
  const std::string& address() const { return address_; }
  // The processor time that it has used so far, in seconds.
  double cpu_seconds() const;

 private:
  Broker() = default;
  // Starts `command` and waits until it says `ready`.
  absl::Status Start(const std::vector<std::string>& command, const std::string& ready);

  std::string address_;
  // What it needs, and ends after it.
  std::unique_ptr<Broker> helper_;
  pid_t process_ = -1;
  // Takes what the process says, so that it never waits for a reader; ends with it.
  std::thread reader_;
};

// Runs `program`, the Go program of tests/bench/peers, with these arguments, and returns what it
// said. NOT_FOUND if it was not built; UNKNOWN with what it said if it failed.
absl::StatusOr<std::string> AskPeers(const std::string& program,
                                     const std::vector<std::string>& arguments);

// The same, and the events a second that it measured.
absl::StatusOr<double> RunPeers(const std::string& program,
                                const std::vector<std::string>& arguments);

}  // namespace trellis::bench
