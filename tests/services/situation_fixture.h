// What the tests of situations share: schools with their people, an ECT, a plan and an induction,
// and a clock that moves from day to day.
#pragma once

#include <string>
#include <vector>

#include "tests/services/directory_fixture.h"
#include "trellis/v1/diary_service.pb.h"
#include "trellis/v1/induction_service.pb.h"

namespace trellis::services {

class SituationTest : public DirectoryServiceTest {
 protected:
  // A school and who is there.
  struct Staffed {
    v1::School school;
    testing::Actor head;
    testing::Actor tutor;
  };

  // Moves the clock to the middle of the day.
  void MoveTo(const std::string& day) {
    absl::CivilDay to;
    ASSERT_TRUE(absl::ParseCivilTime(day, &to)) << day;
    MoveTo(absl::FromCivil(absl::CivilHour(to) + 12, absl::UTCTimeZone()));
  }
  void MoveTo(absl::Time time) { clock_.Advance(time - clock_.Now()); }

  // A school in the directory, with a headteacher and an induction tutor from today on.
  Staffed FoundSchool(const std::string& urn, const std::string& name) {
    RecordSchool(urn, "school_name: '" + name + "'");
    Staffed staffed;
    staffed.school.set_urn(urn);
    staffed.school.set_name(name);
    staffed.head = Join("Ade Bello", v1::HEADTEACHER, urn);
    staffed.tutor = Join("Noor Rahman", v1::INDUCTION_TUTOR, urn);
    return staffed;
  }
  void JoinTrust(const std::string& urn, const std::string& uid) {
    Keep(testing::RequestFor<v1::JoinTrustRequest>(
        "schools/" + urn, "membership { trust: 'trusts/" + uid + "' starts_on: '2019-09-01' }"));
  }
  testing::Actor JoinEct(const Staffed& at) { return Join("Sam Okafor", v1::ECT, at.school.urn()); }
  // An appropriate body with a contact.
  testing::Actor FoundBody(const std::string& id) {
    auto body = testing::ParseText<v1::RecordAppropriateBodyRequest>(
        "facts { body_name: 'Teach North' status: OPEN kind: TEACHING_SCHOOL_HUB }");
    body.set_appropriate_body_id(id);
    body.set_request_id(testing::NewId());
    Keep(body);
    testing::Actor contact;
    contact.party.set_person(Register("Tom Whitlock"));
    contact.party.set_name("Tom Whitlock");
    contact.capacity = v1::APPROPRIATE_BODY;
    StartRole(contact.party.person(), "role: APPROPRIATE_BODY appropriate_body: '" + id + "'");
    return contact;
  }

  // What opens a plan with a concern about 7d and weekly reviews.
  static v1::OpenSupportPlanRequest Opening(const Staffed& at, const testing::Actor& ect) {
    v1::OpenSupportPlanRequest request = testing::OpenRequest();
    v1::SupportPlan& plan = *request.mutable_support_plan();
    *plan.mutable_ect() = ect.party;
    *plan.mutable_induction_tutor() = at.tutor.party;
    *plan.mutable_headteacher() = at.head.party;
    *plan.mutable_school() = at.school;
    plan.clear_appropriate_body();
    return request;
  }
  v1::SupportPlan OpenAt(const Staffed& at, const testing::Actor& ect) {
    return GiveBare(at.tutor, Opening(at, ect)).support_plan();
  }
  // Registers an induction; fields of `text` are added.
  v1::Induction RegisterAt(const Staffed& at, const testing::Actor& ect,
                           const std::string& starts_on, const std::string& text = "") {
    auto request = testing::ParseText<v1::RegisterEctRequest>(text);
    request.set_request_id(testing::NewId());
    *request.mutable_ect() = ect.party;
    *request.mutable_school()->mutable_school() = at.school;
    *request.mutable_school()->mutable_headteacher() = at.head.party;
    request.mutable_school()->set_starts_on(starts_on);
    *request.mutable_tutorship()->mutable_tutor() = at.tutor.party;
    return DoOnInduction(at.tutor, request).induction();
  }

  // Commands that must be accepted, of whom and about what the directory has already.
  v1::SupportPlanReply GiveBare(const testing::Actor& actor,
                                const google::protobuf::Message& command) {
    return Accepted<v1::SupportPlanReply>(actor, command);
  }
  v1::InductionReply DoOnInduction(const testing::Actor& actor,
                                   const google::protobuf::Message& command) {
    return Accepted<v1::InductionReply>(actor, command);
  }

  v1::InductionClock ClockOf(const v1::Induction& induction, const std::string& on = "") {
    v1::GetInductionClockRequest request;
    request.set_name(induction.name());
    request.set_on(on);
    const auto clock = client().Read<v1::InductionClock>(request);
    EXPECT_TRUE(clock.ok()) << clock.status();
    return clock.value_or(v1::InductionClock());
  }
  // What falls due, such as "2022-12-31 PROGRESS_REVIEW at 100".
  static std::vector<std::string> DueIn(const v1::InductionClock& clock) {
    std::vector<std::string> due;
    for (const v1::InductionDue& item : clock.due()) {
      due.push_back(absl::StrCat(item.due_on(), " ", v1::InductionDue::Kind_Name(item.kind()),
                                 " at ", item.served_hundredths()));
    }
    return due;
  }
  // The days in a person's diary, such as "2022-10-10 PLANNED".
  std::vector<std::string> DiaryOf(const testing::Actor& actor) {
    v1::ListDiaryRequest request;
    request.set_person(actor.party.person());
    const auto diary = client().Read<v1::ListDiaryResponse>(request);
    EXPECT_TRUE(diary.ok()) << diary.status();
    std::vector<std::string> days;
    if (!diary.ok()) return days;
    for (const v1::DiaryEntry& entry : diary->entries()) {
      days.push_back(absl::StrCat(entry.date(), " ", v1::DiaryEntry::State_Name(entry.state())));
    }
    return days;
  }
  // The names of the plans that the query asks for.
  std::vector<std::string> Plans(const std::string& query) {
    const auto page = client().Read<v1::ListSupportPlansResponse>(
        testing::ParseText<v1::ListSupportPlansRequest>(query));
    EXPECT_TRUE(page.ok()) << page.status();
    std::vector<std::string> names;
    if (!page.ok()) return names;
    for (const auto& plan : page->support_plans()) names.push_back(plan.name());
    return names;
  }
  // The reasons of what a person should look at.
  template <typename AnyReply>
  static std::vector<std::string> WarningsOf(const AnyReply& reply) {
    std::vector<std::string> reasons;
    for (const v1::Warning& warning : reply.warnings()) reasons.push_back(warning.reason());
    return reasons;
  }

 private:
  template <typename AnyReply>
  AnyReply Accepted(const testing::Actor& actor, const google::protobuf::Message& command) {
    const auto reply = AskBare<AnyReply>(actor, command);
    EXPECT_TRUE(reply.ok()) << command.GetTypeName() << ": " << reply.status();
    return reply.value_or(AnyReply());
  }
};

}  // namespace trellis::services
