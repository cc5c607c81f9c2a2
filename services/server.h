// trellisd as an object: the log, the views, the services and both ports, started in order and
// stopped in the opposite one.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "services/access_keeper.h"
#include "services/erasure_proposer.h"
#include "services/reminder_timer.h"
#include "services/settings.h"

namespace trellis::services {

// The largest request that is read at all. Larger ones get gRPC's own RESOURCE_EXHAUSTED; smaller
// ones that break a limit are told which.
inline constexpr int kRequestBytesMax = 16 << 20;
// All metadata of a call, as HTTP/2 counts them (32 bytes more for each key). A token has up to
// 16 KiB (identity/token.h), a name of 200 characters 2,400 bytes.
inline constexpr int kMetadataBytesMax = 24 << 10;
// Calls in progress on one connection; a client's library holds back what is more. A front end has
// the calls of all its people on one.
inline constexpr int kStreamsOfAConnection = 1'000;
// A connection that is not set up by then, or has no call for so long, is ended.
inline constexpr absl::Duration kHandshakeTime = absl::Seconds(10);
inline constexpr absl::Duration kIdleTime = absl::Minutes(30);
// What all requests that are being read may hold together; beyond that gRPC ends calls.
inline constexpr size_t kCallBytesMax = size_t{512} << 20;

class Server {
 public:
  // Opens what `settings.data` holds, catches up the views (showing progress on standard error)
  // and serves. `clock` must outlive the server. The error says in one line what to fix.
  // `on_log_failure` is called once, from any thread, when a write of the log failed: nothing more
  // is recorded then, and the server is to be stopped; what the disk holds is known at its next
  // start.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const Settings& settings, const Clock& clock, std::function<void()> on_log_failure = nullptr);
  // Drains: takes no new calls, answers those in progress (for at most 10 s), closes the log.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Where it listens, HOST:PORT.
  std::string grpc_address() const;
  std::string http_address() const;

  // What records reminders: by itself, and at once when it is told to.
  ReminderTimer& reminders();
  // What proposes whom to erase, likewise.
  ErasureProposer& proposer();
  // What keeps the log of who looked, likewise.
  AccessKeeper& access_keeper();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace trellis::services
