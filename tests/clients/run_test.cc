#include "clients/trellis/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "base/error.h"
#include "base/uuid.h"
#include "tests/clients/fake_server.h"
#include "tests/clients/testing.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// What one run of the program did.
struct Done {
  int exit_code;
  std::string out;
  std::string err;
};

Done RunWords(std::vector<std::string> words, const FakeServer* server = nullptr,
              int columns = 160) {
  if (server != nullptr) words.insert(words.begin(), {"--server", server->address()});
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  const Process process{.variables = [](const std::string&) { return std::nullopt; },
                        .in = in,
                        .out = out,
                        .err = err,
                        .columns = columns};
  const int exit_code = cli::Run(words, process);
  return {exit_code, out.str(), err.str()};
}

FakeServer::Handler Always(const google::protobuf::Message& reply) {
  return [bytes = reply.SerializeAsString()](const FakeServer::Call&) {
    return FakeServer::Answer{{}, bytes};
  };
}

TEST(Run, SendsACommandAndPrintsTheReply) {
  v1::SupportPlanReply reply;
  reply.mutable_support_plan()->set_name("supportPlans/x");
  reply.mutable_support_plan()->set_revision(5);
  reply.mutable_support_plan()->set_state(v1::SupportPlan::ACTIVE);
  reply.mutable_receipt()->set_first_position(17);
  reply.mutable_receipt()->set_last_position(17);
  const FakeServer server(Always(reply));
  const Done done = RunWords({"plan", "raise-concern", kUuid, "--standard-code", "7d", "--cause",
                              "Slow starts", "--as", kUuid, "--capacity", "induction-tutor"},
                             &server);
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(done.out,
            "plan      supportPlans/x\nrevision  5\nstate     active\nrecorded  position 17\n");
  auto call = server.calls().front();
  EXPECT_EQ(call.method, "/trellis.v1.SupportPlanService/RaiseConcern");
  EXPECT_EQ(call.metadata["trellis-actor"], absl::StrCat("people/", kUuid));
  EXPECT_EQ(call.metadata["trellis-capacity"], "INDUCTION_TUTOR");
  v1::RaiseConcernRequest sent;
  ASSERT_TRUE(sent.ParseFromString(call.request));
  EXPECT_EQ(sent.concern().cause(), "Slow starts");
  EXPECT_TRUE(ParseUuid(sent.request_id()).has_value());
}

// A trail of three pages with one entry each.
FakeServer::Answer TrailPage(const FakeServer::Call& call) {
  v1::ListTrailRequest request;
  request.ParseFromString(call.request);
  const int page = request.page_token().empty() ? 1 : std::stoi(request.page_token());
  v1::ListTrailResponse response;
  response.add_entries()->set_revision(page);
  if (page < 3) response.set_next_page_token(absl::StrCat(page + 1));
  return {{}, response.SerializeAsString()};
}

TEST(Run, ReadsAllPagesOfAList) {
  const FakeServer server(TrailPage);
  const Done done = RunWords({"plan", "trail", kUuid, "--output", "json"}, &server);
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(server.calls().size(), 3u);
  EXPECT_THAT(done.out, HasSubstr("\"revision\": \"3\""));
  EXPECT_EQ(done.out.find("nextPageToken"), std::string::npos);
}

TEST(Run, ReadsOnePageWhereOneIsAskedFor) {
  const FakeServer server(TrailPage);
  const Done done = RunWords({"plan", "trail", kUuid, "--page-size", "1"}, &server);
  EXPECT_EQ(server.calls().size(), 1u);
  EXPECT_THAT(done.out, HasSubstr("more: --page-token 2\n"));
  RunWords({"plan", "trail", kUuid, "--page-token", "2"}, &server);
  EXPECT_EQ(server.calls().size(), 2u);
}

TEST(Run, DoesNotReadTheSamePageForEver) {
  v1::ListTrailResponse response;
  response.set_next_page_token("same");
  const FakeServer server(Always(response));
  const Done done = RunWords({"plan", "trail", kUuid}, &server);
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.err, HasSubstr("the same page_token twice"));
}

