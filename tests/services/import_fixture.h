// What the tests of imports share: the calls by which files are sent, part by part.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clients/trellis/call.h"
#include "clients/trellis/stream.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/directory_service.pb.h"

namespace trellis::services {

class ImportServiceTest : public ServiceTest {
 protected:
  // Begins an import by `method`, such as "ImportSchools". The call is given up where it goes
  // before it has ended.
  std::unique_ptr<cli::Stream> OpenImport(const std::string& method,
                                          const testing::Actor& actor = testing::Administrator()) {
    // Outlives the call.
    clients_.push_back(std::make_unique<cli::Server>(cli::Server::Options{
        .address = server_.grpc_address(), .timeout = absl::Seconds(60), .on_wait = {}}));
    const auto& service = *v1::PersonReply::descriptor()->file()->service(0);
    return clients_.back()->Open(
        *service.FindMethodByName(method),
        {actor.party.person(), actor.party.name(), v1::Capacity_Name(actor.capacity)});
  }

 private:
  std::vector<std::unique_ptr<cli::Server>> clients_;
};

}  // namespace trellis::services
