#include "clients/trellis/salvage.h"

#include "absl/strings/str_cat.h"
#include "audit/keys_beside.h"
#include "audit/salvage.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "clients/trellis/ledger_tools.h"

namespace trellis::cli {

absl::Status RunSalvage(const Invocation& invocation, const Process& process) {
  ASSIGN_OR_RETURN(const std::string data, RequiredText(invocation, "data"));
  ASSIGN_OR_RETURN(const std::optional<vault::MasterKey> master, MasterKeyFlag(invocation));
  ASSIGN_OR_RETURN(const auto keys, audit::KeysBeside::Open(data, master));
  const vault::EventVault none;
  ASSIGN_OR_RETURN(
      const Report report,
      audit::SalvageLedger(data, keys == nullptr ? none : keys->vault(),
                           [&](absl::string_view line) { process.out << line << "\n"; }));
  for (const Report::Part& part : report.parts) {
    process.err << part.name << ": " << part.what << "\n";
  }
  const Findings& findings = report.findings;
  for (const std::string& finding : findings.kept()) process.err << "  " << finding << "\n";
  if (findings.count() == 0) return absl::OkStatus();
  return Error(absl::StatusCode::kDataLoss, "LEDGER_DAMAGED",
               absl::StrCat(data, ": ", findings.count(), " findings; what was read is whole"),
               {{"data", data}});
}

}  // namespace trellis::cli
