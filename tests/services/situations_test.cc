// What happens in schools, from end to end: over gRPC, with the directory, on a clock that moves.
#include "tests/services/service_fixture.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/directory_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::RequestFor;

class SituationsTest : public ServiceTest {
 protected:
  // A command that brings nothing to the directory.
  absl::Status Bare(const testing::Actor& actor, const google::protobuf::Message& command) {
    return as_it_is_
        .CallBytes(testing::RpcClient::PathOf(testing::MethodFor(command)),
                   testing::MetadataOf(actor), command.SerializeAsString())
        .status();
  }
  void Keep(const google::protobuf::Message& command) {
    const absl::Status status = Bare(testing::Headteacher(), command);
    EXPECT_TRUE(status.ok()) << command.GetTypeName() << ": " << status;
  }
  // Somebody new with one role.
  testing::Actor Join(const std::string& name, v1::Capacity capacity, const std::string& urn) {
    v1::RegisterPersonRequest person;
    person.set_person_id(testing::NewId());
    person.set_request_id(testing::NewId());
    person.set_full_name(name);
    Keep(person);
    testing::Actor actor;
    actor.party.set_person("people/" + person.person_id());
    actor.party.set_name(name);
    actor.capacity = capacity;
    auto role = RequestFor<v1::StartRoleRequest>(actor.party.person());
    role.mutable_role()->set_role(capacity);
    role.mutable_role()->set_school_urn(urn);
    Keep(role);
    return actor;
  }
  // Ends all roles that the actor holds at the school.
  void Leave(const testing::Actor& actor, const std::string& urn) {
    v1::ListRolesRequest query;
    query.set_school_urn(urn);
    const auto holders = client().Read<v1::ListRolesResponse>(query);
    ASSERT_TRUE(holders.ok()) << holders.status();
    for (const auto& holder : holders->holders()) {
      if (holder.name() != actor.party.person()) continue;
      for (const auto& role : holder.roles()) {
        Keep(RequestFor<v1::EndRoleRequest>(holder.name(), "role_id: '" + role.role_id() + "'"));
      }
    }
  }
  std::vector<std::string> Plans(const std::string& query) {
    const auto page = client().Read<v1::ListSupportPlansResponse>(
        testing::ParseText<v1::ListSupportPlansRequest>(query));
    EXPECT_TRUE(page.ok()) << page.status();
    std::vector<std::string> names;
    if (!page.ok()) return names;
    for (const auto& plan : page->support_plans()) names.push_back(plan.name());
    return names;
  }

  const testing::RpcClient as_it_is_{server_.grpc_address(),
                                     testing::RpcClient::Directory::kAsItIs};
};

TEST_F(SituationsTest, TheEctMovesSchoolInsideTheTrustInTheMiddleOfThePlan) {
  const v1::SupportPlan plan = Open();
  const testing::Actor tutor = Join("Noor Rahman", v1::INDUCTION_TUTOR, "900002");
  const testing::Actor head = Join("Ade Bello", v1::HEADTEACHER, "900002");
  clock_.Advance(absl::Hours(24));
  auto move = RequestFor<v1::MoveSupportPlanRequest>(
      plan.name(), "school { urn: '900002' name: 'Southfield School' } reason: 'A new post.'");
  *move.mutable_induction_tutor() = tutor.party;
  *move.mutable_headteacher() = head.party;
  EXPECT_TRUE(Bare(tutor, move).ok()) << Bare(tutor, move);

  // One stream goes on; those who left it behind act in it no more, and what they wrote stays.
  EXPECT_TRUE(Bare(tutor, testing::OutcomeRequest(plan.name(), "Settled in.")).ok());
  ExpectError(Bare(testing::Tutor(), testing::OutcomeRequest(plan.name(), "Late.")),
              StatusCode::kPermissionDenied, "NOT_THE_PARTY");
  const auto now = client().Get(plan.name());
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(now->concerns(0).entry().recorded_by().name(), testing::Tutor().party.name());
  EXPECT_EQ(now->former_schools(0).school().urn(), "900001");
  EXPECT_THAT(Plans("school_urn: '900002'"), ElementsAre(plan.name()));
  EXPECT_THAT(Plans("school_urn: '900001'"), IsEmpty());
}

TEST_F(SituationsTest, TheTutorResignsAndASuccessorTakesOver) {
  const v1::SupportPlan plan = Open();
  Leave(testing::Tutor(), "900001");
  const testing::Actor successor = Join("Noor Rahman", v1::INDUCTION_TUTOR, "900001");
  EXPECT_TRUE(Bare(testing::Tutor(), testing::OutcomeRequest(plan.name(), "Handed over.")).ok());
  clock_.Advance(absl::Hours(24));
  ExpectError(Bare(testing::Tutor(), testing::OutcomeRequest(plan.name(), "Gone.")),
              StatusCode::kPermissionDenied, "ROLE_NOT_HELD");
  auto change = RequestFor<v1::ChangePartyRequest>(
      plan.name(), "capacity: INDUCTION_TUTOR reason: 'The tutor resigned.'");
  *change.mutable_party() = successor.party;
  EXPECT_TRUE(Bare(testing::Headteacher(), change).ok());
  EXPECT_TRUE(Bare(successor, testing::OutcomeRequest(plan.name(), "Met the class.")).ok());
  const auto now = client().Get(plan.name());
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(now->outcomes(0).entry().recorded_by().name(), testing::Tutor().party.name());
  EXPECT_EQ(now->outcomes(1).entry().recorded_by().name(), "Noor Rahman");
  EXPECT_THAT(Plans("induction_tutor: '" + successor.party.person() + "'"),
              ElementsAre(plan.name()));
  EXPECT_THAT(Plans("induction_tutor: '" + testing::Tutor().party.person() + "'"), IsEmpty());
}

TEST_F(SituationsTest, TheSchoolConvertsUnderANewUrn) {
  const v1::SupportPlan plan = Open();
  auto school = testing::ParseText<v1::RecordSchoolRequest>(
      "school_id: '900078' facts { school_name: 'Northgate Academy' status: OPEN }");
  school.set_request_id(testing::NewId());
  Keep(school);
  Keep(RequestFor<v1::RecordSuccessorRequest>(
      "schools/900001", "succession { successor: 'schools/900078' kind: CONVERTED }"));
  // Roles and plans stay where they were recorded, and count at the school that follows.
  EXPECT_TRUE(Bare(testing::Tutor(), testing::OutcomeRequest(plan.name(), "As before.")).ok());
  EXPECT_THAT(Plans("school_urn: '900078'"), ElementsAre(plan.name()));
  v1::ListTrailRequest trail;
  trail.set_parent(plan.name());
  EXPECT_EQ(client().Read<v1::ListTrailResponse>(trail)->entries_size(), plan.revision() + 1);
}

}  // namespace
}  // namespace trellis::services
