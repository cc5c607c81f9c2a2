// The demonstration, given to a real server on many days of the year.
#include "clients/trellis/demo/demo.h"

#include <httplib.h>
#include <sstream>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "clients/trellis/demo/school.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/caseload.pb.h"
#include "trellis/v1/induction_service.pb.h"
#include "trellis/v1/school_requests.pb.h"

namespace trellis::services {
namespace {

using ::testing::HasSubstr;

class DemoTest : public ServiceTest {
 protected:
  // What `trellis demo` prints with these words.
  std::string Demo(const std::vector<std::string>& words) {
    std::istringstream in;
    std::ostringstream out;
    const cli::Process process{.variables = [](const std::string&) { return std::nullopt; },
                               .in = in,
                               .out = out,
                               .err = out};
    std::vector<std::string> arguments = {"demo", "--server", server_.grpc_address()};
    arguments.insert(arguments.end(), words.begin(), words.end());
    cli::Run(arguments, process);
    return out.str();
  }

  // The log's last position, as the page of metrics says it.
  int64_t Position() const {
    const auto page = httplib::Client("http://" + server_.http_address()).Get("/metrics");
    int64_t position = -1;
    for (const auto line : absl::StrSplit(page->body, '\n')) {
      absl::string_view rest = line;
      if (absl::ConsumePrefix(&rest, "trellis_log_position ")) {
        EXPECT_TRUE(absl::SimpleAtoi(rest, &position));
      }
    }
    return position;
  }
};

TEST_F(DemoTest, FillsATrustThatCanBeLookedAt) {
  const std::string said = Demo({"--schools", "2", "--seed", "7"});
  EXPECT_THAT(said, HasSubstr("trusts/90007: 2 schools, 100 ECTs, begun on 2022-10-03: "));
  const auto schools = client().Read<v1::ListSchoolsResponse>(
      testing::ParseText<v1::ListSchoolsRequest>("trust: 'trusts/90007'"));
  ASSERT_TRUE(schools.ok()) << schools.status();
  EXPECT_EQ(schools->schools_size(), 2);
  const auto inductions = client().Read<v1::ListInductionsResponse>(
      testing::ParseText<v1::ListInductionsRequest>("school_urn: '917001'"));
  ASSERT_TRUE(inductions.ok()) << inductions.status();
  EXPECT_EQ(inductions->inductions_size(), cli::kDemoEctsPerSchool);
  const auto caseload = client().Read<v1::Caseload>(
      testing::ParseText<v1::GetCaseloadRequest>("trust: 'trusts/90007' disclosure: EVERY_COUNT"));
  ASSERT_TRUE(caseload.ok()) << caseload.status();
  // Every stage is there in each school.
  EXPECT_GE(caseload->open_plans().count(), 12);
  EXPECT_GE(caseload->overdue_reviews().count(), 2);
  EXPECT_GE(caseload->paused_plans().count(), 2);
  EXPECT_GE(caseload->undelivered_support().count(), 1);
  const auto body = client().Read<v1::Caseload>(
      testing::ParseText<v1::GetCaseloadRequest>("body: 'appropriateBodies/demo-hub-7'"));
  ASSERT_TRUE(body.ok()) << body.status();
  EXPECT_EQ(body->open_plans().count(), caseload->open_plans().count());
}

TEST_F(DemoTest, GivenAgainWritesNothingAndMoreSchoolsWriteThemselvesAlone) {
  const std::string first = Demo({"--schools", "1", "--output", "json"});
  ASSERT_THAT(first, HasSubstr("\"begun_on\":\"2022-10-03\""));
  const int64_t position = Position();
  // Also on another day: each school keeps the one that it was begun on.
  clock_.Advance(absl::Hours(24 * 40));
  EXPECT_EQ(Demo({"--schools", "1", "--output", "json"}), first);
  EXPECT_EQ(Position(), position);
  EXPECT_THAT(Demo({"--schools", "2"}), HasSubstr("2 schools, 100 ECTs, begun on 2022-10-03"));
  EXPECT_GT(Position(), position + 300);
  const auto schools = client().Read<v1::ListSchoolsResponse>(
      testing::ParseText<v1::ListSchoolsRequest>("trust: 'trusts/90001'"));
  EXPECT_EQ(schools->schools_size(), 2);
}

TEST_F(DemoTest, IsTakenOnEveryDayOfTheYear) {
  // A step that is no multiple of a week, through more than a year.
  for (int seed = 10; seed < 34; ++seed) {
    const std::string said = Demo({"--schools", "1", "--seed", std::to_string(seed)});
    ASSERT_THAT(said, HasSubstr("1 schools, 50 ECTs"))
        << absl::FormatTime("%a %F", clock_.Now(), London());
    clock_.Advance(absl::Hours(24 * 16));
  }
}

TEST_F(DemoTest, SaysWhatItTakes) {
  const int64_t position = Position();
  EXPECT_THAT(Demo({"--schools", "0"}), HasSubstr("--schools: got 0, want 1 to 1000"));
  EXPECT_THAT(Demo({"--schools", "1001"}), HasSubstr("--schools: got 1001, want 1 to 1000"));
  EXPECT_THAT(Demo({"--seed", "89"}), HasSubstr("--seed: got 89, want 0 to 88"));
  EXPECT_THAT(Demo({"--seed", "x"}), HasSubstr("--seed: got x, want 0 to 88"));
  EXPECT_THAT(Demo({"now"}), HasSubstr("now"));
  EXPECT_EQ(Position(), position);
}

}  // namespace
}  // namespace trellis::services
