// A new signing key: prepared, recorded, signing; a crash anywhere in between.
#include <filesystem>
#include <fstream>

#include "audit/keys_beside.h"
#include "audit/ledger_check.h"
#include "backup/restore.h"
#include "google/longrunning/operations.pb.h"
#include "proofs/handover.h"
#include "proofs/key_file.h"
#include "proofs/policy.h"
#include "tests/services/command_line.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/admin_service.pb.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::services {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class KeyRotationTest : public ServiceTest {
 protected:
  v1::PreparedSigningKey Prepare() {
    const auto prepared = client().Read<v1::PreparedSigningKey>(v1::PrepareSigningKeyRequest());
    EXPECT_TRUE(prepared.ok()) << prepared.status();
    return *prepared;
  }
  static v1::RotateSigningKeyRequest RequestFor(const std::string& new_key) {
    v1::RotateSigningKeyRequest request;
    request.set_request_id(testing::NewId());
    request.set_new_key(new_key);
    request.set_reason("A year has passed.");
    return request;
  }
  absl::StatusOr<v1::LedgerReply> Rotate(const v1::RotateSigningKeyRequest& request) {
    return Ask<v1::LedgerReply>(testing::Administrator(), request);
  }
  // Prepares a key and has it sign; returns it.
  std::string RotateOnce() {
    const std::string key = Prepare().new_key();
    const auto reply = Rotate(RequestFor(key));
    EXPECT_TRUE(reply.ok()) << reply.status();
    return key;
  }
  v1::LedgerCheckpoint Checkpoint() {
    const auto checkpoint = client().Read<v1::LedgerCheckpoint>(v1::GetCheckpointRequest());
    EXPECT_TRUE(checkpoint.ok()) << checkpoint.status();
    return *checkpoint;
  }
  static bool Believes(const std::string& key, const std::string& note) {
    return proofs::VerifyCheckpoint(note, {*proofs::VerifierKey::Parse(key)}, proofs::Policy())
        .ok();
  }
  std::string PublicHalf() {
    std::ifstream file(data_ + "/signing.pub");
    std::string line;
    std::getline(file, line);
    return line;
  }
  std::string KeyIn(const std::string& file) {
    const auto key = proofs::ReadKeyFile(data_ + "/" + file);
    return key.ok() ? key->verifier().ToString() : ReasonOf(key.status());
  }
  absl::StatusOr<audit::LedgerReport> Verify(const std::string& key) {
    const auto keys = audit::KeysBeside::Open(data_);
    if (!keys.ok()) return keys.status();
    return audit::CheckLedger({.data = data_,
                               .ledger = "trellis",
                               .keys = {*proofs::VerifierKey::Parse(key)},
                               .vault = &(*keys)->vault()});
  }

  const std::string data_ = directory_ / "data";
};

