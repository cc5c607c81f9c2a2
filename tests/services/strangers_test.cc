// Who goes on seeing, or begins to see, what is no longer, or not yet, theirs.
#include "absl/strings/str_replace.h"
#include "tests/services/identified_fixture.h"
#include "trellis/v1/action_plan_service.pb.h"
#include "trellis/v1/diary_service.pb.h"
#include "trellis/v1/induction_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class StrangersTest : public IdentifiedTest {
 protected:
  testing::Metadata Ruth() const { return As("ruth", "induction-tutor"); }

  void StartRole(const std::string& person, v1::Capacity role, const std::string& urn) const {
    RecordSchool(urn);
    auto start = testing::RequestFor<v1::StartRoleRequest>(person);
    start.mutable_role()->set_role(role);
    start.mutable_role()->set_school_urn(urn);
    start.mutable_role()->set_starts_on("2020-09-01");
    Give<v1::PersonReply>(Root(), start);
  }
  // Somebody who supports the plan, of the school where it is.
  std::string AddSupporter(const std::string& plan, const std::string& subject) const {
    const std::string person = Register(subject, v1::MENTOR, "900001");
    Give<v1::SupportPlanReply>(
        Ruth(), testing::RequestFor<v1::ArrangeSupportRequest>(
                    plan,
                    "support { concern_id: 'c1' kind: COACHING description: 'Coaching.' "
                    "supported_by { person: '" +
                        person + "' role: 'Coach' } }"));
    return person;
  }
  void Move(const std::string& plan) const {
    auto move = testing::RequestFor<v1::MoveSupportPlanRequest>(plan, "reason: 'A new post.'");
    move.mutable_school()->set_urn("900777");
    move.mutable_school()->set_name("School 900777");
    move.mutable_induction_tutor()->set_person(Register("tia", v1::INDUCTION_TUTOR, "900777"));
    move.mutable_induction_tutor()->set_name("Tia");
    move.mutable_headteacher()->set_person(Register("olu", v1::HEADTEACHER, "900777"));
    move.mutable_headteacher()->set_name("Olu");
    Give<v1::SupportPlanReply>(Ruth(), move);
  }
  // Of Sam at Ruth's school; whom and what it names is in the directory.
  v1::RegisterEctRequest InductionRequest() {
    auto request = testing::ParseText<v1::RegisterEctRequest>(
        "school { school { urn: '900001' name: 'Northgate' } starts_on: '2022-09-01' "
        "employer_group_uid: '2170' }");
    request.set_request_id(testing::NewId());
    *request.mutable_ect() = testing::Ect().party;
    *request.mutable_school()->mutable_headteacher() = testing::Headteacher().party;
    *request.mutable_tutorship()->mutable_tutor() = testing::Tutor().party;
    const testing::Actor ruth = testing::Tutor();
    introductions_.Before(request, ruth.party.person(), ruth.capacity, give_);
    return request;
  }
  std::string RegisterInduction() {
    return Give<v1::InductionReply>(Ruth(), InductionRequest()).induction().name();
  }
  void MoveInduction(const std::string& induction, const std::string& starts_on) const {
    auto move = testing::RequestFor<v1::MoveSchoolRequest>(induction);
    v1::InductionSchool& school = *move.mutable_school();
    school.mutable_school()->set_urn("900777");
    school.mutable_school()->set_name("School 900777");
    school.set_starts_on(starts_on);
    school.mutable_headteacher()->set_person(Register("olu", v1::HEADTEACHER, "900777"));
    school.mutable_headteacher()->set_name("Olu");
    v1::Party& tutor = *move.mutable_tutorship()->mutable_tutor();
    tutor.set_person(Register("tia", v1::INDUCTION_TUTOR, "900777"));
    tutor.set_name("Tia");
    Give<v1::InductionReply>(Ruth(), move);
  }
  absl::Status GetInduction(const testing::Metadata& metadata, const std::string& name) const {
    v1::GetInductionRequest get;
    get.set_name(name);
    return Ask<v1::Induction>(metadata, get).status();
  }
  v1::ListAccessResponse Access() const {
    v1::ListAccessRequest request;
    request.set_person(testing::Ect().party.person());
    return Give<v1::ListAccessResponse>(As("sam", "ect"), request);
  }
};

