// Who the caller is, who may see a person's records and who has looked, as tables.
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/trellis/grammar/names.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/text.h"

namespace trellis::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string CapacityText(v1::Capacity capacity) {
  return capacity == v1::CAPACITY_UNSPECIFIED ? "-" : SpokenWords(v1::Capacity_Name(capacity));
}

}  // namespace

std::string WhoText(const v1::WhoAmIResponse& who) {
  Rows rows;
  if (!who.subject().empty()) rows.push_back({"subject", who.subject(), "of " + who.issuer()});
  if (!who.person().empty()) rows.push_back({"person", who.person(), who.full_name()});
  if (!who.service_account().empty()) {
    const v1::ServiceAccountFacts& facts = who.service_account_facts();
    rows.push_back({"account", who.service_account(), facts.display_name()});
    rows.push_back({"scopes", absl::StrJoin(facts.scopes(), " "), ""});
  }
  for (const v1::PersonRole& role : who.roles()) {
    rows.push_back({"role", CapacityText(role.role()), RolePlace(role)});
  }
  if (who.administrator()) rows.push_back({"role", "administrator", "of this ledger"});
  return rows.empty() ? "nobody: the server was told nothing\n" : AlignedTable(rows);
}

std::string AccessText(const v1::ListAccessResponse& access) {
  std::string text;
  if (!access.holders().empty()) {
    Rows rows = {{"MAY SEE", "NAME", "AS", "WHAT", "UNTIL"}};
    for (const v1::AccessHolder& holder : access.holders()) {
      const std::string school = holder.school_urn().empty() ? "every school" : holder.school_urn();
      const std::string at =
          holder.record().empty() ? absl::StrCat("all at ", school) : holder.record();
      const std::string by =
          holder.access_grant().empty() ? "" : absl::StrCat(" by ", holder.access_grant());
      rows.push_back({holder.person() + holder.service_account(), holder.full_name(),
                      CapacityText(holder.capacity()), absl::StrCat(at, by), holder.ends_on()});
    }
    text = absl::StrCat(AlignedTable(rows), "\n");
  }
  Rows rows = {{"LOOKED", "WHO", "AS", "AT", "BY"}};
  for (const v1::AccessEntry& entry : access.entries()) {
    const bool refused = entry.outcome() == v1::AccessEntry::REFUSED;
    const std::string why =
        entry.reason().empty() ? "" : absl::StrCat(": ", OneLine(entry.reason()));
    rows.push_back({LondonTimeText(entry.read_time()), entry.reader(),
                    CapacityText(entry.capacity()), entry.record(),
                    absl::StrCat(entry.rpc().substr(entry.rpc().rfind('/') + 1),
                                 refused ? ", refused" : "", why)});
  }
  return absl::StrCat(text, rows.size() == 1 ? "nobody has looked\n" : AlignedTable(rows));
}

}  // namespace trellis::cli
