// Erasing a person on the real server: who may, what stands against it, what is left on the disk.
#include <filesystem>
#include <fstream>
#include <thread>

#include "audit/keys_beside.h"
#include "audit/ledger_check.h"
#include "backup/restore.h"
#include "evidence/check.h"
#include "gmock/gmock.h"
#include "google/longrunning/operations.pb.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "gtest/gtest.h"
#include "services/held_records.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_server.h"
#include "tests/vault/scan.h"
#include "trellis/v1/access_service.pb.h"
#include "trellis/v1/admin_service.pb.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/directory_service.pb.h"
#include "trellis/v1/file_chunk.pb.h"
#include "trellis/v1/privacy_service.pb.h"
#include "vault/key_store.h"

namespace trellis::services {
namespace {

namespace fs = std::filesystem;
namespace pubsub = google::pubsub::v1;
using google::longrunning::Operation;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using vault::testing::AllBytesUnder;
using vault::testing::HoldsPartOf;

// In whatever is recorded of the ECT, and nowhere else.
constexpr char kMark[] = "Qx7ZzWv3";
constexpr char kWhy[] = "The ECT asked for it, and the trust agrees.";
constexpr char kSubscription[] = "projects/trellis/subscriptions/all";

class ErasureTest : public ::testing::Test {
 protected:
  ErasureTest() {
    pubsub::Subscription all;
    all.set_name(kSubscription);
    all.set_topic("projects/trellis/topics/events");
    EXPECT_TRUE(client().Read<pubsub::Subscription>(all).ok());
    v1::OpenSupportPlanRequest open = testing::OpenRequest();
    open.mutable_support_plan()->mutable_ect()->set_name(absl::StrCat(kMark, " Okafor"));
    open.mutable_support_plan()->mutable_concerns(0)->set_cause(absl::StrCat(kMark, " is late."));
    const auto opened = client().Give(testing::Tutor(), open);
    EXPECT_TRUE(opened.ok()) << opened.status();
    plan_ = opened->support_plan().name();
    auto rename = testing::RequestFor<v1::RenamePersonRequest>(ect_);
    rename.set_full_name(absl::StrCat(kMark, " Okafor"));
    rename.set_reason("As on the register");
    EXPECT_TRUE(client().CallBytes(testing::Administrator(), rename).ok());
    EXPECT_TRUE(
        client()
            .Give(testing::Tutor(), testing::OutcomeRequest(plan_, absl::StrCat(kMark, "!")))
            .ok());
  }

  Settings SettingsFor(const std::string& data) const {
    return {.data = data,
            .backups = directory_ / "backups",
            .key_backups = directory_ / "key-backups",
            .callers = {.development = true}};
  }
  const testing::RpcClient& client() { return server_.client(); }

