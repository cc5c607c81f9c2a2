// Whatever is sent to whichever rpc: an error with its details, or a valid answer; never a crash.
#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <random>

#include "google/api/field_behavior.pb.h"
#include "policy/policy.h"
#include "tests/services/service_fixture.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;
using testing::Metadata;

constexpr int kRandomRequests = 12;

bool IsCommand(const pb::MethodDescriptor& method) {
  return method.output_type()->FindFieldByName("receipt") != nullptr;
}

// Requests of right form and any content.
class RandomRequests {
 public:
  RandomRequests(uint64_t seed, std::string plan) : random_(seed), plan_(std::move(plan)) {}

  void Fill(pb::Message& message, int depth = 0) {
    const pb::Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      if (Below(4) == 0) continue;
      const size_t count = type.field(i)->is_repeated() ? Below(3) : 1;
      for (size_t item = 0; item < count; ++item) Set(message, *type.field(i), depth);
    }
  }

  size_t Below(size_t limit) { return random_() % limit; }
  std::string Bytes(size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }

 private:
  std::string Text() {
    const std::vector<std::string> texts = {plan_,
                                            testing::NewId(),
                                            testing::Tutor().party.person(),
                                            "2022-10-03",
                                            "2099-12-31",
                                            "7d",
                                            "c1",
                                            "t99999",
                                            "\"1\"",
                                            "words",
                                            "wörter – \U0001F600",
                                            "\x01",
                                            "%s%n{field}[]",
                                            std::string(20'000, 'x')};
    return texts[Below(texts.size())];
  }
  int64_t Number() {
    constexpr int64_t kNumbers[] = {0,
                                    1,
                                    -1,
                                    7,
                                    1000,
                                    std::numeric_limits<int64_t>::max(),
                                    std::numeric_limits<int64_t>::min()};
    return kNumbers[Below(std::size(kNumbers))];
  }

  void Set(pb::Message& message, const pb::FieldDescriptor& field, int depth) {
    const pb::Reflection& reflection = *message.GetReflection();
    const bool many = field.is_repeated();
    switch (field.cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_STRING:
        return many ? reflection.AddString(&message, &field, Text())
                    : reflection.SetString(&message, &field, Text());
      case pb::FieldDescriptor::CPPTYPE_ENUM: {
        const auto number = static_cast<int>(Below(12)) - 1;
        return many ? reflection.AddEnumValue(&message, &field, number)
                    : reflection.SetEnumValue(&message, &field, number);
      }
      case pb::FieldDescriptor::CPPTYPE_BOOL:
        return reflection.SetBool(&message, &field, Below(2) == 0);
      case pb::FieldDescriptor::CPPTYPE_INT32:
        return reflection.SetInt32(&message, &field, static_cast<int32_t>(Number()));
      case pb::FieldDescriptor::CPPTYPE_INT64:
        return many ? reflection.AddInt64(&message, &field, Number())
                    : reflection.SetInt64(&message, &field, Number());
      case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth > 3) return;
        return Fill(many ? *reflection.AddMessage(&message, &field)
                         : *reflection.MutableMessage(&message, &field),
                    depth + 1);
      default:
        return;
    }
  }

  std::mt19937_64 random_;
  const std::string plan_;
};

class EveryRpcTest : public ServiceTest {
 protected:
  void SetUp() override { before_ = WriteOne(); }
  // Nothing was written but what was acknowledged.
  void TearDown() override { EXPECT_EQ(WriteOne(), before_ + acknowledged_ + 1); }

  // Calls `test` for each rpc, which Send then calls.
  void ForEach(const std::function<void(const pb::MethodDescriptor&)>& test) {
    for (const auto* const method : testing::AllMethods()) {
      method_ = method;
      SCOPED_TRACE(absl::StrCat("TRELLIS_SEED=", Seed(), " ", method->full_name()));
      test(*method);
    }
  }

  absl::Status Send(const Metadata& metadata, const std::string& request) {
    const auto answer = client().CallBytes(testing::RpcClient::PathOf(*method_), metadata, request);
    if (!answer.ok()) {
      ExpectWellFormed(answer.status());
      return answer.status();
    }
    const std::unique_ptr<pb::Message> message = New(*method_->output_type());
    EXPECT_TRUE(message->ParseFromString(*answer));
    if (IsCommand(*method_)) {
      const auto* const receipt = method_->output_type()->FindFieldByName("receipt");
      acknowledged_ +=
          static_cast<const v1::Receipt&>(message->GetReflection()->GetMessage(*message, receipt))
              .event_ids_size();
    }
    return absl::OkStatus();
  }
  static std::unique_ptr<pb::Message> New(const pb::Descriptor& type) {
    return std::unique_ptr<pb::Message>(
        pb::MessageFactory::generated_factory()->GetPrototype(&type)->New());
  }

  int64_t before_ = 0;
  int64_t acknowledged_ = 0;

 private:
  const pb::MethodDescriptor* method_ = nullptr;
};

// Somebody who may make any request of the method. Reads: in development, whoever says nothing.
Metadata SomebodyFor(const pb::MethodDescriptor& method) {
  const bool is_read = !IsCommand(method) && !method.client_streaming() &&
                       method.input_type()->FindFieldByName("request_id") == nullptr;
  // Which action plan is checked may be asked by its mentor alone.
  if (is_read && method.name() != "CheckSmart") return {};
  const auto& row =
      *policy::Policy::Get().Find(absl::StrCat(method.service()->name(), "/", method.name()));
  testing::Actor actor = testing::Tutor();
  for (int i = 1; row.ReachOf(actor.capacity) == policy::Reach::kNever; ++i) {
    actor.capacity = static_cast<v1::Capacity>(i);
  }
  return MetadataOf(actor);
}

