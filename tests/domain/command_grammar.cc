#include "tests/domain/command_grammar.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "domain/dates.h"
#include "google/protobuf/text_format.h"

namespace trellis::testing {
namespace {

const absl::CivilDay kFirstDay(2022, 9, 1);

// A plan's beginning. The second one leaves little room.
const std::vector<std::string>& Openings() {
  static const auto& openings = *new std::vector<std::string>{
      "open_support_plan { support_plan { "
      "concerns { standard_code: '7d' cause: 'Noise.' discussed_on: '$today' } "
      "targets { concern_id: 'c1' statement: 'Calm.' success_measure: 'Seen.' due_on: '$date' } "
      "} $when }",
      "open_support_plan { support_plan { "
      "concerns { standard_code: '$standard' cause: '$text' discussed_on: '$past' } "
      "actions { concern_id: 'c1' statement: '$text' timeline: 'Thurs 11/10' } "
      "support { concern_id: 'c1' kind: COURSE description: '$text' supported_by { role: 'FL' } } "
      "review_cadence { interval_days: $number count: 52 } } }",
      "open_support_plan { support_plan { reviews { scheduled_on: '$date' } } }",
  };
  return openings;
}

// Each command; those that end a plan are few, so that plans live.
const std::vector<std::string>& Rules() {
  static const auto& rules = *new std::vector<std::string>{
      "raise_concern { concern { standard_code: '$standard' cause: '$text' "
      "discussed_on: '$past' } $when }",
      "raise_concern { concern { standard_code: '$standard' cause: 'Noise.' "
      "discussed_on: '$today' } }",
      "resolve_concern { concern_id: '$c' resolution: '$text' $when }",
      "set_target { target { concern_id: '$c' statement: '$text' success_measure: 'Seen.' "
      "due_on: '$date' } $when }",
      "set_target { target { concern_id: '$c' statement: 'Calm.' success_measure: 'Seen.' "
      "due_on: '$future' } }",
      "revise_target { target_id: '$t' statement: '$text' due_on: '$date' reason: 'Why.' $when }",
      "withdraw_target { target_id: '$t' reason: '$text' $when }",
      "add_action { action { concern_id: '$c' target_id: '$maybe_t' statement: '$text' "
      "starts_on: '$date' ends_on: '$date' timeline: 'w/c 19/9' } $when }",
      "complete_action { action_id: '$a' note: '$text' $when }",
      "arrange_support { support { concern_id: '$c' target_id: '$maybe_t' kind: COACHING "
      "description: '$text' supported_by { role: 'FL' } } $when }",
      "record_support { support_id: '$s' delivered: $bool note: '$text' $when }",
      "log_observation { observation { observers { role: 'FL' } paired: $bool "
      "standard_codes: '$standard' feedback_on: '$date' support_id: '$maybe_s' } $when }",
      "schedule_review { review { scheduled_on: '$future' concern_ids: '$c' target_id: '$maybe_t' }"
      " $when }",
      "schedule_review { review { scheduled_on: '$date' purpose: '$text' } }",
      "reschedule_review { review_id: '$r' scheduled_on: '$date' reason: '$text' $when }",
      "complete_review { review_id: '$r' $judgements next_review_on: '$date' "
      "outcomes { concern_id: '$c' words: '$text' } $when }",
      "complete_review { review_id: '$r' $judgements }",
      "record_missed_review { review_id: '$r' reason: '$text' new_date: '$date' $when }",
      "record_outcome { outcome { concern_id: '$c' words: '$text' } $when }",
      "add_comment { comment { about_id: '$entry' words: '$text' } $when }",
      "add_comment { comment { words: '$text' } }",
      "sign { content_revision: $content seen_and_discussed: true agreed: $bool }",
      "sign { content_revision: $content seen_and_discussed: true agreed: true }",
      "decline_to_sign { content_revision: $content statement: '$text' }",
      "mark_signature_unavailable { capacity: $capacity reason: '$text' }",
      "confirm_as_appropriate_body { confirmation: $confirmation words: '$text' }",
      "pause_plan { reason: $pause $when }",
      "resume_plan { note: '$text' $when }",
      "resume_plan {}",
      "change_party { capacity: $part party { $somebody } reason: '$text' $when }",
      "move_support_plan { school { urn: '90000$number' name: 'Southfield' } "
      "induction_tutor { $somebody } headteacher { $somebody } reason: 'Moved.' $when }",
      "correct_entry { entry_id: '$entry' reason: '$text' }",
      "correct_entry { entry_id: '$entry' reason: 'Why.' corrections { field: '$field' "
      "value: '$text' } $when }",
      "correct_entry { entry_id: '$entry' reason: 'Why.' corrections { field: '$field' "
      "value: '$date' } }",
  };
  return rules;
}

const std::vector<std::string>& Endings() {
  static const auto& endings = *new std::vector<std::string>{
      "close_plan { reason: $closure words: '$text' $when }",
      "renew_plan { words: '$text' review_cadence { interval_days: $number } $when }",
  };
  return endings;
}

}  // namespace

void CommandGrammar::StartOver() { today_ = kFirstDay; }

Given CommandGrammar::Next(const World& world) {
  if (Chance(40)) today_ += Below(4);
  const AnyMessage first = world.Find(kPlan);
  const std::string& renewed_by = first.as<domain::Plan>().renewed_by();
  const AnyMessage chosen = renewed_by.empty() || Chance(10) ? first : world.Find(renewed_by);
  const auto& plan = chosen.as<domain::Plan>();
  std::string rule = Pick(Below(400) == 0 ? Endings() : Rules());
  if (plan.revision() == 0 || Chance(1)) rule = Pick(Openings());
  Given given;
  given.today = today_;
  const std::string text = Written(rule, plan);
  if (!google::protobuf::TextFormat::ParseFromString(text, &given.command)) Crash(text);
  FillIn(given.command, ++number_);
  google::protobuf::Message& request =
      const_cast<google::protobuf::Message&>(RequestOf(given.command));
  if (const auto* const name = request.GetDescriptor()->FindFieldByName("name")) {
    request.GetReflection()->SetString(&request, name, plan.name());
  }
  ChooseActor(given);
  return given;
}

void CommandGrammar::ChooseActor(Given& given) {
  const std::string role =
      Pick({"induction_tutor", "induction_tutor", "induction_tutor", "induction_tutor",
            "headteacher", "headteacher", "ect", "ect", "appropriate_body", "mentor", "supporter"});
  given.actor = PartyNamed(role);
  CHECK(v1::Capacity_Parse(absl::AsciiStrToUpper(role), &given.capacity));
  // Somebody in a capacity that is not theirs.
  if (Chance(4)) given.actor = PartyNamed(Pick({"stranger", "ect", "mentor", "headteacher"}));
  if (Chance(1)) given.capacity = v1::CAPACITY_UNSPECIFIED;
}

std::string CommandGrammar::Written(absl::string_view rule, const domain::Plan& plan) {
  std::string text;
  for (size_t at = 0; at < rule.size();) {
    if (rule[at] != '$') {
      text.push_back(rule[at++]);
      continue;
    }
    size_t end = at + 1;
    while (end < rule.size() &&
           (absl::ascii_islower(static_cast<unsigned char>(rule[end])) || rule[end] == '_')) {
      ++end;
    }
    absl::StrAppend(&text, Word(rule.substr(at + 1, end - at - 1), plan));
    at = end;
  }
  return text;
}

std::string CommandGrammar::Word(absl::string_view word, const domain::Plan& plan) {
  if (word == "c") return Id('c', plan.concerns_size());
  if (word == "t") return Id('t', plan.targets_size());
  if (word == "a") return Id('a', plan.actions_size());
  if (word == "s") return Id('s', plan.support_size());
  if (word == "r") return Id('r', plan.reviews_size());
  if (word == "maybe_t") return Chance(50) ? "" : Id('t', plan.targets_size());
  if (word == "maybe_s") return Chance(50) ? "" : Id('s', plan.support_size());
  if (word == "entry")
    return absl::StrCat(Pick({"c", "t", "a", "s", "o", "r", "u", "m"}), 1 + Below(8));
  if (word == "today") return domain::DateText(today_);
  if (word == "past") return Date(12, 0);
  if (word == "future") return Date(0, 40);
  if (word == "date") return Date(12, 40);
  if (word == "when") {
    if (Chance(70)) return "";
    return absl::StrCat("occurred_on: '", Date(14, 1), "' late_reason: '", Chance(50) ? "Ill." : "",
                        "'");
  }
  if (word == "text") {
    return Chance(90) ? Pick({"Calm.", "Rules differ.", "pupils’", "Tab\\tand\\nline"})
                      : Pick({"", "  ", "bell\\007", "\\302\\205"});
  }
  if (word == "standard") {
    return Chance(90) ? absl::StrCat(1 + Below(8), Pick({"a", "b", "c"}))
                      : Pick({"TS/7D", "P2.1a", "ECF/8h", "9z", "7", ""});
  }
  if (word == "judgements") return Judgements(plan);
  if (word == "content") return absl::StrCat(plan.content_revision() + (Chance(90) ? 0 : 1));
  if (word == "bool") return Pick({"true", "false"});
  if (word == "number") return absl::StrCat(Below(40));
  if (word == "capacity") return Pick({"ECT", "INDUCTION_TUTOR", "HEADTEACHER", "MENTOR"});
  if (word == "part") return Pick({"INDUCTION_TUTOR", "HEADTEACHER", "APPROPRIATE_BODY", "ECT"});
  if (word == "somebody") {
    const v1::Party party =
        PartyNamed(Pick({"induction_tutor", "headteacher", "appropriate_body", "stranger", "ect"}));
    return absl::StrCat("person: '", party.person(), "' name: '", party.name(), "'");
  }
  if (word == "confirmation") return Pick({"AREAS", "OBJECTIVES", "SUPPORT", "KIND_UNSPECIFIED"});
  if (word == "pause") return Pick({"STATUTORY_LEAVE", "ABSENCE", "REASON_UNSPECIFIED"});
  if (word == "field") return Pick({"cause", "due_on", "words", "scheduled_on", "ends_on", "by"});
  if (word == "closure") {
    return Pick({"BACK_ON_TRACK", "ESCALATED", "LEFT", "RENEWED", "REASON_UNSPECIFIED"});
  }
  Crash(absl::StrCat("the grammar has no word $", word));
}

std::string CommandGrammar::Judgements(const domain::Plan& plan) {
  std::string text;
  for (const v1::Target& target : plan.targets()) {
    if (!target.withdrawal_reason().empty() || target.entry().correction().struck_out()) continue;
    if (Chance(1)) continue;
    absl::StrAppend(&text, "judgements { target_id: '", target.target_id(),
                    "' judgement: ", Pick({"MET", "PARTLY_MET", "NOT_MET"}), " words: 'Seen.' } ");
  }
  return text;
}

std::string CommandGrammar::Id(char letter, int size) {
  // One of those there are, and now and then one too far.
  return absl::StrCat(std::string(1, letter), 1 + Below(size == 0 || Chance(5) ? size + 1 : size));
}

std::string CommandGrammar::Date(int days_back, int days_ahead) {
  if (Chance(4)) return Pick({"", "2022-02-30", "yesterday", "2099-12-31", "2000-01-01"});
  return domain::DateText(today_ - days_back + Below(days_back + days_ahead + 1));
}

int CommandGrammar::Below(int count) {
  // Not a standard distribution: those differ from library to library.
  return static_cast<int>(random_() % static_cast<uint64_t>(count));
}

std::string CommandGrammar::Pick(const std::vector<std::string>& words) {
  return words[static_cast<size_t>(Below(static_cast<int>(words.size())))];
}

}  // namespace trellis::testing
