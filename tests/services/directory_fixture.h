// What the tests of the directory share: schools and people who are recorded before anything is
// done, and commands that bring nothing to the directory themselves.
#pragma once

#include <string>
#include <vector>

#include "tests/services/service_fixture.h"
#include "trellis/v1/directory_service.pb.h"

namespace trellis::services {

class DirectoryServiceTest : public ServiceTest {
 protected:
  // The answer to a request of `actor`; whom and what it names must be in the directory.
  template <typename Response>
  absl::StatusOr<Response> AskBare(const testing::Actor& actor,
                                   const google::protobuf::Message& request) {
    return as_it_is_.Ask<Response>(actor, request);
  }
  absl::Status Bare(const testing::Actor& actor, const google::protobuf::Message& command) {
    return as_it_is_.CallBytes(actor, command).status();
  }
  // Likewise of somebody who keeps the directory.
  absl::Status BareOfKeeper(const google::protobuf::Message& command) {
    return Bare(testing::Administrator(), command);
  }
  // A command on the directory that must be accepted.
  void Keep(const google::protobuf::Message& command) {
    const absl::Status status = BareOfKeeper(command);
    EXPECT_TRUE(status.ok()) << command.GetTypeName() << ": " << status;
  }

  // A school, open and called Westbrook unless `facts` say otherwise.
  void RecordSchool(const std::string& urn, const std::string& facts = "") {
    v1::RecordSchoolRequest request;
    request.set_school_id(urn);
    request.set_request_id(testing::NewId());
    request.mutable_facts()->set_school_name("Westbrook");
    request.mutable_facts()->set_status(v1::OPEN);
    request.mutable_facts()->MergeFrom(testing::ParseText<v1::SchoolFacts>(facts));
    Keep(request);
  }
  void RecordTrust(const std::string& uid) {
    auto request = testing::ParseText<v1::RecordTrustRequest>(
        "facts { trust_name: 'Northern Learning' status: OPEN }");
    request.set_trust_id(uid);
    request.set_request_id(testing::NewId());
    Keep(request);
  }
  // Says that the school converts into `successor`.
  absl::Status Follow(const std::string& school, const std::string& successor) {
    return BareOfKeeper(testing::RequestFor<v1::RecordSuccessorRequest>(
        school, "succession { kind: CONVERTED successor: '" + successor + "' }"));
  }

  // Somebody who is registered and holds no role.
  std::string Register(const std::string& name = "Kim Nobody") {
    v1::RegisterPersonRequest request;
    request.set_person_id(testing::NewId());
    request.set_request_id(testing::NewId());
    request.set_full_name(name);
    Keep(request);
    return "people/" + request.person_id();
  }
  void StartRole(const std::string& person, const std::string& role) {
    Keep(testing::RequestFor<v1::StartRoleRequest>(person, "role { " + role + " }"));
  }
  // Somebody new who holds one role at the school from today on.
  testing::Actor Join(const std::string& name, v1::Capacity capacity, const std::string& urn) {
    testing::Actor actor;
    actor.party.set_person(Register(name));
    actor.party.set_name(name);
    actor.capacity = capacity;
    StartRole(actor.party.person(),
              "role: " + v1::Capacity_Name(capacity) + " school_urn: '" + urn + "'");
    return actor;
  }
  // Ends all roles that the actor holds at the school: today is the last day.
  void Leave(const testing::Actor& actor, const std::string& urn) {
    v1::ListRolesRequest query;
    query.set_school_urn(urn);
    const auto holders = client().Read<v1::ListRolesResponse>(query);
    ASSERT_TRUE(holders.ok()) << holders.status();
    for (const auto& holder : holders->holders()) {
      if (holder.name() != actor.party.person()) continue;
      for (const auto& role : holder.roles()) {
        Keep(testing::RequestFor<v1::EndRoleRequest>(holder.name(),
                                                     "role_id: '" + role.role_id() + "'"));
      }
    }
  }

 private:
  const testing::RpcClient as_it_is_{server_.grpc_address(),
                                     testing::RpcClient::Directory::kAsItIs};
};

}  // namespace trellis::services