TEST(Run, FitsTheFormToTheTerminal) {
  v1::RenderSupportPlanResponse form;
  form.set_content("the form\n");
  const FakeServer server(Always(form));
  EXPECT_EQ(RunWords({"plan", "show", kUuid}, &server).out, "the form\n");
  RunWords({"plan", "show", kUuid}, &server, 40);
  RunWords({"plan", "show", kUuid, "--width", "200", "--format", "html"}, &server, 90);
  const auto calls = server.calls();
  ASSERT_EQ(calls.size(), 3u);
  v1::RenderSupportPlanRequest request;
  ASSERT_TRUE(request.ParseFromString(calls[0].request));
  EXPECT_EQ(request.text_width(), 160);
  ASSERT_TRUE(request.ParseFromString(calls[1].request));
  EXPECT_EQ(request.text_width(), 80);
  ASSERT_TRUE(request.ParseFromString(calls[2].request));
  EXPECT_EQ(request.text_width(), 200);
  EXPECT_EQ(request.output_format(), v1::RenderSupportPlanRequest::HTML);
}

TEST(Run, GivesTheServersErrorAndItsExitCode) {
  const FakeServer server([](const FakeServer::Call&) {
    return FakeServer::Answer{Error(absl::StatusCode::kAborted, "ETAG_STALE", "plan x is at 6"),
                              ""};
  });
  const Done done = RunWords({"plan", "sign", kUuid}, &server);
  EXPECT_EQ(done.exit_code, 6);
  EXPECT_EQ(done.err, "trellis: plan x is at 6 (ETAG_STALE)\n");
  EXPECT_EQ(done.out, "");
}

TEST(Run, SaysHowToRepeatACommandWhoseOutcomeIsUnknown) {
  const FakeServer server([](const FakeServer::Call&) {
    return FakeServer::Answer{Error(absl::StatusCode::kUnavailable, "DRAINING", "shutting down"),
                              ""};
  });
  const Done done = RunWords({"plan", "sign", kUuid, "--request-id", kUuid}, &server);
  EXPECT_EQ(done.exit_code, 7);
  EXPECT_EQ(done.err,
            absl::StrCat("trellis: shutting down; whether it was recorded is not known: run the "
                         "same again with --request-id ",
                         kUuid, " (DRAINING)\n"));
  EXPECT_EQ(RunWords({"plan", "get", kUuid}, &server).err, "trellis: shutting down (DRAINING)\n");
}

TEST(Run, RefusesAnAnswerThatCannotBeRead) {
  const FakeServer server([](const FakeServer::Call&) {
    return FakeServer::Answer{{}, "\xff\xff\xff"};
  });
  EXPECT_EQ(RunWords({"plan", "get", kUuid}, &server).exit_code, 1);
}

TEST(Run, AnswersMistakesInOneLine) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{},
                                             {"plan"},
                                             {"pln"},
                                             {"plan", "get"},
                                             {"plan", "sign", kUuid, "--as", "bob"},
                                             {"play"},
                                             {"play", "/nowhere/x.json"},
                                             {"completion"},
                                             {"completion", "tcsh"},
                                             {"help", "nothing"}}) {
    const Done done = RunWords(words);
    EXPECT_EQ(done.exit_code, 2) << done.err;
    EXPECT_THAT(done.err, StartsWith("trellis: "));
    EXPECT_EQ(done.err.find('\n'), done.err.size() - 1) << done.err;
    EXPECT_EQ(done.out, "");
  }
}

TEST(Run, HelpsWithoutAServer) {
  EXPECT_THAT(RunWords({"--help"}).out, StartsWith("trellis: support plans"));
  EXPECT_THAT(RunWords({"plan", "--help"}).out, StartsWith("Usage: trellis plan COMMAND"));
  EXPECT_THAT(RunWords({"plan", "sign", "-h"}).out, StartsWith("Signs the plan's"));
  EXPECT_THAT(RunWords({"help", "exit-codes"}).out, StartsWith("0  done\n"));
  EXPECT_THAT(RunWords({"--version"}).out, StartsWith("trellis 0."));
  EXPECT_THAT(RunWords({"completion", "bash"}).out, StartsWith("_trellis() {"));
}

TEST(Run, FailsIfTheAnswerCannotBeWritten) {
  std::istringstream in;
  std::ostringstream err;
  std::ostream full(nullptr);
  const Process process{.variables = [](const std::string&) { return std::nullopt; },
                        .in = in,
                        .out = full,
                        .err = err};
  EXPECT_EQ(cli::Run({"--version"}, process), 1);
  EXPECT_THAT(err.str(), HasSubstr("standard output"));
}

}  // namespace
}  // namespace trellis::cli
