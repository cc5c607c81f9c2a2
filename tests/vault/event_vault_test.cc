#include "vault/event_vault.h"

#include "base/error.h"
#include "gtest/gtest.h"
#include "tests/support/temp_directory.h"

namespace trellis::vault {
namespace {

using eventstore::NewEvent;
using eventstore::Record;

constexpr char kSam[] = "people/00000000-0000-4000-8000-000000000001";
constexpr char kAda[] = "people/00000000-0000-4000-8000-000000000002";
constexpr char kPlan[] = "supportPlans/00000000-0000-4000-8000-000000000003";

class EventVaultTest : public ::testing::Test {
 protected:
  EventVaultTest() {
    EXPECT_TRUE(CreateKeyStore(*directory_, master_).ok());
    Reopen();
  }
  void Reopen() {
    vault_.reset();
    store_.reset();
    store_ = *KeyStore::Open(*directory_, {.masters = {master_}});
    vault_ = *EventVault::Create(*store_);
  }
  // As the log would store it.
  Record Sealed(const std::string& subject, const std::string& text,
                eventstore::Revision revision = 1) {
    std::vector<NewEvent> events = {{.type = "trellis.v1.ConcernRaised", .payload = text}};
    const absl::Status sealed = vault_->Seal(subject, kPlan, revision - 1, events);
    EXPECT_TRUE(sealed.ok()) << sealed;
    Record record;
    record.header.stream = kPlan;
    record.header.revision = revision;
    record.header.type = events[0].type;
    record.header.subject_key_id = events[0].subject_key_id;
    record.header.event_digest = events[0].event_digest;
    record.payload = events[0].payload;
    return record;
  }
  std::string ReasonOf(const Record& record) { return ErrorReason(vault_->Open(record).status()); }

  const trellis::testing::TempDirectory temp_;
  const MasterKey master_ = MasterKey::Generate();
  const std::unique_ptr<Directory> directory_ = *OpenDirectory(temp_ / "keys");
  std::unique_ptr<KeyStore> store_;
  std::unique_ptr<EventVault> vault_;
};

TEST_F(EventVaultTest, OpensWhatItSealedAlsoAfterAStart) {
  const Record record = Sealed(kSam, "Sam is late");
  EXPECT_EQ(record.payload.find("Sam"), std::string::npos);
  EXPECT_EQ(vault_->Open(record)->bytes(), "Sam is late");
  Reopen();
  const auto opened = vault_->Open(record);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->bytes(), "Sam is late");
  EXPECT_EQ(opened->salt().size(), kSaltBytes);
}

TEST_F(EventVaultTest, TheHeaderCommitsToTheEventBehindASalt) {
  const Record record = Sealed(kSam, "yes");
  const auto opened = vault_->Open(record);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(record.header.event_digest, Sha256(opened->salt(), opened->bytes()));
  // Nobody finds out by trying what was said.
  EXPECT_NE(record.header.event_digest, Sha256("yes"));
  EXPECT_NE(record.header.event_digest, Sealed(kSam, "yes").header.event_digest);
}

TEST_F(EventVaultTest, OpensNothingInAnotherPlace) {
  const Record record = Sealed(kSam, "Sam is late", 3);
  ASSERT_TRUE(vault_->Open(record).ok());
  Record moved = record;
  moved.header.revision = 4;
  EXPECT_EQ(ReasonOf(moved), "SEALED_DAMAGED");
  moved = record;
  moved.header.stream = "supportPlans/other";
  EXPECT_EQ(ReasonOf(moved), "SEALED_DAMAGED");
  moved = record;
  moved.header.type = "trellis.v1.ConcernResolved";
  EXPECT_EQ(ReasonOf(moved), "SEALED_DAMAGED");
  moved = record;
  moved.header.event_digest = Sha256("another event");
  EXPECT_EQ(ReasonOf(moved), "SEALED_DAMAGED");
  moved = record;
  moved.header.subject_key_id = Sealed(kAda, "Ada").header.subject_key_id;
  EXPECT_EQ(ReasonOf(moved), "SEALED_BY_OTHER_KEY");
}

TEST_F(EventVaultTest, WhatWasNotSealedIsAsItIs) {
  Record record;
  record.payload = "a key was handed over";
  EXPECT_EQ(vault_->Open(record)->bytes(), record.payload);
  EXPECT_EQ(EventVault().Open(record)->bytes(), record.payload);
  EXPECT_EQ(ErrorReason(EventVault().Open(Sealed(kSam, "Sam")).status()), "KEY_NOT_FOUND");
}

TEST_F(EventVaultTest, OfWhomWasErasedNothingOpensAndNothingIsSealed) {
  const Record sam = Sealed(kSam, "Sam is late");
  const Record ada = Sealed(kAda, "Ada is not");
  const Record ledger = Sealed("", "Sam was erased");
  ASSERT_TRUE(store_->Destroy({kSam}).ok());
  for (int start = 0; start < 2; ++start) {
    EXPECT_TRUE(IsErased(vault_->Open(sam).status()));
    std::vector<NewEvent> events = {{.type = "t", .payload = "more"}};
    EXPECT_TRUE(IsErased(vault_->Seal(kSam, kPlan, 1, events)));
    EXPECT_EQ(vault_->Open(ada)->bytes(), "Ada is not");
    EXPECT_EQ(vault_->Open(ledger)->bytes(), "Sam was erased");
    Reopen();
  }
}

TEST_F(EventVaultTest, AFingerprintIsTheLedgersOwn) {
  const Digest first = vault_->Fingerprint("a request");
  EXPECT_NE(first, Sha256("a request"));
  EXPECT_NE(first, vault_->Fingerprint("another"));
  Reopen();
  EXPECT_EQ(vault_->Fingerprint("a request"), first);
  const auto other = OpenDirectory(temp_ / "others");
  ASSERT_TRUE(CreateKeyStore(**other, master_).ok());
  const auto store = KeyStore::Open(**other, {.masters = {master_}});
  EXPECT_NE((*EventVault::Create(**store))->Fingerprint("a request"), first);
}

}  // namespace
}  // namespace trellis::vault
