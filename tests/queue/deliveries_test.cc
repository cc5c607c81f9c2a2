#include "queue/deliveries.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace trellis::queue {
namespace {

constexpr ConsumerId kAnn = 1;
constexpr ConsumerId kBen = 2;
constexpr absl::Duration kLease = absl::Seconds(10);

DeliveryRules Ordered() { return {.ordered = true}; }

// Messages are named by their numbers; the first has number 1.
class DeliveriesTest : public ::testing::Test {
 protected:
  void Begin(const DeliveryRules& rules, Progress progress = {}) {
    deliveries_ = std::make_unique<Deliveries>(rules, std::move(progress));
    leases_.clear();
    for (const ConsumerId consumer : {kAnn, kBen}) deliveries_->AddConsumer(consumer, {});
  }
  void Offer(const std::vector<std::string>& keys) {
    for (const std::string& key : keys) deliveries_->Offer(key, 100);
  }
  // What the consumer gets, as text: "1 2" or, for further attempts, "1#2".
  std::string Take(ConsumerId consumer, int count = 100) {
    std::vector<std::string> taken;
    while (static_cast<int>(taken.size()) < count) {
      const auto lease = deliveries_->Take(consumer, now_, now_ + kLease);
      if (!lease.has_value()) break;
      leases_[lease->number] = lease->id;
      taken.push_back(lease->attempt == 1 ? absl::StrCat(lease->number)
                                          : absl::StrCat(lease->number, "#", lease->attempt));
    }
    return absl::StrJoin(taken, " ");
  }
  AckResult Ack(Number number) { return deliveries_->Acknowledge(number, leases_[number], now_); }
  bool Nack(Number number) { return deliveries_->Nack(number, leases_[number], now_); }
  void Wait(absl::Duration time) {
    now_ += time;
    deliveries_->Tick(now_);
  }
  Number Floor() const { return deliveries_->progress().done.floor(); }
  // After a crash: what lasts, with all of `keys` offered again.
  void Restart(const DeliveryRules& rules, const std::vector<std::string>& keys) {
    Begin(rules, deliveries_->progress());
    while (deliveries_->next() <= keys.size()) {
      deliveries_->Offer(keys[deliveries_->next() - 1], 100);
    }
  }

