#include "services/access_holders.h"

#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/string_view.h"
#include "base/status_macros.h"
#include "domain/access_grant.h"
#include "domain/person.h"
#include "policy/policy.h"
#include "policy/subject.h"

namespace trellis::services {
namespace {

using projections::StateRowPointer;
using projections::Views;

// Holders of a role at one school that are shown: more than any school has.
constexpr int kRoleHoldersMax = 1'000;

class Holders {
 public:
  Holders(Views& views, const std::string& today) : views_(views), today_(today) {}

  absl::Status AddRecord(const std::string& name, const std::string& person) {
    ASSIGN_OR_RETURN(const StateRowPointer row, views_.FindRow(name));
    if (row == nullptr) return absl::OkStatus();
    const policy::Subject subject = policy::SubjectOf(*row->state);
    // A diary's row may be of somebody who only has a part in the record.
    if (subject.person != person) return absl::OkStatus();
    for (const policy::Part& part : subject.parts) {
      const bool now = part.since <= today_ && (part.until.empty() || part.until >= today_);
      if (now) RETURN_IF_ERROR(Add(std::string(part.person), part.capacity, name, part.until));
    }
    RETURN_IF_ERROR(AddGrants(name));
    for (const policy::Stay& stay : subject.stays) {
      if (stay.until.empty() || stay.until >= today_) schools_.emplace(stay.school_urn);
    }
    return absl::OkStatus();
  }

  absl::Status AddSchools() {
    for (const std::string& urn : schools_) {
      for (const v1::Capacity role : {v1::INDUCTION_TUTOR, v1::HEADTEACHER}) {
        v1::ListRolesRequest query;
        query.set_school_urn(urn);
        query.set_role(role);
        query.set_on(today_);
        ASSIGN_OR_RETURN(const auto holders, views_.Roles(query, "", kRoleHoldersMax));
        for (const v1::RoleHolder& holder : holders.items) {
          v1::AccessHolder& added = Append(holder.name(), holder.full_name(), role);
          added.set_school_urn(urn);
          if (!holder.roles().empty()) added.set_ends_on(holder.roles(0).ends_on());
        }
      }
    }
    return absl::OkStatus();
  }

  std::vector<v1::AccessHolder> Take() && { return std::move(holders_); }

 private:
  absl::Status AddGrants(const std::string& record) {
    ASSIGN_OR_RETURN(const auto names, views_.GrantsOfRecord(record));
    for (const std::string& name : names) {
      ASSIGN_OR_RETURN(const StateRowPointer row, views_.FindRow(name));
      if (row == nullptr) continue;
      const auto& grant = row->as<v1::AccessGrant>();
      if (!domain::IsInForce(grant, today_)) continue;
      RETURN_IF_ERROR(Add(grant.grantee().person(), v1::GRANTEE, record, grant.ends_on()));
      holders_.back().set_access_grant(name);
    }
    return absl::OkStatus();
  }

  // Somebody whom the record names: once for each capacity.
  absl::Status Add(const std::string& person, v1::Capacity capacity, const std::string& record,
                   absl::string_view ends_on) {
    const bool is_new = capacity == v1::GRANTEE || seen_.emplace(person, capacity, record).second;
    if (!is_new) return absl::OkStatus();
    ASSIGN_OR_RETURN(const StateRowPointer row, views_.FindRow(person));
    const std::string name = row == nullptr ? "" : row->as<v1::Person>().full_name();
    v1::AccessHolder& added = Append(person, name, capacity);
    added.set_record(record);
    added.set_ends_on(std::string(ends_on));
    return absl::OkStatus();
  }

  v1::AccessHolder& Append(const std::string& person, const std::string& name,
                           v1::Capacity capacity) {
    v1::AccessHolder& added = holders_.emplace_back();
    added.set_person(person);
    added.set_full_name(name);
    added.set_capacity(capacity);
    return added;
  }

  Views& views_;
  const std::string& today_;
  std::set<std::string> schools_;
  std::set<std::tuple<std::string, v1::Capacity, std::string>> seen_;
  std::vector<v1::AccessHolder> holders_;
};

}  // namespace

absl::StatusOr<std::vector<v1::AccessHolder>> AccessHolders(Views& views, const std::string& person,
                                                            const std::string& today) {
  ASSIGN_OR_RETURN(const auto records, views.StreamsOfPerson(person));
  Holders holders(views, today);
  for (const std::string& record : records) RETURN_IF_ERROR(holders.AddRecord(record, person));
  RETURN_IF_ERROR(holders.AddSchools());
  return std::move(holders).Take();
}

}  // namespace trellis::services
