// Every rpc, called by somebody of another trust, in every capacity they can say: no data, and no
// telling whether there is any.
#include <functional>
#include <map>
#include <set>

#include "absl/strings/str_replace.h"
#include "domain/validate.h"
#include "google/api/field_behavior.pb.h"
#include "policy/policy.h"
#include "tests/services/identified_fixture.h"
#include "tests/support/methods.h"
#include "trellis/v1/action_plan_service.pb.h"
#include "trellis/v1/induction_service.pb.h"
#include "trellis/v1/options.pb.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;

// Words that only the records of the others have.
constexpr char kMarker[] = "Instructions are given several times";

class ForeignCallsTest : public IdentifiedTest {
 protected:
  ForeignCallsTest() {
    plan_ = Open().name();
    olu_ = Register("olu", v1::HEADTEACHER, "900777");
    for (const v1::Capacity role : {v1::INDUCTION_TUTOR, v1::MENTOR, v1::GOVERNOR, v1::ECT}) {
      auto start = testing::RequestFor<v1::StartRoleRequest>(olu_);
      start.mutable_role()->set_role(role);
      start.mutable_role()->set_school_urn("900777");
      start.mutable_role()->set_starts_on("2020-09-01");
      Ask<v1::PersonReply>(Root(), start).status().IgnoreError();
    }
  }

  std::string TextFor(const pb::FieldDescriptor& field) {
    if (field.name() == "academic_year") return "2022/23";
    if (field.name() == "trn") return "1234567";
    switch (field.options().GetExtension(v1::rules).format()) {
      case v1::DATE:
      case v1::REGISTER_DATE:
        return "2022-10-03";
      case v1::UUID:
        return testing::NewId();
      case v1::PERSON:
        return testing::Ect().party.person();
      case v1::SUPPORT_PLAN:
      case v1::STREAM:
        return plan_;
      case v1::URN:
        return "900001";
      case v1::SCHOOL:
        return "schools/900001";
      case v1::ENTRY_ID:
        return "c1";
      case v1::STANDARD:
        return "7d";
      case v1::TRN:
        return "1234567";
      case v1::EMAIL:
        return "sam@school.example";
      case v1::GROUP_UID:
        return "4711";
      case v1::BODY_ID:
        return "ab-introduced";
      case v1::TRUST:
        return "trusts/4711";
      case v1::APPROPRIATE_BODY_NAME:
        return "appropriateBodies/ab-introduced";
      case v1::ACTION_PLAN:
        return "actionPlans/00000000-0000-4000-8000-0000000000aa";
      case v1::INDUCTION:
        return "inductions/00000000-0000-4000-8000-0000000000bb";
      case v1::LEDGER:
        return "ledgers/trellis";
      case v1::REMINDERS:
        return "reminders/00000000-0000-4000-8000-0000000000bb";
      case v1::ACCESS_GRANT:
        return "accessGrants/00000000-0000-4000-8000-0000000000bb";
      case v1::SERVICE_ACCOUNT:
        return "serviceAccounts/00000000-0000-4000-8000-0000000000bb";
      default:
        return "Words enough to be a reason for it.";
    }
  }

  // Sets what must be there, so that the request passes for a good one.
  void Fill(pb::Message& message, int depth = 0) {
    const pb::Reflection& reflection = *message.GetReflection();
    if (message.GetDescriptor() == v1::Supporter::descriptor()) {
      static_cast<v1::Supporter&>(message).set_role("Lead practitioner");
    }
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const pb::FieldDescriptor& field = *message.GetDescriptor()->field(i);
      if (!domain::HasBehavior(field, google::api::REQUIRED) || depth > 4) continue;
      const bool many = field.is_repeated();
      switch (field.cpp_type()) {
        case pb::FieldDescriptor::CPPTYPE_STRING:
          many ? reflection.AddString(&message, &field, TextFor(field))
               : reflection.SetString(&message, &field, TextFor(field));
          break;
        case pb::FieldDescriptor::CPPTYPE_ENUM:
          many ? reflection.AddEnumValue(&message, &field, 1)
               : reflection.SetEnumValue(&message, &field, 1);
          break;
        case pb::FieldDescriptor::CPPTYPE_MESSAGE:
          Fill(many ? *reflection.AddMessage(&message, &field)
                    : *reflection.MutableMessage(&message, &field),
               depth + 1);
          break;
        case pb::FieldDescriptor::CPPTYPE_BOOL:
          if (!many) reflection.SetBool(&message, &field, true);
          break;
        case pb::FieldDescriptor::CPPTYPE_INT32:
          if (!many) reflection.SetInt32(&message, &field, 1);
          break;
        case pb::FieldDescriptor::CPPTYPE_INT64:
          if (!many) reflection.SetInt64(&message, &field, 1);
          break;
        default:
          break;
      }
    }
  }

  std::unique_ptr<pb::Message> NewRequest(const pb::MethodDescriptor& method) {
    std::unique_ptr<pb::Message> request(
        pb::MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
    Fill(*request);
    // One of two is wanted.
    for (const char* const either : {"person", "school_urn", "name"}) {
      if (domain::Validate(*request).ok()) break;
      const auto* const field = method.input_type()->FindFieldByName(either);
      if (field == nullptr) continue;
      request->GetReflection()->SetString(request.get(), field, TextFor(*field));
    }
    return request;
  }

  // The capacities that a person can say, and that the line is open to.
  static std::vector<std::string> Capacities(const policy::Row& row) {
    std::vector<std::string> capacities;
    for (int i = 1; i < v1::Capacity_ARRAYSIZE; ++i) {
      const auto capacity = static_cast<v1::Capacity>(i);
      const bool said = capacity != v1::SYSTEM && capacity != v1::SERVICE;
      if (said && row.ReachOf(capacity) != policy::Reach::kNever) {
        capacities.push_back(v1::Capacity_Name(capacity));
      }
    }
    return capacities;
  }

  absl::StatusOr<std::string> Call(const pb::MethodDescriptor& method, const std::string& capacity,
                                   const pb::Message& request) {
    const std::string path = testing::RpcClient::PathOf(method);
    const auto metadata = As("olu", capacity);
    return method.server_streaming()
               ? client_.CallStream(path, metadata, request.SerializeAsString())
               : client_.CallBytes(path, metadata, request.SerializeAsString());
  }

  std::string plan_, olu_;
};

