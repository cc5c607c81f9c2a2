// Legal holds and retention of the real server: who may place, see and release, whose records are
// due, and what is proposed.
#include <algorithm>
#include <filesystem>
#include <set>

#include "services/erasure_proposer.h"
#include "tests/services/identified_fixture.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/induction_service.pb.h"
#include "trellis/v1/privacy_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kOlder[] = "900777";
constexpr char kOther[] = "900888";

class RetentionTest : public IdentifiedTest {
 protected:
  // Olu is head, and Tia tutor, at the school that Ada left on 31 August 2016.
  RetentionTest() {
    Register("olu", v1::HEADTEACHER, kOlder);
    Register("tia", v1::INDUCTION_TUTOR, kOlder);
    Register("ona", v1::HEADTEACHER, kOther);
    ada_ = Leaver("ada", kOlder, "2016-08-31");
  }

  void EndRole(const std::string& person, const std::string& role, const std::string& ends_on) {
    auto end = testing::RequestFor<v1::EndRoleRequest>(person);
    end.set_role_id(role);
    end.set_ends_on(ends_on);
    Give<v1::PersonReply>(Root(), end);
  }
  // An ECT who was at the school up to that day.
  std::string Leaver(const std::string& subject, const std::string& urn,
                     const std::string& ends_on) {
    const std::string name = Register(subject, v1::ECT, urn, "2010-09-01");
    EndRole(name, "r1", ends_on);
    return name;
  }

  absl::StatusOr<v1::PersonReply> Place(const testing::Metadata& who, const std::string& person) {
    return Ask<v1::PersonReply>(
        who, testing::RequestFor<v1::PlaceLegalHoldRequest>(
                 person, "legal_hold { reason: 'An appeal.' matter: 'TRA 17' }"));
  }
  absl::StatusOr<v1::PersonReply> Release(const testing::Metadata& who, const std::string& person) {
    return Ask<v1::PersonReply>(who, testing::RequestFor<v1::ReleaseLegalHoldRequest>(
                                         person, "hold_id: 'h1' reason: 'It is over.'"));
  }
  absl::StatusOr<v1::Retention> Get(const testing::Metadata& who, const std::string& person) {
    v1::GetRetentionRequest request;
    request.set_name(person);
    return Ask<v1::Retention>(who, request);
  }
  absl::StatusOr<v1::ListRetentionDueResponse> List(const testing::Metadata& who,
                                                    const std::string& query = "") {
    return Ask<v1::ListRetentionDueResponse>(
        who, testing::ParseText<v1::ListRetentionDueRequest>(query));
  }
  std::vector<std::string> Due(const testing::Metadata& who, const std::string& query = "") {
    const auto list = List(who, query);
    EXPECT_TRUE(list.ok()) << list.status();
    std::vector<std::string> people;
    if (!list.ok()) return people;
    for (const v1::RetentionDue& due : list->people()) people.push_back(due.person());
    return people;
  }

  ErasureRun Look() {
    const auto run = server_.proposer().RunOnce();
    EXPECT_TRUE(run.ok()) << run.status();
    EXPECT_EQ(run->failures, 0) << run->why;
    return run.value_or(ErasureRun());
  }
  // The days for which it was proposed to erase the person.
  std::vector<std::string> Proposed(const std::string& person) {
    const auto retention = Get(Root(), person);
    EXPECT_TRUE(retention.ok()) << retention.status();
    return {retention->proposed_for().begin(), retention->proposed_for().end()};
  }

  std::string ada_;
};

TEST_F(RetentionTest, AHoldKeepsTheRecordsOfSomebodyWhoseTimeIsOver) {
  const auto olu = As("olu", "headteacher");
  const auto before = Get(olu, ada_);
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_EQ(before->keep_until(), "2022-08-31");
  EXPECT_TRUE(before->due());
  EXPECT_THAT(before->records(), ElementsAre(ada_));
  ASSERT_EQ(before->duties_size(), 1);
  EXPECT_EQ(before->duties(0).school_urn(), kOlder);

  const auto placed = Place(olu, ada_);
  ASSERT_TRUE(placed.ok()) << placed.status();
  EXPECT_EQ(placed->person().legal_holds(0).hold_id(), "h1");
  const auto held = Get(olu, ada_);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_FALSE(held->due());
  ASSERT_EQ(held->legal_holds_size(), 1);
  EXPECT_EQ(held->legal_holds(0).record(), ada_);
  EXPECT_EQ(held->legal_holds(0).reason(), "An appeal.");
  EXPECT_EQ(held->legal_holds(0).matter(), "TRA 17");
  EXPECT_EQ(held->legal_holds(0).placed_on(), "2022-10-03");

  ASSERT_TRUE(Release(olu, ada_).ok());
  EXPECT_TRUE(Get(olu, ada_)->due());
}

