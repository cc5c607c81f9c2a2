#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/trellis/grammar/names.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/text.h"

namespace trellis::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// The trust that a school was last known to be in; empty if it has left it.
std::string TrustText(const v1::SchoolSummary& school) {
  if (school.trusts().empty() || !school.trusts().rbegin()->ends_on().empty()) return "";
  return school.trusts().rbegin()->trust();
}

}  // namespace

std::string RolePlace(const v1::PersonRole& role) {
  return absl::StrCat(role.school_urn(), role.appropriate_body(), role.trust_uid());
}

std::string SchoolsText(const v1::ListSchoolsResponse& list) {
  if (list.schools().empty()) return "no schools\n";
  Rows rows = {{"SCHOOL", "STATUS", "NAME", "TOWN", "TRUST", "FOLLOWED BY"}};
  for (const v1::SchoolSummary& school : list.schools()) {
    rows.push_back({school.name(), SpokenWords(v1::OrganisationStatus_Name(school.status())),
                    school.school_name(), school.town(), TrustText(school),
                    absl::StrJoin(school.successors(), ", ")});
  }
  return AlignedTable(rows);
}

std::string RoleHoldersText(const google::protobuf::RepeatedPtrField<v1::RoleHolder>& holders) {
  if (holders.empty()) return "nobody\n";
  Rows rows = {{"PERSON", "NAME", "ROLE", "AT", "SINCE", "UNTIL"}};
  for (const v1::RoleHolder& holder : holders) {
    const std::string joined =
        holder.joined_into().empty() ? "" : absl::StrCat(" (see ", holder.joined_into(), ")");
    const std::string name = holder.full_name() + joined;
    if (holder.roles().empty()) rows.push_back({holder.name(), name, "", "", "", ""});
    for (const v1::PersonRole& role : holder.roles()) {
      rows.push_back({holder.name(), name, SpokenWords(v1::Capacity_Name(role.role())),
                      RolePlace(role), role.starts_on(), role.ends_on()});
    }
  }
  return AlignedTable(rows);
}

}  // namespace trellis::cli