TEST_F(StrangersTest, WhoSupportedAPlanAreNoneOfItOnceItWentElsewhere) {
  const std::string plan = Open().name();
  AddSupporter(plan, "noor");
  const std::string kim = AddSupporter(plan, "kim");
  EXPECT_TRUE(Get(As("noor", "supporter"), plan).ok());
  Move(plan);
  StartRole(kim, v1::GOVERNOR, "900777");
  clock_.Advance(absl::Hours(24));
  for (const char* const capacity : {"supporter", "mentor"}) {
    ExpectError(Get(As("noor", capacity), plan).status(), StatusCode::kPermissionDenied,
                "ROLE_ENDED");
    EXPECT_TRUE(Get(As("kim", capacity), plan).ok()) << "has a role where it went on";
  }
  std::vector<std::string> holders;
  const auto access = Access();
  for (const auto& holder : access.holders()) holders.push_back(holder.full_name());
  EXPECT_THAT(holders, Contains("kim Marked"));
  EXPECT_THAT(holders, Not(Contains("noor Marked")));
}

TEST_F(StrangersTest, WhoSendACommandThatChangesNothingHaveLooked) {
  const std::string induction = RegisterInduction();
  const auto same =
      testing::RequestFor<v1::SetTrnRequest>(induction, "trn: '1234567' reason: 'It came.'");
  Give<v1::InductionReply>(Ruth(), same);
  const int before = Access().entries_size();
  const auto again =
      testing::RequestFor<v1::SetTrnRequest>(induction, "trn: '1234567' reason: 'It came.'");
  EXPECT_EQ(Give<v1::InductionReply>(Ruth(), again).receipt().event_ids_size(), 0);
  const auto access = Access();
  // Asking was one look, the command another.
  ASSERT_EQ(access.entries_size(), before + 2);
  EXPECT_THAT(access.entries(0).rpc(), HasSubstr("SetTrn"));
  EXPECT_EQ(access.entries(0).record(), induction);
}

TEST_F(StrangersTest, WhoAreToBeTheNextSchoolWaitForTheDay) {
  const std::string induction = RegisterInduction();
  MoveInduction(induction, "2022-10-10");
  ExpectError(GetInduction(As("olu", "headteacher"), induction), StatusCode::kNotFound,
              "INDUCTION_NOT_FOUND");
  const auto set =
      testing::RequestFor<v1::SetTrnRequest>(induction, "trn: '7654321' reason: 'It came.'");
  ExpectError(Ask<v1::InductionReply>(As("olu", "headteacher"), set).status(),
              StatusCode::kNotFound, "INDUCTION_NOT_FOUND");
  EXPECT_EQ(GetInduction(Ruth(), induction), absl::OkStatus());
  clock_.Advance(absl::Hours(24 * 7));
  EXPECT_EQ(GetInduction(As("olu", "headteacher"), induction), absl::OkStatus());
  ExpectError(GetInduction(Ruth(), induction), StatusCode::kPermissionDenied, "ROLE_ENDED");
}

TEST_F(StrangersTest, WhoseEctMovedHaveNoReviewsOfThemInTheirDiary) {
  const std::string induction = RegisterInduction();
  Give<v1::InductionReply>(As("sam", "ect"), testing::RequestFor<v1::CompleteProgrammeRequest>(
                                                 induction, "completion { staying: BOTH_STAY }"));
  v1::ListDiaryRequest diary;
  diary.set_school_urn("900001");
  EXPECT_GT(Give<v1::ListDiaryResponse>(Ruth(), diary).entries_size(), 0);
  MoveInduction(induction, "2022-10-04");
  clock_.Advance(absl::Hours(48));
  EXPECT_EQ(Give<v1::ListDiaryResponse>(Ruth(), diary).entries_size(), 0);
}