TEST_F(KeyRotationTest, ThePreparedKeyIsShownAndDoesNotSignYet) {
  const v1::PreparedSigningKey prepared = Prepare();
  EXPECT_EQ(prepared.signing_key(), PublicHalf());
  EXPECT_NE(prepared.new_key(), prepared.signing_key());
  EXPECT_EQ(Prepare().new_key(), prepared.new_key()) << "it is made once";
  EXPECT_EQ(fs::status(data_ + "/signing.key.next").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  Open();
  EXPECT_TRUE(Believes(prepared.signing_key(), Checkpoint().note()));
  EXPECT_FALSE(Believes(prepared.new_key(), Checkpoint().note()));
  server_.Restart();
  EXPECT_EQ(Prepare().new_key(), prepared.new_key()) << "a start leaves it";
}

TEST_F(KeyRotationTest, FromTheRotationOnTheNewKeySigns) {
  const std::string before = PublicHalf();
  const v1::PreparedSigningKey prepared = Prepare();
  const auto reply = Rotate(RequestFor(prepared.new_key()));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_TRUE(Believes(before, reply->receipt().checkpoint())) << "the old key covers the event";
  EXPECT_TRUE(Believes(before, Checkpoint().note()));
  EXPECT_TRUE(Believes(prepared.new_key(), Checkpoint().note())) << "both sign the last of the old";
  const auto opened = Give(testing::Tutor(), testing::OpenRequest());
  EXPECT_TRUE(Believes(prepared.new_key(), opened.receipt().checkpoint()));
  EXPECT_FALSE(Believes(before, opened.receipt().checkpoint()));
  EXPECT_EQ(PublicHalf(), prepared.new_key());
  EXPECT_EQ(KeyIn("signing.key"), prepared.new_key());
  EXPECT_FALSE(fs::exists(data_ + "/signing.key.next"));
}

TEST_F(KeyRotationTest, AHandoverInTheLogLeadsFromKeyToKey) {
  const std::string first = PublicHalf();
  const std::string second = RotateOnce();
  Open();
  const std::string third = RotateOnce();
  const v1::LedgerCheckpoint checkpoint = Checkpoint();
  EXPECT_THAT(checkpoint.log_keys(), ::testing::ElementsAre(third, second, first));
  std::vector<proofs::Handover> handovers;
  for (const std::string& note : checkpoint.handovers()) {
    handovers.push_back(*proofs::ReadHandover(note));
  }
  const auto keys = proofs::KeysThrough({*proofs::VerifierKey::Parse(first)}, handovers);
  EXPECT_THAT(keys, ::testing::Contains(*proofs::VerifierKey::Parse(third)));
  v1::GetLedgerRequest get;
  get.set_name("ledgers/trellis");
  const auto ledger = client().Read<v1::Ledger>(get);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  EXPECT_EQ(ledger->key_rotations(1).previous_key(), second);
  v1::ListTrailRequest trail;
  trail.set_parent("ledgers/trellis");
  const auto entries = client().Read<v1::ListTrailResponse>(trail);
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_THAT(entries->entries(0).sentence(),
              HasSubstr("Ines Keller (administrator) replaced the signing key " + first));
}

TEST_F(KeyRotationTest, OnlyAnAdministratorMay) {
  const v1::RotateSigningKeyRequest request = RequestFor(Prepare().new_key());
  ExpectError(Ask<v1::LedgerReply>(testing::Headteacher(), request).status(),
              absl::StatusCode::kPermissionDenied, "CAPACITY_NOT_ALLOWED");
  ExpectError(client().Read<v1::LedgerReply>(request).status(), absl::StatusCode::kUnauthenticated,
              "ACTOR_MISSING");
  EXPECT_EQ(Checkpoint().log_keys_size(), 1);
  // Who runs the ledger writes no plan.
  const Reply opened = client().Give(testing::Administrator(), testing::OpenRequest());
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kPermissionDenied) << opened.status();
}

TEST_F(KeyRotationTest, TheSameRequestGetsTheSameAnswer) {
  const v1::RotateSigningKeyRequest request = RequestFor(Prepare().new_key());
  const auto first = Rotate(request);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto again = Rotate(request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->ledger().SerializeAsString(), first->ledger().SerializeAsString());
  EXPECT_EQ(again->receipt().event_ids(0), first->receipt().event_ids(0));
  const auto other = Rotate(RequestFor(request.new_key()));
  ASSERT_TRUE(other.ok()) << "it is so already: " << other.status();
  EXPECT_EQ(other->receipt().event_ids_size(), 0);
  v1::RotateSigningKeyRequest changed = request;
  changed.set_reason("Another.");
  EXPECT_EQ(ReasonOf(Rotate(changed)), "REQUEST_ID_REUSED");
}

TEST_F(KeyRotationTest, OnlyTheKeyThatWasPreparedFollows) {
  const std::string first = PublicHalf();
  EXPECT_EQ(ReasonOf(Rotate(RequestFor(first))), "SIGNING_KEY_NOT_PREPARED");
  const std::string second = Prepare().new_key();
  const absl::Status other = Rotate(RequestFor(first)).status();
  ExpectError(other, absl::StatusCode::kFailedPrecondition, "SIGNING_KEY_NOT_PREPARED");
  EXPECT_THAT(std::string(other.message()), HasSubstr("want " + second));
  ASSERT_TRUE(Rotate(RequestFor(second)).ok());
  RotateOnce();
  EXPECT_EQ(ReasonOf(Rotate(RequestFor(second))), "SIGNING_KEY_CHANGED") << "none comes back";
  EXPECT_EQ(ReasonOf(Rotate(RequestFor(""))), "INVALID_REQUEST");
}

// As a power cut leaves it between the record and the rename: log.checkpoint has both signatures.
TEST_F(KeyRotationTest, AStartCompletesWhatWasRecorded) {
  const v1::SupportPlan plan = Open();
  fs::copy_file(data_ + "/signing.key", directory_ / "old.key");
  const std::string key = Prepare().new_key();
  fs::copy_file(data_ + "/signing.key.next", directory_ / "new.key");
  ASSERT_TRUE(Rotate(RequestFor(key)).ok());
  server_.Stop();
  const auto copy = [&](const char* from, const char* to) {
    fs::copy_file(directory_ / from, data_ + "/" + to, fs::copy_options::overwrite_existing);
  };
  copy("old.key", "signing.key");
  copy("new.key", "signing.key.next");
  server_.Restart();
  EXPECT_EQ(KeyIn("signing.key"), key);
  EXPECT_EQ(KeyIn("signing.key.next"), "KEY_FILE_MISSING");
  EXPECT_EQ(PublicHalf(), key);
  const auto reply = Give(testing::Tutor(), testing::OutcomeRequest(plan.name(), "Calm."));
  EXPECT_TRUE(Believes(key, reply.receipt().checkpoint()));
}

