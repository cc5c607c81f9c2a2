// What is wrong with a request is said, with its reason; and nothing is written.
#include "tests/services/service_fixture.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/standards_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using testing::BadFieldsOf;
using ::testing::ElementsAre;
using testing::ErrorMetadataOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::RequestFor;

class BadInputTest : public ServiceTest {
 protected:
  void SetUp() override {
    plan_ = Open();
    before_ = WriteOne();
  }
  void TearDown() override { EXPECT_EQ(WriteOne(), before_ + 1); }

  absl::Status TutorGives(const google::protobuf::Message& command) {
    return client().Give(testing::Tutor(), command).status();
  }
  v1::RaiseConcernRequest RaiseConcern(const std::string& code) {
    auto request = RequestFor<v1::RaiseConcernRequest>(
        plan_.name(), "concern { cause: 'Slow.' discussed_on: '2022-10-03' }");
    request.mutable_concern()->set_standard_code(code);
    return request;
  }
  void ExpectInvalid(const absl::Status& status, const std::string& field) {
    ExpectError(status, StatusCode::kInvalidArgument, "INVALID_REQUEST");
    EXPECT_THAT(BadFieldsOf(status), ElementsAre(field)) << status;
  }

  v1::SupportPlan plan_;
  int64_t before_ = 0;
};

TEST_F(BadInputTest, AllViolationsAreListedAtOnce) {
  const auto request = testing::ParseText<v1::RaiseConcernRequest>(
      "name: 'supportPlans/1' request_id: '1' etag: '7' occurred_on: 'today' concern { }");
  const absl::Status status = TutorGives(request);
  ExpectError(status, StatusCode::kInvalidArgument, "INVALID_REQUEST");
  EXPECT_THAT(BadFieldsOf(status),
              ElementsAre("name", "request_id", "etag", "occurred_on", "concern.standard_code",
                          "concern.cause", "concern.discussed_on"));
  EXPECT_EQ(ErrorMetadataOf(status, "count"), "7");
}

TEST_F(BadInputTest, ManyLongViolationsReachTheCaller) {
  v1::OpenSupportPlanRequest request = testing::OpenRequest();
  for (int i = 0; i < 60; ++i) {
    v1::Action& action = *request.mutable_support_plan()->add_actions();
    action.set_concern_id("c1");
    action.set_statement("Observe.");
    action.set_starts_on(std::string(300, '"'));
  }
  const absl::Status status = TutorGives(request);
  ExpectError(status, StatusCode::kInvalidArgument, "INVALID_REQUEST");
  EXPECT_EQ(ErrorMetadataOf(status, "count"), "50");
  EXPECT_GE(BadFieldsOf(status).size(), 10u);
  EXPECT_EQ(BadFieldsOf(status).front(), "support_plan.actions[0].starts_on");
}

