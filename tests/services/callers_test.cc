// Who calls, by their token; and what follows from who they are.
#include <httplib.h>

#include "absl/strings/str_replace.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "tests/services/identified_fixture.h"
#include "tests/support/methods.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/privacy_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using testing::Metadata;
using ::testing::Not;

class CallersTest : public IdentifiedTest {
 protected:
  v1::WhoAmIResponse WhoAmI(const Metadata& metadata) {
    const auto answer = Ask<v1::WhoAmIResponse>(metadata, v1::WhoAmIRequest());
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *answer : v1::WhoAmIResponse();
  }

  // How each rpc answers an empty request of this caller.
  std::vector<std::pair<std::string, absl::Status>> Answers(const Metadata& metadata) {
    std::vector<std::pair<std::string, absl::Status>> answers;
    for (const auto* const method : testing::ServedMethods()) {
      const std::string path = testing::RpcClient::PathOf(*method);
      const bool streams = method->client_streaming() || method->server_streaming();
      answers.emplace_back(path, streams ? client_.CallStream(path, metadata, "").status()
                                         : client_.CallBytes(path, metadata, "").status());
    }
    return answers;
  }

  v1::AccessGrantReply Grant(const Metadata& metadata, const std::string& record,
                             const std::string& grantee, const std::string& ends_on) {
    v1::GrantAccessRequest request;
    request.set_request_id(testing::NewId());
    v1::AccessGrant& grant = *request.mutable_access_grant();
    grant.mutable_grantee()->set_person(grantee);
    grant.mutable_grantee()->set_name("Noor Marked");
    grant.set_record(record);
    grant.set_ends_on(ends_on);
    grant.set_reason("The trust was asked to advise.");
    return Give<v1::AccessGrantReply>(metadata, request);
  }
};

TEST_F(CallersTest, WithoutCredentialsReachNothing) {
  for (const auto& [rpc, status] : Answers({})) {
    ExpectError(status, StatusCode::kUnauthenticated, "CREDENTIALS_MISSING");
  }
  // What development believes is no credential here.
  ExpectError(Get(testing::MetadataOf(testing::Tutor()), Open().name()).status(),
              StatusCode::kUnauthenticated, "CREDENTIALS_MISSING");
}

TEST_F(CallersTest, WithATokenThatIsOverReachNothing) {
  const Metadata ruth = As("ruth", "induction-tutor");
  clock_.Advance(absl::Minutes(7));
  for (const auto& [rpc, status] : Answers(ruth)) {
    SCOPED_TRACE(rpc);
    ExpectError(status, StatusCode::kUnauthenticated, "TOKEN_EXPIRED");
  }
}

TEST_F(CallersTest, WhomNobodyKnowsMayAskWhoTheyAreAndNothingElse) {
  for (const auto& [rpc, status] : Answers(As("stranger"))) {
    SCOPED_TRACE(rpc);
    if (rpc == "/trellis.v1.AccessService/WhoAmI") {
      EXPECT_TRUE(status.ok()) << status;
    } else {
      ExpectError(status, StatusCode::kPermissionDenied, "IDENTITY_UNBOUND");
    }
  }
  const v1::WhoAmIResponse who = WhoAmI(As("stranger"));
  EXPECT_EQ(who.subject(), "stranger");
  EXPECT_EQ(who.issuer(), provider_->issuer());
  EXPECT_EQ(who.person(), "");
}

TEST_F(CallersTest, ArePeopleOnceTheirSubjectIsBound) {
  const std::string noor = Register("noor", v1::GOVERNOR, "900001");
  v1::WhoAmIResponse who = WhoAmI(As("noor"));
  EXPECT_EQ(who.person(), noor);
  EXPECT_EQ(who.full_name(), "noor Marked");
  ASSERT_EQ(who.roles_size(), 1);
  EXPECT_EQ(who.roles(0).role(), v1::GOVERNOR);
  EXPECT_FALSE(who.administrator());

  const auto unbind =
      testing::RequestFor<v1::UnbindIdentityRequest>(noor, "identity_id: 'i1' reason: 'Has left.'");
  Give<v1::PersonReply>(Root(), unbind);
  EXPECT_EQ(WhoAmI(As("noor")).person(), "");
}

TEST_F(CallersTest, AreOneForEachSubject) {
  const std::string noor = Register("noor", v1::GOVERNOR, "900001");
  auto bind = testing::RequestFor<v1::BindIdentityRequest>(testing::Ect().party.person());
  bind.mutable_identity()->set_issuer(provider_->issuer());
  bind.mutable_identity()->set_subject("noor");
  const auto reply = Ask<v1::PersonReply>(Root(), bind);
  ExpectError(reply.status(), StatusCode::kFailedPrecondition, "IDENTITY_BOUND");
}