// The fields of the request that must be there.
std::vector<std::string> RequiredFields(const pb::Descriptor& request) {
  std::vector<std::string> required;
  for (int i = 0; i < request.field_count(); ++i) {
    const auto& behaviors =
        request.field(i)->options().GetRepeatedExtension(google::api::field_behavior);
    if (std::find(behaviors.begin(), behaviors.end(), google::api::REQUIRED) != behaviors.end()) {
      required.push_back(request.field(i)->name());
    }
  }
  return required;
}

TEST_F(EveryRpcTest, NamesAllThatAnEmptyRequestLacks) {
  ForEach([&](const pb::MethodDescriptor& method) {
    const absl::Status status = Send(SomebodyFor(method), "");
    std::vector<std::string> required = RequiredFields(*method.input_type());
    // Some want one of two fields, and name one of them.
    static const auto& either = *new std::map<std::string, std::string>{
        {"CheckSmart", "name"},   {"FindPeople", "trn"},   {"GetCaseload", "school_urn"},
        {"GetProof", "position"}, {"ListDiary", "person"}, {"ListRoles", "school_urn"}};
    // A stream's first message may say nothing, and a file must.
    if (method.client_streaming()) {
      return ExpectError(status, absl::StatusCode::kInvalidArgument, "IMPORT_FILE_EMPTY");
    }
    if (const auto field = either.find(method.name()); field != either.end()) {
      required = {field->second};
    }
    EXPECT_EQ(ReasonOf(status), required.empty() ? "OK" : "INVALID_REQUEST") << status;
    EXPECT_EQ(testing::BadFieldsOf(status), required);
  });
}

TEST_F(EveryRpcTest, RefusesBytesThatAreNoRequest) {
  RandomRequests random(Seed(), "");
  ForEach([&](const pb::MethodDescriptor& method) {
    for (const std::string& junk :
         {std::string("\xff"), std::string("\x0a\x7f too short"), std::string(5000, '\xff'),
          // Groups in groups, deeper than anybody writes.
          std::string(100'000, '\x0b'), "\xff" + random.Bytes(64)}) {
      const absl::Status status = Send(SomebodyFor(method), junk);
      EXPECT_EQ(ReasonOf(status), "UNREADABLE_REQUEST") << status;
    }
    for (int i = 0; i < kRandomRequests; ++i) {
      Send(SomebodyFor(method), random.Bytes(random.Below(200))).IgnoreError();
    }
  });
}

TEST_F(EveryRpcTest, RefusesTextThatIsNotUtf8) {
  ForEach([&](const pb::MethodDescriptor& method) {
    for (int i = 0; i < method.input_type()->field_count(); ++i) {
      const pb::FieldDescriptor& field = *method.input_type()->field(i);
      if (field.type() != pb::FieldDescriptor::TYPE_STRING) continue;
      std::string bytes;
      for (int tag = field.number() << 3 | 2; tag != 0; tag >>= 7) {
        bytes.push_back(static_cast<char>(tag > 0x7f ? tag | 0x80 : tag));
      }
      bytes += "\x03\xff\xfe\xfd";
      const absl::Status status = Send(SomebodyFor(method), bytes);
      EXPECT_EQ(ReasonOf(status), "UNREADABLE_REQUEST") << field.name() << ": " << status;
    }
  });
}

TEST_F(EveryRpcTest, AnswersWhateverIsSaidInTheRightForm) {
  RandomRequests random(Seed(), Open().name());
  before_ = WriteOne();
  const testing::Actor actors[] = {testing::Tutor(), testing::Headteacher(), testing::Ect(),
                                   testing::AppropriateBody()};
  ForEach([&](const pb::MethodDescriptor& method) {
    for (int i = 0; i < kRandomRequests; ++i) {
      const std::unique_ptr<pb::Message> request = New(*method.input_type());
      random.Fill(*request);
      Send(MetadataOf(actors[random.Below(4)]), request->SerializeAsString()).IgnoreError();
    }
  });
}

// What is wrong with the metadata of a command is said first.
TEST_F(EveryRpcTest, WantsToKnowWhoGivesACommand) {
  const std::pair<std::string, std::string> wrong[] = {
      {"trellis-actor", "Ruth"},
      {"trellis-actor", "people/00000000-0000-4000-8000-0000000000A1"},
      {"trellis-actor-name", "%ff%fe"},
      {"trellis-actor-name", "a%00b"},
      {"trellis-actor-name", std::string(201, 'x')},
      {"trellis-capacity", "CARETAKER"},
      {"trellis-capacity", "CAPACITY_UNSPECIFIED"},
      {"trellis-capacity", "SYSTEM"},
      {"trellis-capacity", "3"}};
  ForEach([&](const pb::MethodDescriptor& method) {
    if (!IsCommand(method)) return;
    const Metadata good = SomebodyFor(method);
    for (const auto& [key, ignored] : good) {
      Metadata metadata = good;
      metadata.erase(key);
      const absl::Status status = Send(metadata, "");
      ExpectError(status, absl::StatusCode::kUnauthenticated, "ACTOR_MISSING");
      EXPECT_EQ(testing::ErrorMetadataOf(status, "metadata"), key);
    }
    for (const auto& [key, value] : wrong) {
      Metadata metadata = good;
      metadata.erase(key);
      metadata.emplace(key, value);
      const absl::Status status = Send(metadata, "");
      ExpectError(status, absl::StatusCode::kUnauthenticated, "ACTOR_INVALID");
      EXPECT_EQ(testing::ErrorMetadataOf(status, "metadata"), key);
    }
  });
}

}  // namespace
}  // namespace trellis::services
