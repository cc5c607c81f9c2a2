#include "clients/trellis/grammar/request.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/uuid.h"
#include "tests/clients/testing.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/standards_service.pb.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::cli {
namespace {

// A file of this test's own, gone at its end.
class TempFile {
 public:
  TempFile(const std::string& ending, const std::string& contents) {
    std::string directory = testing::TempDir() + "request_test_XXXXXX";
    directory_ = mkdtemp(directory.data());
    path_ = directory_ + "/request" + ending;
    std::ofstream(path_) << contents;
  }
  ~TempFile() { std::filesystem::remove_all(directory_); }

  const std::string& path() const { return path_; }

 private:
  std::string directory_;
  std::string path_;
};

TEST(Request, PutsFlagsWhereTheyBelong) {
  const auto request = BuildAs<v1::SetTargetRequest>(
      {"plan", "set-target", kUuid, "--statement", "Starts on time", "--target.success-measure",
       "Three lessons", "--concern-id", "c1", "--due-on", "2026-10-01", "--request-id", kUuid,
       "--etag", "\"4\""});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->name(), absl::StrCat("supportPlans/", kUuid));
  EXPECT_EQ(request->target().statement(), "Starts on time");
  EXPECT_EQ(request->target().success_measure(), "Three lessons");
  EXPECT_EQ(request->target().concern_id(), "c1");
  EXPECT_EQ(request->target().due_on(), "2026-10-01");
  EXPECT_EQ(request->request_id(), kUuid);
  EXPECT_EQ(request->etag(), "\"4\"");
}

TEST(Request, NamesThePlanInEveryWay) {
  const std::string name = absl::StrCat("supportPlans/", kUuid);
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"plan", "trail", kUuid},
                                             {"plan", "trail", name},
                                             {"plan", "trail", "--parent", kUuid},
                                             {"plan", "trail", "--name", name}}) {
    const auto request = BuildAs<v1::ListTrailRequest>(words);
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->parent(), name);
  }
  EXPECT_EQ(ErrorOf(Build({"plan", "trail", kUuid, "--name", kUuid})),
            "plan trail: PLAN is given twice, with --parent and without");
  EXPECT_EQ(ErrorOf(Build({"plan", "trail"})),
            "plan trail: PLAN is missing, want a UUID or supportPlans/{uuid}; see trellis plan "
            "trail --help");
  EXPECT_EQ(BuildAs<v1::GetTeachersStandardRequest>({"standards", "get", "7d"})->code(), "7d");
}

TEST(Request, HasARequestIdOfItsOwnByDefault) {
  const auto first = BuildAs<v1::SignRequest>({"plan", "sign", kUuid});
  const auto second = BuildAs<v1::SignRequest>({"plan", "sign", kUuid});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_TRUE(ParseUuid(first->request_id()).has_value());
  EXPECT_NE(first->request_id(), second->request_id());
  EXPECT_EQ(RequestIdOf(*first), first->request_id());
  EXPECT_EQ(RequestIdOf(v1::ListTrailRequest()), "");
}

TEST(Request, ReadsAFileByItsEnding) {
  const TempFile json(".json", "{\"name\": \"supportPlans/x\", \"contentRevision\": \"3\"}");
  const TempFile text(".txtpb", "name: 'supportPlans/x' content_revision: 3");
  const TempFile proto(".textproto",
                       "# What was agreed.\nname: 'supportPlans/x'\n"
                       "content_revision: 3");
  const TempFile other(".tmp", " {\"name\": \"supportPlans/x\", \"contentRevision\": 3}");
  for (const std::string& path : {json.path(), text.path(), proto.path(), other.path()}) {
    const auto request = BuildAs<v1::SignRequest>({"plan", "sign", "--input", path});
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->name(), "supportPlans/x");
    EXPECT_EQ(request->content_revision(), 3);
  }
}

TEST(Request, ReadsStandardInputByWhatItHolds) {
  for (const std::string input :
       {"\n{\"statement\": \"a\", \"agreed\": true}", "statement: 'a' agreed: true"}) {
    const auto request = BuildAs<v1::SignRequest>({"plan", "sign", kUuid, "--input", "-"}, input);
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->statement(), "a");
    EXPECT_TRUE(request->agreed());
  }
}

TEST(Request, LetsFlagsOverrideTheFile) {
  const auto request = BuildAs<v1::LogObservationRequest>(
      {"plan", "log-observation", kUuid, "--input", "-", "--strengths", "new", "--no-paired",
       "--standard-codes", "4a"},
      "name: 'old' request_id: 'r' observation { strengths: 'old' feedback: 'kept' paired: true "
      "standard_codes: ['7a', '7b'] }");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->name(), absl::StrCat("supportPlans/", kUuid));
  EXPECT_EQ(request->request_id(), "r");
  EXPECT_EQ(request->observation().strengths(), "new");
  EXPECT_EQ(request->observation().feedback(), "kept");
  EXPECT_FALSE(request->observation().paired());
  ASSERT_EQ(request->observation().standard_codes_size(), 1);
  EXPECT_EQ(request->observation().standard_codes(0), "4a");
}

TEST(Request, SaysWhereAFileIsWrong) {
  const auto text = Build({"plan", "sign", "--input", "-"}, "name: 'a'\nagred: true");
  EXPECT_EQ(ErrorOf(text).find("standard input:2:"), 0u) << text.status();
  EXPECT_EQ(ErrorReason(text.status()), "USAGE");
  const auto json = Build({"plan", "sign", "--input", "-"}, "{\"agred\": true}");
  EXPECT_EQ(ErrorOf(json).find("standard input: "), 0u) << json.status();
  EXPECT_EQ(ErrorOf(json).find('\n'), std::string::npos);
  EXPECT_EQ(ErrorOf(Build({"plan", "sign", "--input", "/nowhere/x.json"})),
            "/nowhere/x.json: No such file or directory");
}

}  // namespace
}  // namespace trellis::cli