TEST_F(StrangersTest, WhoLeftASchoolCountItsPlansNoMore) {
  const std::string ada = Register("ada", v1::INDUCTION_TUTOR, "900001");
  StartRole(ada, v1::INDUCTION_TUTOR, "900778");
  auto open = testing::OpenRequest();
  open.mutable_support_plan()->mutable_induction_tutor()->set_person(ada);
  open.mutable_support_plan()->mutable_induction_tutor()->set_name("Ada");
  Give<v1::SupportPlanReply>(As("ada", "induction-tutor"), open);
  v1::GetCaseloadRequest caseload;
  caseload.set_induction_tutor(ada);
  const auto count = [&] {
    return Give<v1::Caseload>(As("ada", "induction-tutor"), caseload).open_plans().count();
  };
  EXPECT_EQ(count(), 1);
  Give<v1::PersonReply>(
      Root(), testing::RequestFor<v1::EndRoleRequest>(ada, "role_id: 'r1' ends_on: '2022-10-03'"));
  clock_.Advance(absl::Hours(24));
  EXPECT_EQ(count(), 0);
}

TEST_F(StrangersTest, WhoKeepSomebodyWithOthersChangeThemNot) {
  const std::string both = Register("both", v1::MENTOR, "900001");
  const auto rename = [&] {
    return Ask<v1::PersonReply>(Ruth(), testing::RequestFor<v1::RenamePersonRequest>(
                                            both, "full_name: 'Somebody Else'"))
        .status();
  };
  EXPECT_EQ(rename(), absl::OkStatus());
  StartRole(both, v1::GOVERNOR, "900777");
  ExpectError(rename(), StatusCode::kPermissionDenied, "PERSON_KEPT_ELSEWHERE");
  const auto email = testing::RequestFor<v1::SetEmailRequest>(both, "email: 'mine@school.example'");
  ExpectError(Ask<v1::PersonReply>(Ruth(), email).status(), StatusCode::kPermissionDenied,
              "PERSON_KEPT_ELSEWHERE");
  const auto trn = testing::RequestFor<v1::SetPersonTrnRequest>(
      both, "person_trn { trn: '1234567' change: ADDED }");
  ExpectError(Ask<v1::PersonReply>(Ruth(), trn).status(), StatusCode::kPermissionDenied,
              "PERSON_KEPT_ELSEWHERE");
  EXPECT_TRUE(Ask<v1::PersonReply>(Root(), trn).ok());
}

TEST_F(StrangersTest, WhoAdministerDoNotAppointThemselves) {
  const std::string dana = Register("dana", v1::GOVERNOR, "900001");
  const auto head = testing::RequestFor<v1::StartRoleRequest>(
      testing::Headteacher().party.person(), "role { role: INDUCTION_TUTOR school_urn: '900001' }");
  ExpectError(Ask<v1::PersonReply>(As("sian", "headteacher"), head).status(),
              StatusCode::kPermissionDenied, "ROLE_NOT_GIVEN");
  // Who signed in as the head would be one.
  v1::BindIdentityRequest bind =
      testing::RequestFor<v1::BindIdentityRequest>(testing::Headteacher().party.person());
  bind.mutable_identity()->set_issuer(provider_->issuer());
  bind.mutable_identity()->set_subject(kRoot);
  ExpectError(Ask<v1::PersonReply>(Root(), bind).status(), StatusCode::kPermissionDenied,
              "ROLE_NOT_GIVEN");
  // Of somebody without a role it is where everybody begins; then roles are others' to give.
  v1::RegisterPersonRequest self;
  self.set_person_id(testing::NewId());
  self.set_request_id(testing::NewId());
  self.set_full_name("Root");
  const std::string root = Give<v1::PersonReply>(Root(), self).person().name();
  Bind(kRoot, root);
  auto start = testing::RequestFor<v1::StartRoleRequest>(
      root, "role { role: HEADTEACHER school_urn: '900001' }");
  ExpectError(Ask<v1::PersonReply>(Root(), start).status(), StatusCode::kPermissionDenied,
              "ROLE_NOT_GIVEN");
  const auto join = testing::RequestFor<v1::JoinPersonsRequest>(
      root, "join { into: '" + dana + "' reason: 'One person.' }");
  ExpectError(Ask<v1::PersonReply>(Root(), join).status(), StatusCode::kPermissionDenied,
              "ROLE_NOT_GIVEN");
}

