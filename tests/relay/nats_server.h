// A real NATS broker with JetStream, in a process of its own, and what its streams hold.
#pragma once

#include <map>
#include <nats/nats.h>
#include <string>
#include <sys/types.h>
#include <vector>

#include "tests/support/temp_directory.h"

namespace trellis::relay {

// A message of a stream.
struct Stored {
  std::string subject;
  std::map<std::string, std::string> headers;
  std::string data;
};

class NatsServer {
 public:
  // False, with a line that says so, where Debian's nats-server is not installed.
  static bool IsThere();

  // Starts it, on a free port, with further arguments.
  explicit NatsServer(std::vector<std::string> more = {});
  ~NatsServer();
  NatsServer(const NatsServer&) = delete;
  NatsServer& operator=(const NatsServer&) = delete;

  // Ends it with SIGKILL.
  void Kill();
  // Starts it again, on the same port and with what it had stored.
  void Start();

  bool running() const { return process_ > 0; }
  // With `user`, which may be `user:password`, unless it is empty.
  std::string url(const std::string& user = "") const;

 private:
  const testing::TempDirectory directory_;
  const std::vector<std::string> more_;
  int port_ = -1;
  pid_t process_ = -1;
  int log_fd_ = -1;
};

// A connection to a broker, which must not be restarted meanwhile. Waits at most a minute for
// anything; a test fails and goes on with less when that was not enough.
class NatsClient {
 public:
  explicit NatsClient(const NatsServer& server);
  ~NatsClient();
  NatsClient(const NatsClient&) = delete;
  NatsClient& operator=(const NatsClient&) = delete;

  // The first `count` messages of the stream, once there is a stream and they are there.
  std::vector<Stored> Read(const std::string& stream, size_t count) const;
  // How many the stream has now.
  uint64_t Count(const std::string& stream) const;

  // A stream refuses further messages once it has `max_messages`, and those of more than
  // `max_bytes` (-1: none); it knows ids for `window_ms`.
  struct Limits {
    int64_t max_messages = -1;
    int32_t max_bytes = -1;
    int64_t window_ms = 120'000;
  };
  void Make(const std::string& stream, const std::string& subjects, const Limits& limits) const;
  void Change(const std::string& stream, const std::string& subjects, const Limits& limits) const;
  // Waits until a stream with this window has forgotten what is stored now.
  void AwaitForgotten(int64_t window_ms) const;
  // Publishes a message of somebody else, and waits until it is stored.
  void Publish(const std::string& subject) const;
  void Delete(const std::string& stream) const;

 private:
  void AwaitMessages(const std::string& stream, size_t count) const;

  natsConnection* connection_ = nullptr;
  jsCtx* context_ = nullptr;
  // Of what happens to streams.
  natsSubscription* changes_ = nullptr;
};

}  // namespace trellis::relay
