#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/text.h"

namespace trellis::cli {
namespace {

constexpr char kIndent[] = "   ";
constexpr char kStrike[] = "\x1b[9m";
constexpr char kUnstrike[] = "\x1b[29m";

std::string Sentence(const v1::TrailEntry& entry, bool terminal) {
  const std::string sentence = Indented(entry.sentence(), kIndent);
  if (entry.struck_out_by_revision() == 0) return sentence;
  // A terminal that cannot strike through shows plain text, so the words stand beside it.
  const std::string mark =
      absl::StrCat(" [struck out at revision ", entry.struck_out_by_revision(), "]");
  return terminal ? absl::StrCat(kStrike, sentence, kUnstrike, mark) : absl::StrCat(sentence, mark);
}

// When it happened, where that is not the day it was recorded.
std::string Happened(const v1::TrailEntry& entry) {
  const std::string day = absl::FormatCivilTime(LondonDay(FromTimestamp(entry.record_time())));
  if (entry.occurred_on().empty() || entry.occurred_on() == day) return "";
  std::string line = absl::StrCat(kIndent, "happened on ", OneLine(entry.occurred_on()));
  if (entry.late_days() > 0) {
    absl::StrAppend(&line, ", recorded ", entry.late_days(),
                    entry.late_days() == 1 ? " day late" : " days late");
  }
  return line + "\n";
}

std::string Value(const std::string& value) {
  return value.empty() ? "(nothing)" : Indented(value, kIndent);
}

std::string Block(const v1::TrailEntry& entry, bool terminal) {
  std::string block = absl::StrCat(
      entry.revision(), "  ",
      absl::FormatTime("%Y-%m-%d %H:%M:%S %Z", FromTimestamp(entry.record_time()), London()), "\n",
      kIndent, Sentence(entry, terminal), "\n", Happened(entry));
  for (const v1::FieldChange& change : entry.changes()) {
    absl::StrAppend(&block, kIndent, OneLine(change.field()), ": ", Value(change.before()), " -> ",
                    Value(change.after()), "\n");
  }
  if (entry.corrected_by_revision() != 0 && entry.struck_out_by_revision() == 0) {
    absl::StrAppend(&block, kIndent, "corrected at revision ", entry.corrected_by_revision(), "\n");
  }
  return block;
}

}  // namespace

std::string TrailText(const v1::ListTrailResponse& trail, bool terminal) {
  std::string text;
  for (const v1::TrailEntry& entry : trail.entries()) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", Block(entry, terminal));
  }
  return text;
}

}  // namespace trellis::cli