TEST_F(CallersTest, AreAdministratorsOnlyIfTheServerWasTold) {
  EXPECT_TRUE(WhoAmI(As(kRoot)).administrator());
  auto bind = testing::RequestFor<v1::BindIdentityRequest>(testing::Ect().party.person());
  bind.mutable_identity()->set_issuer(provider_->issuer());
  bind.mutable_identity()->set_subject("other");
  ExpectError(Ask<v1::PersonReply>(As("ruth", "administrator"), bind).status(),
              StatusCode::kPermissionDenied, "NOT_AN_ADMINISTRATOR");
}

TEST_F(CallersTest, AreWhomTheEventsName) {
  Metadata ruth = As("ruth", "induction-tutor");
  ruth.emplace("trellis-actor", testing::Headteacher().party.person());
  ruth.emplace("trellis-actor-name", "Si%C3%A2n");
  const auto plan = Give<v1::SupportPlanReply>(ruth, testing::OpenRequest()).support_plan();
  v1::ListTrailRequest trail;
  trail.set_parent(plan.name());
  const auto entries = Give<v1::ListTrailResponse>(ruth, trail);
  ASSERT_GE(entries.entries_size(), 1);
  EXPECT_EQ(entries.entries(0).actor().person(), testing::Tutor().party.person());
  EXPECT_EQ(entries.entries(0).actor().name(), "Somebody") << "as the directory has it";
}

TEST_F(CallersTest, SeeWhatTheirCapacityLetsThem) {
  const std::string plan = Open().name();
  EXPECT_TRUE(Get(As("sam"), plan).ok());
  EXPECT_TRUE(Get(As("sam", "ect"), plan).ok());
  EXPECT_TRUE(Get(As("ruth"), plan).ok());
  EXPECT_TRUE(Get(As("sian", "headteacher"), plan).ok());
  EXPECT_TRUE(Get(As("tom", "appropriate-body"), plan).ok());
  ExpectError(Get(As("tom", "governor"), plan).status(), StatusCode::kPermissionDenied,
              "CAPACITY_NOT_ALLOWED");
  ExpectError(Get(Root(), plan).status(), StatusCode::kPermissionDenied, "CAPACITY_NOT_ALLOWED");
  ExpectError(Get(As("ruth", "ect"), plan).status(), StatusCode::kNotFound,
              "SUPPORT_PLAN_NOT_FOUND");
}

// What may not be seen is not there: word for word.
TEST_F(CallersTest, CannotTellAPlanOfOthersFromNone) {
  const std::string plan = Open().name();
  const std::string none = "supportPlans/00000000-0000-4000-8000-00000000ffff";
  Register("olu", v1::HEADTEACHER, "900777");
  for (const std::string capacity : {"", "headteacher", "ect", "mentor", "grantee"}) {
    const absl::Status hidden = Get(As("olu", capacity), plan).status();
    const absl::Status absent = Get(As("olu", capacity), none).status();
    EXPECT_EQ(hidden.code(), StatusCode::kNotFound) << hidden;
    EXPECT_EQ(absl::StrReplaceAll(hidden.message(), {{plan, none}}), absent.message());
  }
}

TEST_F(CallersTest, KeepWhatTheirRoleEndedWithAndNoMore) {
  const std::string ada = Register("ada", v1::INDUCTION_TUTOR, "900001");
  const std::string plan = Open().name();
  clock_.Advance(absl::Hours(24));
  const v1::SupportPlan seen = *Get(As("ada", "induction-tutor"), plan);
  Give<v1::PersonReply>(
      Root(), testing::RequestFor<v1::EndRoleRequest>(ada, "role_id: 'r1' ends_on: '2022-10-04'"));
  clock_.Advance(absl::Hours(24));

  ExpectError(Get(As("ada", "induction-tutor"), plan).status(), StatusCode::kPermissionDenied,
              "ROLE_ENDED");
  v1::GetSupportPlanRequest then;
  then.set_name(plan);
  *then.mutable_as_of_time() = seen.update_time();
  EXPECT_TRUE(Ask<v1::SupportPlan>(As("ada", "induction-tutor"), then).ok());
  ExpectError(Ask<v1::SupportPlanReply>(As("ada", "induction-tutor"),
                                        testing::OutcomeRequest(plan, "Late words."))
                  .status(),
              StatusCode::kPermissionDenied, "ROLE_ENDED");
  // Who follows sees all there ever was.
  Register("eve", v1::INDUCTION_TUTOR, "900001", "2022-10-05");
  EXPECT_TRUE(Get(As("eve", "induction-tutor"), plan).ok());
}