  static testing::Actor Other() {
    testing::Actor actor = testing::Administrator();
    actor.party.set_person("people/00000000-0000-4000-8000-00000000aaaa");
    actor.party.set_name("Another Administrator");
    return actor;
  }
  static v1::EraseSubjectRequest Request(const std::string& person,
                                         const std::string& override_reason = kWhy) {
    auto request = testing::RequestFor<v1::EraseSubjectRequest>(person);
    request.set_reason("The person asked to be forgotten.");
    request.set_override_reason(override_reason);
    return request;
  }
  absl::StatusOr<v1::EraseSubjectResponse> Ask(const testing::Actor& who,
                                               const v1::EraseSubjectRequest& request) {
    return client().Ask<v1::EraseSubjectResponse>(who, request);
  }
  // Erases the ECT, and waits until nothing is left to do.
  void Erase() {
    const auto asked = Ask(testing::Administrator(), Request(ect_));
    ASSERT_TRUE(asked.ok()) << asked.status();
    const auto erased = Ask(Other(), Request(ect_));
    ASSERT_TRUE(erased.ok()) << erased.status();
    Await(erased->operation().name());
  }
  void Await(const std::string& operation) {
    google::longrunning::WaitOperationRequest wait;
    wait.set_name(operation);
    wait.mutable_timeout()->set_seconds(60);
    const auto done = client().Read<Operation>(wait);
    ASSERT_TRUE(done.ok()) << done.status();
    ASSERT_TRUE(done->done());
  }
  pubsub::PullResponse Pull(const std::string& subscription) {
    pubsub::PullRequest pull;
    pull.set_subscription(subscription);
    pull.set_max_messages(1000);
    const auto pulled = client().Read<pubsub::PullResponse>(pull);
    EXPECT_TRUE(pulled.ok()) << pulled.status();
    return pulled.value_or(pubsub::PullResponse());
  }
  v1::Person Person() {
    v1::GetPersonRequest request;
    request.set_name(ect_);
    const auto person = client().Read<v1::Person>(request);
    EXPECT_TRUE(person.ok()) << person.status();
    return *person;
  }
  v1::Backup Backup() {
    v1::StartBackupRequest request;
    request.set_request_id(testing::NewId());
    const auto begun = client().Read<Operation>(request);
    EXPECT_TRUE(begun.ok()) << begun.status();
    google::longrunning::WaitOperationRequest wait;
    wait.set_name(begun->name());
    wait.mutable_timeout()->set_seconds(60);
    const auto done = client().Read<Operation>(wait);
    v1::Backup backup;
    EXPECT_TRUE(done.ok() && done->response().UnpackTo(&backup)) << done->DebugString();
    return backup;
  }
  std::string Bundle() {
    v1::ExportEvidenceRequest request;
    request.set_name(plan_);
    const auto bytes =
        client().CallStream(testing::RpcClient::PathOf(testing::MethodFor(request)),
                            testing::MetadataOf(testing::Tutor()), request.SerializeAsString());
    v1::FileChunk chunk;
    EXPECT_TRUE(bytes.ok() && chunk.ParseFromString(*bytes)) << bytes.status();
    return chunk.data();
  }
  // The secrets of the ECT's key: in plain, and wrapped as the store has it.
  std::vector<std::string> Secrets() {
    server_.Stop();
    std::vector<std::string> secrets;
    {
      const auto directory = vault::OpenDirectory(data_ + "/keys");
      const auto master = vault::ReadMasterKeyFile(data_ + "/master.key");
      auto store = vault::KeyStore::Open(**directory, {.masters = {*master}});
      secrets.emplace_back((*store)->Find(ect_)->secret().view());
      auto keys = vault::SlotFile::Open(**directory, "keys", "trellis keys 1");
      store->reset();
      EXPECT_TRUE(keys->Recover({},
                                [&](vault::SlotNumber, const vault::Slot& slot) {
                                  if (slot.subject == ect_) {
                                    secrets.emplace_back(slot.wrapped.begin(), slot.wrapped.end());
                                  }
                                  return absl::OkStatus();
                                })
                      .ok());
    }
    EXPECT_EQ(secrets.size(), 2u);
    server_.Restart();
    return secrets;
  }
  // Nothing of the ECT is in any file under `path`: no text, no key.
  void ExpectGone(const std::string& path, const std::vector<std::string>& secrets) {
    const std::string bytes = AllBytesUnder(path);
    ASSERT_GT(bytes.size(), 10'000u) << "nothing was looked at";
    EXPECT_EQ(bytes.find(kMark), std::string::npos) << path;
    for (const std::string& secret : secrets) EXPECT_FALSE(HoldsPartOf(bytes, secret)) << path;
  }
  absl::StatusOr<audit::LedgerReport> Verify(const std::string& data) {
    const auto keys = audit::KeysBeside::Open(data);
    if (!keys.ok()) return keys.status();
    return audit::CheckLedger({.data = data, .ledger = "trellis", .vault = &(*keys)->vault()});
  }

  testing::TempDirectory directory_;
  const std::string data_ = directory_ / "data";
  testing::FakeClock clock_;
  testing::TestServer server_{SettingsFor(data_), clock_};
  const std::string ect_ = testing::Ect().party.person();
  std::string plan_;
};

TEST_F(ErasureTest, ADryRunSaysWhatGoesWhatStaysAndWhatStandsAgainstIt) {
  auto request = Request(ect_, "");
  request.set_dry_run(true);
  const auto dry = Ask(testing::Administrator(), request);
  ASSERT_TRUE(dry.ok()) << dry.status();
  std::vector<std::string> goes;
  for (const auto& part : dry->report().goes()) goes.push_back(part.what());
  EXPECT_THAT(goes, Contains(ect_));
  EXPECT_THAT(goes, Contains(plan_));
  EXPECT_GT(dry->report().stays_size(), 3);
  ASSERT_GT(dry->report().against_size(), 0);
  EXPECT_FALSE(dry->has_operation());
  EXPECT_TRUE(dry->receipt().event_ids().empty());
  // Whoever asks has looked.
  v1::ListAccessRequest asked;
  asked.set_person(ect_);
  const auto access = client().Ask<v1::ListAccessResponse>(testing::Ect(), asked);
  ASSERT_TRUE(access.ok()) << access.status();
  EXPECT_THAT(access->DebugString(), HasSubstr("trellis.v1.PrivacyService/EraseSubject"));
  EXPECT_FALSE(Person().has_erase_time());
  EXPECT_THAT(client().Get(plan_)->ect().name(), HasSubstr(kMark));
}

TEST_F(ErasureTest, WhoMustBeKeptIsErasedByTwoPeopleAlone) {
  EXPECT_EQ(ErrorReason(Ask(testing::Administrator(), Request(ect_, "")).status()),
            "RETENTION_STANDS");
  EXPECT_EQ(Ask(testing::Administrator(), Request(ect_, "Because.")).status().code(),
            absl::StatusCode::kInvalidArgument);
  const auto asked = Ask(testing::Administrator(), Request(ect_));
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ(asked->person().erasure_request().requested_by(),
            testing::Administrator().party.person());
  EXPECT_FALSE(asked->person().has_erase_time());
  EXPECT_EQ(ErrorReason(Ask(testing::Administrator(), Request(ect_)).status()),
            "ERASURE_NEEDS_ANOTHER");
  // Nobody agrees to their own end, nor after a month.
  testing::Actor own = testing::Administrator();
  own.party.set_person(ect_);
  EXPECT_EQ(Ask(own, Request(ect_)).status().code(), absl::StatusCode::kPermissionDenied);
  clock_.Advance(absl::Hours(24 * 31));
  const auto late = Ask(Other(), Request(ect_));
  ASSERT_TRUE(late.ok()) << late.status();
  EXPECT_FALSE(late->person().has_erase_time());
  EXPECT_EQ(late->person().erasure_request().requested_by(), Other().party.person());

  const auto request = Request(ect_);
  const auto erased = Ask(testing::Administrator(), request);
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_TRUE(erased->person().has_erase_time());
  Await(erased->operation().name());
  // Sent again, it gets its first answer.
  EXPECT_EQ(Ask(testing::Administrator(), request)->receipt().SerializeAsString(),
            erased->receipt().SerializeAsString());
  EXPECT_EQ(ErrorReason(Ask(Other(), Request(ect_)).status()), "SUBJECT_ERASED");
}

TEST_F(ErasureTest, APlanShowsThatItWasErased) {
  const int64_t revision = client().Get(plan_)->revision();
  Erase();
  const auto plan = client().Get(plan_);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->state(), v1::SupportPlan::ERASED);
  EXPECT_EQ(plan->revision(), revision + 1);
  EXPECT_TRUE(plan->has_erase_time());
  EXPECT_EQ(plan->ect().person(), ect_);
  EXPECT_THAT(plan->DebugString(), Not(HasSubstr(kMark)));
  const v1::Person person = Person();
  EXPECT_TRUE(person.has_erase_time() && person.has_erasure_complete_time());
  EXPECT_EQ(person.full_name(), "");

