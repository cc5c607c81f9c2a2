#include "tests/bench/caseload_bench.h"

#include <filesystem>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/check.h"
#include "base/clock.h"
#include "domain/codec.h"
#include "domain/dates.h"
#include "domain/organisation.h"
#include "domain/school.h"
#include "domain/support_plan.h"
#include "tests/bench/load.h"
#include "tests/bench/processes.h"
#include "tests/bench/sample.h"
#include "trellis/v1/caseload.pb.h"
#include "trellis/v1/diary_service.pb.h"

namespace trellis::bench {
namespace {

constexpr int kSchools = 200;
constexpr int kPlansPerSchool = 50;
constexpr char kTrustId[] = "2170";
constexpr char kTrust[] = "trusts/2170";
// A trust's officer gets the answer while they look.
constexpr double kLimitUs = 20'000;

std::string Urn(int school) { return absl::StrCat(100'000 + school); }
std::string TutorOf(int school) {
  return absl::StrFormat("people/00000000-0000-4000-8000-%012d", 1000 + school);
}

// Writes to a log what the real rules decide.
class TrustWriter {
 public:
  explicit TrustWriter(eventstore::EventLog& log) : log_(log) {}

  void Write() {
    v1::RecordTrustRequest trust;
    trust.set_trust_id(kTrustId);
    trust.mutable_facts()->set_trust_name("Northgate Trust");
    trust.mutable_facts()->set_status(v1::OPEN);
    Add(v1::Trust(), kTrust, trust, v1::ADMINISTRATOR);
    Commit();
    for (int school = 0; school < kSchools; ++school) {
      WriteSchool(school);
      for (int plan = 0; plan < kPlansPerSchool; ++plan) WritePlan(school, plan);
      Commit();
    }
  }

 private:
  void WriteSchool(int school) {
    const std::string name = domain::SchoolName(Urn(school));
    v1::RecordSchoolRequest record;
    record.set_school_id(Urn(school));
    record.mutable_facts()->set_school_name(absl::StrCat("School ", school));
    record.mutable_facts()->set_status(v1::OPEN);
    const v1::SchoolRecord made = Add(v1::SchoolRecord(), name, record, v1::ADMINISTRATOR);
    v1::JoinTrustRequest join;
    join.set_name(name);
    join.mutable_membership()->set_trust(kTrust);
    join.mutable_membership()->set_starts_on("2020-09-01");
    Add(made, name, join, v1::ADMINISTRATOR);
  }

  // Every second plan was opened so long ago that its review is overdue.
  void WritePlan(int school, int plan) {
    const int number = school * kPlansPerSchool + plan;
    v1::OpenSupportPlanRequest open = OpenRequest(number);
    v1::SupportPlan& said = *open.mutable_support_plan();
    said.mutable_ect()->set_person(
        absl::StrFormat("people/00000000-0000-4000-8000-%012d", 100'000 + number));
    said.mutable_induction_tutor()->set_person(TutorOf(school));
    said.mutable_school()->set_urn(Urn(school));
    days_ago_ = plan % 2 == 0 ? 0 : 30;
    const absl::CivilDay day = Day();
    said.mutable_concerns(0)->set_discussed_on(domain::DateText(day));
    said.mutable_targets(0)->set_due_on(domain::DateText(day + 28));
    Add(v1::SupportPlan(), PlanName(number), open, v1::INDUCTION_TUTOR, TutorOf(school));
    days_ago_ = 0;
  }

  absl::CivilDay Day() const { return LondonDay(absl::Now()) - days_ago_; }

  // Decides the request and adds what follows to the commit. Returns the state after it.
  template <typename State, typename Request>
  State Add(State state, const std::string& name, const Request& request, v1::Capacity capacity,
            const std::string& actor = TutorOf(0)) {
    domain::Context context{.now = absl::Now() - absl::Hours(24) * days_ago_,
                            .today = Day(),
                            .actor = {},
                            .capacity = capacity,
                            .new_name = name};
    context.actor.set_person(actor);
    context.actor.set_name("Ruth Adeyemi");
    const auto decided = Decide(state, request, context);
    if (!decided.ok()) Crash(decided.status().message());
    eventstore::StreamAppend append;
    append.stream = name;
    append.expected_revision = static_cast<uint64_t>(state.revision());
    for (const auto& event : decided->events) {
      append.events.push_back({domain::TypeOf(event), event.SerializeAsString()});
      domain::Evolve(state, name, event,
                     {.recorded_at = context.now, .actor = actor, .capacity = capacity});
    }
    // A stream is appended to once in a commit.
    if (!commit_.appends.empty() && commit_.appends.back().stream == name) {
      auto& events = commit_.appends.back().events;
      events.insert(events.end(), append.events.begin(), append.events.end());
    } else {
      commit_.appends.push_back(std::move(append));
    }
    return state;
  }

  void Commit() {
    commit_.origin = {.actor = TutorOf(0), .capacity = v1::HEADTEACHER, .request_id = RandomUuid()};
    std::promise<absl::Status> durable;
    log_.Append(std::exchange(commit_, {}),
                [&](const auto& appended) { durable.set_value(appended.status()); });
    if (const absl::Status status = durable.get_future().get(); !status.ok()) {
      Crash(status.message());
    }
  }

  eventstore::EventLog& log_;
  eventstore::Commit commit_;
  int days_ago_ = 0;
};

void FillTrust(const std::string& data) {
  const SystemClock clock;
  const auto log = NewLedger(data, clock);
  TrustWriter(*log).Write();
  log->Close();
}

LoadResult Read(const ServerProcess& server, const CaseloadBenchOptions& options,
                const std::string& method, const google::protobuf::Message& request) {
  const std::string bytes = request.SerializeAsString();
  const LoadResult result =
      RunLoad(server.WordAfter("grpc"), {.method = absl::StrCat("/trellis.v1.", method),
                                         .in_flight = 1,
                                         .duration = options.round,
                                         .next = [&](int) { return BufferOf(bytes); },
                                         .caller = Developer()});
  if (result.failures > 0) Crash(absl::StrCat(method, ": ", result.first_failure));
  return result;
}

}  // namespace

void MeasureCaseload(const CaseloadBenchOptions& options, std::vector<Row>& rows) {
  Show("Caseloads: 10 000 plans in 200 schools of one trust, one read at a time:");
  const std::string data = options.work + "/caseload";
  std::filesystem::create_directories(data);
  FillTrust(data);
  const ServerProcess server({options.trellisd, "--data", data, "--dev", "--listen", "127.0.0.1:0",
                              "--http", "127.0.0.1:0"});
  v1::GetSupportPlanRequest get;
  get.set_name(PlanName(0));
  const LoadResult plan = Read(server, options, "SupportPlanService/GetSupportPlan", get);
  const auto measure = [&](const std::string& what, const std::string& method,
                           const google::protobuf::Message& request) {
    const LoadResult read = Read(server, options, method, request);
    Show(absl::StrFormat("  %-52s p50 %7.0f us   p99 %7.0f us", what, read.p50_us, read.p99_us));
    rows.push_back(
        {.what = absl::StrCat(what, ", p99"),
         .measured = absl::StrCat(Figure(read.p99_us / 1000, "ms"),
                                  "; p50: ", Figure(read.p50_us / 1000, "ms")),
         .limit = absl::StrCat("GetSupportPlan, p50: ", Figure(plan.p50_us / 1000, "ms")),
         .ratio = absl::StrFormat("%.2f × (p50)", read.p50_us / plan.p50_us),
         .wanted = absl::StrCat("< ", Figure(kLimitUs / 1000, "ms")),
         .met = read.p99_us < kLimitUs});
  };
  v1::GetCaseloadRequest trust, school;
  trust.set_trust(kTrust);
  school.set_school_urn(Urn(7));
  measure("caseload of a trust: 10 000 plans, 200 schools", "SupportPlanService/GetCaseload",
          trust);
  measure("caseload of a school: 50 plans", "SupportPlanService/GetCaseload", school);
  v1::ListSupportPlansRequest overdue, missing_none;
  overdue.set_trust(kTrust);
  overdue.set_overdue_review(true);
  measure("a trust's overdue reviews, 50 of 5 000", "SupportPlanService/ListSupportPlans", overdue);
  missing_none.set_trust(kTrust);
  missing_none.set_undelivered_support(true);
  measure("a trust's undelivered support: none among 10 000 plans",
          "SupportPlanService/ListSupportPlans", missing_none);
  v1::ListDiaryRequest diary;
  diary.set_person(TutorOf(7));
  measure("diary of a tutor with 50 plans", "DiaryService/ListDiary", diary);
}

}  // namespace trellis::bench
