// Diaries and workloads as text.
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/trellis/grammar/names.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/text.h"
#include "trellis/v1/diary_service.pb.h"

namespace trellis::cli {
namespace {

// Enough to know it by; the whole text stands in its plan.
constexpr size_t kWordsWidth = 60;

std::string Shortened(const std::string& words) {
  const std::string line = OneLine(words);
  if (DisplayWidth(line) <= kWordsWidth) return line;
  size_t end = 0;
  // Not inside a character.
  for (size_t shown = 0; end < line.size() && shown < kWordsWidth - 1; ++shown) {
    do {
      ++end;
    } while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80);
  }
  return absl::StrCat(line.substr(0, end), "…");
}

}  // namespace

std::string DiaryText(const v1::ListDiaryResponse& diary) {
  if (diary.entries().empty()) return "nothing in these days\n";
  std::vector<std::vector<std::string>> rows = {{"DATE", "STATE", "WHAT", "ECT", "WORDS", "WHERE"}};
  for (const v1::DiaryEntry& entry : diary.entries()) {
    rows.push_back({entry.date(), SpokenWords(v1::DiaryEntry::State_Name(entry.state())),
                    SpokenWords(v1::DiaryEntry::Kind_Name(entry.kind())),
                    OneLine(entry.ect().name()), Shortened(entry.words()),
                    absl::StrCat(entry.resource(), " ", entry.entry_id())});
  }
  std::string text = AlignedTable(rows);
  if (diary.overdue() > 0) absl::StrAppend(&text, "overdue: ", diary.overdue(), "\n");
  return text;
}

std::string WorkloadText(const v1::Workload& workload) {
  std::string text = AlignedTable(
      {{"plans", absl::StrCat(workload.plans_size())},
       {"open targets", absl::StrCat(workload.open_targets())},
       {"open steps", absl::StrCat(workload.open_steps())},
       {"minutes a week", absl::StrCat(workload.minutes_per_week())},
       {"steps without an estimate", absl::StrCat(workload.steps_without_estimate())}});
  for (const v1::WorkloadWeek& week : workload.weeks()) {
    absl::StrAppend(&text, "due in the week from ", week.starts_on(), ": ", week.due_size(), "\n");
  }
  for (const v1::WorkloadHint& hint : workload.hints()) {
    absl::StrAppend(&text, "hint: ", OneLine(hint.message()), "\n");
  }
  return text;
}

}  // namespace trellis::cli