  v1::ListTrailRequest trail;
  trail.set_parent(plan_);
  const auto entries = client().Read<v1::ListTrailResponse>(trail);
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_EQ(entries->entries_size(), revision + 1);
  EXPECT_EQ(entries->entries(0).event_type(), "trellis.v1.SupportPlanOpened");
  EXPECT_EQ(entries->entries(0).sentence(), "What the induction tutor recorded was erased.");
  EXPECT_THAT(entries->DebugString(), Not(HasSubstr(kMark)));
  EXPECT_EQ(ErrorReason(
                client().Give(testing::Tutor(), testing::OutcomeRequest(plan_, "More.")).status()),
            "SUBJECT_ERASED");
  v1::GetSupportPlanRequest before;
  before.set_name(plan_);
  before.set_revision(1);
  const auto first = client().Read<v1::SupportPlan>(before);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->state(), v1::SupportPlan::ERASED);
}

TEST_F(ErasureTest, WhatIsHeldAfterwardsSaysThatItWasErasedAndNotByWhomItWasRecorded) {
  Erase();
  v1::ExportSubjectRequest request;
  request.set_person(ect_);
  request.set_output_format(v1::ExportSubjectRequest::HTML);
  const auto bytes = client().CallStream(testing::RpcClient::PathOf(testing::MethodFor(request)),
                                         request.SerializeAsString());
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  v1::FileChunk chunk;
  ASSERT_TRUE(chunk.ParseFromString(*bytes));
  const std::string& page = chunk.data();
  EXPECT_THAT(page, HasSubstr(absl::StrCat("<h1>What is held about ", ect_, "</h1>")));
  EXPECT_THAT(page, HasSubstr("<strong>Erased on 3 Oct 2022, 09:00.</strong>"));
  EXPECT_THAT(page, HasSubstr("<td>The induction tutor</td><td>recorded what was erased since.<"));
  EXPECT_THAT(page, Not(HasSubstr("<td>The induction tutor</td><td>erased what")));
  EXPECT_THAT(page, HasSubstr("<td>The administrator</td><td>erased what was recorded: "));
  // Whoever recorded something is named by their role, though their name is gone.
  EXPECT_THAT(page, Not(HasSubstr("09:00</td><td></td>")));
}

TEST_F(ErasureTest, OfTextAndKeyNothingIsLeftInAnyFile) {
  const std::vector<std::string> secrets = Secrets();
  const int64_t number = Backup().size_bytes() > 0 ? 1 : 0;
  ASSERT_EQ(number, 1);
  ASSERT_NE(AllBytesUnder(data_).find(kMark), std::string::npos) << "nothing to erase";
  ASSERT_TRUE(HoldsPartOf(AllBytesUnder(directory_ / "key-backups"), secrets[1]));
  Erase();
  ExpectGone(directory_.path(), secrets);
  server_.Stop();
  ExpectGone(directory_.path(), secrets);
  const auto report = Verify(data_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->holds()) << report->findings.kept().front();
}

TEST_F(ErasureTest, ABackupFromBeforeBringsNothingBack) {
  const std::vector<std::string> secrets = Secrets();
  Backup();
  Erase();
  server_.Stop();
  const std::string restored = directory_ / "restored";
  ASSERT_TRUE(
      backup::Restore({.from = directory_ / "backups", .number = 1, .data = restored}).ok());
  fs::copy(directory_ / "key-backups/1", restored + "/keys");
  for (const char* const key : {"/signing.key", "/master.key"}) {
    fs::copy_file(data_ + key, restored + key);
  }
  {
    testing::TestServer server(SettingsFor(restored), clock_);
    const auto plan = server.client().Get(plan_);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_EQ(plan->state(), v1::SupportPlan::ERASED);
    ExpectGone(restored, secrets);
  }
  ExpectGone(restored, secrets);
}

TEST_F(ErasureTest, AKeyStoreThatWasPutBackIsErasedBeforeAnybodyIsServed) {
  // Who asks is known before the copy is made.
  ASSERT_FALSE(Ask(testing::Administrator(), Request(ect_, "")).ok());
  ASSERT_FALSE(Ask(Other(), Request(ect_, "")).ok());
  const std::vector<std::string> secrets = Secrets();
  server_.Stop();
  fs::copy(data_ + "/keys", directory_ / "old-keys");
  server_.Restart();
  Erase();
  server_.Stop();
  fs::remove_all(data_ + "/keys");
  fs::rename(directory_ / "old-keys", data_ + "/keys");
  // Views that were built with the old keys.
  fs::remove_all(data_ + "/views");
  server_.Restart();
  EXPECT_EQ(client().Get(plan_)->state(), v1::SupportPlan::ERASED);
  ExpectGone(data_, secrets);
}

TEST_F(ErasureTest, ProofsAndBundlesFromBeforeHold) {
  const std::string bundle = Bundle();
  v1::GetProofRequest request;
  request.set_name(plan_);
  request.set_revision(1);
  const auto before = client().Read<v1::EventProof>(request);
  ASSERT_TRUE(before.ok()) << before.status();
  Erase();
  EXPECT_TRUE(evidence::CheckBundle(bundle, {}).holds());
  const auto after = client().Read<v1::EventProof>(request);
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->leaf_digest(), before->leaf_digest());
  v1::ExportEvidenceRequest again;
  again.set_name(plan_);
  const auto refused =
      client().CallStream(testing::RpcClient::PathOf(testing::MethodFor(again)),
                          testing::MetadataOf(testing::Tutor()), again.SerializeAsString());
  EXPECT_EQ(ErrorReason(refused.status()), "SUBJECT_ERASED");
}