  std::unique_ptr<Deliveries> deliveries_;
  absl::flat_hash_map<Number, uint64_t> leases_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
};

TEST_F(DeliveriesTest, WithoutOrderConsumersShareAndAcknowledgeAsTheyLike) {
  Begin({});
  Offer({"a", "a", "a", "b"});
  EXPECT_EQ(Take(kAnn, 2), "1 2");
  EXPECT_EQ(Take(kBen), "3 4");
  EXPECT_EQ(Ack(3), AckResult::kDone);
  EXPECT_EQ(Floor(), 0U);
  EXPECT_EQ(Ack(1), AckResult::kDone);
  EXPECT_EQ(Ack(2), AckResult::kDone);
  EXPECT_EQ(Floor(), 3U);
}

TEST_F(DeliveriesTest, AKeyStaysWithItsConsumerWhileItHasSomeOfIt) {
  Begin(Ordered());
  Offer({"a", "a", "b", "a"});
  EXPECT_EQ(Take(kAnn, 1), "1");
  EXPECT_EQ(Take(kBen), "3");
  EXPECT_EQ(Ack(1), AckResult::kDone);
  // Nobody has any of `a` now.
  EXPECT_EQ(Take(kBen), "2 4");
  EXPECT_EQ(Take(kAnn), "");
}

TEST_F(DeliveriesTest, AnAcknowledgementOutOfOrderWaitsForTheOnesBefore) {
  Begin(Ordered());
  Offer({"a", "a", "a"});
  EXPECT_EQ(Take(kAnn), "1 2 3");
  EXPECT_EQ(Ack(3), AckResult::kEarly);
  EXPECT_EQ(Ack(2), AckResult::kEarly);
  EXPECT_EQ(Floor(), 0U);
  EXPECT_EQ(Ack(1), AckResult::kDone);
  EXPECT_EQ(Floor(), 3U);
  EXPECT_EQ(Ack(3), AckResult::kDone);
}

TEST_F(DeliveriesTest, ARefusedMessageHoldsBackItsOwnKeyOnly) {
  Begin(Ordered());
  Offer({"a", "a", "b", "a"});
  EXPECT_EQ(Take(kAnn), "1 2 4 3");
  EXPECT_EQ(Ack(4), AckResult::kEarly);
  EXPECT_TRUE(Nack(1));
  // What came after it in its key is over, acknowledged or not.
  EXPECT_EQ(Ack(2), AckResult::kUnordered);
  EXPECT_EQ(Ack(4), AckResult::kUnordered);
  EXPECT_FALSE(Nack(2));
  EXPECT_EQ(Ack(3), AckResult::kDone);
  EXPECT_EQ(Take(kBen), "");
  Wait(absl::Milliseconds(100));
  EXPECT_EQ(Take(kBen), "1#2 2 4");
}

TEST_F(DeliveriesTest, WhoRefusedCannotAcknowledgeLater) {
  Begin({});
  Offer({"a"});
  EXPECT_EQ(Take(kAnn), "1");
  EXPECT_TRUE(Nack(1));
  EXPECT_EQ(Ack(1), AckResult::kInvalid);
  EXPECT_EQ(Floor(), 0U);
}

TEST_F(DeliveriesTest, ALeaseThatEndsIsAFailureOfTheFirstAlone) {
  Begin(Ordered());
  Offer({"a", "a"});
  EXPECT_EQ(Take(kAnn), "1 2");
  Wait(kLease);
  EXPECT_EQ(deliveries_->leased(), 0U);
  Wait(absl::Milliseconds(100));
  EXPECT_EQ(Take(kBen), "1#2 2");
}

TEST_F(DeliveriesTest, AnExtendedLeaseGoesOn) {
  Begin({});
  Offer({"a"});
  EXPECT_EQ(Take(kAnn), "1");
  EXPECT_TRUE(deliveries_->Extend(1, leases_[1], now_ + 2 * kLease));
  Wait(kLease);
  EXPECT_EQ(Take(kBen), "");
  EXPECT_EQ(Ack(1), AckResult::kDone);
  EXPECT_FALSE(deliveries_->Extend(1, leases_[1], now_ + kLease));
}

TEST_F(DeliveriesTest, ALateAcknowledgementCountsIfNothingStandsBefore) {
  Begin(Ordered());
  Offer({"a", "a"});
  EXPECT_EQ(Take(kAnn), "1 2");
  Wait(kLease);
  EXPECT_EQ(Ack(2), AckResult::kUnordered);
  EXPECT_EQ(Ack(1), AckResult::kDone);
  // The second is no longer held up by the first's back-off, and was revoked all the same.
  EXPECT_EQ(Ack(2), AckResult::kUnordered);
  EXPECT_EQ(Take(kBen), "2");
}

TEST_F(DeliveriesTest, WithExactlyOnceOnlyThePresentLeaseCounts) {
  Begin({.exactly_once = true});
  Offer({"a"});
  EXPECT_EQ(Take(kAnn), "1");
  const uint64_t old = leases_[1];
  Wait(kLease);
  Wait(absl::Milliseconds(100));
  EXPECT_EQ(Ack(1), AckResult::kInvalid);
  EXPECT_EQ(Take(kBen), "1#2");
  EXPECT_EQ(deliveries_->Acknowledge(1, old, now_), AckResult::kInvalid);
  EXPECT_EQ(Ack(1), AckResult::kDone);
}

TEST_F(DeliveriesTest, WithExactlyOnceTheLeaseThatDidItIsRemembered) {
  Begin({.ordered = true, .exactly_once = true, .max_attempts = 2});
  Offer({"a", "a", "b"});
  EXPECT_EQ(Take(kAnn), "1 2 3");
  const uint64_t revoked = leases_[2];
  EXPECT_TRUE(Nack(1));
  EXPECT_EQ(Ack(2), AckResult::kInvalid);
  Wait(absl::Seconds(1));
  EXPECT_EQ(Take(kAnn), "1#2 2");
  EXPECT_EQ(Ack(1), AckResult::kDone);
  EXPECT_EQ(Ack(2), AckResult::kDone);
  EXPECT_EQ(Ack(2), AckResult::kDone);
  EXPECT_EQ(deliveries_->Acknowledge(2, revoked, now_), AckResult::kInvalid);
  // A dead letter was acknowledged by nobody.
  Wait(kLease);
  Wait(absl::Seconds(1));
  EXPECT_EQ(Take(kBen), "3#2");
  EXPECT_TRUE(Nack(3));
  EXPECT_EQ(Ack(3), AckResult::kInvalid);
}

TEST_F(DeliveriesTest, WithoutABackOffAFailedMessageComesAgainAtOnce) {
  for (const bool ordered : {false, true}) {
    Begin({.ordered = ordered,
           .minimum_backoff = absl::ZeroDuration(),
           .maximum_backoff = absl::ZeroDuration()});
    Offer({"a", "b"});
    EXPECT_EQ(Take(kAnn), "1 2");
    EXPECT_TRUE(Nack(1));
    EXPECT_EQ(deliveries_->backing_off(), 0U);
    EXPECT_EQ(Take(kBen), "1#2") << "no time has passed, and nothing called Tick";
    EXPECT_TRUE(Nack(1));
    EXPECT_EQ(Take(kBen), "1#3");
    EXPECT_EQ(Ack(1), AckResult::kDone);
    EXPECT_EQ(Ack(2), AckResult::kDone);
    EXPECT_EQ(Floor(), 2U);
  }
}

TEST_F(DeliveriesTest, BackOffDoublesUpToItsMaximum) {
  Begin({.minimum_backoff = absl::Seconds(1), .maximum_backoff = absl::Seconds(5)});
  Offer({"a"});
  for (const int seconds : {1, 2, 4, 5, 5}) {
    EXPECT_NE(Take(kAnn), "");
    const bool by_timeout = seconds == 2;
    if (by_timeout) {
      Wait(kLease);
    } else {
      EXPECT_TRUE(Nack(1));
    }
    Wait(absl::Seconds(seconds) - absl::Milliseconds(1));
    EXPECT_EQ(Take(kAnn), "") << seconds;
    Wait(absl::Milliseconds(1));
  }
}

TEST_F(DeliveriesTest, AfterItsAttemptsAMessageIsADeadLetterAndItsKeyGoesOn) {
  const DeliveryRules rules{.ordered = true, .max_attempts = 2};
  Begin(rules);
  Offer({"a", "a"});
  EXPECT_EQ(Take(kAnn), "1 2");
  EXPECT_TRUE(Nack(1));
  Wait(absl::Seconds(1));
  EXPECT_EQ(Take(kAnn, 1), "1#2");
  Wait(kLease);
  ASSERT_EQ(deliveries_->dead_letters().size(), 1U);
  EXPECT_EQ(deliveries_->dead_letters().front().number, 1U);
  EXPECT_EQ(deliveries_->dead_letters().front().attempts, 2U);
  EXPECT_EQ(deliveries_->dead_letters().front().last_reason, "expired");
  EXPECT_EQ(Take(kBen), "2");
  deliveries_->Buried(1);
  EXPECT_TRUE(deliveries_->dead_letters().empty());
}

TEST_F(DeliveriesTest, ASecondFailureBehindOneThatIsOutLeavesThatOneAlone) {
  Begin(Ordered());
  Offer({"a", "a", "a"});
  EXPECT_EQ(Take(kAnn), "1 2 3");
  EXPECT_TRUE(Nack(2));
  EXPECT_EQ(Ack(3), AckResult::kUnordered);
  EXPECT_EQ(Ack(1), AckResult::kDone);
  Wait(absl::Seconds(1));
  EXPECT_EQ(Take(kBen), "2#2 3");
}

TEST_F(DeliveriesTest, WhatAConsumerHasSurvivesItsGoing) {
  Begin(Ordered());
  Offer({"a", "a"});
  EXPECT_EQ(Take(kAnn, 1), "1");
  deliveries_->RemoveConsumer(kAnn);
  EXPECT_EQ(Take(kBen), "");
  EXPECT_EQ(Ack(1), AckResult::kDone);
  EXPECT_EQ(Take(kBen), "2");
}

TEST_F(DeliveriesTest, LimitsOfMessagesAndBytes) {
  Begin({});
  deliveries_->AddConsumer(kAnn, {.messages = 2, .bytes = 1000});
  deliveries_->AddConsumer(kBen, {.messages = 100, .bytes = 150});
  Offer({"a", "b", "c", "d", "e"});
  EXPECT_EQ(Take(kAnn), "1 2");
  // A message is given while what is there is below the limit.
  EXPECT_EQ(Take(kBen), "3 4");
  EXPECT_FALSE(deliveries_->HasFor(kBen));
  EXPECT_EQ(Ack(1), AckResult::kDone);
  EXPECT_TRUE(deliveries_->HasFor(kAnn));
  EXPECT_EQ(Take(kAnn), "5");
}

TEST_F(DeliveriesTest, ARestartDeliversAgainWhatWasNotAcknowledged) {
  const std::vector<std::string> keys{"a", "b", "a", "b"};
  Begin(Ordered());
  Offer(keys);
  EXPECT_EQ(Take(kAnn), "1 3 2 4");
  EXPECT_EQ(Ack(2), AckResult::kDone);
  // Early: it does not last.
  EXPECT_EQ(Ack(3), AckResult::kEarly);
  EXPECT_TRUE(Nack(4));
  Restart(Ordered(), keys);
  EXPECT_EQ(Take(kAnn), "1 3 4#2");
}

TEST_F(DeliveriesTest, RedrivenMessagesComeBesideTheOrder) {
  Begin(Ordered());
  Offer({"a", "a"});
  EXPECT_EQ(Take(kAnn), "1 2");
  EXPECT_EQ(Ack(1), AckResult::kDone);
  deliveries_->Redrive(1, 100);
  EXPECT_EQ(deliveries_->oldest(), 1U);
  EXPECT_EQ(Take(kBen), "1");
  EXPECT_EQ(deliveries_->progress().redriven.size(), 1U);
  EXPECT_EQ(Ack(1), AckResult::kDone);
  EXPECT_TRUE(deliveries_->progress().redriven.empty());
  EXPECT_EQ(deliveries_->oldest(), 2U);
}

TEST_F(DeliveriesTest, UnknownAndForgedLeasesHaveNoEffect) {
  Begin({});
  Offer({"a"});
  EXPECT_EQ(deliveries_->Acknowledge(1, 0, now_), AckResult::kInvalid);
  EXPECT_EQ(deliveries_->Acknowledge(1, 7, now_), AckResult::kInvalid);
  EXPECT_EQ(deliveries_->Acknowledge(99, 1, now_), AckResult::kInvalid);
  EXPECT_FALSE(deliveries_->Nack(99, 1, now_));
  EXPECT_EQ(Take(kAnn), "1");
}

TEST_F(DeliveriesTest, WhatIsNotLookedAtCostsNothingAndAHoleIsBounded) {
  Begin(Ordered());
  for (size_t i = 0; i < kKnownMax; ++i) {
    EXPECT_FALSE(deliveries_->full());
    deliveries_->Offer("a", 10);
  }
  EXPECT_TRUE(deliveries_->full());
  EXPECT_EQ(Take(kAnn, 1), "1");
  EXPECT_EQ(Ack(1), AckResult::kDone);
  EXPECT_FALSE(deliveries_->full());
}

}  // namespace
}  // namespace trellis::queue