TEST_F(ForeignCallsTest, AreToldNothing) {
  const std::set<std::string> with_records = {"name", "parent", "record"};
  int about_records = 0;
  for (const auto* const method : testing::AllMethods()) {
    if (method->client_streaming()) continue;
    const auto& row =
        *policy::Policy::Get().Find(absl::StrCat(method->service()->name(), "/", method->name()));
    const auto request = NewRequest(*method);
    const absl::Status valid = domain::Validate(*request);
    EXPECT_TRUE(valid.ok()) << method->full_name() << ": " << valid;
    for (const std::string& capacity : Capacities(row)) {
      SCOPED_TRACE(absl::StrCat(method->full_name(), " as ", capacity));
      const auto answer = Call(*method, capacity, *request);
      const std::string said = answer.ok() ? *answer : std::string(answer.status().message());
      EXPECT_EQ(said.find(kMarker), std::string::npos) << said;
      v1::Capacity acts{};
      ASSERT_TRUE(v1::Capacity_Parse(capacity, &acts));
      if (capacity == "ADMINISTRATOR") {
        EXPECT_EQ(ReasonOf(answer), "NOT_AN_ADMINISTRATOR");
        continue;
      }
      for (const std::string& field : with_records) {
        const auto* const name = method->input_type()->FindFieldByName(field);
        if (name == nullptr) continue;
        const pb::Reflection& reflection = *request->GetReflection();
        const std::string present = reflection.GetString(*request, name);
        if (present != plan_) continue;
        const std::string absent = "supportPlans/00000000-0000-4000-8000-00000000ffff";
        reflection.SetString(request.get(), name, absent);
        const auto none = Call(*method, capacity, *request);
        reflection.SetString(request.get(), name, present);
        EXPECT_EQ(answer.status().code(), absl::StatusCode::kNotFound) << answer.status();
        EXPECT_EQ(ReasonOf(answer), ReasonOf(none));
        EXPECT_EQ(absl::StrReplaceAll(answer.status().message(), {{plan_, absent}}),
                  none.status().message());
        ++about_records;
      }
    }
  }
  EXPECT_GT(about_records, 60) << "the test has lost what it is about";
}

// Lists end in a refusal, or hold what is the caller's own: nothing.
TEST_F(ForeignCallsTest, ListNothingOfOthers) {
  const std::map<std::string, std::string> conditions = {
      {"school_urn", "900001"},
      {"ect", testing::Ect().party.person()},
      {"person", testing::Ect().party.person()},
      {"induction_tutor", testing::Tutor().party.person()},
      {"mentor", testing::Tutor().party.person()},
      {"appropriate_body", testing::AppropriateBody().party.person()},
      {"body", "appropriateBodies/ab-introduced"},
      {"trust", "trusts/4711"}};
  int lists = 0;
  for (const auto* const method : testing::AllMethods()) {
    if (method->output_type()->FindFieldByName("next_page_token") == nullptr) continue;
    const auto& row =
        *policy::Policy::Get().Find(absl::StrCat(method->service()->name(), "/", method->name()));
    for (const auto& [condition, value] : conditions) {
      const auto* const field = method->input_type()->FindFieldByName(condition);
      if (field == nullptr) continue;
      for (const std::string& capacity : Capacities(row)) {
        if (capacity == "ADMINISTRATOR") continue;
        v1::Capacity acts{};
        ASSERT_TRUE(v1::Capacity_Parse(capacity, &acts));
        if (row.ReachOf(acts) == policy::Reach::kAny) continue;
        SCOPED_TRACE(absl::StrCat(method->full_name(), " as ", capacity, " by ", condition));
        const auto request = NewRequest(*method);
        request->GetReflection()->SetString(request.get(), field, value);
        const auto answer = Call(*method, capacity, *request);
        EXPECT_FALSE(answer.ok()) << answer->size() << " bytes";
        ++lists;
      }
    }
  }
  EXPECT_GT(lists, 20) << "the test has lost what it is about";
}

}  // namespace
}  // namespace trellis::services
