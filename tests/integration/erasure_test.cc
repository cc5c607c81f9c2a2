// A server that is killed while it erases somebody: whatever was decided is done by a later start.
#include <csignal>
#include <random>

#include "gtest/gtest.h"
#include "tests/integration/daemon.h"
#include "tests/support/rpc_client.h"
#include "tests/support/seed.h"
#include "tests/vault/scan.h"
#include "trellis/v1/directory_service.pb.h"
#include "trellis/v1/privacy_service.pb.h"

namespace trellis::integration {
namespace {

using testing::Actor;
using testing::RpcClient;
using vault::testing::AllBytesUnder;

constexpr int kPeople = 8;

class ErasureCrashTest : public ::testing::Test {
 protected:
  std::unique_ptr<Daemon> Start() {
    auto daemon = std::make_unique<Daemon>(Serving(data_));
    EXPECT_TRUE(daemon->AwaitServing()) << daemon->err();
    return daemon;
  }
  // In whatever is recorded of one ECT.
  static std::string MarkOf(int person) { return "Mk" + std::to_string(person) + "Qx7ZzWv3"; }
  static std::string NameOf(int person) {
    return "people/00000000-0000-4000-8000-00000000fee" + std::to_string(person);
  }
  // Opens a plan of the ECT, and returns its name.
  static std::string Record(const RpcClient& client, int person) {
    v1::OpenSupportPlanRequest open = testing::OpenRequest();
    open.mutable_support_plan()->mutable_ect()->set_person(NameOf(person));
    open.mutable_support_plan()->mutable_ect()->set_name(MarkOf(person));
    open.mutable_support_plan()->mutable_concerns(0)->set_cause(MarkOf(person) + " is late.");
    const auto opened = client.Give(testing::Tutor(), open);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened->support_plan().name();
  }
  static absl::StatusOr<v1::EraseSubjectResponse> Ask(const RpcClient& client, const Actor& who,
                                                      int person) {
    auto request = testing::RequestFor<v1::EraseSubjectRequest>(NameOf(person));
    request.set_reason("It was asked for.");
    request.set_override_reason("The trust has agreed to it.");
    return client.Ask<v1::EraseSubjectResponse>(who, request);
  }
  static Actor Other() {
    Actor actor = testing::Administrator();
    actor.party.set_person("people/00000000-0000-4000-8000-00000000aaaa");
    return actor;
  }

  testing::TempDirectory directory_;
  const std::string data_ = directory_ / "data";
};

TEST_F(ErasureCrashTest, IsCompletedByALaterStart) {
  std::mt19937_64 random(testing::Seed());
  std::vector<std::string> plans;
  auto daemon = Start();
  {
    const RpcClient client(daemon->grpc_address());
    for (int person = 0; person < kPeople; ++person) {
      plans.push_back(Record(client, person));
      ASSERT_TRUE(Ask(client, testing::Administrator(), person).ok());
    }
  }
  for (int person = 0; person < kPeople; ++person) {
    {
      const RpcClient client(daemon->grpc_address());
      const auto erased = Ask(client, Other(), person);
      ASSERT_TRUE(erased.ok()) << erased.status();
      // Some requests later, so that it is at another step each time.
      for (uint64_t i = random() % 40; i > 0; --i) client.Get(plans[0]).IgnoreError();
    }
    daemon->Signal(SIGKILL);
    EXPECT_EQ(daemon->Wait(), 128 + SIGKILL);
    daemon = Start();
  }
  {
    const RpcClient client(daemon->grpc_address());
    for (int person = 0; person < kPeople; ++person) {
      google::longrunning::WaitOperationRequest wait;
      wait.set_name("operations/erasure-" + NameOf(person).substr(7));
      wait.mutable_timeout()->set_seconds(60);
      const auto done = client.Read<google::longrunning::Operation>(wait);
      ASSERT_TRUE(done.ok() && done->done()) << done.status();
      EXPECT_EQ(client.Get(plans[static_cast<size_t>(person)])->state(), v1::SupportPlan::ERASED);
    }
  }
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(), 0);
  const std::string bytes = AllBytesUnder(data_);
  for (int person = 0; person < kPeople; ++person) {
    EXPECT_EQ(bytes.find(MarkOf(person)), std::string::npos) << person;
  }
}

}  // namespace
}  // namespace trellis::integration
