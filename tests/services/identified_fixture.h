// What the tests of identity share: a server that believes the tokens of a provider, and nobody.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/services/service_fixture.h"
#include "tests/support/introductions.h"
#include "tests/support/openid_provider.h"
#include "trellis/v1/access_service.pb.h"
#include "trellis/v1/directory_service.pb.h"
#include "trellis/v1/school_requests.pb.h"

namespace trellis::services {

class IdentifiedTest : public ::testing::Test {
 protected:
  // The subject that the server was told is an administrator.
  static constexpr char kRoot[] = "root";

  explicit IdentifiedTest(const std::optional<RateLimits>& limits = {}) : limits_(limits) {
    for (const testing::Actor& actor :
         {testing::Tutor(), testing::Headteacher(), testing::AppropriateBody(), testing::Ect()}) {
      introductions_.Before(testing::OpenRequest(), actor.party.person(), actor.capacity, give_);
    }
    Bind("ruth", testing::Tutor().party.person());
    Bind("sian", testing::Headteacher().party.person());
    Bind("tom", testing::AppropriateBody().party.person());
    Bind("sam", testing::Ect().party.person());
  }

  // The metadata of a call with a token of `subject`.
  testing::Metadata As(const std::string& subject, const std::string& capacity = "") const {
    testing::Metadata metadata = {
        {"authorization", absl::StrCat("Bearer ", provider_->Issue(subject, "app"))}};
    if (!capacity.empty()) metadata.emplace("trellis-capacity", capacity);
    return metadata;
  }

  testing::Metadata Root() const { return As(kRoot, "administrator"); }

  template <typename Response>
  absl::StatusOr<Response> Ask(const testing::Metadata& metadata,
                               const google::protobuf::Message& request) const {
    const auto path = testing::RpcClient::PathOf(testing::MethodFor(request));
    const auto bytes = client_.CallBytes(path, metadata, request.SerializeAsString());
    if (!bytes.ok()) return bytes.status();
    Response response;
    EXPECT_TRUE(response.ParseFromString(*bytes));
    return response;
  }

  // Gives a command that must be accepted.
  template <typename Response>
  Response Give(const testing::Metadata& metadata, const google::protobuf::Message& request) const {
    const absl::StatusOr<Response> reply = Ask<Response>(metadata, request);
    EXPECT_TRUE(reply.ok()) << request.GetTypeName() << ": " << reply.status();
    return reply.ok() ? *reply : Response();
  }

  v1::PersonReply Bind(const std::string& subject, const std::string& person) const {
    v1::BindIdentityRequest request = testing::RequestFor<v1::BindIdentityRequest>(person);
    request.mutable_identity()->set_issuer(provider_->issuer());
    request.mutable_identity()->set_subject(subject);
    return Give<v1::PersonReply>(Root(), request);
  }

  void RecordSchool(const std::string& urn) const {
    v1::RecordSchoolRequest request;
    request.set_school_id(urn);
    request.set_request_id(testing::NewId());
    request.mutable_facts()->set_school_name(absl::StrCat("School ", urn));
    request.mutable_facts()->set_status(v1::OPEN);
    Give<v1::SchoolReply>(Root(), request);
  }

  // Registers somebody with a role at a school, and binds their subject, which is the first name.
  std::string Register(const std::string& subject, v1::Capacity role, const std::string& urn,
                       const std::string& starts_on = "2020-09-01") const {
    v1::RegisterPersonRequest request;
    request.set_person_id(testing::NewId());
    request.set_request_id(testing::NewId());
    request.set_full_name(absl::StrCat(subject, " Marked"));
    RecordSchool(urn);
    const std::string name = Give<v1::PersonReply>(Root(), request).person().name();
    auto start = testing::RequestFor<v1::StartRoleRequest>(name);
    start.mutable_role()->set_role(role);
    start.mutable_role()->set_school_urn(urn);
    start.mutable_role()->set_starts_on(starts_on);
    Give<v1::PersonReply>(Root(), start);
    Bind(subject, name);
    return name;
  }

  // Records a program of a school, or of every school, whose tokens have that subject.
  v1::ServiceAccountFacts Program(const std::string& subject, const std::string& scope,
                                  const std::string& urn = "") const {
    v1::RecordServiceAccountRequest record;
    record.set_service_account_id(testing::NewId());
    record.set_request_id(testing::NewId());
    v1::ServiceAccountFacts& facts = *record.mutable_facts();
    facts.set_display_name("Program");
    facts.add_scopes(scope);
    if (urn.empty()) {
      facts.set_every_school(true);
    } else {
      facts.add_school_urns(urn);
    }
    facts.set_reason("Asked for.");
    facts.add_identities()->set_issuer(provider_->issuer());
    facts.mutable_identities(0)->set_subject(subject);
    return Give<v1::ServiceAccountReply>(Root(), record).service_account().facts();
  }

  v1::SupportPlan Open() const {
    return Give<v1::SupportPlanReply>(As("ruth", "induction-tutor"), testing::OpenRequest())
        .support_plan();
  }

  absl::StatusOr<v1::SupportPlan> Get(const testing::Metadata& metadata,
                                      const std::string& plan) const {
    v1::GetSupportPlanRequest request;
    request.set_name(plan);
    return Ask<v1::SupportPlan>(metadata, request);
  }

  // None: there are no limits.
  const std::optional<RateLimits> limits_;
  testing::TempDirectory directory_;
  testing::FakeClock clock_;
  const std::unique_ptr<testing::OpenIdProvider> provider_ =
      *testing::OpenIdProvider::Start(clock_, {});
  testing::TestServer server_{
      Settings{.data = directory_ / "data",
               .callers = {.issuers = {{.issuer = provider_->issuer(),
                                        .audience = "trellis",
                                        .keys = provider_->keys_address()}},
                           .administrators = {absl::StrCat(provider_->issuer(), " ", kRoot)}},
               .limits = limits_},
      clock_};
  const testing::RpcClient client_{server_.grpc_address(), grpc::InsecureChannelCredentials()};
  const testing::Introductions::Give give_ = [this](const google::protobuf::Message& command) {
    const auto path = testing::RpcClient::PathOf(testing::MethodFor(command));
    const auto answer = client_.CallBytes(path, Root(), command.SerializeAsString());
    EXPECT_TRUE(answer.ok()) << command.GetTypeName() << ": " << answer.status();
  };
  testing::Introductions introductions_;
};

}  // namespace trellis::services
