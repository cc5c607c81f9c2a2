#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "clients/trellis/grammar/names.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/text.h"

namespace trellis::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// Hundredths of a term as people write them: 1.25.
std::string Terms(int hundredths) {
  return absl::StrFormat("%d.%02d", hundredths / 100, hundredths % 100);
}

}  // namespace

std::string InductionsText(const v1::ListInductionsResponse& list) {
  if (list.inductions().empty()) return "no inductions\n";
  Rows rows = {{"INDUCTION", "REVISION", "STATE", "ECT", "SCHOOL", "TUTOR", "MENTOR", "BODY", "FTE",
                "SINCE"}};
  for (const v1::InductionSummary& induction : list.inductions()) {
    rows.push_back({induction.name(), absl::StrCat(induction.revision()),
                    SpokenWords(v1::Induction::State_Name(induction.state())),
                    induction.ect().name(), induction.school().name(), induction.tutor().name(),
                    induction.mentor().name(), induction.appropriate_body(),
                    Terms(induction.fte_hundredths()), induction.began_on()});
  }
  return AlignedTable(rows);
}

std::string ClockText(const v1::InductionClock& clock) {
  std::string text = absl::StrCat(
      Terms(clock.served_hundredths()), " of ", Terms(clock.required_hundredths()),
      " terms served by ", clock.on(),
      clock.expected_end_on().empty() ? "" : ", all by " + clock.expected_end_on(), "\n");
  for (const v1::YearOfAbsence& year : clock.absence_years()) {
    if (year.days() == 0) continue;
    absl::StrAppend(&text, "ad-hoc absence in year ", year.year(), ": ", year.days(), " days",
                    year.added_hundredths() == 0
                        ? ""
                        : absl::StrCat(", which add ", Terms(year.added_hundredths()), " terms"),
                    "\n");
  }
  if (clock.due().empty()) return text;
  Rows rows = {{"DUE", "WHAT", "TERMS SERVED BY THEN"}};
  for (const v1::InductionDue& due : clock.due()) {
    rows.push_back({due.due_on(), SpokenWords(v1::InductionDue::Kind_Name(due.kind())),
                    Terms(due.served_hundredths())});
  }
  return text + AlignedTable(rows);
}

std::string SessionNotesText(const v1::ListSessionNotesResponse& list) {
  if (list.session_notes().empty()) return "no notes\n";
  std::string text;
  for (const v1::SessionNote& note : list.session_notes()) {
    const bool struck_out = note.entry().correction().struck_out();
    absl::StrAppend(&text, note.note_id(), "  ", note.held_on(), "  ", note.programme().provider(),
                    note.module().empty() ? "" : ", module " + note.module(),
                    note.week() == 0 ? "" : absl::StrCat(", week ", note.week()),
                    note.title().empty() ? "" : ": " + note.title(),
                    struck_out ? " (struck out)" : "", "\n  ", note.text(), "\n");
  }
  return text;
}

}  // namespace trellis::cli