TEST_F(StrangersTest, WhoGuessNamesLearnNothingFromWhatTheirPlanNames) {
  const std::string others = Open().name();
  // An ECT of another school, whose own action plan it is.
  const std::string eve = Register("eve", v1::ECT, "900777");
  auto draft = testing::ParseText<v1::DraftActionPlanRequest>(
      "action_plan { school { urn: '900777' name: 'School 900777' } academic_year: '2022/23' }");
  draft.mutable_action_plan()->mutable_ect()->set_person(eve);
  draft.mutable_action_plan()->mutable_ect()->set_name("Eve");
  draft.set_request_id(testing::NewId());
  const auto plan = Give<v1::ActionPlanReply>(As("eve", "ect"), draft).action_plan().name();
  const auto link = [&](const std::string& name) {
    return Ask<v1::ActionPlanReply>(As("eve", "ect"),
                                    testing::RequestFor<v1::LinkSupportPlanRequest>(
                                        plan, "link { support_plan: '" + name + "' }"))
        .status();
  };
  const std::string none = "supportPlans/" + testing::NewId();
  const auto masked = [](const absl::Status& status, const std::string& name) {
    return absl::StrCat(absl::StatusCodeToString(status.code()), " ", ReasonOf(status), " ",
                        absl::StrReplaceAll(status.message(), {{name, "NAME"}}));
  };
  EXPECT_EQ(masked(link(others), others), masked(link(none), none));
  const std::string induction = RegisterInduction();
  const auto name_notes = [&](const std::string& name) {
    v1::DraftActionPlanRequest request = draft;
    request.set_request_id(testing::NewId());
    request.mutable_action_plan()->set_induction(name);
    request.mutable_action_plan()->add_targets()->add_note_ids("n1");
    return Ask<v1::ActionPlanReply>(As("eve", "ect"), request).status();
  };
  const std::string no_induction = "inductions/" + testing::NewId();
  EXPECT_EQ(masked(name_notes(induction), induction),
            masked(name_notes(no_induction), no_induction));
}

TEST_F(StrangersTest, WhoMaySeeAPersonAreAllNamed) {
  const std::string plan = Open().name();
  RecordSchool("900779");
  Give<v1::SchoolReply>(
      Root(), testing::RequestFor<v1::RecordSuccessorRequest>(
                  "schools/900001", "succession { kind: CONVERTED successor: 'schools/900779' }"));
  Register("nia", v1::HEADTEACHER, "900779");
  v1::RecordServiceAccountRequest record;
  record.set_service_account_id(testing::NewId());
  record.set_request_id(testing::NewId());
  record.mutable_facts()->set_display_name("Reports");
  record.mutable_facts()->add_scopes("plans.read");
  record.mutable_facts()->add_school_urns("900779");
  record.mutable_facts()->set_reason("Asked for.");
  record.mutable_facts()->add_certificate_names("reports.example");
  Give<v1::ServiceAccountReply>(Root(), record);
  v1::RegisterPersonRequest request;
  request.set_person_id(testing::NewId());
  request.set_request_id(testing::NewId());
  request.set_full_name("A Colleague");
  const std::string colleague = Give<v1::PersonReply>(Root(), request).person().name();
  Give<v1::PersonReply>(
      Root(), testing::RequestFor<v1::StartRoleRequest>(
                  colleague, "role { role: APPROPRIATE_BODY appropriate_body: 'ab-introduced' }"));
  std::vector<std::string> holders;
  const auto access = Access();
  for (const auto& holder : access.holders()) {
    holders.push_back(absl::StrCat(holder.full_name(), " ", v1::Capacity_Name(holder.capacity())));
  }
  EXPECT_THAT(holders, Contains("nia Marked HEADTEACHER"));
  EXPECT_THAT(holders, Contains("Reports SERVICE"));
  EXPECT_THAT(holders, Contains("A Colleague APPROPRIATE_BODY"));
  EXPECT_FALSE(plan.empty());
}

TEST_F(StrangersTest, WhoRegisterAnEctNameSomebodyWhoIsOneAtTheSchool) {
  v1::RegisterEctRequest request = InductionRequest();
  request.mutable_ect()->set_person(Register("far", v1::ECT, "900777"));
  request.mutable_ect()->set_name("Far");
  ExpectError(Ask<v1::InductionReply>(Ruth(), request).status(), StatusCode::kFailedPrecondition,
              "ROLE_NOT_HELD");
}

}  // namespace
}  // namespace trellis::services