TEST_F(ErasureTest, SubscribersAreToldOfEachRecord) {
  // What was delivered before is in memory, and is not what is delivered again.
  EXPECT_THAT(Pull(kSubscription).DebugString(), HasSubstr(kMark));
  Erase();
  pubsub::Subscription another;
  another.set_name("projects/trellis/subscriptions/another");
  another.set_topic("projects/trellis/topics/events");
  ASSERT_TRUE(client().Read<pubsub::Subscription>(another).ok());
  pubsub::SeekRequest seek;
  seek.set_subscription(another.name());
  seek.mutable_time()->set_seconds(1);
  ASSERT_TRUE(client().Read<pubsub::SeekResponse>(seek).ok());
  const pubsub::PullResponse pulled = Pull(another.name());
  int erased = 0;
  std::vector<std::string> notices;
  for (const auto& received : pulled.received_messages()) {
    const auto& message = received.message();
    EXPECT_THAT(message.data(), Not(HasSubstr(kMark)));
    const auto& attributes = message.attributes();
    erased += static_cast<int>(attributes.count("erased"));
    if (attributes.at("ce-type") == "trellis.v1.SubjectErased" && attributes.count("erased") == 0) {
      notices.push_back(attributes.at("ce-subject"));
    }
  }
  EXPECT_GT(erased, 2);
  EXPECT_THAT(notices, ::testing::UnorderedElementsAre(ect_, plan_));
}

