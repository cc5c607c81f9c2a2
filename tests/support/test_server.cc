#include "tests/support/test_server.h"

#include <google/protobuf/stubs/logging.h>
#include <utility>

#include "base/check.h"

namespace trellis::testing {

TestServer::TestServer(const std::string& data, const Clock& clock, const std::string& backups)
    : TestServer(
          services::Settings{.data = data, .backups = backups, .callers = {.development = true}},
          clock) {}

TestServer::TestServer(services::Settings settings, const Clock& clock)
    : settings_(std::move(settings)), clock_(clock) {
  if (!settings_.callers.development && !settings_.master_key.has_value()) {
    settings_.master_key = vault::MasterKey::Generate();
  }
  settings_.listen = settings_.http = {"127.0.0.1", 0};
  // A clock that stands still would refill nothing.
  if (!settings_.limits.has_value()) settings_.limits = services::RateLimits::None();
  // As in main.cc.
  google::protobuf::SetLogHandler(nullptr);
  Restart();
}

void TestServer::Stop() {
  client_.reset();
  server_.reset();
}

void TestServer::Restart() {
  Stop();
  auto server = services::Server::Start(settings_, clock_);
  if (!server.ok()) Crash(server.status().message());
  server_ = *std::move(server);
  client_ = std::make_unique<const RpcClient>(server_->grpc_address());
}

}  // namespace trellis::testing
