// Evidence bundles, asked for and checked as somebody outside would.
#include <filesystem>
#include <fstream>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>

#include "clients/trellis/call.h"
#include "clients/trellis/errors.h"
#include "clients/trellis/stream.h"
#include "services/evidence_export.h"
#include "tests/services/command_line.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/proof.pb.h"

namespace trellis::services {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

class EvidenceTest : public ServiceTest {
 protected:
  // `trellis` with these arguments, as the induction tutor; what it says is in said_.
  int Run(const std::vector<std::string>& arguments) {
    return RunTrellis(arguments, server_.grpc_address(), testing::Tutor(), said_);
  }
  int Export(const std::string& name, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"plan", "export-evidence", name, "--out", file_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }
  std::string Key() {
    return client().Read<v1::LedgerCheckpoint>(v1::GetCheckpointRequest())->log_keys(0);
  }
  std::string Bytes() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // A plan that was worked on for a while.
  std::string Lived() {
    v1::SupportPlan plan;
    for (v1::PlayStep& step : testing::Lifecycle()) {
      if (step.command().has_renew_plan()) break;
      plan = Play(plan, step).support_plan();
    }
    return plan.name();
  }

  testing::TempDirectory own_;
  const std::string file_ = own_ / "evidence.zip";
  std::string said_;
};

TEST_F(EvidenceTest, IsExportedAndVerified) {
  const std::string plan = Lived();
  Open();
  ASSERT_EQ(Export(plan), 0) << said_;
  EXPECT_THAT(said_, HasSubstr("trellis verify " + file_));
  // It is for its owner's eyes, and larger than one message.
  EXPECT_EQ(fs::status(file_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_GT(fs::file_size(file_), 100'000u);
  EXPECT_EQ(Run({"verify", file_, "--key", Key()}), 0) << said_;
  EXPECT_THAT(said_, HasSubstr("holds    sequence: events 1 to "));
  EXPECT_THAT(said_, Not(HasSubstr("Note:")));
  EXPECT_EQ(Run({"verify", file_}), 0) << said_;
  EXPECT_THAT(said_, HasSubstr("Note: the ledger's key came with the bundle"));
}

TEST_F(EvidenceTest, IsTheSameForTheSameCheckpoint) {
  const std::string plan = Lived();
  ASSERT_EQ(Export(plan), 0) << said_;
  const std::string first = Bytes();
  // A stop would anchor the log of who looked, and so move the checkpoint.
  clock_.Advance(absl::Hours(1));
  ASSERT_EQ(Export(plan, {"--overwrite", "--output", "json"}), 0) << said_;
  EXPECT_THAT(said_, HasSubstr("\"sha256\":\""));
  EXPECT_EQ(Bytes(), first);
}

TEST_F(EvidenceTest, IsExportedOfEveryKindOfRecord) {
  ASSERT_EQ(Export(testing::Tutor().party.person()), 0) << said_;
  EXPECT_EQ(Run({"verify", file_, "--key", Key()}), 0) << said_;
}

TEST_F(EvidenceTest, DoesNotReplaceAFileUnlessToldTo) {
  const std::string plan = Open().name();
  std::ofstream(file_) << "mine";
  EXPECT_EQ(Export(plan), 2);
  EXPECT_THAT(said_, HasSubstr("--overwrite replaces it"));
  EXPECT_EQ(Bytes(), "mine");
  EXPECT_EQ(Export(plan, {"--overwrite"}), 0) << said_;
  EXPECT_THAT(Bytes(), HasSubstr(plan));
  // Nothing else is left behind.
  EXPECT_EQ(std::distance(fs::directory_iterator(own_.path()), fs::directory_iterator()), 1);
}

TEST_F(EvidenceTest, SaysWhyThereIsNone) {
  EXPECT_EQ(Export("supportPlans/" + testing::NewId()), 4) << said_;
  EXPECT_FALSE(fs::exists(file_));
  EXPECT_EQ(Run({"plan", "export-evidence", Open().name()}), 2);
  EXPECT_THAT(said_, HasSubstr("--out is missing"));
  v1::ExportEvidenceRequest request;
  request.set_name(Open().name());
  const auto nobody = client().CallStream(testing::RpcClient::PathOf(testing::MethodFor(request)),
                                          request.SerializeAsString());
  ExpectError(nobody.status(), absl::StatusCode::kUnauthenticated, "ACTOR_MISSING");
}

TEST_F(EvidenceTest, WaitsUntilOthersHaveTaken) {
  v1::ExportEvidenceRequest request;
  request.set_name(Open().name());
  for (int i = 0; i < 20; ++i) {
    Give(testing::Tutor(), testing::OutcomeRequest(request.name(), std::string(10'000, 'x')));
  }
  const testing::Actor tutor = testing::Tutor();
  const cli::Caller caller{.person = tutor.party.person(),
                           .name = tutor.party.name(),
                           .capacity = v1::Capacity_Name(tutor.capacity)};
  // Each connection holds 64 KiB for a caller who does not read, and no more in time.
  grpc::ChannelArguments small;
  small.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  small.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 64 * 1024);
  grpc::GenericStub stub(
      grpc::CreateCustomChannel(server_.grpc_address(), grpc::InsecureChannelCredentials(), small));
  std::vector<std::unique_ptr<cli::Stream>> streams;
  for (int i = 0; i < kExportsMax; ++i) {
    streams.push_back(std::make_unique<cli::Stream>(
        stub, testing::RpcClient::PathOf(testing::MethodFor(request)), caller, cli::FromGrpc));
    streams.back()->Send(request);
    streams.back()->EndSending();
    ASSERT_TRUE(streams.back()->Receive(nullptr).ok());
  }
  EXPECT_EQ(Export(request.name()), 7);
  EXPECT_THAT(said_, HasSubstr("EXPORTS_BUSY"));
  // One of them reads to the end.
  while (!streams[0]->over()) ASSERT_TRUE(streams[0]->Receive(nullptr).ok());
  // The server notes it a moment later.
  int code = Export(request.name());
  while (code == 7) code = Export(request.name());
  EXPECT_EQ(code, 0) << said_;
  EXPECT_EQ(Run({"verify", file_, "--key", Key()}), 0) << said_;
}

TEST_F(EvidenceTest, VerifySaysWhatDoesNotHold) {
  ASSERT_EQ(Export(Open().name()), 0) << said_;
  std::string bytes = Bytes();
  bytes[bytes.size() / 2] ^= 1;
  std::ofstream(file_, std::ios::binary) << bytes;
  EXPECT_EQ(Run({"verify", file_}), 1);
  EXPECT_THAT(said_, HasSubstr("DAMAGED  archive"));
  EXPECT_THAT(said_, HasSubstr("EVIDENCE_UNSOUND"));
  EXPECT_EQ(Run({"verify", file_, "--url", "http://127.0.0.1:1"}), 2);
  EXPECT_THAT(said_, HasSubstr("a BUNDLE goes without --url"));
  EXPECT_EQ(Run({"verify", own_ / "none.zip"}), 2);
  EXPECT_THAT(said_, HasSubstr("cannot be read"));
  EXPECT_EQ(Run({"verify", file_, "--policy", file_}), 2);
  EXPECT_THAT(said_, HasSubstr("--policy: policy "));
}

}  // namespace
}  // namespace trellis::services
