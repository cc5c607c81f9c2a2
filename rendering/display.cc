#include "rendering/display.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace trellis::rendering {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Range {
  uint32_t first;
  uint32_t last;
};

// Combining marks of the scripts that names and lessons here are written in, joiners and variation
// selectors. A mark that is missing here is taken as one column: too wide, never too narrow.
constexpr Range kZeroWidth[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},   {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x093C, 0x093C},   {0x094D, 0x094D}, {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x2060, 0x2064},   {0x20D0, 0x20FF}, {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
};
// Unicode's East Asian Width W and F; above U+FFFF in whole blocks.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x23F0, 0x23F0},   {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267F, 0x267F},   {0x2693, 0x2693},   {0x26A1, 0x26A1},
    {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x26CE, 0x26CE},
    {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},
    {0x2728, 0x2728},   {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27B0, 0x27B0},   {0x27BF, 0x27BF},
    {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},   {0x2E80, 0x303E},
    {0x3040, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x16FE0, 0x18DFF}, {0x1AFF0, 0x1B2FF}, {0x1F004, 0x1F004},
    {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F200, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F7E0, 0x1F7FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD},
};

template <size_t size>
bool IsIn(const Range (&ranges)[size], uint32_t code_point) {
  const Range* range = std::lower_bound(
      std::begin(ranges), std::end(ranges), code_point,
      [](const Range& candidate, uint32_t wanted) { return candidate.last < wanted; });
  return range != std::end(ranges) && range->first <= code_point;
}

// A character and the bytes it took.
struct Character {
  uint32_t code_point = 0;
  size_t size = 1;
  bool valid = false;
};

// Reads the first character of `text`, which is not empty. What is no UTF-8 (too long a form, a
// surrogate, beyond U+10FFFF, cut off) is one invalid byte.
Character ReadCharacter(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  uint32_t code_point = lead & (0xFFU >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code_point = (code_point << 6) | (byte(i) & 0x3FU);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < kSmallest[size] || code_point > 0x10FFFF || surrogate) return {};
  return {code_point, size, true};
}

// Control characters, and the marks that turn the direction of what follows: with them a name can
// be made to read as another.
bool IsDeceptive(uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F) ||
         (code_point >= 0x202A && code_point <= 0x202E) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

int CharacterWidth(uint32_t code_point) {
  if (IsIn(kZeroWidth, code_point)) return 0;
  return IsIn(kWide, code_point) ? 2 : 1;
}

// The longest beginning of `word` that fits into `width` columns, in bytes; at least one character.
size_t FittingPrefix(absl::string_view word, int width) {
  size_t end = 0;
  int used = 0;
  while (end < word.size()) {
    const Character character = ReadCharacter(word.substr(end));
    const int columns = CharacterWidth(character.code_point);
    if (used > 0 && used + columns > width) break;
    used += columns;
    end += character.size;
  }
  return end;
}

// Appends the words of one paragraph to `lines`.
void WrapParagraph(absl::string_view paragraph, int width, std::vector<std::string>& lines) {
  std::string line;
  int used = 0;
  for (absl::string_view word : absl::StrSplit(paragraph, ' ', absl::SkipEmpty())) {
    const int columns = DisplayWidth(word);
    // A line that is not empty may still use no column: a mark can stand alone.
    if (!line.empty() && used + 1 + columns <= width) {
      absl::StrAppend(&line, " ", word);
      used += 1 + columns;
      continue;
    }
    if (!line.empty()) lines.push_back(line);
    while (DisplayWidth(word) > width) {
      const size_t prefix = FittingPrefix(word, width);
      lines.emplace_back(word.substr(0, prefix));
      word.remove_prefix(prefix);
    }
    line = std::string(word);
    used = DisplayWidth(word);
  }
  lines.push_back(line);
}

}  // namespace

std::string CleanText(absl::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const Character character = ReadCharacter(text);
    const uint32_t code_point = character.code_point;
    const bool line_end =
        code_point == '\n' || code_point == '\r' || code_point == 0x2028 || code_point == 0x2029;
    if (line_end) {
      // "\r\n" is one line end.
      const bool pair = code_point == '\r' && text.size() > 1 && text[1] == '\n';
      if (!pair) clean += '\n';
    } else if (code_point == '\t') {
      clean += ' ';
    } else if (!character.valid || IsDeceptive(code_point)) {
      clean.append(kReplacement.data(), kReplacement.size());
    } else {
      clean.append(text.data(), character.size);
    }
    text.remove_prefix(character.size);
  }
  return clean;
}

std::string OneLine(absl::string_view text) {
  return absl::StrJoin(absl::StrSplit(CleanText(text), absl::ByAnyChar(" \n"), absl::SkipEmpty()),
                       " ");
}

int DisplayWidth(absl::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Character character = ReadCharacter(text);
    width += CharacterWidth(character.code_point);
    text.remove_prefix(character.size);
  }
  return width;
}

std::vector<std::string> Wrap(absl::string_view text, int width) {
  std::vector<std::string> lines;
  for (const absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    WrapParagraph(paragraph, std::max(width, 2), lines);
  }
  return lines;
}

std::string PadRight(absl::string_view line, int width) {
  const int missing = std::max(0, width - DisplayWidth(line));
  return absl::StrCat(line, std::string(static_cast<size_t>(missing), ' '));
}

}  // namespace trellis::rendering
