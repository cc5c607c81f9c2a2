#include "tests/support/introductions.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/digest.h"
#include "base/uuid.h"
#include "domain/organisation.h"
#include "domain/person.h"
#include "domain/school.h"
#include "services/references.h"
#include "trellis/v1/directory_service.pb.h"
#include "trellis/v1/school_requests.pb.h"

namespace trellis::testing {
namespace {

constexpr char kBody[] = "ab-introduced";
constexpr char kSince[] = "2000-01-01";

std::string IdOf(const std::string& what) {
  return UuidText(UuidFromDigest(Sha256("introduced\n", what)));
}

bool IsPersonName(const std::string& name) {
  return absl::StartsWith(name, domain::kPersonStreams) &&
         ParseUuid(absl::StripPrefix(name, domain::kPersonStreams)).has_value();
}

v1::RecordAppropriateBodyRequest BodyRequest(const std::string& id) {
  v1::RecordAppropriateBodyRequest request;
  request.set_appropriate_body_id(id);
  request.set_request_id(IdOf(absl::StrCat("body ", id)));
  request.mutable_facts()->set_body_name(absl::StrCat("Hub ", id));
  request.mutable_facts()->set_status(v1::OPEN);
  request.mutable_facts()->set_kind(v1::AppropriateBodyFacts::TEACHING_SCHOOL_HUB);
  return request;
}

v1::RecordTrustRequest TrustRequest(const std::string& uid) {
  v1::RecordTrustRequest request;
  request.set_trust_id(uid);
  request.set_request_id(IdOf(absl::StrCat("trust ", uid)));
  request.mutable_facts()->set_trust_name(absl::StrCat("Trust ", uid));
  request.mutable_facts()->set_status(v1::OPEN);
  return request;
}

}  // namespace

bool Introductions::IsNew(const std::string& what) {
  MutexLock lock(mutex_);
  return known_.insert(what).second;
}

void Introductions::School(const std::string& urn, const Give& give) {
  if (!IsNew(urn)) return;
  v1::RecordSchoolRequest request;
  request.set_school_id(urn);
  request.set_request_id(IdOf(urn));
  request.mutable_facts()->set_school_name(absl::StrCat("School ", urn));
  request.mutable_facts()->set_status(v1::OPEN);
  give(request);
}

void Introductions::Person(const std::string& person, const Give& give) {
  if (!IsPersonName(person) || !IsNew(person)) return;
  v1::RegisterPersonRequest request;
  request.set_person_id(std::string(absl::StripPrefix(person, domain::kPersonStreams)));
  request.set_request_id(IdOf(person));
  request.set_full_name("Somebody");
  give(request);
}

void Introductions::Role(const std::string& person, v1::Capacity role,
                         const std::set<std::string>& urns, const Give& give) {
  if (!IsPersonName(person)) return;
  const auto start = [&](const std::string& urn) {
    const std::string what = absl::StrCat(person, " ", role, " ", urn);
    if (!IsNew(what)) return;
    v1::StartRoleRequest request;
    request.set_name(person);
    request.set_request_id(IdOf(what));
    request.mutable_role()->set_role(role);
    request.mutable_role()->set_starts_on(kSince);
    if (role == v1::APPROPRIATE_BODY) {
      request.mutable_role()->set_appropriate_body(urn);
    } else {
      request.mutable_role()->set_school_urn(urn);
    }
    give(request);
  };
  if (role == v1::APPROPRIATE_BODY) {
    if (IsNew(kBody)) give(BodyRequest(kBody));
    return start(kBody);
  }
  for (const std::string& urn : urns) start(urn);
}

void Introductions::Before(const google::protobuf::Message& request, const std::string& actor,
                           v1::Capacity capacity, const Give& give) {
  const bool is_directory =
      absl::EndsWith(request.GetDescriptor()->file()->name(), "/directory_service.proto") ||
      request.GetDescriptor()->file() == v1::RecordSchoolRequest::descriptor()->file();
  std::set<std::string> urns = {"900001", "900002"};
  const auto references = services::ReferencesIn(request);
  for (const services::Reference& reference : references) {
    if (absl::StartsWith(reference.name, domain::kSchoolStreams)) {
      urns.insert(domain::UrnOf(reference.name));
    } else if (absl::StartsWith(reference.name, domain::kTrustStreams)) {
      if (IsNew(reference.name)) {
        give(TrustRequest(std::string(absl::StripPrefix(reference.name, domain::kTrustStreams))));
      }
    } else if (absl::StartsWith(reference.name, domain::kAppropriateBodyStreams)) {
      const std::string id(absl::StripPrefix(reference.name, domain::kAppropriateBodyStreams));
      if (IsNew(reference.name)) give(BodyRequest(id));
    }
  }
  const bool is_keeper = capacity == v1::INDUCTION_TUTOR || capacity == v1::HEADTEACHER;
  if (is_directory && references.empty() && !is_keeper) return;
  for (const std::string& urn : urns) School(urn, give);
  if (is_directory) {
    if (!is_keeper) return;
    Person(actor, give);
    return Role(actor, capacity, urns, give);
  }
  for (const services::Reference& reference : references) {
    Person(reference.name, give);
    if (reference.holds != v1::CAPACITY_UNSPECIFIED) {
      Role(reference.name, reference.holds, urns, give);
    }
  }
  Person(actor, give);
  if (capacity != v1::ECT && capacity != v1::SUPPORTER) Role(actor, capacity, urns, give);
}

}  // namespace trellis::testing
