// A port whose connections are accepted here and handed on, to gRPC or to the server of pages. gRPC
// 1.51 accepts no more, for ever, once the process has had no descriptor for a connection: whoever
// opens enough of them would end the service for everybody.
//
// Operation.   Files need descriptors, too. A connection whose own is beyond half of what the
//              process may have, or beyond kDescriptorsMax, is hung up on at once; the system gives
//              the lowest number that is free, so that the number says how many are in use.
// Concurrency. Thread-safe. Accepts on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "services/settings.h"

namespace trellis::services {

// A connection of gRPC that does nothing takes some 50 KiB: half a gigabyte together.
inline constexpr int kDescriptorsMax = 10'000;
// Connections that wait to be accepted.
inline constexpr int kBacklog = 512;

class Listener {
 public:
  // Owns the connection, which does not block; must not wait, since nobody else is let in
  // meanwhile.
  using OnConnection = std::function<void(int listening, int connection)>;

  // Binds every address that the host's name has; port 0: any that is free. UNAVAILABLE
  // (CANNOT_LISTEN) if it cannot be had; the text has `flag`.
  static absl::StatusOr<std::unique_ptr<Listener>> Bind(const Address& address,
                                                        const std::string& flag);
  // Stops.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int port() const { return port_; }

  // Accepts from now on; once.
  void Start(OnConnection on_connection);
  // Accepts no more; connections that wait are hung up on.
  void Stop();

 private:
  Listener();
  void Run();
  void AcceptFrom(int listening);
  // Waits so long, or until it stops.
  bool IsStoppedWithin(int milliseconds) const;

  // Becomes readable when it is to stop.
  const int stop_;
  std::vector<int> listening_;
  int port_ = 0;
  OnConnection on_connection_;
  std::thread thread_;
};

}  // namespace trellis::services