TEST_F(CallersTest, SeeARecordByAGrantWhileItLasts) {
  const std::string plan = Open().name();
  const std::string noor = Register("noor", v1::GOVERNOR, "900777");
  EXPECT_FALSE(Get(As("noor"), plan).ok());
  const auto grant = Grant(As("sian", "headteacher"), plan, noor, "2022-10-05").access_grant();
  EXPECT_TRUE(Get(As("noor", "grantee"), plan).ok());
  ExpectError(
      Ask<v1::SupportPlanReply>(As("noor", "grantee"), testing::OutcomeRequest(plan, "Words."))
          .status(),
      StatusCode::kPermissionDenied, "CAPACITY_NOT_ALLOWED");
  // The ECT knows of it, and may take it back.
  v1::GetAccessGrantRequest get;
  get.set_name(grant.name());
  EXPECT_TRUE(Ask<v1::AccessGrant>(As("sam", "ect"), get).ok());
  clock_.Advance(absl::Hours(3 * 24));
  EXPECT_FALSE(Get(As("noor", "grantee"), plan).ok());

  const auto second = Grant(As("sam", "ect"), plan, noor, "2022-12-05").access_grant();
  EXPECT_TRUE(Get(As("noor", "grantee"), plan).ok());
  Give<v1::AccessGrantReply>(As("sam", "ect"), testing::RequestFor<v1::RevokeAccessRequest>(
                                                   second.name(), "reason: \"Done.\""));
  EXPECT_FALSE(Get(As("noor", "grantee"), plan).ok());
}

TEST_F(CallersTest, OfNoOtherRecordGrantAnything) {
  const std::string plan = Open().name();
  const std::string olu = Register("olu", v1::HEADTEACHER, "900777");
  v1::GrantAccessRequest request;
  request.set_request_id(testing::NewId());
  request.mutable_access_grant()->mutable_grantee()->set_person(olu);
  request.mutable_access_grant()->mutable_grantee()->set_name("Olu");
  request.mutable_access_grant()->set_record(plan);
  request.mutable_access_grant()->set_ends_on("2022-10-05");
  request.mutable_access_grant()->set_reason("Because.");
  ExpectError(Ask<v1::AccessGrantReply>(As("olu", "headteacher"), request).status(),
              StatusCode::kNotFound, "SUPPORT_PLAN_NOT_FOUND");
}

// Whoever asks to set a duty aside and whoever agrees are two subjects, whatever their names.
TEST_F(CallersTest, WhoAskedToEraseDoesNotAgreeUnderAnotherName) {
  const std::string plan = Open().name();
  const auto erase = [&](const testing::Metadata& metadata,
                         const std::string& override_reason =
                             "The ECT asked for it, and the trust agrees.") {
    auto request = testing::RequestFor<v1::EraseSubjectRequest>(testing::Ect().party.person());
    request.set_reason("A mistake.");
    request.set_override_reason(override_reason);
    return Ask<v1::EraseSubjectResponse>(metadata, request);
  };
  // What stands against it is told, and not the names of plans that an administrator may not see.
  const absl::Status stands = erase(Root(), "").status();
  ExpectError(stands, StatusCode::kFailedPrecondition, "RETENTION_STANDS");
  EXPECT_THAT(stands.message(), HasSubstr("a record that you may not see has no end yet"));
  EXPECT_THAT(stands.message(), Not(HasSubstr(plan)));
  ASSERT_TRUE(erase(Root()).ok());
  v1::RegisterPersonRequest request;
  request.set_person_id(testing::NewId());
  request.set_request_id(testing::NewId());
  request.set_full_name("Second Self");
  Bind(kRoot, Give<v1::PersonReply>(Root(), request).person().name());
  ExpectError(erase(Root()).status(), StatusCode::kFailedPrecondition, "ERASURE_NEEDS_ANOTHER");
  EXPECT_TRUE(erase(As("sian", "headteacher"))->person().has_erase_time());
}

