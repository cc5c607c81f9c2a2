// The log of who looked: anchored in the ledger, compared with that, and not kept for ever.
#include "services/access_keeper.h"

#include <filesystem>
#include <httplib.h>

#include "audit/ledger_check.h"
#include "base/error.h"
#include "tests/services/identified_fixture.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::services {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AccessKeeperTest : public IdentifiedTest {
 protected:
  // What the ledger has recorded of the log: the types of the events, the oldest first.
  std::vector<std::string> Recorded() {
    const testing::RpcClient client(server_.grpc_address(), grpc::InsecureChannelCredentials());
    v1::ListTrailRequest trail;
    trail.set_parent("accessLogs/trellis");
    const auto path = testing::RpcClient::PathOf(testing::MethodFor(trail));
    const auto bytes = client.CallBytes(path, Root(), trail.SerializeAsString());
    v1::ListTrailResponse response;
    std::vector<std::string> types;
    if (!bytes.ok() || !response.ParseFromString(*bytes)) return types;
    for (const v1::TrailEntry& entry : response.entries()) {
      types.push_back(entry.event_type().substr(entry.event_type().rfind('.') + 1));
    }
    return types;
  }
  std::string Metrics() {
    const auto response = httplib::Client("http://" + server_.http_address()).Get("/metrics");
    return response ? response->body : "";
  }
  void Look(const std::string& plan) {
    const testing::RpcClient client(server_.grpc_address(), grpc::InsecureChannelCredentials());
    v1::GetSupportPlanRequest get;
    get.set_name(plan);
    EXPECT_TRUE(client
                    .CallBytes(testing::RpcClient::PathOf(testing::MethodFor(get)),
                               As("ruth", "induction-tutor"), get.SerializeAsString())
                    .ok());
  }
  // Puts another log of who looked in the place of this one, with the server stopped.
  void PutBack(const fs::path& copy) {
    fs::remove_all(data_ + "/access");
    if (fs::exists(copy)) fs::copy(copy, data_ + "/access", fs::copy_options::recursive);
  }

  const std::string data_ = directory_ / "data";
};

TEST_F(AccessKeeperTest, HasTheEndRecordedIfItHasGrown) {
  const std::string plan = Open().name();
  EXPECT_EQ(server_.access_keeper().RunOnce(), absl::OkStatus());
  const size_t before = Recorded().size();
  Look(plan);
  EXPECT_EQ(server_.access_keeper().RunOnce(), absl::OkStatus());
  EXPECT_EQ(server_.access_keeper().RunOnce(), absl::OkStatus());
  EXPECT_EQ(Recorded().size(), before + 1) << "once";
  Look(plan);
  server_.Restart();
  EXPECT_EQ(Recorded().size(), before + 2) << "at the stop";
  EXPECT_THAT(Recorded(), ::testing::Each("AccessLogAnchored"));
  server_.Restart();
  EXPECT_EQ(Recorded().size(), before + 2);
}

TEST_F(AccessKeeperTest, TellsThatTheEndWasCutOff) {
  const std::string plan = Open().name();
  Look(plan);
  server_.Stop();
  const fs::path copy = directory_ / "older";
  fs::copy(data_ + "/access", copy, fs::copy_options::recursive);
  server_.Restart();
  Look(plan);
  server_.Stop();
  PutBack(copy);
  const auto found = audit::CheckLedger({.data = data_, .ledger = "trellis"});
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->findings.count(), 1);
  EXPECT_THAT(found->findings.kept().front(), HasSubstr("its end was cut off"));

  server_.Restart();
  // The look at the start may have been the one that met it.
  server_.access_keeper().RunOnce().IgnoreError();
  EXPECT_THAT(Metrics(), HasSubstr("\ntrellis_access_log_breaks 1\n"));
  EXPECT_THAT(Recorded(), ElementsAre("AccessLogAnchored", "AccessLogAnchored", "AccessLogBroken",
                                      "AccessLogAnchored"));
  Look(plan);
  EXPECT_EQ(server_.access_keeper().RunOnce(), absl::OkStatus()) << "what comes is kept again";
  server_.Stop();
  const auto later = audit::CheckLedger({.data = data_, .ledger = "trellis"});
  ASSERT_TRUE(later.ok()) << later.status();
  EXPECT_TRUE(later->holds());
  EXPECT_THAT(later->notes, ::testing::Contains(HasSubstr("The access log was found broken")));
}

TEST_F(AccessKeeperTest, TellsThatAllOfItIsGoneAndStartsAllTheSame) {
  const std::string plan = Open().name();
  Look(plan);
  server_.Stop();
  PutBack(directory_ / "there-is-none");
  server_.Restart();
  server_.access_keeper().RunOnce().IgnoreError();
  EXPECT_THAT(Recorded(), ::testing::Contains("AccessLogBroken"));
  EXPECT_EQ(server_.access_keeper().status().breaks, 1);
}

TEST_F(AccessKeeperTest, LetsGoWhatIsOlderThanItMayBeAndVerifiesTheRest) {
  const std::string plan = Open().name();
  Look(plan);
  EXPECT_EQ(server_.access_keeper().RunOnce(), absl::OkStatus());
  v1::ListAccessRequest list;
  list.set_person(testing::Ect().party.person());
  const auto looks = [&] {
    return Give<v1::ListAccessResponse>(As("sam", "ect"), list).entries_size();
  };
  const int before = looks();
  EXPECT_GE(before, 1);
  // Six years less eight days.
  clock_.Advance(absl::Hours(24 * (6 * 365 - 6)));
  EXPECT_EQ(server_.access_keeper().RunOnce(), absl::OkStatus());
  EXPECT_GT(looks(), before);
  clock_.Advance(absl::Hours(24 * 9));
  EXPECT_EQ(server_.access_keeper().RunOnce(), absl::OkStatus());
  Look(plan);
  // Sam, who asked a week ago, and Ruth now.
  EXPECT_EQ(looks(), 2);
  EXPECT_EQ(server_.access_keeper().RunOnce(), absl::OkStatus());
  server_.Stop();
  const auto whole = audit::CheckLedger({.data = data_, .ledger = "trellis"});
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_THAT(whole->findings.kept(), IsEmpty());
}

}  // namespace
}  // namespace trellis::services
