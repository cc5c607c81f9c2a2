#include "clients/trellis/grammar/names.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace trellis::cli {
namespace {

// A word starts at a capital after a small letter or digit, and at the last capital of an acronym
// that a small letter follows: `ListECTs` is `list-ec-ts`, `ECTPlan` is `ect-plan`.
bool StartsWord(absl::string_view name, size_t i) {
  if (i == 0 || !absl::ascii_isupper(static_cast<unsigned char>(name[i]))) return false;
  const auto before = static_cast<unsigned char>(name[i - 1]);
  if (absl::ascii_islower(before) || absl::ascii_isdigit(before)) return true;
  return absl::ascii_isupper(before) && i + 1 < name.size() &&
         absl::ascii_islower(static_cast<unsigned char>(name[i + 1]));
}

// Levenshtein's distance. Words of a command line are short; there is nothing to save.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string KebabCase(absl::string_view name) {
  std::string kebab;
  for (size_t i = 0; i < name.size(); ++i) {
    if (StartsWord(name, i)) kebab.push_back('-');
    const char c = name[i];
    kebab.push_back(c == '_' ? '-' : absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  return kebab;
}

std::string ConstantCase(absl::string_view words) {
  return absl::StrReplaceAll(absl::AsciiStrToUpper(words), {{"-", "_"}, {" ", "_"}});
}

std::string SpokenWords(absl::string_view constant) {
  if (constant == "ECT") return "ECT";
  return absl::StrReplaceAll(absl::AsciiStrToLower(constant), {{"_", " "}});
}

std::string Nearest(absl::string_view word, const std::vector<std::string>& candidates) {
  std::string nearest;
  size_t best = 1 + word.size() / 3;
  for (const std::string& candidate : candidates) {
    const size_t distance = Distance(word, candidate);
    if (distance < best || (distance == best && nearest.empty())) {
      best = distance;
      nearest = candidate;
    }
  }
  if (!nearest.empty() || word.empty()) return nearest;
  for (const std::string& candidate : candidates) {
    if (absl::StartsWith(candidate, word)) return candidate;
  }
  return "";
}

std::string DidYouMean(absl::string_view word, const std::vector<std::string>& candidates,
                       absl::string_view prefix) {
  const std::string nearest = Nearest(word, candidates);
  return nearest.empty() ? "" : absl::StrCat("; did you mean ", prefix, nearest, "?");
}

}  // namespace trellis::cli