TEST_F(CallersTest, WhoAdministerBreakTheGlassForAReason) {
  const std::string plan = Open().name();
  v1::BreakGlassRequest request;
  request.set_request_id(testing::NewId());
  request.set_record(plan);
  request.set_reason("too short");
  const auto root = Root();
  ExpectError(Ask<v1::AccessGrantReply>(root, request).status(), StatusCode::kInvalidArgument,
              "INVALID_REQUEST");
  request.set_reason("The school has burnt down, and its head is not to be reached.");
  EXPECT_FALSE(Get(As(kRoot, "grantee"), plan).ok());
  EXPECT_TRUE(Give<v1::AccessGrantReply>(root, request).access_grant().break_glass());
  EXPECT_TRUE(Get(As(kRoot, "grantee"), plan).ok());
  clock_.Advance(absl::Hours(2 * 24));
  EXPECT_FALSE(Get(As(kRoot, "grantee"), plan).ok());
}

TEST_F(CallersTest, ThatAreProgramsHaveScopesAndSchools) {
  RecordSchool("900777");
  const std::string plan = Open().name();
  v1::RecordServiceAccountRequest record;
  record.set_service_account_id(testing::NewId());
  record.set_request_id(testing::NewId());
  v1::ServiceAccountFacts& facts = *record.mutable_facts();
  facts.set_display_name("School information");
  facts.add_scopes("directory.read");
  facts.add_school_urns("900001");
  facts.set_reason("Asked for by the head.");
  facts.add_identities()->set_issuer(provider_->issuer());
  facts.mutable_identities(0)->set_subject("mis");
  const auto root = Root();
  const auto change = [&] {
    record.set_request_id(testing::NewId());
    Give<v1::ServiceAccountReply>(root, record);
  };
  change();
  EXPECT_EQ(WhoAmI(As("mis")).service_account_facts().display_name(), "School information");
  ExpectError(Get(As("mis"), plan).status(), StatusCode::kPermissionDenied, "SCOPE_MISSING");
  facts.add_scopes("plans.read");
  change();
  EXPECT_TRUE(Get(As("mis"), plan).ok());
  ExpectError(Ask<v1::SupportPlanReply>(As("mis"), testing::OutcomeRequest(plan, "W.")).status(),
              StatusCode::kPermissionDenied, "SCOPE_MISSING");
  v1::ListSupportPlansRequest list;
  ExpectError(Ask<v1::ListSupportPlansResponse>(As("mis"), list).status(),
              StatusCode::kPermissionDenied, "LIST_NOT_ALLOWED");
  list.set_school_urn("900001");
  EXPECT_EQ(Give<v1::ListSupportPlansResponse>(As("mis"), list).support_plans_size(), 1);
  facts.set_school_urns(0, "900777");
  change();
  ExpectError(Get(As("mis"), plan).status(), StatusCode::kNotFound, "SUPPORT_PLAN_NOT_FOUND");
  ExpectError(Ask<v1::ListSupportPlansResponse>(As("mis"), list).status(),
              StatusCode::kPermissionDenied, "LIST_NOT_ALLOWED");
  facts.set_disabled(true);
  change();
  ExpectError(Get(As("mis"), plan).status(), StatusCode::kPermissionDenied, "IDENTITY_UNBOUND");
}

// Whoever says who is whose tutor could let themselves in.
TEST_F(CallersTest, GiveRolesAtTheirOwnSchoolAlone) {
  RecordSchool("900777");
  const std::string ada = Register("ada", v1::MENTOR, "900001");
  const auto give = [&](const std::string& subject, const std::string& capacity,
                        const std::string& role) {
    return ReasonOf(Ask<v1::PersonReply>(
        As(subject, capacity),
        testing::RequestFor<v1::StartRoleRequest>(ada, "role { " + role + " }")));
  };
  EXPECT_EQ(give("sian", "headteacher", "role: GOVERNOR school_urn: '900001'"), "OK");
  EXPECT_EQ(give("ruth", "induction-tutor", "role: INDUCTION_TUTOR school_urn: '900001'"), "OK");
  for (const std::string role :
       {"role: INDUCTION_TUTOR school_urn: '900777'", "role: HEADTEACHER school_urn: '900777'",
        "role: TRUST_OFFICER trust_uid: '4711'",
        "role: APPROPRIATE_BODY appropriate_body: 'ab-introduced'"}) {
    EXPECT_EQ(give("sian", "headteacher", role), "ROLE_NOT_GIVEN") << role;
  }
  EXPECT_EQ(give("ruth", "induction-tutor", "role: HEADTEACHER school_urn: '900001'"),
            "ROLE_NOT_GIVEN");
  // Nor is somebody else's person theirs to place, or to take.
  const std::string olu = Register("olu", v1::HEADTEACHER, "900777");
  ExpectError(Ask<v1::PersonReply>(As("sian", "headteacher"),
                                   testing::RequestFor<v1::StartRoleRequest>(
                                       olu, "role { role: GOVERNOR school_urn: '900001' }"))
                  .status(),
              StatusCode::kNotFound, "PERSON_NOT_FOUND");
  ExpectError(Ask<v1::PersonReply>(As("sian", "headteacher"),
                                   testing::RequestFor<v1::JoinPersonsRequest>(
                                       ada, "join { into: '" + olu + "' reason: 'Twice.' }"))
                  .status(),
              StatusCode::kNotFound, "PERSON_NOT_FOUND");
  ExpectError(
      Ask<v1::SchoolReply>(
          As("sian", "headteacher"),
          testing::RequestFor<v1::RecordSuccessorRequest>(
              "schools/900001", "succession { kind: CONVERTED successor: 'schools/900777' }"))
          .status(),
      StatusCode::kPermissionDenied, "CAPACITY_NOT_ALLOWED");
}

