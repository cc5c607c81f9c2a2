#include "domain/plan_format.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "domain/action_plan.h"

namespace trellis::domain {
namespace {

struct Column {
  const char* key;
  const char* heading;
  const char* prompt;
};

// The questions are those that mentor and ECT are asked at the end of a session, and the five
// letters of SMART.
constexpr std::array<Column, 7> kStandardColumns = {{
    {"statement", "Target", "What exactly will be different, in which class, and for whom?"},
    {"success_measure", "How we will know",
     "What will success look like, best in terms of pupils' learning, and how is it evaluated?"},
    {"steps", "Action steps", "What will be done first, by whom, by when, and with whose support?"},
    {"why_achievable", "Support and time", "What makes it possible within everything else?"},
    {"relevance", "Why it matters",
     "Which Teachers' Standard, statement of the framework or session note does it come from?"},
    {"due_on", "By when", "On which day will it have been reached?"},
    {"progress", "Progress at review", "How far was it met, and what comes next?"},
}};

v1::PlanFormat MakeStandardFormat() {
  v1::PlanFormat format;
  format.set_name("Standard");
  format.set_version("1");
  for (const Column& said : kStandardColumns) {
    v1::PlanColumn& column = *format.add_columns();
    column.set_key(said.key);
    column.set_heading(said.heading);
    column.set_prompt(said.prompt);
  }
  // All else is a letter of SMART, which is asked for when the plan is agreed.
  format.mutable_columns(0)->set_required(true);
  return format;
}

bool IsKey(const std::string& key) {
  return !key.empty() && absl::ascii_islower(static_cast<unsigned char>(key[0])) &&
         std::all_of(key.begin(), key.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return absl::ascii_islower(byte) || absl::ascii_isdigit(byte) || c == '_';
         });
}

bool HasStandingStep(const v1::ActionPlan& plan, const v1::ActionPlanTarget& target) {
  return std::any_of(plan.steps().begin(), plan.steps().end(), [&](const v1::ActionStep& step) {
    return step.target_id() == target.target_id() && Stands(step);
  });
}

bool IsEmpty(const v1::ActionPlan& plan, const v1::ActionPlanTarget& target,
             const std::string& key) {
  if (key == "statement") return target.statement().empty();
  if (key == "success_measure") return target.success_measure().empty();
  if (key == "why_achievable") return target.why_achievable().empty();
  if (key == "relevance") {
    return target.standard_codes().empty() && target.framework_codes().empty() &&
           target.note_ids().empty();
  }
  if (key == "steps") return !HasStandingStep(plan, target);
  if (key == "due_on") return target.due_on().empty();
  if (key == "notes") return target.note_ids().empty();
  if (key == "progress") return false;
  return std::none_of(target.cells().begin(), target.cells().end(),
                      [&](const v1::Cell& cell) { return cell.key() == key; });
}

}  // namespace

const v1::PlanFormat& StandardPlanFormat() {
  static const auto& format = *new v1::PlanFormat(MakeStandardFormat());
  return format;
}

bool IsOwnColumn(absl::string_view key) {
  constexpr std::array<absl::string_view, 8> kKeys = {
      "statement", "success_measure", "why_achievable", "relevance",
      "steps",     "due_on",          "notes",          "progress"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

std::vector<FieldViolation> WhyNoPlanFormat(const v1::PlanFormat& format, const std::string& path) {
  std::vector<FieldViolation> violations;
  std::set<std::string> keys;
  for (int i = 0; i < format.columns_size(); ++i) {
    const std::string& key = format.columns(i).key();
    const std::string field = absl::StrCat(path, ".columns[", i, "].key");
    if (!IsKey(key)) {
      violations.push_back({field, absl::StrCat("got \"", key,
                                                "\", want lower-case letters, digits and "
                                                "underscores, a letter first")});
    } else if (!keys.insert(key).second) {
      violations.push_back({field, absl::StrCat("got \"", key, "\" twice, want it once")});
    }
  }
  if (!keys.contains("statement")) {
    violations.push_back({path + ".columns", "got no column \"statement\", want one"});
  }
  return violations;
}

std::vector<std::string> EmptyRequiredColumns(const v1::ActionPlan& plan,
                                              const v1::ActionPlanTarget& target) {
  std::vector<std::string> empty;
  for (const v1::PlanColumn& column : plan.format().columns()) {
    if (column.required() && IsEmpty(plan, target, column.key())) empty.push_back(column.key());
  }
  return empty;
}

}  // namespace trellis::domain