TEST_F(ErasureTest, AStartGoesOnWhereAnEndCameInBetween) {
  ASSERT_TRUE(Ask(testing::Administrator(), Request(ect_)).ok());
  const auto erased = Ask(Other(), Request(ect_));
  ASSERT_TRUE(erased.ok()) << erased.status();
  server_.Restart();
  Await(erased->operation().name());
  EXPECT_TRUE(Person().has_erasure_complete_time());
}

// As a crash leaves them that ended a start between destroying a restored key and building the
// views anew, or that ended their removal half way.
TEST_F(ErasureTest, ViewsThatAreNotToBeReadAgainAreBuiltAnew) {
  server_.Stop();
  fs::copy(data_ + "/views", directory_ / "old-views");
  server_.Restart();
  Erase();
  for (const bool is_whole : {true, false}) {
    server_.Stop();
    fs::remove_all(data_ + "/views");
    fs::copy(directory_ / "old-views", data_ + "/views");
    fs::copy(directory_ / "old-views", data_ + "/views.next");
    if (!is_whole) fs::remove(data_ + "/views/CURRENT");
    std::ofstream(data_ + "/views.stale").put('\n');
    server_.Restart();
    EXPECT_EQ(client().Get(plan_)->state(), v1::SupportPlan::ERASED);
    EXPECT_EQ(AllBytesUnder(data_).find(kMark), std::string::npos);
    EXPECT_FALSE(fs::exists(data_ + "/views.stale"));
  }
}