TEST_F(CallersTest, FindPeopleOfTheirOwnAlone) {
  const std::string olu = Register("olu", v1::HEADTEACHER, "900777");
  auto email = testing::RequestFor<v1::SetEmailRequest>(olu, "email: 'olu@school.example'");
  Give<v1::PersonReply>(Root(), email);
  v1::FindPeopleRequest find;
  find.set_email("olu@school.example");
  EXPECT_EQ(Give<v1::FindPeopleResponse>(Root(), find).people_size(), 1);
  EXPECT_EQ(Give<v1::FindPeopleResponse>(As("olu", "headteacher"), find).people_size(), 1);
  EXPECT_EQ(Give<v1::FindPeopleResponse>(As("sian", "headteacher"), find).people_size(), 0);
}

// Events are of every school.
TEST_F(CallersTest, SubscribeForEverySchoolOrNotAtAll) {
  RecordSchool("900777");
  v1::RecordServiceAccountRequest record;
  record.set_service_account_id(testing::NewId());
  record.set_request_id(testing::NewId());
  record.mutable_facts()->set_display_name("Data warehouse");
  record.mutable_facts()->add_scopes("events.subscribe");
  record.mutable_facts()->add_school_urns("900777");
  record.mutable_facts()->set_reason("Asked for by the trust.");
  record.mutable_facts()->add_identities()->set_issuer(provider_->issuer());
  record.mutable_facts()->mutable_identities(0)->set_subject("warehouse");
  Give<v1::ServiceAccountReply>(Root(), record);
  google::pubsub::v1::Subscription subscription;
  subscription.set_name("projects/trellis/subscriptions/all");
  subscription.set_topic("projects/trellis/topics/events");
  const auto subscribe = [&] {
    return Ask<google::pubsub::v1::Subscription>(As("warehouse"), subscription).status();
  };
  ExpectError(subscribe(), StatusCode::kPermissionDenied, "EVERY_SCHOOL_WANTED");
  record.set_request_id(testing::NewId());
  record.mutable_facts()->clear_school_urns();
  record.mutable_facts()->set_every_school(true);
  Give<v1::ServiceAccountReply>(Root(), record);
  EXPECT_EQ(subscribe(), absl::OkStatus());
}

TEST_F(CallersTest, OfPagesShowTheirTokenToo) {
  const std::string plan = Open().name();
  httplib::Client pages(absl::StrCat("http://", server_.http_address()));
  const auto status = [&](const std::string& path, const std::string& subject) {
    httplib::Headers headers;
    if (!subject.empty()) {
      headers.emplace("Authorization", absl::StrCat("Bearer ", provider_->Issue(subject, "app")));
    }
    const auto result = pages.Get(path, headers);
    return result ? result->status : 0;
  };
  Register("olu", v1::HEADTEACHER, "900777");
  const std::string page = absl::StrCat("/", plan);
  EXPECT_EQ(status(page, ""), 401);
  EXPECT_EQ(status(page, "stranger"), 403);
  EXPECT_EQ(status(page, "olu"), 404);
  EXPECT_EQ(status(page, "sam"), 200);
  EXPECT_EQ(status("/", ""), 401);
  EXPECT_EQ(status("/?school_urn=900001", "olu"), 403);
  EXPECT_EQ(status("/?school_urn=900001", "ruth"), 200);
  EXPECT_EQ(status("/healthz", ""), 200);
}

}  // namespace
}  // namespace trellis::services
