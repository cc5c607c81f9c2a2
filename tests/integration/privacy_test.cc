// Nothing personal where it does not belong: log lines, metrics, names of files, dumps.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <httplib.h>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/daemon.h"
#include "tests/support/rpc_client.h"
#include "trellis/v1/access_service.pb.h"
#include "trellis/v1/directory_service.pb.h"

namespace trellis::integration {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// In every name and every text that the test sends, and in nothing else.
constexpr char kMark[] = "Qx7Zz";

std::string ContentOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class PrivacyTest : public ::testing::Test {
 protected:
  static testing::Actor Marked(testing::Actor actor) {
    actor.party.set_name(absl::StrCat(kMark, " ", actor.party.name()));
    return actor;
  }

  // Opens a plan, works on it, reads it, and is refused in many ways. Returns the errors' texts.
  static std::vector<std::string> Use(const Daemon& daemon) {
    std::vector<std::string> errors;
    const testing::RpcClient client(daemon.grpc_address());
    const auto note = [&](const absl::Status& status) {
      EXPECT_FALSE(status.ok());
      errors.push_back(status.ToString());
    };
    v1::OpenSupportPlanRequest open = testing::OpenRequest();
    v1::SupportPlan& plan = *open.mutable_support_plan();
    for (v1::Party* const party : {plan.mutable_ect(), plan.mutable_induction_tutor(),
                                   plan.mutable_headteacher(), plan.mutable_appropriate_body()}) {
      party->set_name(absl::StrCat(kMark, " ", party->name()));
    }
    plan.mutable_concerns(0)->set_cause(absl::StrCat("What ", kMark, " does."));
    const testing::Actor tutor = Marked(testing::Tutor());
    const auto opened = client.Give(tutor, open);
    EXPECT_TRUE(opened.ok()) << opened.status();
    if (!opened.ok()) return errors;
    const std::string name = opened->support_plan().name();
    auto outcome = testing::OutcomeRequest(name, absl::StrCat(kMark, " is calm."));
    EXPECT_TRUE(client.Give(tutor, outcome).ok());
    EXPECT_TRUE(client.Get(name).ok());

    // Used again for something else; by somebody else; too long; struck; at no such revision.
    outcome.mutable_outcome()->set_words(absl::StrCat(kMark, " is calm again."));
    note(client.Give(tutor, outcome).status());
    note(client.Give(Marked(testing::Ect()), testing::OutcomeRequest(name, kMark)).status());
    std::string words(10'001, 'x');
    note(client.Give(tutor, testing::OutcomeRequest(name, kMark + words)).status());
    note(client.Give(tutor, testing::OutcomeRequest(name, absl::StrCat(kMark, "\x01"))).status());
    outcome = testing::OutcomeRequest(name, kMark);
    outcome.set_etag("\"1\"");
    note(client.Give(tutor, outcome).status());
    testing::Actor stranger = tutor;
    stranger.party.set_person("people/00000000-0000-4000-8000-0000000000ff");
    const testing::RpcClient bare(daemon.grpc_address(), testing::RpcClient::Directory::kAsItIs);
    note(bare.Give(stranger, testing::OutcomeRequest(name, kMark)).status());
    auto rename = testing::RequestFor<v1::RenamePersonRequest>(testing::Ect().party.person());
    rename.set_full_name(absl::StrCat(kMark, std::string(300, 'x')));
    note(client.CallBytes(testing::Administrator(), rename).status());

    httplib::Client pages("http://" + daemon.http_address());
    EXPECT_EQ(pages.Get("/" + name)->status, 200);
    EXPECT_EQ(pages.Get(absl::StrCat("/supportPlans/", kMark))->status, 400);
    EXPECT_EQ(pages.Get(absl::StrCat("/", kMark))->status, 404);
    const auto metrics = pages.Get("/metrics");
    EXPECT_EQ(metrics->status, 200);
    EXPECT_THAT(metrics->body, Not(HasSubstr(kMark)));
    return errors;
  }

  testing::TempDirectory directory_;
  const std::string data_ = directory_ / "data";
};

TEST_F(PrivacyTest, NamesAndTextsReachNoLogNoMetricNoFileName) {
  Daemon daemon(Serving(data_));
  ASSERT_TRUE(daemon.AwaitServing()) << daemon.err();
  for (const std::string& error : Use(daemon)) EXPECT_THAT(error, Not(HasSubstr(kMark)));
  daemon.Signal(SIGTERM);
  EXPECT_EQ(daemon.Wait(), 0);
  EXPECT_THAT(daemon.err(), Not(HasSubstr(kMark)));
  EXPECT_THAT(daemon.out(), Not(HasSubstr(kMark)));
  int logs = 0;
  bool in_a_record = false;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data_)) {
    EXPECT_THAT(entry.path().string(), Not(HasSubstr(kMark)));
    if (!entry.is_regular_file()) continue;
    const std::string content = ContentOf(entry.path());
    const std::string file = entry.path().filename();
    // RocksDB's own lines about its work.
    if (file.rfind("LOG", 0) == 0 || file.rfind("OPTIONS", 0) == 0) {
      ++logs;
      EXPECT_THAT(content, Not(HasSubstr(kMark))) << entry.path();
    } else {
      // What is stored of events is sealed; the views alone are plain.
      const bool in_views = absl::StrContains(entry.path().string(), "/views/");
      if (!in_views) {
        EXPECT_THAT(content, Not(HasSubstr(kMark))) << entry.path();
      }
      in_a_record = in_a_record || absl::StrContains(content, kMark);
    }
  }
  EXPECT_GE(logs, 3) << "the test has lost what it is about";
  EXPECT_TRUE(in_a_record) << "nothing was written, so nothing was tested";
}

TEST_F(PrivacyTest, ACrashLeavesNoDump) {
  Daemon daemon(Serving(data_));
  ASSERT_TRUE(daemon.AwaitServing()) << daemon.err();
  const std::string limits = ContentOf(absl::StrCat("/proc/", daemon.process(), "/limits"));
  EXPECT_THAT(limits, ::testing::ContainsRegex("Max core file size +0 +0 "));
}

}  // namespace
}  // namespace trellis::integration