TEST_F(ErasureTest, ACopyOfTheKeysThatIsBrokenSavesNoOtherAndNobodyElse) {
  const std::vector<std::string> secrets = Secrets();
  Backup();
  Backup();
  const std::string first = directory_ / "key-backups/1/keys";
  fs::rename(first, directory_ / "kept");
  std::ofstream(first) << "this is no key store";
  ASSERT_TRUE(Ask(testing::Administrator(), Request(ect_)).ok());
  const auto erased = Ask(Other(), Request(ect_));
  ASSERT_TRUE(erased.ok()) << erased.status();
  google::longrunning::WaitOperationRequest wait;
  wait.set_name(erased->operation().name());
  wait.mutable_timeout()->set_seconds(1);
  EXPECT_FALSE(client().Read<Operation>(wait)->done());
  for (const std::string& secret : secrets) {
    EXPECT_FALSE(HoldsPartOf(AllBytesUnder(directory_ / "key-backups/2"), secret));
    EXPECT_FALSE(HoldsPartOf(AllBytesUnder(data_), secret));
  }
  EXPECT_EQ(AllBytesUnder(data_).find(kMark), std::string::npos);
  server_.Stop();
  fs::rename(directory_ / "kept", first);
  server_.Restart();
  Await(erased->operation().name());
  ExpectGone(directory_.path(), secrets);
}

TEST_F(ErasureTest, ACopyOfTheKeysThatWasAwayIsFoundByTheNextStart) {
  const std::vector<std::string> secrets = Secrets();
  Backup();
  fs::rename(directory_ / "key-backups/1", directory_ / "away");
  Erase();
  server_.Stop();
  fs::rename(directory_ / "away", directory_ / "key-backups/1");
  ASSERT_TRUE(HoldsPartOf(AllBytesUnder(directory_ / "key-backups"), secrets[1]));
  server_.Restart();
  // Nothing tells when it was looked through but that it was.
  for (int i = 0; i < 1000; ++i) {
    if (!HoldsPartOf(AllBytesUnder(directory_ / "key-backups"), secrets[1])) break;
    std::this_thread::yield();
  }
  server_.Stop();
  ExpectGone(directory_.path(), secrets);
}

TEST_F(ErasureTest, RecordsThatAreBegunBesideItAreErasedTooOrRefused) {
  constexpr int kThreads = 4;
  ASSERT_TRUE(Ask(testing::Administrator(), Request(ect_)).ok());
  std::vector<std::vector<std::string>> plans(kThreads);
  std::vector<std::thread> threads;
  for (std::vector<std::string>& opened : plans) {
    threads.emplace_back([&] {
      for (bool refused = false; !refused;) {
        const auto reply = client().Give(testing::Tutor(), testing::OpenRequest());
        refused = !reply.ok();
        if (reply.ok()) opened.push_back(reply->support_plan().name());
      }
    });
  }
  const auto erased = Ask(Other(), Request(ect_));
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(erased.ok()) << erased.status();
  Await(erased->operation().name());
  for (const std::vector<std::string>& opened : plans) {
    for (const std::string& name : opened) {
      const auto plan = client().Get(name);
      ASSERT_TRUE(plan.ok()) << plan.status();
      EXPECT_EQ(plan->state(), v1::SupportPlan::ERASED) << name;
      EXPECT_EQ(plan->ect().person(), ect_) << name;
    }
  }
}

