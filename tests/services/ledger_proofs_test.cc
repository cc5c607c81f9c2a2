// What anybody may ask about the ledger, over gRPC and over HTTP, checked as an outsider would.
#include <filesystem>
#include <fstream>
#include <httplib.h>
#include <sstream>

#include "clients/trellis/run.h"
#include "proofs/checkpoint.h"
#include "proofs/merkle.h"
#include "proofs/policy.h"
#include "proofs/tile.h"
#include "proofs/tlog_proof.h"
#include "proofs/tree_edge.h"
#include "proofs/verify.h"
#include "services/server.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/proof.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

Digest DigestOf(const std::string& bytes) {
  Digest digest{};
  EXPECT_EQ(bytes.size(), digest.size());
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

template <typename Hashes>
std::vector<Digest> DigestsOf(const Hashes& hashes) {
  std::vector<Digest> digests;
  for (const std::string& bytes : hashes) digests.push_back(DigestOf(bytes));
  return digests;
}

class LedgerProofsTest : public ServiceTest {
 protected:
  // Writes events until the ledger has at least so many.
  void Grow(int64_t events) {
    while (Checkpoint().tree_size() < events) Open();
  }
  v1::LedgerCheckpoint Checkpoint() {
    const auto checkpoint = client().Read<v1::LedgerCheckpoint>(v1::GetCheckpointRequest());
    EXPECT_TRUE(checkpoint.ok()) << checkpoint.status();
    return checkpoint.value_or(v1::LedgerCheckpoint());
  }
  std::vector<proofs::VerifierKey> Keys() {
    return {*proofs::VerifierKey::Parse(Checkpoint().log_keys(0))};
  }
  // The checkpoint in the text of a note, believed.
  proofs::Checkpoint Verified(const std::string& note) {
    const auto checkpoint = proofs::VerifyCheckpoint(note, Keys(), proofs::Policy());
    EXPECT_TRUE(checkpoint.ok()) << checkpoint.status();
    return *checkpoint;
  }
  absl::StatusOr<v1::EventProof> Proof(const std::string& query) {
    return client().Read<v1::EventProof>(testing::ParseText<v1::GetProofRequest>(query));
  }
  absl::StatusOr<v1::ConsistencyProof> Consistency(int64_t first, int64_t second) {
    v1::GetConsistencyProofRequest request;
    request.set_first_size(first);
    request.set_second_size(second);
    return client().Read<v1::ConsistencyProof>(request);
  }
  httplib::Result Get(const std::string& path) {
    return httplib::Client("http://" + server_.http_address()).Get(path);
  }
};

TEST_F(LedgerProofsTest, EveryReceiptIsSignedAndItsEventsAreInTheTree) {
  const v1::SupportPlanReply opened = Give(testing::Tutor(), testing::OpenRequest());
  const proofs::Checkpoint checkpoint = Verified(opened.receipt().checkpoint());
  EXPECT_GE(checkpoint.size, static_cast<uint64_t>(opened.receipt().last_position()));
  int64_t position = opened.receipt().first_position();
  for (const std::string& leaf : opened.receipt().leaf_digests()) {
    const auto proof =
        Proof(absl::StrCat("position: ", position++, " tree_size: ", checkpoint.size));
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_EQ(proof->leaf_digest(), leaf);
    EXPECT_EQ(proof->root(), std::string(AsBytes(checkpoint.root)));
  }
}

TEST_F(LedgerProofsTest, AProofHoldsForEveryPositionAndForARevision) {
  const v1::SupportPlan plan = Open();
  Grow(300);
  const v1::LedgerCheckpoint newest = Checkpoint();
  for (const int64_t position :
       {int64_t{1}, int64_t{2}, int64_t{256}, int64_t{257}, newest.tree_size()}) {
    const auto proof = Proof(absl::StrCat("position: ", position));
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_EQ(proof->position(), position);
    EXPECT_EQ(DigestOf(proof->leaf_digest()), proofs::LeafHash(proof->entry()));
    EXPECT_TRUE(proofs::VerifyInclusion(DigestOf(proof->leaf_digest()),
                                        static_cast<uint64_t>(position - 1),
                                        static_cast<uint64_t>(proof->tree_size()),
                                        DigestsOf(proof->hashes()), DigestOf(proof->root()))
                    .ok());
    const auto file = proofs::ParseTlogProof(proof->tlog_proof());
    ASSERT_TRUE(file.ok()) << file.status();
    const auto verified = proofs::VerifyTlogProof(*file, proof->entry(), Keys(), proofs::Policy());
    ASSERT_TRUE(verified.ok()) << verified.status();
    EXPECT_EQ(verified->size, static_cast<uint64_t>(newest.tree_size()));
  }
  const auto by_name = Proof("name: '" + plan.name() + "' revision: 2");
  ASSERT_TRUE(by_name.ok()) << by_name.status();
  v1::ListTrailRequest trail;
  trail.set_parent(plan.name());
  const auto entries = client().Read<v1::ListTrailResponse>(trail);
  EXPECT_EQ(by_name->event_id(), entries->entries(1).event_id());
  EXPECT_EQ(by_name->position(), entries->entries(1).position());
}

TEST_F(LedgerProofsTest, TheLedgerOnlyGrows) {
  const v1::LedgerCheckpoint before = Checkpoint();
  Grow(before.tree_size() + 40);
  const auto proof = Consistency(before.tree_size(), 0);
  ASSERT_TRUE(proof.ok()) << proof.status();
  EXPECT_EQ(proof->first_root(), before.root());
  EXPECT_EQ(proof->second_root(), Checkpoint().root());
  EXPECT_TRUE(proofs::VerifyConsistency(static_cast<uint64_t>(proof->first_size()),
                                        DigestOf(proof->first_root()),
                                        static_cast<uint64_t>(proof->second_size()),
                                        DigestOf(proof->second_root()), DigestsOf(proof->hashes()))
                  .ok());
}

TEST_F(LedgerProofsTest, WhatCannotBeProvedIsSaid) {
  const v1::SupportPlan plan = Open();
  const int64_t size = Checkpoint().tree_size();
  for (const auto& [query, code, reason] :
       std::vector<std::tuple<std::string, StatusCode, std::string>>{
           {"", StatusCode::kInvalidArgument, "INVALID_REQUEST"},
           {"position: -1", StatusCode::kInvalidArgument, "INVALID_REQUEST"},
           {"position: 1 name: '" + plan.name() + "' revision: 1", StatusCode::kInvalidArgument,
            "INVALID_REQUEST"},
           {"name: '" + plan.name() + "'", StatusCode::kInvalidArgument, "INVALID_REQUEST"},
           {"name: '" + plan.name() + "' revision: 999", StatusCode::kNotFound, "EVENT_NOT_FOUND"},
           {absl::StrCat("position: ", size + 1), StatusCode::kNotFound, "EVENT_NOT_FOUND"},
           {"position: 3 tree_size: 2", StatusCode::kInvalidArgument, "INVALID_REQUEST"},
           {"position: 3 tree_size: -2", StatusCode::kInvalidArgument, "INVALID_REQUEST"},
           {absl::StrCat("position: 1 tree_size: ", size + 1), StatusCode::kOutOfRange,
            "PROOF_OUT_OF_RANGE"}}) {
    ExpectError(Proof(query).status(), code, reason);
  }
  ExpectError(Consistency(-1, 0).status(), StatusCode::kInvalidArgument, "INVALID_REQUEST");
  ExpectError(Consistency(3, 2).status(), StatusCode::kInvalidArgument, "INVALID_REQUEST");
  ExpectError(Consistency(1, size + 1).status(), StatusCode::kOutOfRange, "PROOF_OUT_OF_RANGE");
}

TEST_F(LedgerProofsTest, TheTreeCanBeBuiltAgainFromWhatIsServed) {
  Grow(600);
  const auto served = Get("/checkpoint");
  ASSERT_EQ(served->status, 200);
  EXPECT_EQ(served->get_header_value("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(served->get_header_value("Cache-Control"), "no-cache");
  const proofs::Checkpoint checkpoint = Verified(served->body);
  proofs::TreeEdge edge;
  for (uint64_t index = 0; edge.size() < checkpoint.size; ++index) {
    const int width = proofs::TileWidthIn(checkpoint.size, proofs::kEntries, index);
    const auto bundle = Get("/" + proofs::TilePath({proofs::kEntries, index, width}));
    ASSERT_EQ(bundle->status, 200);
    std::vector<Digest> leaves;
    const auto entries = proofs::ParseBundle(bundle->body);
    ASSERT_TRUE(entries.ok()) << entries.status();
    for (const absl::string_view entry : *entries) {
      leaves.push_back(proofs::LeafHash(entry));
    }
    const auto tile = Get("/" + proofs::TilePath({0, index, width}));
    ASSERT_EQ(tile->status, 200);
    EXPECT_EQ(tile->get_header_value("Content-Type"), "application/octet-stream");
    EXPECT_EQ(tile->get_header_value("Cache-Control"), "public, max-age=31536000, immutable");
    ASSERT_EQ(tile->body.size(), leaves.size() * sizeof(Digest));
    for (size_t i = 0; i < leaves.size(); ++i) {
      EXPECT_EQ(proofs::HashAt(tile->body, i), leaves[i]);
    }
    edge.Append(leaves);
  }
  EXPECT_EQ(edge.Root(), checkpoint.root);
}

TEST_F(LedgerProofsTest, AnyOtherPathIsNotFound) {
  Grow(300);
  const int64_t size = Checkpoint().tree_size();
  for (const std::string& path : std::vector<std::string>{
           "/tile/0/001", absl::StrCat("/tile/0/001.p/", size - 255), "/tile/0/1",
           "/tile/0/x000/000", "/tile/0/000.p/0", "/tile/0/000.p/256", "/tile/00/000",
           "/tile/64/000", "/tile/2/000", "/tile/entries/002", "/tile/entries/000/", "/tile/-1/000",
           "/tile/", "/tile/0/000/000", "/tile/0/..%2f..", "/checkpoint/",
           "/tile/0/99999999999999999999"}) {
    EXPECT_EQ(Get(path)->status, 404) << path;
  }
  EXPECT_EQ(Get("/tile/0/000")->body.size(), 8192u);
  EXPECT_EQ(Get("/tile/0/000.p/3")->body.size(), 96u) << "what was partial once is still served";
}

TEST_F(LedgerProofsTest, TheKeyStaysAndTheSameTreeIsSignedAlike) {
  Open();
  const std::string key = Checkpoint().log_keys(0);
  const std::string before = Checkpoint().note();
  server_.Restart();
  EXPECT_EQ(Checkpoint().log_keys(0), key);
  EXPECT_EQ(Checkpoint().note(), before);
  EXPECT_THAT(key, HasSubstr("trellis+"));
}

TEST_F(LedgerProofsTest, AnOutsiderAuditsItAndComesBack) {
  testing::TempDirectory own;
  const auto verify = [&](std::string& said) {
    std::istringstream in;
    std::ostringstream out;
    const int code = cli::Run({"verify", "--url", "http://" + server_.http_address(), "--key",
                               Checkpoint().log_keys(0), "--seen", own / "seen"},
                              {.variables = [](const std::string&) { return std::nullopt; },
                               .in = in,
                               .out = out,
                               .err = out});
    said = out.str();
    return code;
  };
  Grow(300);
  std::string said;
  EXPECT_EQ(verify(said), 0) << said;
  EXPECT_THAT(said, HasSubstr("holds    root: "));
  Grow(600);
  EXPECT_EQ(verify(said), 0) << said;
  EXPECT_THAT(said, HasSubstr("holds    growth: it begins with the 3"));
  // As if somebody had shown the outsider another history before.
  std::ofstream(own / "seen", std::ios::app) << "x";
  EXPECT_NE(verify(said), 0) << said;
}

// A server of its own, to see it refuse.
class SigningKeyTest : public ::testing::Test {
 protected:
  absl::Status Start() {
    Settings settings{.data = data_, .callers = {.development = true}};
    settings.listen.port = 0;
    settings.http.port = 0;
    return Server::Start(settings, clock_).status();
  }

  testing::TempDirectory directory_;
  const std::string data_ = directory_ / "data";
  const std::string key_ = data_ + "/signing.key";
  testing::FakeClock clock_;
};

TEST_F(SigningKeyTest, IsMadeOnceAndMissedAfterwards) {
  namespace fs = std::filesystem;
  ASSERT_TRUE(Start().ok());
  EXPECT_EQ(fs::status(key_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_TRUE(fs::exists(data_ + "/signing.pub"));
  EXPECT_TRUE(fs::exists(data_ + "/log.checkpoint"));
  fs::rename(key_, key_ + ".elsewhere");
  EXPECT_EQ(ReasonOf(Start()), "KEY_FILE_MISSING");
  EXPECT_FALSE(fs::exists(key_)) << "no second key is made";
  fs::rename(key_ + ".elsewhere", key_);
  fs::permissions(key_, fs::perms::group_read, fs::perm_options::add);
  EXPECT_EQ(ReasonOf(Start()), "KEY_FILE_EXPOSED");
  fs::permissions(key_, fs::perms::group_read, fs::perm_options::remove);
  fs::remove(data_ + "/signing.pub");
  EXPECT_TRUE(Start().ok());
  EXPECT_TRUE(fs::exists(data_ + "/signing.pub"));
}

}  // namespace
}  // namespace trellis::services
