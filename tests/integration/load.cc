#include "tests/integration/load.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proofs/policy.h"
#include "trellis/v1/proof.pb.h"

namespace trellis::integration {

void Load::OpenPlans(const std::string& address) {
  const testing::RpcClient client(address);
  for (int i = 0; i <= kClients; ++i) {
    const auto reply = client.Give(testing::Tutor(), testing::OpenRequest());
    EXPECT_TRUE(reply.ok()) << reply.status();
    if (reply.ok()) plans_.push_back(reply->support_plan().name());
  }
}

void Load::Start(const std::string& address) {
  // A plan takes some hundred outcomes: each start has plans of its own.
  OpenPlans(address);
  {
    MutexLock lock(mutex_);
    at_start_ = acknowledged_;
    running_ = kClients;
  }
  for (size_t i = 0; i < kClients; ++i) {
    threads_.emplace_back([this, address, i] { RunClient(address, i); });
  }
}

void Load::Join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Load::RunClient(const std::string& address, size_t number) {
  const testing::RpcClient client(address);
  const size_t first = plans_.size() - kClients - 1;
  for (size_t i = 0;; ++i) {
    // One in four is for the plan that all share.
    const std::string& plan = plans_[first + (i % 4 == 3 ? kClients : number)];
    Sent sent{.request = testing::OutcomeRequest(plan, ""), .reply = {}};
    sent.request.mutable_outcome()->set_words(sent.request.request_id());
    const auto reply = client.Give(testing::Tutor(), sent.request);
    const bool refused = testing::ReasonOf(reply) == "REVISION_MISMATCH";
    MutexLock lock(mutex_);
    if (reply.ok()) {
      sent.acknowledged = true;
      sent.reply = *reply;
      ++acknowledged_;
    }
    if (!refused) sent_.push_back(std::move(sent));
    if (!reply.ok() && !refused) --running_;
    changed_.NotifyAll();
    if (!reply.ok() && !refused) return;
  }
}

void Load::AwaitAcknowledged(size_t count) {
  MutexLock lock(mutex_);
  while (acknowledged_ < at_start_ + count && running_ > 0) changed_.Wait(mutex_);
}

void Load::Complete(const testing::RpcClient& client) {
  MutexLock lock(mutex_);
  for (Sent& sent : sent_) {
    if (sent.acknowledged) continue;
    const auto reply = client.Give(testing::Tutor(), sent.request);
    ASSERT_TRUE(reply.ok()) << reply.status();
    sent.acknowledged = true;
    sent.reply = *reply;
    ++acknowledged_;
  }
}

void Load::Check(const testing::RpcClient& client, bool complete) const {
  std::map<std::string, std::multiset<std::string>> there;
  int64_t events = 0;
  for (const std::string& name : plans_) {
    const auto plan = client.Get(name);
    ASSERT_TRUE(plan.ok()) << plan.status();
    for (const v1::Outcome& outcome : plan->outcomes()) there[name].insert(outcome.words());
    events += plan->revision();
  }
  MutexLock lock(mutex_);
  size_t known = 0;
  for (const Sent& sent : sent_) {
    const size_t count = there[sent.request.name()].count(sent.request.outcome().words());
    EXPECT_LE(count, 1u) << "an outcome is there twice";
    if (sent.acknowledged || complete) {
      EXPECT_EQ(count, 1u) << "an outcome was lost";
    }
    known += count;
  }
  size_t all = 0;
  for (const auto& [name, words] : there) all += words.size();
  EXPECT_EQ(all, known) << "an outcome is there that nobody sent";
  // The next event's position says how many there are in all.
  const auto next = client.Give(testing::Tutor(), testing::OpenRequest());
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_GE(next->receipt().first_position(), events + 1);
}

void Load::CheckRepeated(const testing::RpcClient& client, size_t step) const {
  MutexLock lock(mutex_);
  for (size_t i = 0; i < sent_.size(); i += step) {
    if (!sent_[i].acknowledged) continue;
    const auto again = client.Give(testing::Tutor(), sent_[i].request);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->SerializeAsString(), sent_[i].reply.SerializeAsString());
  }
}

void Load::CheckReceipts(const testing::RpcClient& client, const std::string& key,
                         size_t step) const {
  const std::vector<proofs::VerifierKey> keys = {*proofs::VerifierKey::Parse(key)};
  MutexLock lock(mutex_);
  for (size_t i = 0; i < sent_.size(); i += step) {
    if (!sent_[i].acknowledged) continue;
    const v1::Receipt& receipt = sent_[i].reply.receipt();
    const auto checkpoint = proofs::VerifyCheckpoint(receipt.checkpoint(), keys, proofs::Policy());
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    v1::GetProofRequest request;
    request.set_position(receipt.first_position());
    request.set_tree_size(static_cast<int64_t>(checkpoint->size));
    const auto proof = client.Read<v1::EventProof>(request);
    ASSERT_TRUE(proof.ok()) << "what was signed is lost: " << proof.status();
    ASSERT_EQ(proof->root(), std::string(AsBytes(checkpoint->root)));
    ASSERT_EQ(proof->leaf_digest(), receipt.leaf_digests(0));
  }
}

size_t Load::acknowledged() const {
  MutexLock lock(mutex_);
  return acknowledged_;
}

}  // namespace trellis::integration