TEST_F(ErasureTest, MoreRecordsThanOneCommitHoldsAreErased) {
  v1::BreakGlassRequest request;
  request.set_record(plan_);
  request.set_reason("The school has burnt down, and its head is not to be reached.");
  std::string grant;
  for (size_t i = 0; i < kErasedAtOnce + 20; ++i) {
    request.set_request_id(testing::NewId());
    const auto granted = client().Ask<v1::AccessGrantReply>(testing::Administrator(), request);
    ASSERT_TRUE(granted.ok()) << granted.status();
    grant = std::max(grant, granted->access_grant().name());
  }
  Erase();
  EXPECT_TRUE(Person().has_erasure_complete_time());
  v1::GetAccessGrantRequest get;
  get.set_name(grant);
  const auto last = client().Read<v1::AccessGrant>(get);
  ASSERT_TRUE(last.ok()) << last.status();
  EXPECT_TRUE(last->has_erase_time());
}

TEST_F(ErasureTest, WhoAgreesAgreesToWhatStoodThen) {
  ASSERT_TRUE(Ask(testing::Administrator(), Request(ect_)).ok());
  clock_.Advance(absl::Seconds(1));
  auto hold = testing::RequestFor<v1::PlaceLegalHoldRequest>(ect_);
  hold.mutable_legal_hold()->set_reason("An appeal.");
  ASSERT_TRUE(client().CallBytes(testing::Administrator(), hold).ok());
  const auto asked = Ask(Other(), Request(ect_));
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_FALSE(asked->person().has_erase_time());
  EXPECT_EQ(asked->person().erasure_request().requested_by(), Other().party.person());
}

TEST_F(ErasureTest, JoinedRecordsAreErasedBeforeTheOneThatStandsForThem) {
  v1::RegisterPersonRequest again;
  again.set_person_id(testing::NewId());
  again.set_request_id(testing::NewId());
  again.set_full_name("Sam Okafor");
  const std::string other = absl::StrCat("people/", again.person_id());
  ASSERT_TRUE(client().CallBytes(testing::Administrator(), again).ok());
  auto join = testing::RequestFor<v1::JoinPersonsRequest>(other);
  join.mutable_join()->set_into(ect_);
  join.mutable_join()->set_reason("Registered twice.");
  ASSERT_TRUE(client().CallBytes(testing::Administrator(), join).ok());
  const auto refused = Ask(testing::Administrator(), Request(ect_)).status();
  EXPECT_EQ(ErrorReason(refused), "JOINED_RECORDS_STAND");
  EXPECT_THAT(refused.message(), HasSubstr(other));

  auto hold = testing::RequestFor<v1::PlaceLegalHoldRequest>(ect_);
  hold.mutable_legal_hold()->set_reason("An appeal.");
  ASSERT_TRUE(client().CallBytes(testing::Administrator(), hold).ok());
  auto separate = testing::RequestFor<v1::SeparatePersonsRequest>(other);
  separate.set_reason("They are two.");
  EXPECT_EQ(ErrorReason(client().CallBytes(testing::Administrator(), separate).status()),
            "LEGAL_HOLD_STANDS");
}

TEST_F(ErasureTest, WhoIsErasedGetsNoNewRecord) {
  Erase();
  EXPECT_FALSE(client().Give(testing::Tutor(), testing::OpenRequest()).ok());
  google::longrunning::GetOperationRequest operation;
  operation.set_name("operations/erasure-" + testing::NewId());
  EXPECT_EQ(ErrorReason(client().Read<Operation>(operation).status()), "OPERATION_NOT_FOUND");
}

}  // namespace
}  // namespace trellis::services
