#include "projections/role_list.h"

#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "domain/person.h"

namespace trellis::projections {
namespace {

constexpr char kRows[] = "ra";

std::string SchoolPrefix(const std::string& urn) { return absl::StrCat("rs", urn, kKeyEnd); }
std::string BodyPrefix(const std::string& body) { return absl::StrCat("rb", body, kKeyEnd); }

std::string TrnPrefix(const std::string& trn) { return absl::StrCat("rt", trn, kKeyEnd); }
std::string EmailPrefix(const std::string& email) {
  return absl::StrCat("re", absl::AsciiStrToLower(email), kKeyEnd);
}

bool Meets(const v1::PersonRole& role, const v1::ListRolesRequest& query) {
  return role.school_urn() == query.school_urn() &&
         role.appropriate_body() == query.appropriate_body() &&
         (query.role() == v1::CAPACITY_UNSPECIFIED || query.role() == role.role()) &&
         domain::IsHeldOn(role, query.on());
}

// Whether `holder` acts for `body` on `day`, or acted for it last: see ContactRows.
bool IsContact(const v1::RoleHolder& holder, const std::string& body, const std::string& day) {
  std::string last_end;
  bool acts = false;
  bool is_last = false;
  for (const v1::PersonRole& role : holder.roles()) {
    if (role.role() != v1::APPROPRIATE_BODY || role.starts_on() > day) continue;
    const bool of_body = role.appropriate_body() == body;
    if (domain::IsHeldOn(role, day)) {
      if (of_body) return true;
      acts = true;
    } else if (role.ends_on() >= last_end) {
      is_last = of_body || (is_last && role.ends_on() == last_end);
      last_end = role.ends_on();
    }
  }
  return is_last && !acts;
}

}  // namespace

void AddRoleRows(const v1::Person& person, Rows& rows) {
  v1::RoleHolder holder;
  holder.set_name(person.name());
  holder.set_full_name(person.full_name());
  holder.set_joined_into(person.joined_into());
  *holder.mutable_roles() = person.roles();
  rows[absl::StrCat(kRows, person.name())] = holder.SerializeAsString();
  if (!person.trn().empty()) rows[TrnPrefix(person.trn()) + person.name()] = "";
  if (!person.email().empty()) rows[EmailPrefix(person.email()) + person.name()] = "";
  for (const v1::PersonRole& role : person.roles()) {
    const std::string prefix = role.school_urn().empty() ? BodyPrefix(role.appropriate_body())
                                                         : SchoolPrefix(role.school_urn());
    rows[prefix + person.name()] = "";
  }
}

absl::StatusOr<Listing<v1::RoleHolder>> ListRoleRows(const ViewStore& store,
                                                     const v1::ListRolesRequest& query,
                                                     const std::string& after, int count) {
  const std::string prefix = query.school_urn().empty() ? BodyPrefix(query.appropriate_body())
                                                        : SchoolPrefix(query.school_urn());
  auto listing = ListRows<v1::RoleHolder>(store, kRows, prefix, after, count,
                                          [&](const v1::RoleHolder& holder) {
                                            for (const v1::PersonRole& role : holder.roles()) {
                                              if (Meets(role, query)) return true;
                                            }
                                            return false;
                                          });
  if (!listing.ok()) return listing;
  for (v1::RoleHolder& holder : listing->items) {
    google::protobuf::RepeatedPtrField<v1::PersonRole> met;
    for (v1::PersonRole& role : *holder.mutable_roles()) {
      if (Meets(role, query)) *met.Add() = std::move(role);
    }
    holder.mutable_roles()->Swap(&met);
  }
  return listing;
}

absl::StatusOr<std::vector<std::string>> ContactRows(const ViewStore& store,
                                                     const std::string& body,
                                                     const std::string& day) {
  ASSIGN_OR_RETURN(const auto listing,
                   ListRows<v1::RoleHolder>(
                       store, kRows, BodyPrefix(body), "", std::numeric_limits<int>::max(),
                       [&](const v1::RoleHolder& holder) { return IsContact(holder, body, day); }));
  std::vector<std::string> names;
  for (const v1::RoleHolder& holder : listing.items) names.push_back(holder.name());
  return names;
}

absl::StatusOr<std::vector<v1::RoleHolder>> FindPeopleRows(
    const ViewStore& store, const std::string& trn, const std::string& email, int count,
    const std::function<absl::StatusOr<StateRowPointer>(const std::string&)>& state) {
  absl::Status failure;
  auto listing = ListRows<v1::RoleHolder>(
      store, kRows, trn.empty() ? EmailPrefix(email) : TrnPrefix(trn), "", count,
      [&](const v1::RoleHolder& holder) {
        const absl::StatusOr<StateRowPointer> row = state(holder.name());
        if (!row.ok()) failure = row.status();
        if (!row.ok() || *row == nullptr) return false;
        const auto& person = (*row)->as<v1::Person>();
        return trn.empty() ? absl::EqualsIgnoreCase(person.email(), email) : person.trn() == trn;
      });
  if (!listing.ok()) return listing.status();
  if (!failure.ok()) return failure;
  return std::move(listing->items);
}

}  // namespace trellis::projections
