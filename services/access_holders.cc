#include "services/access_holders.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "base/status_macros.h"
#include "domain/access_grant.h"
#include "domain/organisation.h"
#include "domain/person.h"
#include "domain/school.h"
#include "policy/policy.h"
#include "policy/subject.h"
#include "services/school_line.h"
#include "trellis/v1/service_account.pb.h"

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
    for (const policy::Part& part : subject.parts) RETURN_IF_ERROR(AddPart(part, subject, name));
    for (const policy::BodyTime& body : subject.bodies) {
      if (IsNow(body.since, body.until)) RETURN_IF_ERROR(AddBody(std::string(body.id), name));
    }
    RETURN_IF_ERROR(AddGrants(name));
    for (size_t i = 0; i < subject.stays.size(); ++i) {
      const policy::Stay& stay = subject.stays[i];
      if (IsToCome(subject, i, today_) || (!stay.until.empty() && stay.until < today_)) continue;
      ASSIGN_OR_RETURN(Schools line,
                       LineOf(views_, domain::SchoolName(std::string(stay.school_urn))));
      schools_.merge(line);
    }
    return absl::OkStatus();
  }

  absl::Status AddSchools() {
    for (const std::string& school : schools_) {
      const std::string urn = domain::UrnOf(school);
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

  absl::Status AddPrograms() {
    if (schools_.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::vector<std::string> names, views_.ServiceAccounts());
    for (const std::string& name : names) {
      ASSIGN_OR_RETURN(const StateRowPointer row, views_.FindRow(name));
      if (row == nullptr) continue;
      const v1::ServiceAccountFacts& facts = row->as<v1::ServiceAccount>().facts();
      if (facts.disabled() || !ReadsRecords(facts)) continue;
      ASSIGN_OR_RETURN(const std::optional<std::string> urn, SchoolOf(facts));
      if (!urn.has_value()) continue;
      v1::AccessHolder& added = Append("", facts.display_name(), v1::SERVICE);
      added.set_service_account(name);
      added.set_school_urn(*urn);
    }
    return absl::OkStatus();
  }

  std::vector<v1::AccessHolder> Take() && { return std::move(holders_); }

 private:
  bool IsNow(absl::string_view since, absl::string_view until) const {
    return since <= today_ && (until.empty() || until >= today_);
  }

  // Somebody whom the record names, and whoever acts for the body that they are the contact of.
  absl::Status AddPart(const policy::Part& part, const policy::Subject& subject,
                       const std::string& record) {
    const std::string person(part.person);
    absl::string_view until = part.until;
    if (!IsNow(part.since, until)) {
      ASSIGN_OR_RETURN(const bool goes_on, HoldsRoleIn(person, std::string(part.goes_on_at)));
      if (part.since > today_ || !goes_on) return absl::OkStatus();
      until = "";
    }
    RETURN_IF_ERROR(Add(person, part.capacity, record, until));
    // A record that names bodies says so itself.
    if (part.capacity != v1::APPROPRIATE_BODY || !subject.bodies.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const StateRowPointer row, views_.FindRow(person));
    if (row == nullptr) return absl::OkStatus();
    for (const v1::PersonRole& role : row->as<v1::Person>().roles()) {
      if (role.role() != v1::APPROPRIATE_BODY || !domain::IsHeldOn(role, today_)) continue;
      RETURN_IF_ERROR(AddBody(role.appropriate_body(), record));
    }
    return absl::OkStatus();
  }

  absl::Status AddBody(const std::string& body, const std::string& record) {
    ASSIGN_OR_RETURN(const auto colleagues, views_.Contacts(body, today_));
    for (const std::string& colleague : colleagues) {
      RETURN_IF_ERROR(Add(colleague, v1::APPROPRIATE_BODY, record, ""));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<bool> HoldsRoleIn(const std::string& person, const std::string& urn) {
    if (urn.empty()) return false;
    ASSIGN_OR_RETURN(const StateRowPointer row, views_.FindRow(person));
    if (row == nullptr) return false;
    ASSIGN_OR_RETURN(const Schools line, LineOf(views_, domain::SchoolName(urn)));
    const auto& roles = row->as<v1::Person>().roles();
    return std::any_of(roles.begin(), roles.end(), [&](const v1::PersonRole& role) {
      return domain::IsHeldOn(role, today_) &&
             line.count(domain::SchoolName(role.school_urn())) > 0;
    });
  }

  static bool ReadsRecords(const v1::ServiceAccountFacts& facts) {
    return std::any_of(facts.scopes().begin(), facts.scopes().end(), [](const std::string& scope) {
      return absl::EndsWith(scope, ".read") || scope == "subjects.export" ||
             scope == "events.subscribe";
    });
  }

  // The first school of the person's that the account is for; empty: it is for every school.
  absl::StatusOr<std::optional<std::string>> SchoolOf(const v1::ServiceAccountFacts& facts) {
    if (facts.every_school()) return std::string();
    const auto has = [](const auto& list, const std::string& item) {
      return std::find(list.begin(), list.end(), item) != list.end();
    };
    for (const std::string& school : schools_) {
      if (has(facts.school_urns(), domain::UrnOf(school))) return domain::UrnOf(school);
      ASSIGN_OR_RETURN(const StateRowPointer row, views_.FindRow(school));
      if (row == nullptr) continue;
      const std::string trust = domain::TrustOn(row->as<v1::SchoolRecord>().trusts(), today_);
      if (!trust.empty() && has(facts.trusts(), trust)) return domain::UrnOf(school);
    }
    return std::nullopt;
  }

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
  // Those of the person's records, with those before and after them.
  Schools schools_;
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
  RETURN_IF_ERROR(holders.AddPrograms());
  return std::move(holders).Take();
}

}  // namespace trellis::services
