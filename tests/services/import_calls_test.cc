// Imports as calls: how many run at once, and what becomes of one whose caller goes away.
#include "absl/strings/str_cat.h"
#include "services/import_stream.h"
#include "tests/services/import_fixture.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::AnyOf;

constexpr char kSchools[] = "URN,EstablishmentName,EstablishmentStatus (name)\n";
constexpr char kPeople[] = "Full name,E-mail,TRN,Role,School URN,Starts on\n";
// As many as are followed by a message of progress.
constexpr int kRows = 1000;
// Far more than it takes until a caller who went away is noticed.
constexpr int kTriesMax = 10'000;

class ImportCallsTest : public ImportServiceTest {
 protected:
  using Call = std::unique_ptr<cli::Stream>;

  static void Send(cli::Stream& call, const std::string& data, bool dry_run = false) {
    v1::ImportChunk chunk;
    chunk.set_data(data);
    chunk.set_dry_run(dry_run);
    call.Send(chunk);
  }
  // `count` rows of schools from this URN on.
  static std::string Rows(int urn, int count) {
    std::string rows;
    for (int i = 0; i < count; ++i) absl::StrAppend(&rows, urn + i, ",Westbrook,Open\n");
    return rows;
  }
  // An import that runs for sure: it has told how far it is. Its file has not ended.
  absl::StatusOr<Call> Running() {
    Call call = OpenImport("ImportSchools");
    Send(*call, kSchools + Rows(200'000, kRows), /*dry_run=*/true);
    const auto progress = call->Receive(nullptr);
    if (!progress.ok()) return progress.status();
    EXPECT_TRUE(progress->has_value());
    return call;
  }
  std::vector<Call> AsManyAsMayRun() {
    std::vector<Call> calls;
    for (int i = 0; i < kTriesMax && static_cast<int>(calls.size()) < kImportsMax; ++i) {
      absl::StatusOr<Call> call = Running();
      EXPECT_THAT(ReasonOf(call), AnyOf("OK", "IMPORTS_BUSY"));
      if (call.ok()) calls.push_back(*std::move(call));
    }
    EXPECT_EQ(calls.size(), static_cast<size_t>(kImportsMax));
    return calls;
  }
  // How an import of this file ends.
  absl::Status Import(const std::string& method, const std::string& file) {
    const Call call = OpenImport(method);
    Send(*call, file);
    return call->Close();
  }
  // Likewise, once there is room for one.
  absl::Status ImportWhenThereIsRoom(const std::string& file) {
    absl::Status status = Import("ImportSchools", file);
    for (int i = 0; i < kTriesMax && ReasonOf(status) == "IMPORTS_BUSY"; ++i) {
      status = Import("ImportSchools", file);
    }
    return status;
  }

  bool IsThere(int urn) {
    v1::GetSchoolRequest request;
    request.set_name(absl::StrCat("schools/", urn));
    const auto school = client().Read<v1::SchoolRecord>(request);
    EXPECT_TRUE(school.ok() || school.status().code() == StatusCode::kNotFound) << school.status();
    return school.ok();
  }
};

TEST_F(ImportCallsTest, OneMoreThanMayRunIsToldToTryAgain) {
  const std::vector<Call> calls = AsManyAsMayRun();
  ExpectError(Import("ImportSchools", kSchools), StatusCode::kResourceExhausted, "IMPORTS_BUSY");
  // Whatever is imported.
  ExpectError(Import("ImportPeople", kPeople), StatusCode::kResourceExhausted, "IMPORTS_BUSY");
  // Those that run are not disturbed, and whoever knows that one has ended may send the next.
  EXPECT_TRUE(calls.back()->Close().ok());
  EXPECT_TRUE(Import("ImportSchools", kSchools + Rows(300'000, 1)).ok());
  EXPECT_TRUE(IsThere(300'000));
  for (const Call& call : calls) EXPECT_TRUE(call->Close().ok());
}

TEST_F(ImportCallsTest, ACallerWhoGoesAwayLeavesRoomForAnother) {
  for (int i = 0; i < 3; ++i) {
    AsManyAsMayRun();
    EXPECT_TRUE(ImportWhenThereIsRoom(kSchools + Rows(300'000 + i, 1)).ok());
  }
}

TEST_F(ImportCallsTest, WhatWasReadBeforeTheCallerWentAwayStaysAndTheRestComesLater) {
  constexpr int kGood = 20;
  std::string first = kSchools + Rows(200'000, kGood);
  for (int i = kGood; i < kRows; ++i) absl::StrAppend(&first, i, ",Without a URN,Open\n");
  Call call = OpenImport("ImportSchools");
  Send(*call, first);
  ASSERT_TRUE(call->Receive(nullptr).ok());
  // In the middle of a row, which would be one as it is.
  Send(*call, "300000,Westbrook,Open");
  call.reset();

  // The same file again, whole: what is known already is not written a second time.
  ASSERT_TRUE(ImportWhenThereIsRoom(kSchools + Rows(400'000, 1)).ok());
  EXPECT_FALSE(IsThere(300'000)) << "half of a row is none";
  for (int i = 0; i < kGood; ++i) EXPECT_TRUE(IsThere(200'000 + i));
  const Call again = OpenImport("ImportSchools");
  Send(*again, first + "300000,Westbrook,Open but proposed to close\n");
  again->EndSending();
  v1::ImportProgress last;
  for (auto bytes = again->Receive(nullptr); bytes.ok() && bytes->has_value();
       bytes = again->Receive(nullptr)) {
    ASSERT_TRUE(last.ParseFromString(**bytes));
  }
  EXPECT_TRUE(last.finished());
  EXPECT_EQ(last.written(), 1);
  EXPECT_EQ(last.unchanged(), kGood);
  EXPECT_EQ(last.refused(), kRows - kGood);
  EXPECT_TRUE(IsThere(300'000));
}

TEST_F(ImportCallsTest, TheServerStopsWhileCallersGoAway) {
  constexpr int kEach = 100;
  for (int i = 0; i < kImportsMax; ++i) {
    Send(*OpenImport("ImportSchools"), kSchools + Rows(200'000 + i * kEach, kEach));
  }
  server_.Restart();
  // Imports are taken as before, and what is not there yet comes.
  EXPECT_TRUE(Import("ImportSchools", kSchools + Rows(200'000, kImportsMax * kEach)).ok());
  for (int i = 0; i < kImportsMax * kEach; ++i) EXPECT_TRUE(IsThere(200'000 + i));
}

}  // namespace
}  // namespace trellis::services