TEST_F(BadInputTest, TextIsLimited) {
  ExpectInvalid(TutorGives(testing::OutcomeRequest(plan_.name(), std::string(4 << 20, 'x'))),
                "outcome.words");
  ExpectInvalid(TutorGives(testing::OutcomeRequest(plan_.name(), std::string(10'001, 'x'))),
                "outcome.words");
  ExpectInvalid(TutorGives(testing::OutcomeRequest(plan_.name(), "a\x07z")), "outcome.words");
  ExpectInvalid(TutorGives(testing::OutcomeRequest(plan_.name(), " \n ")), "outcome.words");
}

TEST_F(BadInputTest, ListsAreLimited) {
  v1::OpenSupportPlanRequest request = testing::OpenRequest();
  while (request.support_plan().concerns_size() < 1000) {
    *request.mutable_support_plan()->add_concerns() = request.support_plan().concerns(0);
  }
  ExpectInvalid(TutorGives(request), "support_plan.concerns");
}

TEST_F(BadInputTest, APlanThatIsLargerThanACommitIsRefused) {
  v1::OpenSupportPlanRequest request = testing::OpenRequest();
  for (int i = 0; i < 100; ++i) {
    v1::Target& target = *request.mutable_support_plan()->add_targets();
    target.set_concern_id("c1");
    target.set_statement(std::string(10'000, 'x'));
    target.set_success_measure("Seen.");
    target.set_due_on("2022-10-14");
  }
  v1::Support& support = *request.mutable_support_plan()->add_support();
  support.set_concern_id("c1");
  support.set_kind(v1::Support::COACHING);
  support.add_supported_by()->set_role("Mentor");
  for (int i = 1; i < 10; ++i) {
    *request.mutable_support_plan()->add_support() = support;
    request.mutable_support_plan()->mutable_support(i)->set_description(std::string(10'000, 'x'));
  }
  request.mutable_support_plan()->mutable_support(0)->set_description("Coaching.");
  ExpectError(TutorGives(request), StatusCode::kInvalidArgument, "COMMIT_TOO_LARGE");
}

TEST_F(BadInputTest, DatesMustExist) {
  auto request = testing::OutcomeRequest(plan_.name(), "Calm.");
  for (const char* const date : {"2022-02-30", "2022-13-01", "30/9/2022", "1999-12-31",
                                 "2100-01-01", "2022-9-30", "0000-00-00", "2022-10-03 "}) {
    request.set_occurred_on(date);
    ExpectInvalid(TutorGives(request), "occurred_on");
  }
}

TEST_F(BadInputTest, ConcernsAreOfTeachersStandardsOnly) {
  ExpectInvalid(TutorGives(RaiseConcern("9z")), "concern.standard_code");
  ExpectInvalid(TutorGives(RaiseConcern("ECF/8h")), "concern.standard_code");
  EXPECT_THAT(std::string(TutorGives(RaiseConcern("ECF/8h")).message()),
              HasSubstr("Teachers' Standard"));
}

TEST_F(BadInputTest, AStaleEtagIsAbortedAndThePresentOneNamed) {
  auto request = testing::OutcomeRequest(plan_.name(), "Calm.");
  request.set_etag("\"1\"");
  const absl::Status status = TutorGives(request);
  ExpectError(status, StatusCode::kAborted, "ETAG_MISMATCH");
  EXPECT_EQ(ErrorMetadataOf(status, "etag"), plan_.etag());
  EXPECT_EQ(ErrorMetadataOf(status, "name"), plan_.name());
}

TEST_F(BadInputTest, WhatDoesNotExistIsNotFound) {
  const std::string unknown = absl::StrCat("supportPlans/", testing::NewId());
  ExpectError(TutorGives(testing::OutcomeRequest(unknown, "Calm.")), StatusCode::kNotFound,
              "SUPPORT_PLAN_NOT_FOUND");
  auto with_etag = testing::OutcomeRequest(unknown, "Calm.");
  with_etag.set_etag("\"1\"");
  ExpectError(TutorGives(with_etag), StatusCode::kNotFound, "SUPPORT_PLAN_NOT_FOUND");
  ExpectError(client().Get(unknown).status(), StatusCode::kNotFound, "SUPPORT_PLAN_NOT_FOUND");
  v1::RenderSupportPlanRequest render;
  render.set_name(unknown);
  ExpectError(client().Read<v1::RenderSupportPlanResponse>(render).status(), StatusCode::kNotFound,
              "SUPPORT_PLAN_NOT_FOUND");
  v1::ListTrailRequest trail;
  trail.set_parent(unknown);
  ExpectError(client().Read<v1::ListTrailResponse>(trail).status(), StatusCode::kNotFound,
              "SUPPORT_PLAN_NOT_FOUND");

  const absl::Status entry =
      TutorGives(RequestFor<v1::CompleteActionRequest>(plan_.name(), "action_id: 'a7'"));
  ExpectError(entry, StatusCode::kNotFound, "ENTRY_NOT_FOUND");
  EXPECT_EQ(ErrorMetadataOf(entry, "entry"), "a7");
  ExpectError(TutorGives(RequestFor<v1::ResolveConcernRequest>(
                  plan_.name(), "concern_id: 'r1' resolution: 'Settled.'")),
              StatusCode::kNotFound, "ENTRY_NOT_FOUND");
}

TEST_F(BadInputTest, RulesAreFailedPreconditions) {
  ExpectError(TutorGives(RaiseConcern("7d")), StatusCode::kFailedPrecondition,
              "CONCERN_OPEN_ALREADY");
  ExpectError(TutorGives(RequestFor<v1::ClosePlanRequest>(plan_.name(),
                                                          "reason: BACK_ON_TRACK words: 'Good.'")),
              StatusCode::kFailedPrecondition, "CONCERNS_OPEN");
  ExpectError(TutorGives(RequestFor<v1::ResumePlanRequest>(plan_.name())),
              StatusCode::kFailedPrecondition, "PLAN_NOT_PAUSED");
  ExpectError(TutorGives(RequestFor<v1::SignRequest>(
                  plan_.name(), "content_revision: 1 seen_and_discussed: true")),
              StatusCode::kFailedPrecondition, "CONTENT_CHANGED");
  auto late = testing::OutcomeRequest(plan_.name(), "Calm.");
  late.set_occurred_on("2022-09-25");
  ExpectError(TutorGives(late), StatusCode::kFailedPrecondition, "LATE_REASON_MISSING");
  late.set_occurred_on("2022-10-04");
  ExpectError(TutorGives(late), StatusCode::kFailedPrecondition, "OCCURRED_IN_FUTURE");
}

TEST_F(BadInputTest, CapacitiesAreKept) {
  const auto request = testing::OutcomeRequest(plan_.name(), "Calm.");
  ExpectError(client().Give(testing::Ect(), request).status(), StatusCode::kPermissionDenied,
              "CAPACITY_NOT_ALLOWED");
  // A tutor of the school, but not of this plan.
  testing::Actor stranger = testing::Tutor();
  stranger.party.set_person(absl::StrCat("people/", testing::NewId()));
  EXPECT_FALSE(client().Give(stranger, request).ok());
  before_ = WriteOne();
  ExpectError(client().Give(stranger, request).status(), StatusCode::kPermissionDenied,
              "NOT_THE_PARTY");
}

TEST_F(BadInputTest, PagesAreChecked) {
  v1::ListSupportPlansRequest request;
  const auto list = [&] { return client().Read<v1::ListSupportPlansResponse>(request); };
  request.set_page_size(-1);
  ExpectInvalid(list().status(), "page_size");
  request.set_page_size(1);
  const auto first = list();
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_THAT(first->next_page_token(), Not(IsEmpty()));

  request.set_page_token("foreign");
  ExpectError(list().status(), StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID");
  EXPECT_THAT(BadFieldsOf(list().status()), ElementsAre("page_token"));
  request.set_page_token(first->next_page_token());
  EXPECT_TRUE(list().ok());
  request.set_state(v1::SupportPlan::PAUSED);
  ExpectError(list().status(), StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID");

  // A token of another list.
  v1::ListTeachersStandardsRequest standards;
  standards.set_page_token(first->next_page_token());
  ExpectError(client().Read<v1::ListTeachersStandardsResponse>(standards).status(),
              StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID");
}

TEST_F(BadInputTest, RequestsOfMoreThan16MiBAreNotRead) {
  const auto request = testing::OutcomeRequest(plan_.name(), std::string(17 << 20, 'x'));
  EXPECT_EQ(TutorGives(request).code(), StatusCode::kResourceExhausted);
  // The next one on the same connection is.
  EXPECT_TRUE(client().Get(plan_.name()).ok());
}

TEST_F(BadInputTest, MethodsThatDoNotExistAreUnimplemented) {
  for (const char* const path :
       {"/trellis.v1.SupportPlanService/DeleteSupportPlan", "/trellis.v1.Nothing/Get", "/"}) {
    EXPECT_EQ(client().CallBytes(path, {}, "").status().code(), StatusCode::kUnimplemented) << path;
  }
}

}  // namespace
}  // namespace trellis::services