TEST_F(RetentionTest, TheSameRequestPlacesOneHold) {
  const auto request =
      testing::RequestFor<v1::PlaceLegalHoldRequest>(ada_, "legal_hold { reason: 'An appeal.' }");
  const auto first = Give<v1::PersonReply>(Root(), request);
  EXPECT_EQ(Give<v1::PersonReply>(Root(), request).SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(Get(Root(), ada_)->legal_holds_size(), 1);
}

TEST_F(RetentionTest, OfAnotherSchoolsPeopleNobodyIsTold) {
  const auto ona = As("ona", "headteacher");
  ExpectError(Place(ona, ada_).status(), StatusCode::kNotFound, "PERSON_NOT_FOUND");
  ExpectError(Get(ona, ada_).status(), StatusCode::kNotFound, "PERSON_NOT_FOUND");
  ASSERT_TRUE(Place(Root(), ada_).ok());
  ExpectError(Release(ona, ada_).status(), StatusCode::kNotFound, "PERSON_NOT_FOUND");
  // Nor of those who are at no school.
  v1::RegisterPersonRequest request;
  request.set_person_id(testing::NewId());
  request.set_request_id(testing::NewId());
  request.set_full_name("Una Placed");
  const std::string una = Give<v1::PersonReply>(Root(), request).person().name();
  ExpectError(Place(ona, una).status(), StatusCode::kNotFound, "PERSON_NOT_FOUND");
  ExpectError(Get(ona, una).status(), StatusCode::kNotFound, "PERSON_NOT_FOUND");
}

TEST_F(RetentionTest, ASchoolThatSomebodyLeftForAnotherKeepsThemNoMore) {
  const auto goes_on = [&](const std::string& person) {
    auto start = testing::RequestFor<v1::StartRoleRequest>(
        person, "role { role: ECT school_urn: '900888' starts_on: '2022-10-04' }");
    Give<v1::PersonReply>(Root(), start);
  };
  const std::string bea = Leaver("bea", kOlder, "2022-10-03");
  clock_.Advance(absl::Hours(24));
  ASSERT_TRUE(Place(As("olu", "headteacher"), bea).ok()) << "the school had her last";
  goes_on(bea);
  goes_on(ada_);
  // What was known up to her last day is the school's to read, and it does nothing more.
  ExpectError(Place(As("olu", "headteacher"), bea).status(), StatusCode::kPermissionDenied,
              "ROLE_ENDED");
  // Olu came after Ada had left: she is nobody to a school that keeps nothing of her.
  ExpectError(Place(As("olu", "headteacher"), ada_).status(), StatusCode::kNotFound,
              "PERSON_NOT_FOUND");
  for (const std::string& person : {bea, ada_}) {
    EXPECT_TRUE(Place(As("ona", "headteacher"), person).ok());
    const auto kept = Get(As("ona", "headteacher"), person);
    ASSERT_TRUE(kept.ok()) << kept.status();
    EXPECT_EQ(kept->keep_until(), "");
  }
}

TEST_F(RetentionTest, HoldsAreForThoseWhoAnswerForTheRecords) {
  ExpectError(Place(As("tia", "induction-tutor"), ada_).status(), StatusCode::kPermissionDenied,
              "CAPACITY_NOT_ALLOWED");
  ExpectError(Place(As("ada", "ect"), ada_).status(), StatusCode::kPermissionDenied,
              "CAPACITY_NOT_ALLOWED");
  EXPECT_TRUE(Get(As("tia", "induction-tutor"), ada_).ok());
  EXPECT_TRUE(Get(As("ada", "ect"), ada_).ok()) << "everybody may know how long they are kept";
}

TEST_F(RetentionTest, NobodyReleasesTheHoldOnThemselves) {
  const std::string oli = Register("oli", v1::HEADTEACHER, kOlder);
  ASSERT_TRUE(Place(As("olu", "headteacher"), oli).ok());
  ExpectError(Release(As("oli", "headteacher"), oli).status(), StatusCode::kPermissionDenied,
              "LEGAL_HOLD_OF_OTHERS");
  EXPECT_TRUE(Release(As("olu", "headteacher"), oli).ok());
}

TEST_F(RetentionTest, TheBodyOfTheInductionHoldsWhatAnAppealWants) {
  const std::string sam = testing::Ect().party.person();
  const auto tom = As("tom", "appropriate-body");
  ExpectError(Place(tom, sam).status(), StatusCode::kNotFound, "PERSON_NOT_FOUND");
  auto ect = testing::ParseText<v1::RegisterEctRequest>(
      "school { school { urn: '900001' name: 'Northgate' } starts_on: '2022-09-01' } "
      "appropriate_body { body: 'ab-introduced' body_name: 'Body' }");
  ect.set_request_id(testing::NewId());
  *ect.mutable_ect() = testing::Ect().party;
  *ect.mutable_school()->mutable_headteacher() = testing::Headteacher().party;
  *ect.mutable_tutorship()->mutable_tutor() = testing::Tutor().party;
  *ect.mutable_appropriate_body()->mutable_contact() = testing::AppropriateBody().party;
  Give<v1::InductionReply>(As("ruth", "induction-tutor"), ect);
  ASSERT_TRUE(Place(tom, sam).ok());
  EXPECT_EQ(Get(tom, sam)->legal_holds_size(), 1);
  ExpectError(Release(As("sian", "headteacher"), sam).status(), StatusCode::kPermissionDenied,
              "LEGAL_HOLD_OF_OTHERS");
  EXPECT_TRUE(Release(tom, sam).ok());
  ExpectError(Place(tom, ada_).status(), StatusCode::kNotFound, "PERSON_NOT_FOUND");
}

TEST_F(RetentionTest, WhatKeepsTheRecordsIsToldToThoseWhoMaySeeIt) {
  const std::string sam = testing::Ect().party.person();
  const std::string plan = Open().name();
  const auto sources = [&](const testing::Metadata& who) {
    std::set<std::string> all;
    const auto retention = Get(who, sam);
    EXPECT_TRUE(retention.ok()) << retention.status();
    EXPECT_EQ(retention->keep_until(), "");
    for (const v1::RetentionDuty& duty : retention->duties()) all.insert(duty.source());
    return all;
  };
  EXPECT_THAT(sources(As("sam", "ect")), UnorderedElementsAre(sam, plan));
  EXPECT_THAT(sources(As("sian", "headteacher")), UnorderedElementsAre(sam, plan));
  EXPECT_THAT(sources(Root()), ElementsAre(sam)) << "administrators read no plan";
}

TEST_F(RetentionTest, TheListHasThoseWhoseTimeIsOverAndSaysWhoIsOnHold) {
  const std::string bea = Leaver("bea", kOlder, "2016-10-02");
  const std::string cai = Leaver("cai", kOlder, "2016-10-03");
  const std::string dot = Leaver("dot", kOther, "2015-08-31");
  ASSERT_TRUE(Place(Root(), bea).ok());
  EXPECT_THAT(Due(Root()), UnorderedElementsAre(ada_, bea, dot));
  EXPECT_THAT(Due(As("olu", "headteacher"), "school_urn: '900777'"),
              UnorderedElementsAre(ada_, bea));
  EXPECT_THAT(Due(As("ona", "headteacher"), "school_urn: '900888'"), ElementsAre(dot));
  const auto list = List(Root());
  ASSERT_TRUE(list.ok()) << list.status();
  for (const v1::RetentionDue& due : list->people()) {
    EXPECT_EQ(due.legal_hold_count(), due.person() == bea ? 1 : 0);
    if (due.person() != bea) continue;
    EXPECT_EQ(due.keep_until(), "2022-10-02");
  }
  clock_.Advance(absl::Hours(24));
  EXPECT_THAT(Due(Root()), UnorderedElementsAre(ada_, bea, cai, dot));
}

TEST_F(RetentionTest, TheListIsOfTheSchoolThatHadSomebodyLast) {
  Give<v1::PersonReply>(
      Root(), testing::RequestFor<v1::StartRoleRequest>(
                  ada_,
                  "role { role: ECT school_urn: '900888' starts_on: '2014-09-01' ends_on: "
                  "'2015-08-31' }"));
  EXPECT_THAT(Due(As("ona", "headteacher"), "school_urn: '900888'"), IsEmpty());
  EXPECT_THAT(Due(As("olu", "headteacher"), "school_urn: '900777'"), ElementsAre(ada_));
  // A school keeps the records of those that it follows.
  Give<v1::SchoolReply>(Root(), testing::RequestFor<v1::RecordSuccessorRequest>(
                                    absl::StrCat("schools/", kOlder),
                                    "succession { kind: CONVERTED successor: 'schools/900888' }"));
  EXPECT_THAT(Due(As("ona", "headteacher"), "school_urn: '900888'"), ElementsAre(ada_));
}

TEST_F(RetentionTest, TheListIsOfTheSchoolsThatAreInATrust) {
  v1::RecordTrustRequest trust;
  trust.set_trust_id("4711");
  trust.set_request_id(testing::NewId());
  trust.mutable_facts()->set_trust_name("Trust");
  trust.mutable_facts()->set_status(v1::OPEN);
  Give<v1::TrustReply>(Root(), trust);
  EXPECT_THAT(Due(Root(), "trust: 'trusts/4711'"), IsEmpty());
  Give<v1::SchoolReply>(Root(), testing::RequestFor<v1::JoinTrustRequest>(
                                    absl::StrCat("schools/", kOlder),
                                    "membership { trust: 'trusts/4711' starts_on: '2020-09-01' }"));
  EXPECT_THAT(Due(Root(), "trust: 'trusts/4711'"), ElementsAre(ada_));
}

TEST_F(RetentionTest, TheListIsOfOnesOwnSchoolAlone) {
  const auto olu = As("olu", "headteacher");
  ExpectError(List(olu).status(), StatusCode::kPermissionDenied, "LIST_NOT_ALLOWED");
  ExpectError(List(olu, "school_urn: '900888'").status(), StatusCode::kPermissionDenied,
              "LIST_NOT_ALLOWED");
  ExpectError(List(olu, "trust: 'trusts/4711'").status(), StatusCode::kPermissionDenied,
              "LIST_NOT_ALLOWED");
  ExpectError(List(olu, "school_urn: '900777' trust: 'trusts/4711'").status(),
              StatusCode::kInvalidArgument, "INVALID_REQUEST");
  ExpectError(List(As("tia", "induction-tutor"), "school_urn: '900777'").status(),
              StatusCode::kPermissionDenied, "CAPACITY_NOT_ALLOWED");
}

TEST_F(RetentionTest, TheListComesInPagesWithNobodyTwice) {
  std::vector<std::string> all = {ada_};
  for (int i = 0; i < 6; ++i) {
    all.push_back(Leaver(absl::StrCat("eve", i), kOlder, "2016-08-31"));
  }
  std::sort(all.begin(), all.end());
  for (const char* const query : {"", "school_urn: '900777' "}) {
    std::vector<std::string> got;
    std::string token;
    int pages = 0;
    do {
      const auto page = List(Root(), absl::StrCat(query, "page_size: 2 page_token: '", token, "'"));
      ASSERT_TRUE(page.ok()) << page.status();
      EXPECT_LE(page->people_size(), 2);
      for (const auto& due : page->people()) got.push_back(due.person());
      token = page->next_page_token();
    } while (!token.empty() && ++pages < 10);
    EXPECT_EQ(got, all) << query;
  }
}

TEST_F(RetentionTest, JoinedRecordsAreKeptAndHeldTogether) {
  const std::string ann = Leaver("ann", kOlder, "2010-12-31");
  Give<v1::PersonReply>(
      Root(), testing::RequestFor<v1::JoinPersonsRequest>(
                  ann, absl::StrCat("join { into: '", ada_, "' reason: 'One person.' }")));
  EXPECT_THAT(Due(Root()), ElementsAre(ada_));
  const auto retention = Get(Root(), ann);
  ASSERT_TRUE(retention.ok()) << retention.status();
  EXPECT_EQ(retention->person(), ada_);
  EXPECT_THAT(retention->records(), ElementsAre(ada_, ann));
  EXPECT_EQ(retention->duties_size(), 2);
  EXPECT_EQ(retention->keep_until(), "2022-08-31");
  Give<v1::PersonReply>(
      Root(), testing::RequestFor<v1::SeparatePersonsRequest>(ann, "reason: 'They are two.'"));
  EXPECT_THAT(Due(Root()), UnorderedElementsAre(ada_, ann));
  EXPECT_EQ(Get(Root(), ann)->keep_until(), "2016-12-31");
}

TEST_F(RetentionTest, AHoldOnARecordThatIsJoinedHoldsThePerson) {
  const std::string ann = Leaver("ann", kOlder, "2010-12-31");
  ASSERT_TRUE(Place(Root(), ann).ok());
  Give<v1::PersonReply>(
      Root(), testing::RequestFor<v1::JoinPersonsRequest>(
                  ann, absl::StrCat("join { into: '", ada_, "' reason: 'One person.' }")));
  EXPECT_FALSE(Get(Root(), ada_)->due());
  EXPECT_EQ(Look().proposals, 0);
  ExpectError(Place(Root(), ann).status(), StatusCode::kFailedPrecondition, "PERSON_JOINED");
  ASSERT_TRUE(Release(Root(), ann).ok());
  Look();
  EXPECT_THAT(Proposed(ada_), ElementsAre("2022-08-31"));
}

TEST_F(RetentionTest, ErasureIsProposedOnceAndNothingIsErased) {
  // The server may have looked by itself already.
  Look();
  EXPECT_THAT(Proposed(ada_), ElementsAre("2022-08-31"));
  EXPECT_EQ(Look().proposals, 0);
  clock_.Advance(absl::Hours(24));
  EXPECT_EQ(Look().proposals, 0);
  clock_.Advance(-absl::Hours(72));
  EXPECT_EQ(Look().proposals, 0);
  EXPECT_THAT(Proposed(ada_), ElementsAre("2022-08-31"));
  EXPECT_TRUE(List(Root())->people(0).proposed());
  v1::GetPersonRequest get;
  get.set_name(ada_);
  EXPECT_EQ(Ask<v1::Person>(Root(), get)->full_name(), "ada Marked");
  v1::ListTrailRequest trail;
  trail.set_parent(ada_);
  const auto told = Ask<v1::ListTrailResponse>(Root(), trail);
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(told->entries().rbegin()->sentence(),
            "Trellis proposed to erase the person, whose records had to be kept until Wed 31 Aug "
            "2022.");
}

TEST_F(RetentionTest, AnotherLastDayIsProposedAgain) {
  Look();
  Give<v1::PersonReply>(
      Root(), testing::RequestFor<v1::StartRoleRequest>(
                  ada_,
                  "role { role: MENTOR school_urn: '900777' starts_on: '2016-09-01' ends_on: "
                  "'2016-09-30' }"));
  Look();
  EXPECT_THAT(Proposed(ada_), ElementsAre("2022-08-31", "2022-09-30"));
}

TEST_F(RetentionTest, NobodyOnHoldIsProposedUntilItIsReleased) {
  const std::string bea = Leaver("bea", kOlder, "2016-10-03");
  ASSERT_TRUE(Place(Root(), bea).ok());
  clock_.Advance(absl::Hours(24));
  Look();
  EXPECT_THAT(Proposed(bea), IsEmpty());
  ASSERT_TRUE(Release(Root(), bea).ok());
  Look();
  EXPECT_THAT(Proposed(bea), ElementsAre("2022-10-03"));
}

TEST_F(RetentionTest, IsReadByProgramsOfTheirSchoolsWithTheScope) {
  Program("keeper", "retention.read", kOlder);
  Program("reader", "directory.read", kOlder);
  Program("foreign", "retention.read", kOther);
  EXPECT_THAT(Due(As("keeper"), "school_urn: '900777'"), ElementsAre(ada_));
  EXPECT_TRUE(Get(As("keeper"), ada_).ok());
  ExpectError(Place(As("keeper"), ada_).status(), StatusCode::kPermissionDenied, "SCOPE_MISSING");
  ExpectError(List(As("keeper")).status(), StatusCode::kPermissionDenied, "LIST_NOT_ALLOWED");
  ExpectError(Get(As("reader"), ada_).status(), StatusCode::kPermissionDenied, "SCOPE_MISSING");
  ExpectError(Get(As("foreign"), ada_).status(), StatusCode::kNotFound, "PERSON_NOT_FOUND");
}

TEST_F(RetentionTest, WhoLooksIsRecorded) {
  ASSERT_EQ(Due(As("olu", "headteacher"), "school_urn: '900777'").size(), 1u);
  ASSERT_TRUE(Get(As("olu", "headteacher"), ada_).ok());
  v1::ListAccessRequest request;
  request.set_person(ada_);
  const auto looks = Ask<v1::ListAccessResponse>(As("ada", "ect"), request);
  ASSERT_TRUE(looks.ok()) << looks.status();
  std::vector<std::string> rpcs;
  for (const v1::AccessEntry& entry : looks->entries()) rpcs.push_back(entry.rpc());
  EXPECT_THAT(rpcs, ::testing::IsSupersetOf({"trellis.v1.PrivacyService/GetRetention",
                                             "trellis.v1.PrivacyService/ListRetentionDue"}));
}

// The server in development, which restarts: what is remembered is in the log alone.
class ProposalsTest : public ServiceTest {
 protected:
  int64_t Look() {
    const auto run = server_.proposer().RunOnce();
    EXPECT_TRUE(run.ok()) << run.status();
    return run.ok() ? run->proposals : -1;
  }
  std::vector<std::string> Proposed() {
    v1::GetRetentionRequest request;
    request.set_name(testing::Ect().party.person());
    const auto retention = client().Read<v1::Retention>(request);
    EXPECT_TRUE(retention.ok()) << retention.status();
    return {retention->proposed_for().begin(), retention->proposed_for().end()};
  }
};

TEST_F(ProposalsTest, AreNotMadeAgainAfterARestartNorByViewsThatAreNew) {
  v1::GetPersonRequest get;
  get.set_name(testing::Ect().party.person());
  const auto sam = client().Read<v1::Person>(get);
  ASSERT_TRUE(sam.ok()) << sam.status();
  testing::Actor administrator = testing::Tutor();
  administrator.capacity = v1::ADMINISTRATOR;
  for (const v1::PersonRole& role : sam->roles()) {
    auto end = testing::RequestFor<v1::EndRoleRequest>(sam->name());
    end.set_role_id(role.role_id());
    end.set_ends_on("2016-08-31");
    ASSERT_TRUE(Ask<v1::PersonReply>(administrator, end).ok());
  }
  Look();
  ASSERT_THAT(Proposed(), ElementsAre("2022-08-31"));
  server_.Restart();
  EXPECT_EQ(Look(), 0);
  server_.Stop();
  ASSERT_GT(std::filesystem::remove_all(directory_ / "data/views"), 0u);
  server_.Restart();
  EXPECT_EQ(Look(), 0);
  EXPECT_THAT(Proposed(), ElementsAre("2022-08-31"));
}

TEST(RetentionYears, AreThoseOfTheSettings) {
  testing::TempDirectory directory;
  testing::FakeClock clock;
  Settings settings{.data = directory / "data"};
  settings.callers.development = true;
  settings.retention_years = 9;
  testing::TestServer server(settings, clock);
  server.client().IntroduceAll();
  v1::GetRetentionRequest request;
  request.set_name(testing::Ect().party.person());
  const auto retention = server.client().Read<v1::Retention>(request);
  ASSERT_TRUE(retention.ok()) << retention.status();
  ASSERT_GT(retention->duties_size(), 0);
  EXPECT_THAT(retention->duties(0).rule(), ::testing::StartsWith("9 years from leaving"));
}

}  // namespace
}  // namespace trellis::services
