#include "clients/trellis/call.h"

#include <gtest/gtest.h>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"
#include "clients/trellis/errors.h"
#include "tests/clients/fake_server.h"
#include "tests/clients/testing.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::cli {
namespace {

const google::protobuf::MethodDescriptor& SignMethod() {
  return *TheContract().MethodTaking("trellis.v1.SignRequest");
}

TEST(Call, SendsTheRequestAndWhoSendsIt) {
  FakeServer fake([](const FakeServer::Call&) { return FakeServer::Answer{{}, "bytes"}; });
  Server server({.address = fake.address(), .timeout = absl::Seconds(30), .on_wait = {}});
  v1::SignRequest request;
  request.set_statement("café");
  const auto answer =
      server.Call(SignMethod(), {"people/x", "Zoë O'Neil", "INDUCTION_TUTOR"}, request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer, "bytes");
  ASSERT_EQ(fake.calls().size(), 1u);
  FakeServer::Call call = fake.calls().front();
  EXPECT_EQ(call.method, "/trellis.v1.SupportPlanService/Sign");
  EXPECT_EQ(call.request, request.SerializeAsString());
  EXPECT_EQ(call.metadata["trellis-actor"], "people/x");
  EXPECT_EQ(call.metadata["trellis-actor-name"], "Zo%C3%AB%20O%27Neil");
  EXPECT_EQ(call.metadata["trellis-capacity"], "INDUCTION_TUTOR");
}

TEST(Call, SendsNothingOfACallerWhoIsNotNamed) {
  FakeServer fake([](const FakeServer::Call&) { return FakeServer::Answer{}; });
  Server server({.address = fake.address(), .timeout = absl::Seconds(30), .on_wait = {}});
  ASSERT_TRUE(server.Call(SignMethod(), {}, v1::SignRequest()).ok());
  const FakeServer::Call call = fake.calls().front();
  EXPECT_EQ(call.metadata.count("trellis-actor"), 0u);
  EXPECT_EQ(call.metadata.count("trellis-actor-name"), 0u);
  EXPECT_EQ(call.metadata.count("trellis-capacity"), 0u);
}

TEST(Call, ReadsTheDetailsOfAnError) {
  FakeServer fake([](const FakeServer::Call&) {
    return FakeServer::Answer{InvalidRequest({{"name", "empty"}, {"statement", "too long"}}), ""};
  });
  Server server({.address = fake.address(), .timeout = absl::Seconds(30), .on_wait = {}});
  const auto answer = server.Call(SignMethod(), {}, v1::SignRequest());
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorReason(answer.status()), "INVALID_REQUEST");
  EXPECT_EQ(ErrorText(answer.status()),
            "trellis: name: empty (and 1 more) (INVALID_REQUEST)\n"
            "  name: empty\n"
            "  statement: too long\n");
}

TEST(Call, NamesAServerThatCannotBeReached) {
  std::string address;
  {
    const FakeServer gone([](const FakeServer::Call&) { return FakeServer::Answer{}; });
    address = gone.address();
  }
  Server server({.address = address, .timeout = absl::Seconds(30), .on_wait = {}});
  const auto answer = server.Call(SignMethod(), {}, v1::SignRequest());
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorOf(answer).find("cannot reach " + address + ": "), 0u) << answer.status();
}

// Lets the server wait for the client without a sleep.
class Gate {
 public:
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }
  void Await() {
    MutexLock lock(mutex_);
    while (!open_) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
};

TEST(Call, TellsThatItWaitsAndThatItNoLongerDoes) {
  Gate gate;
  FakeServer fake([&](const FakeServer::Call&) {
    gate.Await();
    return FakeServer::Answer{};
  });
  std::vector<absl::Duration> told;
  Server server({.address = fake.address(),
                 .timeout = absl::Seconds(60),
                 .on_wait = [&](absl::Duration waited) {
                   told.push_back(waited);
                   gate.Open();
                 }});
  EXPECT_TRUE(server.Call(SignMethod(), {}, v1::SignRequest()).ok());
  ASSERT_GE(told.size(), 2u);
  EXPECT_GT(told.front(), absl::ZeroDuration());
  EXPECT_EQ(told.back(), absl::ZeroDuration());
}

TEST(Call, GivesUpAtItsDeadline) {
  Gate gate;
  FakeServer fake([&](const FakeServer::Call&) {
    gate.Await();
    return FakeServer::Answer{};
  });
  Server server({.address = fake.address(), .timeout = absl::Milliseconds(200), .on_wait = {}});
  const auto answer = server.Call(SignMethod(), {}, v1::SignRequest());
  gate.Open();
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ErrorOf(answer), "no answer from " + fake.address() + " within 200ms");
}

}  // namespace
}  // namespace trellis::cli
