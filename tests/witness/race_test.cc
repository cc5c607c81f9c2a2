// A log that shows two histories at once.
#include <latch>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/seed.h"
#include "tests/witness/testing.h"

namespace trellis::witness {
namespace {

using testing::TestLog;
using testing::WitnessTest;

constexpr int kRounds = 150;
constexpr size_t kHistories = 2;
constexpr size_t kClientsOfEach = 2;

class WitnessRaceTest : public WitnessTest {
 protected:
  // Which of `requests` were cosigned, all sent at the same time.
  std::vector<bool> SendTogether(const std::vector<std::string>& requests) {
    std::vector<int> statuses(requests.size());
    std::latch start(static_cast<ptrdiff_t>(requests.size()));
    std::vector<std::thread> clients;
    for (size_t i = 0; i < requests.size(); ++i) {
      clients.emplace_back([&, i] {
        start.arrive_and_wait();
        statuses[i] = witness_->AddCheckpoint(requests[i]).status;
      });
    }
    for (std::thread& client : clients) client.join();
    std::vector<bool> cosigned;
    for (const int status : statuses) {
      EXPECT_TRUE(status == 200 || status == 409 || status == 422) << status;
      cosigned.push_back(status == 200);
    }
    return cosigned;
  }
};

TEST_F(WitnessRaceTest, OneOfTwoHistoriesIsCosigned) {
  std::mt19937_64 lots(trellis::testing::Seed());
  Open();
  TestLog log;
  for (int round = 0; round < kRounds; ++round) {
    const size_t size = log.size();
    std::vector<TestLog> histories(kHistories, log);
    std::vector<std::string> requests;
    const size_t grown = 1 + lots() % 3;
    for (size_t history = 0; history < kHistories; ++history) {
      for (size_t i = 0; i < grown; ++i) {
        histories[history].Append(absl::StrCat("round ", round, " history ", history, " ", i));
      }
      for (size_t client = 0; client < kClientsOfEach; ++client) {
        requests.push_back(histories[history].Request(size, size + grown));
      }
    }
    const std::vector<bool> cosigned = SendTogether(requests);
    size_t winners = 0;
    for (size_t i = 0; i < cosigned.size(); ++i) winners += cosigned[i] ? 1 : 0;
    // Who came second had another old size than the witness by then.
    ASSERT_EQ(winners, 1u) << "round " << round;
    for (size_t i = 0; i < cosigned.size(); ++i) {
      if (cosigned[i]) log = histories[i / kClientsOfEach];
    }
    ASSERT_EQ(Served(), log.CheckpointAt(log.size()));
    if (lots() % 8 == 0) Open();
    // Every other history of this size stays refused, whatever old size it says.
    for (const TestLog& history : histories) {
      const bool is_log = history.CheckpointAt(history.size()) == log.CheckpointAt(log.size());
      const int status =
          witness_->AddCheckpoint(history.Request(history.size(), history.size())).status;
      ASSERT_EQ(status, is_log ? 200 : 422);
    }
  }
}

// Honest clients that know different sizes: whatever the order, the size never goes down.
TEST_F(WitnessRaceTest, TheSizeNeverGoesDown) {
  std::mt19937_64 lots(trellis::testing::Seed());
  Open();
  const TestLog log(60);
  uint64_t size = 0;
  for (int round = 0; round < kRounds && size < log.size(); ++round) {
    std::vector<std::string> requests;
    uint64_t largest = size;
    for (int client = 0; client < 4; ++client) {
      const uint64_t to = size + lots() % (std::min<uint64_t>(log.size() - size, 5) + 1);
      requests.push_back(log.Request(size, to));
      largest = std::max(largest, to);
    }
    SendTogether(requests);
    const proofs::Checkpoint served = Served();
    ASSERT_GE(served.size, size);
    ASSERT_LE(served.size, largest);
    ASSERT_EQ(served, log.CheckpointAt(served.size));
    size = served.size;
  }
  EXPECT_GT(size, 20u);
}

}  // namespace
}  // namespace trellis::witness
