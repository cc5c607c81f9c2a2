#include "domain/smart.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "domain/action_plan.h"
#include "domain/dates.h"

namespace trellis::domain {
namespace {

using Words = std::vector<std::string>;

// The words in lower case. Bytes beyond ASCII belong to words; punctuation parts them.
Words WordsOf(absl::string_view text) {
  Words words(1);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || byte >= 0x80) {
      words.back() += static_cast<char>(absl::ascii_tolower(byte));
    } else if (c == '%') {
      words.push_back("percent");
      words.emplace_back();
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  std::erase(words, "");
  return words;
}

// The word without the ending that a form of it has: "improves", "improving" and "improve" alike.
std::string Stem(const std::string& word) {
  // "progress" and "focus" are no forms of anything.
  if (absl::EndsWith(word, "ss") || absl::EndsWith(word, "us")) return word;
  for (const absl::string_view ending : {"ing", "ed", "es", "s", "e"}) {
    if (word.size() >= ending.size() + 2 && absl::EndsWith(word, ending)) {
      return word.substr(0, word.size() - ending.size());
    }
  }
  return word;
}

using Set = std::set<std::string>;

// What may stand before the verb of a statement without saying anything.
const Set& LeadIns() {
  static const auto& words = *new Set{"i",    "we",   "to",  "will",     "want", "would",   "like",
                                      "the",  "ect",  "aim", "continue", "keep", "try",     "my",
                                      "also", "hope", "for", "should",   "on",   "further", "need"};
  return words;
}

// Verbs, by their stems, that name no end to be seen.
const Set& VagueVerbs() {
  static const auto& stems = *new Set{
      "appreciat", "consider", "deepen",   "develop", "enhanc",     "explor",  "gain",      "grow",
      "improv",    "increas",  "progress", "reflect", "strengthen", "support", "understand"};
  return stems;
}

// Two words, the first by its stem, that together say as little.
const std::set<std::pair<std::string, std::string>>& VaguePairs() {
  static const auto& pairs = *new std::set<std::pair<std::string, std::string>>{
      {"be", "better"},   {"get", "better"},   {"gett", "better"},      {"becom", "better"},
      {"be", "more"},     {"get", "more"},     {"becom", "more"},       {"be", "aware"},
      {"becom", "aware"}, {"be", "confident"}, {"work", "on"},          {"becom", "confident"},
      {"focus", "on"},    {"look", "at"},      {"think", "about"},      {"learn", "about"},
      {"learn", "more"},  {"know", "more"},    {"know", "about"},       {"build", "on"},
      {"build", "my"},    {"do", "better"},    {"build", "confidence"}, {"feel", "more"},
      {"hav", "better"},  {"hav", "more"},     {"tak", "more"}};
  return pairs;
}

const Set& NumberWords() {
  static const auto& words = *new Set{
      "one",  "two",    "three",  "four",  "five",        "six",     "seven",   "eight",  "nine",
      "ten",  "eleven", "twelve", "half",  "third",       "quarter", "percent", "every",  "each",
      "all",  "both",   "once",   "twice", "daily",       "weekly",  "monthly", "termly", "per",
      "zero", "none",   "dozen",  "most",  "fortnightly", "hundred"};
  return words;
}

// Verbs, by their stems, of what another person can watch or hold in the hand.
const Set& VisibleVerbs() {
  static const auto& stems =
      *new Set{"ask",    "attend", "circulat", "display", "film", "greet", "narrat",
               "observ", "phon",   "publish",  "visit",   "wait", "writ",  "rehears"};
  return stems;
}

bool IsVagueAt(const Words& words, size_t i) {
  if (i >= words.size()) return false;
  if (VagueVerbs().contains(Stem(words[i]))) return true;
  return i + 1 < words.size() && VaguePairs().contains({Stem(words[i]), words[i + 1]});
}

bool HasDigit(const std::string& word) {
  return std::any_of(word.begin(), word.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

// True if the words name something to count or see.
bool Shows(const Words& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (HasDigit(words[i]) || NumberWords().contains(words[i])) return true;
    if (VisibleVerbs().contains(Stem(words[i]))) return true;
    // "by using cold call": how it is done can be seen, unless that is vague too.
    if (words[i] != "by" || i + 1 >= words.size()) continue;
    const std::string& how = words[i + 1];
    if (absl::EndsWith(how, "ing") && how != "being" && !IsVagueAt(words, i + 1)) return true;
  }
  return false;
}

// Stems of the words that carry meaning.
Set Meaning(absl::string_view text) {
  static const auto& empty_words =
      *new Set{"the",  "a",   "an",   "of",   "to",   "and",    "in",  "my",       "i",
               "will", "is",  "be",   "are",  "that", "it",     "for", "with",     "on",
               "have", "has", "at",   "by",   "this", "target", "met", "achieved", "reached",
               "done", "was", "been", "when", "if",   "goal",   "as",  "or",       "we"};
  Set stems;
  for (const std::string& word : WordsOf(text)) {
    if (!empty_words.contains(word)) stems.insert(Stem(word));
  }
  return stems;
}

v1::SmartFinding Found(v1::SmartLetter letter, bool ok, const char* reason,
                       const std::string& hint) {
  v1::SmartFinding finding;
  finding.set_letter(letter);
  finding.set_ok(ok);
  finding.set_reason(reason);
  finding.set_hint(hint);
  return finding;
}

v1::SmartFinding Missing(v1::SmartLetter letter, const char* reason, const std::string& hint) {
  return Found(letter, false, reason, hint);
}

v1::SmartFinding Ok(v1::SmartLetter letter) { return Found(letter, true, "", ""); }

v1::SmartFinding Specific(const v1::ActionPlanTarget& target) {
  // Fewer words than this are a subject, such as "behaviour management", not an end.
  constexpr size_t kWordsMin = 4;
  const Words words = WordsOf(target.statement());
  if (Shows(words)) return Ok(v1::SPECIFIC);
  size_t verb = 0;
  while (verb < words.size() && LeadIns().contains(words[verb])) ++verb;
  if (IsVagueAt(words, verb)) {
    return Missing(v1::SPECIFIC, "VAGUE_VERB",
                   absl::StrCat("\"", words[verb],
                                "\" can mean much: say what there will be to see or to count, "
                                "in which class, or how often"));
  }
  if (words.size() < kWordsMin) {
    return Missing(
        v1::SPECIFIC, "TOO_SHORT",
        "this names a subject: say what will be different, in which class, or how often");
  }
  return Ok(v1::SPECIFIC);
}

v1::SmartFinding Measurable(const v1::ActionPlanTarget& target) {
  if (absl::StripAsciiWhitespace(target.success_measure()).empty()) {
    return Missing(v1::MEASURABLE, "NO_MEASURE",
                   "say what success will look like, best in terms of pupils, and how it will be "
                   "evaluated");
  }
  const Set said = Meaning(target.statement());
  const Set measured = Meaning(target.success_measure());
  if (std::includes(said.begin(), said.end(), measured.begin(), measured.end())) {
    return Missing(v1::MEASURABLE, "MEASURE_REPEATS_TARGET",
                   "the measure says again what the target says: say what somebody will see, hear "
                   "or count when it is reached");
  }
  return Ok(v1::MEASURABLE);
}

// True if somebody other than the ECT helps with the step or does it.
bool IsSupported(const v1::ActionPlan& plan, const v1::ActionStep& step) {
  if (!step.supported_by().empty()) return true;
  return std::any_of(step.owners().begin(), step.owners().end(), [&](const v1::Supporter& owner) {
    if (!owner.person().empty()) return owner.person() != plan.ect().person();
    if (!owner.name().empty()) return owner.name() != plan.ect().name();
    return !absl::EqualsIgnoreCase(owner.role(), "ECT");
  });
}

v1::SmartFinding Achievable(const v1::ActionPlan& plan, const v1::ActionPlanTarget& target) {
  bool has_step = false;
  bool supported = !absl::StripAsciiWhitespace(target.why_achievable()).empty();
  for (const v1::ActionStep& step : plan.steps()) {
    if (step.target_id() != target.target_id() || !Stands(step)) continue;
    has_step = true;
    supported = supported || IsSupported(plan, step);
  }
  if (!has_step) {
    return Missing(v1::ACHIEVABLE, "NO_STEP",
                   "no step leads to this target: say what will be done first, by whom and when");
  }
  if (!supported) {
    return Missing(v1::ACHIEVABLE, "NOBODY_SUPPORTS",
                   "nobody supports the steps: name who helps, or say what makes it possible");
  }
  if (const int minutes = MinutesPerWeek(plan); minutes > kMinutesPerWeekMany) {
    return Found(
        v1::ACHIEVABLE, true, "MUCH_WORK",
        absl::StrCat("the open steps of this plan take ", minutes, " minutes a week, more than ",
                     kMinutesPerWeekMany, ": could some wait, or take less?"));
  }
  return Ok(v1::ACHIEVABLE);
}

v1::SmartFinding Relevant(const v1::ActionPlanTarget& target) {
  if (target.standard_codes().empty() && target.framework_codes().empty() &&
      target.note_ids().empty()) {
    return Missing(v1::RELEVANT, "NO_RELEVANCE",
                   "link a Teachers' Standard, a statement of the framework, or a note of the "
                   "session that it comes from");
  }
  return Ok(v1::RELEVANT);
}

v1::SmartFinding TimeBound(const v1::ActionPlan& plan, const v1::ActionPlanTarget& target) {
  const std::optional<absl::CivilDay> due = ParseDate(target.due_on());
  if (!due.has_value()) {
    return Missing(v1::TIME_BOUND, "NO_DUE_DATE", "say by when it will be reached");
  }
  if (const auto end = ParseDate(plan.ends_on()); end.has_value() && *due > *end) {
    return Missing(v1::TIME_BOUND, "DUE_AFTER_PLAN_ENDS",
                   absl::StrCat("it is due on ", target.due_on(), ", after the plan ends on ",
                                plan.ends_on()));
  }
  if (const std::string why = WhyNoWorkingDay(*due); !why.empty()) {
    return Found(v1::TIME_BOUND, true, "NOT_A_SCHOOL_DAY",
                 absl::StrCat(why, ": a school day would be easier to keep"));
  }
  return Ok(v1::TIME_BOUND);
}

}  // namespace

std::vector<v1::TargetSmartness> CheckSmart(const v1::ActionPlan& plan) {
  std::vector<v1::TargetSmartness> checked;
  for (const v1::ActionPlanTarget* const target : OpenTargets(plan)) {
    v1::TargetSmartness& smartness = checked.emplace_back();
    smartness.set_target_id(target->target_id());
    *smartness.add_findings() = Specific(*target);
    *smartness.add_findings() = Measurable(*target);
    *smartness.add_findings() = Achievable(plan, *target);
    *smartness.add_findings() = Relevant(*target);
    *smartness.add_findings() = TimeBound(plan, *target);
  }
  return checked;
}

}  // namespace trellis::domain
