// Reads: plans now and then, lists, forms, the trail, the standards.
#include <set>

#include "base/timestamp.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/standards_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::RequestFor;
using ::testing::StartsWith;

class ReadsTest : public ServiceTest {
 protected:
  absl::StatusOr<v1::SupportPlan> Get(const v1::GetSupportPlanRequest& request) {
    return client().Read<v1::SupportPlan>(request);
  }
  std::vector<v1::SupportPlanSummary> List(v1::ListSupportPlansRequest request) {
    std::vector<v1::SupportPlanSummary> plans;
    for (;;) {
      const auto page = client().Read<v1::ListSupportPlansResponse>(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return plans;
      plans.insert(plans.end(), page->support_plans().begin(), page->support_plans().end());
      if (page->next_page_token().empty()) return plans;
      EXPECT_EQ(page->support_plans_size(), request.page_size() == 0 ? 50 : request.page_size());
      request.set_page_token(page->next_page_token());
    }
  }
  std::vector<std::string> Names(const std::string& query) {
    std::vector<std::string> names;
    for (const auto& plan : List(testing::ParseText<v1::ListSupportPlansRequest>(query))) {
      names.push_back(plan.name());
    }
    return names;
  }
  std::vector<v1::TrailEntry> Trail(const std::string& plan, int page_size = 0) {
    std::vector<v1::TrailEntry> entries;
    v1::ListTrailRequest request;
    request.set_parent(plan);
    request.set_page_size(page_size);
    do {
      const auto page = client().Read<v1::ListTrailResponse>(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      entries.insert(entries.end(), page->entries().begin(), page->entries().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return entries;
  }
};

TEST_F(ReadsTest, APlanIsShownAsOfARevisionOrATime) {
  const absl::Time before = clock_.Now();
  clock_.Advance(absl::Minutes(1));
  std::vector<v1::SupportPlan> states = {Open()};
  std::vector<absl::Time> times = {clock_.Now()};
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(absl::Minutes(1));
    times.push_back(clock_.Now());
    const auto request = testing::OutcomeRequest(states[0].name(), absl::StrCat("No. ", i));
    states.push_back(Give(testing::Tutor(), request).support_plan());
  }
  v1::GetSupportPlanRequest request;
  request.set_name(states[0].name());
  for (size_t i = 0; i < states.size(); ++i) {
    request.clear_as_of_time();
    request.set_revision(states[i].revision());
    EXPECT_EQ(Get(request)->DebugString(), states[i].DebugString());
    request.clear_revision();
    for (const absl::Duration later : {absl::ZeroDuration(), absl::Seconds(59)}) {
      *request.mutable_as_of_time() = ToTimestamp(times[i] + later);
      EXPECT_EQ(Get(request)->DebugString(), states[i].DebugString());
    }
  }
  // One that it had in the middle of a commit.
  request.clear_as_of_time();
  request.set_revision(2);
  EXPECT_EQ(Get(request)->revision(), 2);
  EXPECT_THAT(Get(request)->reviews(), IsEmpty());

  request.set_revision(1000);
  ExpectError(Get(request).status(), StatusCode::kNotFound, "SUPPORT_PLAN_NOT_FOUND");
  request.set_revision(INT64_MAX);
  ExpectError(Get(request).status(), StatusCode::kNotFound, "SUPPORT_PLAN_NOT_FOUND");
  request.set_revision(1);
  *request.mutable_as_of_time() = ToTimestamp(times[0]);
  ExpectError(Get(request).status(), StatusCode::kInvalidArgument, "INVALID_REQUEST");
  request.clear_revision();
  *request.mutable_as_of_time() = ToTimestamp(before);
  ExpectError(Get(request).status(), StatusCode::kNotFound, "SUPPORT_PLAN_NOT_FOUND");
  request.mutable_as_of_time()->set_seconds(INT64_MAX);
  request.mutable_as_of_time()->set_nanos(INT32_MAX);
  EXPECT_EQ(Get(request)->revision(), states.back().revision());
}

TEST_F(ReadsTest, ManyPlansAreListedInPages) {
  std::set<std::string> opened;
  for (int i = 0; i < 120; ++i) opened.insert(Open().name());
  for (const char* const query : {"", "page_size: 7", "page_size: 60", "page_size: 1000",
                                  "page_size: 40 school_urn: '900001' state: ACTIVE"}) {
    const std::vector<std::string> names = Names(query);
    EXPECT_EQ(names, std::vector<std::string>(opened.begin(), opened.end())) << query;
  }
}

TEST_F(ReadsTest, PlansAreListedByTheirState) {
  const std::string active = Open().name();
  const std::string paused = Open().name();
  const std::string closed = Open().name();
  Give(testing::Tutor(), RequestFor<v1::PausePlanRequest>(paused, "reason: ABSENCE"));
  Give(testing::Tutor(), RequestFor<v1::ClosePlanRequest>(closed, "reason: LEFT words: 'Moved.'"));
  EXPECT_THAT(Names("state: ACTIVE"), ElementsAre(active));
  EXPECT_THAT(Names("state: PAUSED"), ElementsAre(paused));
  EXPECT_THAT(Names("state: CLOSED"), ElementsAre(closed));
  EXPECT_EQ(Names("missing_signature: true").size(), 3u);
}

TEST_F(ReadsTest, PlansMissSignaturesUntilAllHaveAnswered) {
  const v1::SupportPlan plan = Open();
  auto sign = RequestFor<v1::SignRequest>(plan.name(), "seen_and_discussed: true agreed: true");
  sign.set_content_revision(plan.content_revision());
  for (const auto& actor : {testing::Ect(), testing::Tutor(), testing::Headteacher()}) {
    EXPECT_THAT(Names("missing_signature: true"), ElementsAre(plan.name()));
    sign.set_request_id(testing::NewId());
    Give(actor, sign);
  }
  EXPECT_THAT(Names("missing_signature: true"), IsEmpty());
}

TEST_F(ReadsTest, ReviewsFallOverdueAsDaysGoBy) {
  const std::string plan = Open().name();
  EXPECT_THAT(Names("overdue_review: true"), IsEmpty());
  clock_.Advance(absl::Hours(24 * 8));
  EXPECT_THAT(Names("overdue_review: true"), ElementsAre(plan));
  EXPECT_TRUE(List({}).at(0).review_overdue());
  Give(testing::Tutor(), RequestFor<v1::CompleteReviewRequest>(plan, "review_id: 'r1'"));
  EXPECT_THAT(Names("overdue_review: true"), IsEmpty());
}

TEST_F(ReadsTest, APlanIsRenderedAsTextAndAsAPage) {
  const v1::SupportPlan plan = Open();
  Give(testing::Tutor(), testing::OutcomeRequest(plan.name(), "<b>Calm & kind</b>"));
  v1::RenderSupportPlanRequest request;
  request.set_name(plan.name());
  const auto render = [&] { return client().Read<v1::RenderSupportPlanResponse>(request); };
  const auto text = render();
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(text->media_type(), "text/plain; charset=utf-8");
  EXPECT_THAT(text->content(), HasSubstr("Sam Okafor"));
  EXPECT_THAT(text->content(), HasSubstr("<b>Calm & kind</b>"));
  request.set_text_width(80);
  EXPECT_NE(render()->content(), text->content());
  for (const int width : {79, 401, -1}) {
    request.set_text_width(width);
    ExpectError(render().status(), StatusCode::kInvalidArgument, "INVALID_REQUEST");
    EXPECT_THAT(testing::BadFieldsOf(render().status()), ElementsAre("text_width"));
  }
  request.clear_text_width();
  request.set_output_format(v1::RenderSupportPlanRequest::HTML);
  const auto page = render();
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->media_type(), "text/html; charset=utf-8");
  EXPECT_THAT(page->content(), StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(page->content(), HasSubstr("&lt;b&gt;Calm &amp; kind"));
  EXPECT_THAT(page->content(), Not(HasSubstr("<b>Calm")));
  request.set_revision(plan.revision());
  EXPECT_THAT(render()->content(), Not(HasSubstr("Calm")));
}

TEST_F(ReadsTest, TheTrailTellsEveryEvent) {
  std::vector<v1::SupportPlanReply> replies;
  v1::SupportPlan plan;
  for (v1::PlayStep step : testing::Lifecycle()) {
    if (step.command().has_renew_plan()) break;
    replies.push_back(Play(plan, step));
    plan = replies.back().support_plan();
  }
  const std::vector<v1::TrailEntry> trail = Trail(plan.name());
  ASSERT_EQ(static_cast<int64_t>(trail.size()), plan.revision());
  std::set<std::string> types;
  for (size_t i = 0; i < trail.size(); ++i) {
    EXPECT_EQ(trail[i].revision(), static_cast<int64_t>(i) + 1);
    EXPECT_THAT(trail[i].sentence(), HasSubstr(trail[i].actor().name()));
    EXPECT_EQ(trail[i].sentence().back(), '.');
    EXPECT_NE(trail[i].support_plan_event().kind_case(), v1::SupportPlanEvent::KIND_NOT_SET);
    EXPECT_EQ(trail[i].record_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
    types.insert(trail[i].event_type());
  }
  EXPECT_EQ(types.size(), 26u);
  EXPECT_EQ(trail[0].event_id(), replies[0].receipt().event_ids(0));
  EXPECT_EQ(trail[0].occurred_on(), "2022-09-27");
  EXPECT_THAT(trail[0].sentence(),
              StartsWith("Ruth Adeyemi (induction tutor) opened a support plan for Sam Okafor"));
  // Pages of any size are the same entries.
  for (const int size : {1, 7, 1000}) {
    const std::vector<v1::TrailEntry> again = Trail(plan.name(), size);
    ASSERT_EQ(again.size(), trail.size());
    for (size_t i = 0; i < trail.size(); ++i) {
      EXPECT_EQ(again[i].SerializeAsString(), trail[i].SerializeAsString());
    }
  }
}

TEST_F(ReadsTest, TheTrailShowsBeforeAndAfterAndWhatWasStruckOut) {
  const v1::SupportPlan plan = Open();
  Give(testing::Tutor(),
       RequestFor<v1::RescheduleReviewRequest>(
           plan.name(), "review_id: 'r1' scheduled_on: '2022-10-11' reason: 'Inset day.'"));
  auto late = testing::OutcomeRequest(plan.name(), "Another class.");
  late.set_occurred_on("2022-09-20");
  late.set_late_reason("From the paper form.");
  Give(testing::Tutor(), late);
  Give(testing::Tutor(),
       RequestFor<v1::CorrectEntryRequest>(plan.name(), "entry_id: 'u1' reason: 'Wrong plan.'"));
  const std::vector<v1::TrailEntry> trail = Trail(plan.name());
  ASSERT_EQ(trail.size(), 9u);
  const v1::TrailEntry& moved = trail[6];
  ASSERT_GE(moved.changes_size(), 1);
  EXPECT_EQ(moved.changes(0).field(), "r1.scheduled_on");
  EXPECT_EQ(moved.changes(0).before(), "2022-10-10");
  EXPECT_EQ(moved.changes(0).after(), "2022-10-11");
  EXPECT_EQ(trail[7].struck_out_by_revision(), 9);
  EXPECT_EQ(trail[7].late_days(), 13);
  EXPECT_EQ(trail[7].occurred_on(), "2022-09-20");
  EXPECT_EQ(trail[8].struck_out_by_revision(), 0);
}

TEST_F(ReadsTest, AStandardIsFoundByItsCode) {
  v1::GetTeachersStandardRequest request;
  for (const char* const code : {"7d", "7D", "TS/7d", "ts/7D"}) {
    request.set_code(code);
    const auto standard = client().Read<v1::TeachersStandard>(request);
    ASSERT_TRUE(standard.ok()) << standard.status();
    EXPECT_EQ(standard->code(), "7d");
    EXPECT_THAT(standard->text(), Not(IsEmpty()));
  }
  for (const char* const code : {"7z", "ECF/8h", "seven", "\xc3\xa9"}) {
    request.set_code(code);
    const absl::Status status = client().Read<v1::TeachersStandard>(request).status();
    ExpectError(status, StatusCode::kNotFound, "TEACHERS_STANDARD_NOT_FOUND");
  }
  request.set_code("7z");
  EXPECT_THAT(std::string(client().Read<v1::TeachersStandard>(request).status().message()),
              HasSubstr("7d"));
}

TEST_F(ReadsTest, StandardsAreListedInPages) {
  v1::ListTeachersStandardsRequest request;
  const auto all = client().Read<v1::ListTeachersStandardsResponse>(request);
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_THAT(all->next_page_token(), IsEmpty());
  request.set_page_size(10);
  int seen = 0;
  do {
    const auto page = client().Read<v1::ListTeachersStandardsResponse>(request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& standard : page->teachers_standards()) {
      EXPECT_EQ(standard.code(), all->teachers_standards(seen++).code());
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen, all->teachers_standards_size());
}

}  // namespace
}  // namespace trellis::services
