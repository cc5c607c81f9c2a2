// How long people's records are kept, whose time is over, and what became of an erasure.
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/trellis/grammar/names.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/text.h"

namespace trellis::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using Parts = google::protobuf::RepeatedPtrField<v1::ErasureReport::Part>;

std::string DateOr(const std::string& date, const char* otherwise) {
  return date.empty() ? otherwise : date;
}

std::string DutiesText(const v1::Retention& retention) {
  if (retention.duties().empty()) return "";
  Rows rows = {{"KEPT FOR", "SCHOOL", "ENDED ON", "KEEP UNTIL", "RECORD", "RULE"}};
  for (const v1::RetentionDuty& duty : retention.duties()) {
    const std::string entry = duty.entry_id().empty() ? "" : absl::StrCat(" ", duty.entry_id());
    rows.push_back({SpokenWords(v1::RetentionDuty::Kind_Name(duty.kind())), duty.school_urn(),
                    DateOr(duty.ended_on(), "not yet"), DateOr(duty.keep_until(), "no end yet"),
                    duty.source() + entry, OneLine(duty.rule())});
  }
  return absl::StrCat("\n", AlignedTable(rows));
}

std::string HoldsText(const v1::Retention& retention) {
  if (retention.legal_holds().empty()) return "";
  Rows rows = {{"LEGAL HOLD", "PLACED ON", "MATTER", "RECORD", "WHY"}};
  for (const v1::HoldInForce& hold : retention.legal_holds()) {
    rows.push_back(
        {hold.hold_id(), hold.placed_on(), hold.matter(), hold.record(), OneLine(hold.reason())});
  }
  return absl::StrCat("\n", AlignedTable(rows));
}

std::string PartsText(const char* heading, const Parts& parts) {
  if (parts.empty()) return "";
  Rows rows = {{heading, "COUNT", "WHY"}};
  for (const v1::ErasureReport::Part& part : parts) {
    rows.push_back({part.what(), part.count() == 0 ? "-" : absl::StrCat(part.count()), part.why()});
  }
  return absl::StrCat("\n", AlignedTable(rows));
}

// What was done, in one sentence: it is for ever, or it is not what somebody thinks.
std::string OutcomeText(const v1::EraseSubjectResponse& response) {
  const v1::Person& person = response.person();
  // Whatever is written has a place in the ledger.
  if (response.receipt().first_position() == 0) {
    return absl::StrCat("This was a dry run: nothing of ", person.name(), " was erased.\n");
  }
  if (person.has_erase_time()) {
    return absl::StrCat("Erased: nobody can read any more what was recorded of ", person.name(),
                        ".\n");
  }
  const v1::ErasureRequest& request = person.erasure_request();
  return absl::StrCat("Nothing of ", person.name(),
                      " is erased yet: records must be kept, and until ", request.agree_until(),
                      " somebody else than ", request.requested_by(),
                      " can agree that this is set aside, by asking for it too.\n");
}

}  // namespace

std::string RetentionText(const v1::Retention& retention) {
  Rows rows = {{"person", retention.person()},
               {"keep until", DateOr(retention.keep_until(), "no end yet")},
               {"due", retention.due() ? "yes" : "no"}};
  if (retention.records_size() > 1) {
    rows.push_back({"records", absl::StrJoin(retention.records(), ", ")});
  }
  if (!retention.proposed_for().empty()) {
    rows.push_back({"proposed for", absl::StrJoin(retention.proposed_for(), ", ")});
  }
  return absl::StrCat(AlignedTable(rows), DutiesText(retention), HoldsText(retention));
}

std::string RetentionDueText(const v1::ListRetentionDueResponse& list) {
  if (list.people().empty()) return "nobody is due\n";
  Rows rows = {{"PERSON", "KEPT UNTIL", "LEGAL HOLDS", "PROPOSED"}};
  for (const v1::RetentionDue& due : list.people()) {
    rows.push_back({due.person(), due.keep_until(), absl::StrCat(due.legal_hold_count()),
                    due.proposed() ? "yes" : "no"});
  }
  return AlignedTable(rows);
}

std::string ErasureText(const v1::EraseSubjectResponse& response) {
  std::string text = OutcomeText(response);
  for (const std::string& reason : response.report().against()) {
    absl::StrAppend(&text, "against it: ", OneLine(reason), "\n");
  }
  for (const v1::Warning& warning : response.warnings()) {
    absl::StrAppend(&text, "warning: ", OneLine(warning.message()), "\n");
  }
  absl::StrAppend(&text, PartsText("GOES", response.report().goes()),
                  PartsText("STAYS", response.report().stays()));
  if (response.has_operation()) {
    absl::StrAppend(&text, "\n", OperationText(response.operation()));
  }
  return text;
}

}  // namespace trellis::cli
