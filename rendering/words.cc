#include "rendering/words.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/clock.h"
#include "base/timestamp.h"

namespace trellis::rendering {
namespace {

std::optional<absl::CivilDay> ParseIsoDate(absl::string_view text) {
  // Abseil would take "2022-9-2" as well, and a date in the contract is always ten characters.
  absl::CivilDay day;
  if (text.size() != 10 || !absl::ParseCivilTime(text, &day)) return std::nullopt;
  return day;
}

std::string Format(absl::string_view format, absl::CivilDay day) {
  return absl::FormatTime(format, absl::FromCivil(day, absl::UTCTimeZone()), absl::UTCTimeZone());
}

}  // namespace

std::string DateInWords(absl::string_view iso_date) {
  const std::optional<absl::CivilDay> day = ParseIsoDate(iso_date);
  return day ? Format("%a %-d %b %Y", *day) : std::string(iso_date);
}

std::string LongDateInWords(absl::string_view iso_date) {
  const std::optional<absl::CivilDay> day = ParseIsoDate(iso_date);
  return day ? Format("%A %-d %B %Y", *day) : std::string(iso_date);
}

std::string IsoDate(absl::CivilDay day) { return absl::FormatCivilTime(day); }

std::string TimeInWords(absl::Time time) {
  return absl::FormatTime("%-d %b %Y, %H:%M", time, London());
}

std::string TimeInWords(const google::protobuf::Timestamp& time) {
  return TimeInWords(FromTimestamp(time));
}

std::string EnumInWords(const google::protobuf::EnumValueDescriptor& value) {
  std::vector<std::string> words = absl::StrSplit(value.name(), '_');
  for (std::string& word : words) {
    if (word != "ECT") absl::AsciiStrToLower(&word);
  }
  return absl::StrJoin(words, " ");
}

std::string SupporterInWords(const v1::Supporter& supporter) {
  if (supporter.name().empty()) {
    return supporter.role().empty() ? supporter.person() : supporter.role();
  }
  if (supporter.role().empty()) return supporter.name();
  return absl::StrCat(supporter.name(), " (", supporter.role(), ")");
}

std::string SupportersInWords(const google::protobuf::RepeatedPtrField<v1::Supporter>& supporters) {
  return absl::StrJoin(supporters, "; ", [](std::string* out, const v1::Supporter& supporter) {
    absl::StrAppend(out, SupporterInWords(supporter));
  });
}

std::string JudgementInWords(const v1::TargetJudgement& judgement) {
  return absl::StrCat(judgement.target_id(), " ", EnumInWords(judgement.judgement()),
                      judgement.words().empty() ? "" : ": ", judgement.words());
}

std::string Count(int64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string JoinWithAnd(const std::vector<std::string>& parts) {
  if (parts.size() < 2) return parts.empty() ? "" : parts.front();
  return absl::StrCat(absl::StrJoin(parts.begin(), parts.end() - 1, ", "), " and ", parts.back());
}

std::string Capitalised(absl::string_view text) {
  std::string capitalised(text);
  if (!capitalised.empty()) {
    capitalised[0] = absl::ascii_toupper(static_cast<unsigned char>(capitalised[0]));
  }
  return capitalised;
}

bool EndsSentence(absl::string_view text) {
  while (absl::ConsumeSuffix(&text, "”") || absl::ConsumeSuffix(&text, "’") ||
         absl::ConsumeSuffix(&text, "\"") || absl::ConsumeSuffix(&text, "'") ||
         absl::ConsumeSuffix(&text, ")")) {
  }
  return absl::EndsWith(text, ".") || absl::EndsWith(text, "!") || absl::EndsWith(text, "?") ||
         absl::EndsWith(text, "…");
}

}  // namespace trellis::rendering