TEST_F(KeyRotationTest, TheOldKeyIsNoLongerTaken) {
  fs::copy_file(data_ + "/signing.key", directory_ / "old.key");
  RotateOnce();
  server_.Stop();
  fs::copy_file(directory_ / "old.key", data_ + "/signing.key",
                fs::copy_options::overwrite_existing);
  Settings settings{.data = data_, .callers = {.development = true}};
  settings.listen.port = settings.http.port = 0;
  // log.checkpoint has both signatures still, so that it is the record that refuses.
  const absl::Status status = Server::Start(settings, clock_).status();
  EXPECT_EQ(ReasonOf(status), "SIGNING_KEY_SUPERSEDED") << status;
}

TEST_F(KeyRotationTest, AWholeLedgerHoldsByAnyOfItsKeys) {
  const std::string first = PublicHalf();
  const std::string second = RotateOnce();
  Open();
  const std::string third = RotateOnce();
  Open();
  server_.Stop();
  for (const std::string& key : {first, second, third}) {
    const auto report = Verify(key);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_TRUE(report->holds()) << report->findings.kept().front();
  }
  const auto stranger = proofs::SignerKey::Generate("trellis", proofs::KeyType::kNote);
  EXPECT_FALSE(Verify(stranger->verifier().ToString())->holds());
}

TEST_F(KeyRotationTest, BackupsOfBothKeysStandInOneDirectory) {
  namespace longrunning = google::longrunning;
  const auto make = [&] {
    v1::StartBackupRequest request;
    request.set_request_id(testing::NewId());
    const auto begun = client().Read<longrunning::Operation>(request);
    ASSERT_TRUE(begun.ok()) << begun.status();
    auto wait = testing::ParseText<longrunning::WaitOperationRequest>("timeout { seconds: 60 }");
    wait.set_name(begun->name());
    const auto done = client().Read<longrunning::Operation>(wait);
    ASSERT_TRUE(done.ok() && done->has_response()) << done->DebugString();
  };
  const std::string first = PublicHalf();
  Open();
  make();
  const std::string second = RotateOnce();
  make();
  const auto list = client().Read<v1::ListBackupsResponse>(v1::ListBackupsRequest());
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_EQ(list->backups_size(), 2);
  for (const v1::Backup& backup : list->backups()) EXPECT_EQ(backup.damage(), "");
  const auto restore = [&](uint64_t number, const std::vector<std::string>& keys) {
    backup::RestoreOptions options{.from = directory_ / "backups",
                                   .number = number,
                                   .data = directory_ / absl::StrCat("r", number, keys.size())};
    for (const std::string& key : keys) options.keys.push_back(*proofs::VerifierKey::Parse(key));
    return backup::Restore(options).status();
  };
  EXPECT_TRUE(restore(2, {second}).ok());
  EXPECT_EQ(ReasonOf(restore(1, {second})), "BACKUP_DAMAGED");
  EXPECT_TRUE(restore(1, {second, first}).ok());
}

TEST_F(KeyRotationTest, TheCommandLineFollowsAHandover) {
  const std::string first = PublicHalf();
  const v1::SupportPlan plan = Open();
  RotateOnce();
  Open();
  const std::string handover = directory_ / "handover";
  std::ofstream(handover, std::ios::binary) << Checkpoint().handovers(0);
  const std::string url = "http://" + server_.http_address();
  std::string said;
  const auto verify = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"verify", "--url", url, "--key", first};
    words.insert(words.end(), more.begin(), more.end());
    cli::Program program;
    const int code = program.Run(words);
    said = program.out() + program.err();
    return code;
  };
  EXPECT_NE(verify({}), 0) << "the old key alone says nothing of what is signed now";
  EXPECT_EQ(verify({"--handover", handover}), 0) << said;
  EXPECT_NE(verify({"--handover", data_ + "/signing.pub"}), 0);
  EXPECT_THAT(said, HasSubstr("--handover: "));
}

}  // namespace
}  // namespace trellis::services
