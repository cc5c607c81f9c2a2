#include "policy/policy.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "policy/policy_text.h"

namespace trellis::policy {
namespace {

// The table's columns, in its order.
constexpr std::pair<absl::string_view, v1::Capacity> kColumns[] = {
    {"ECT", v1::ECT},          {"MENTOR", v1::MENTOR},         {"TUTOR", v1::INDUCTION_TUTOR},
    {"HEAD", v1::HEADTEACHER}, {"BODY", v1::APPROPRIATE_BODY}, {"SUPPORTER", v1::SUPPORTER},
    {"GRANTEE", v1::GRANTEE},  {"TRUST", v1::TRUST_OFFICER},   {"GOVERNOR", v1::GOVERNOR},
    {"SERVICE", v1::SERVICE},  {"ADMIN", v1::ADMINISTRATOR},
};
constexpr std::pair<absl::string_view, Reach> kReaches[] = {
    {"never", Reach::kNever},         {"own", Reach::kOwn},
    {"named", Reach::kNamed},         {"school", Reach::kSchool},
    {"aggregate", Reach::kAggregate}, {"any", Reach::kAny},
};

using Words = std::vector<absl::string_view>;

absl::Status Wrong(size_t line, absl::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "POLICY_INVALID",
               absl::StrCat("policy, line ", line, ": ", what), {{"line", absl::StrCat(line)}});
}

absl::Status CheckColumns(size_t line, const Words& words) {
  std::string want;
  bool same = words.size() == std::size(kColumns);
  for (size_t i = 0; i < std::size(kColumns); ++i) {
    absl::StrAppend(&want, i == 0 ? "" : " ", kColumns[i].first);
    same = same && words[i] == kColumns[i].first;
  }
  return same ? absl::OkStatus() : Wrong(line, absl::StrCat("want the columns ", want));
}

absl::StatusOr<Row> ReadRow(size_t line, absl::string_view service, const Words& words) {
  if (service.empty()) return Wrong(line, "got a call before any service");
  if (words.size() != std::size(kColumns) + 1) {
    return Wrong(line, absl::StrCat("got ", words.size() - 1, " words after the call, want ",
                                    std::size(kColumns)));
  }
  Row row{.action = absl::StrCat(service, "/", words[0]), .reaches = {}, .scope = ""};
  for (size_t i = 0; i < std::size(kColumns); ++i) {
    const absl::string_view word = words[i + 1];
    const auto& [column, capacity] = kColumns[i];
    Reach& reach = row.reaches[static_cast<size_t>(capacity)];
    if (capacity == v1::SERVICE) {
      if (word == "never") continue;
      if (word != "any" && !absl::StrContains(word, '.')) {
        return Wrong(line, absl::StrCat("got ", word, " for SERVICE, want never, any or a scope"));
      }
      row.scope = std::string(word);
      reach = Reach::kAny;
      continue;
    }
    const auto* const found = std::find_if(std::begin(kReaches), std::end(kReaches),
                                           [&](const auto& one) { return one.first == word; });
    if (found == std::end(kReaches)) {
      return Wrong(line, absl::StrCat("got ", word, " for ", column,
                                      ", want never, own, named, school, aggregate or any"));
    }
    reach = found->second;
  }
  return row;
}

}  // namespace

const Policy& Policy::Get() {
  static const auto& policy = *[] {
    absl::StatusOr<Policy> parsed = Parse(kPolicyText);
    if (!parsed.ok()) Crash(std::string(parsed.status().message()));
    return new Policy(*std::move(parsed));
  }();
  return policy;
}

absl::StatusOr<Policy> Policy::Parse(absl::string_view text) {
  Policy policy;
  policy.text_ = std::string(text);
  std::string service;
  bool has_columns = false;
  size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    const Words words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (!has_columns) {
      RETURN_IF_ERROR(CheckColumns(number, words));
      has_columns = true;
    } else if (line[0] != ' ') {
      if (words.size() != 1) return Wrong(number, "want the name of a service alone");
      service = std::string(words[0]);
    } else {
      ASSIGN_OR_RETURN(Row row, ReadRow(number, service, words));
      if (!policy.by_action_.try_emplace(row.action, policy.rows_.size()).second) {
        return Wrong(number, absl::StrCat(row.action, " has two lines, want one"));
      }
      policy.rows_.push_back(std::move(row));
    }
  }
  // A table without columns, cut off or empty, is none: it would let nobody do anything.
  if (!has_columns) RETURN_IF_ERROR(CheckColumns(number, {}));
  return policy;
}

const Row* Policy::Find(absl::string_view action) const {
  const auto found = by_action_.find(action);
  return found == by_action_.end() ? nullptr : &rows_[found->second];
}

}  // namespace trellis::policy
