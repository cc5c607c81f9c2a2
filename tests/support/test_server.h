// A server in this process.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "services/server.h"
#include "tests/support/rpc_client.h"

namespace trellis::testing {

// Serves what `data` holds, on free ports, until it goes. Crashes if it cannot.
class TestServer {
 public:
  // `clock` must outlive the server. `backups`: where it makes backups, if it does.
  TestServer(const std::string& data, const Clock& clock, const std::string& backups = "");
  // Likewise, with these settings but for the addresses. Without limits unless it has some.
  TestServer(services::Settings settings, const Clock& clock);

  // Stops; starts again, on other ports. Calls must have ended, and `client()` is another one.
  void Stop();
  void Restart();

  const RpcClient& client() const { return *client_; }
  std::string grpc_address() const { return server_->grpc_address(); }
  std::string http_address() const { return server_->http_address(); }
  services::ReminderTimer& reminders() { return server_->reminders(); }
  services::ErasureProposer& proposer() { return server_->proposer(); }
  services::AccessKeeper& access_keeper() { return server_->access_keeper(); }

 private:
  services::Settings settings_;
  const Clock& clock_;
  std::unique_ptr<services::Server> server_;
  std::unique_ptr<const RpcClient> client_;
};

}  // namespace trellis::testing
