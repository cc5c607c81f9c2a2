// Everything on the form around its table.
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rendering/display.h"
#include "rendering/form_rows.h"
#include "rendering/words.h"

namespace trellis::rendering {
namespace {

using Tone = Status::Tone;

void AddFact(absl::string_view label, absl::string_view value, Form& form) {
  if (!value.empty()) form.facts.push_back({std::string(label), OneLine(value)});
}

std::string StateInWords(const v1::SupportPlan& plan) {
  const std::string state = EnumInWords(plan.state());
  if (plan.state() == v1::SupportPlan::PAUSED && !plan.pauses().empty()) {
    const v1::Pause& pause = *plan.pauses().rbegin();
    return absl::StrCat(state, " since ", DateInWords(pause.paused_on()), " (",
                        EnumInWords(pause.reason()), ")");
  }
  if (plan.state() == v1::SupportPlan::CLOSED) {
    return absl::StrCat(state, " on ", DateInWords(plan.closure().closed_on()), " (",
                        EnumInWords(plan.closure().reason()), ")");
  }
  return state;
}

// The times that the plan was held and went on again; one that is open shows in the state.
std::string EndedPauses(const v1::SupportPlan& plan) {
  std::vector<std::string> pauses;
  for (const v1::Pause& pause : plan.pauses()) {
    if (pause.resumed_on().empty()) continue;
    pauses.push_back(absl::StrCat(DateInWords(pause.paused_on()), " to ",
                                  DateInWords(pause.resumed_on()), " (",
                                  EnumInWords(pause.reason()), ")"));
  }
  return absl::StrJoin(pauses, "; ");
}

// The date, and whether it went by without a review.
std::string NextReview(const v1::SupportPlan& plan, const std::string& today) {
  const std::string& date = plan.next_review_on();
  if (plan.state() != v1::SupportPlan::ACTIVE || date.empty()) return "";
  return absl::StrCat(LongDateInWords(date), date < today ? " (OVERDUE)" : "");
}

// Who held this part before, and until when.
std::string FormerHolders(const v1::SupportPlan& plan, v1::Capacity capacity) {
  std::vector<std::string> holders;
  for (const v1::FormerParty& former : plan.former_parties()) {
    if (former.capacity() != capacity) continue;
    holders.push_back(
        absl::StrCat(OneLine(former.party().name()), " until ", DateInWords(former.replaced_on())));
  }
  return absl::StrJoin(holders, "; ");
}

std::string FormerSchools(const v1::SupportPlan& plan) {
  std::vector<std::string> schools;
  for (const v1::FormerSchool& former : plan.former_schools()) {
    schools.push_back(absl::StrCat(OneLine(former.school().name()), " (URN ", former.school().urn(),
                                   ") until ", DateInWords(former.left_on())));
  }
  return absl::StrJoin(schools, "; ");
}

void AddFacts(const v1::SupportPlan& plan, const std::string& today, Form& form) {
  form.ect_name = OneLine(plan.ect().name());
  AddFact("School", absl::StrCat(plan.school().name(), " (URN ", plan.school().urn(), ")"), form);
  AddFact("Earlier school", FormerSchools(plan), form);
  AddFact("Induction tutor", plan.induction_tutor().name(), form);
  AddFact("Earlier tutor", FormerHolders(plan, v1::INDUCTION_TUTOR), form);
  AddFact("Head/Principal", plan.headteacher().name(), form);
  AddFact("Earlier head", FormerHolders(plan, v1::HEADTEACHER), form);
  AddFact("Appropriate body", plan.appropriate_body().name(), form);
  AddFact("Earlier body contact", FormerHolders(plan, v1::APPROPRIATE_BODY), form);
  AddFact("Starts on", LongDateInWords(plan.starts_on()), form);
  AddFact("Next review", NextReview(plan, today), form);
  AddFact("State", Capitalised(StateInWords(plan)), form);
  AddFact("Earlier pauses", EndedPauses(plan), form);
  AddFact("Revision",
          absl::StrCat(plan.revision(), "; content last changed at ", plan.content_revision()),
          form);
  AddFact("Plan", plan.name(), form);
  AddFact("Renews", plan.renews(), form);
  AddFact("Renewed by", plan.renewed_by(), form);
}

bool IsOverdue(const Item& item) {
  return std::any_of(item.statuses.begin(), item.statuses.end(),
                     [](const Status& status) { return status.words == "OVERDUE"; });
}

// Adds the ids of what is overdue, each once: a review that looks at several concerns stands in
// several rows.
void AddOverdue(const std::vector<Item>& items, std::vector<std::string>& ids) {
  for (const Item& item : items) {
    const bool known = std::find(ids.begin(), ids.end(), item.id) != ids.end();
    if (IsOverdue(item) && !known) ids.push_back(item.id);
  }
}

std::vector<std::string> OverdueIds(const std::vector<FormRow>& rows) {
  std::vector<std::string> ids;
  for (const FormRow& row : rows) {
    for (const FormLine& line : row.lines) {
      for (const std::vector<Item>& cell : line.cells) AddOverdue(cell, ids);
    }
    AddOverdue(row.reviews, ids);
  }
  return ids;
}

void AddNotices(const v1::SupportPlan& plan, Form& form) {
  if (plan.state() == v1::SupportPlan::PAUSED) {
    form.notices.push_back(
        {"This plan is PAUSED. Nothing falls overdue until it is resumed.", Tone::kPlain});
  }
  if (plan.state() == v1::SupportPlan::CLOSED) {
    const std::string words = CleanText(plan.closure().words());
    form.notices.push_back(
        {absl::StrCat("This plan is CLOSED: ", EnumInWords(plan.closure().reason()), ".",
                      words.empty() ? "" : " ", words),
         Tone::kPlain});
  }
  const std::vector<std::string> overdue = OverdueIds(form.rows);
  if (!overdue.empty()) {
    form.notices.push_back(
        {absl::StrCat("OVERDUE: ", JoinWithAnd(overdue), "."), Tone::kAttention});
  }
}

Item ObservationItem(const v1::Observation& observation) {
  Item item{.id = observation.observation_id()};
  item.text = CleanText(absl::StrCat(DateInWords(observation.entry().occurred_on()),
                                     observation.paired() ? ", paired, by " : ", by ",
                                     SupportersInWords(observation.observers())));
  const auto add = [&](absl::string_view label, absl::string_view value) {
    if (!value.empty()) item.details.push_back({std::string(label), CleanText(value)});
  };
  const auto& codes = observation.standard_codes();
  add("In focus", JoinWithAnd({codes.begin(), codes.end()}));
  add("Given as support", observation.support_id());
  add("Strengths", observation.strengths());
  add("To develop", observation.development_needs());
  add("Feedback meeting", DateInWords(observation.feedback_on()));
  add("Feedback", observation.feedback());
  item.struck = StruckOut(observation.entry());
  for (Detail& remark : EntryRemarks(observation.entry())) item.details.push_back(remark);
  return item;
}

Item CommentItem(const v1::Comment& comment) {
  Item item{.id = comment.comment_id()};
  const std::string about =
      comment.about_id().empty() ? "" : absl::StrCat(" on ", comment.about_id());
  item.text = absl::StrCat(DateInWords(comment.entry().occurred_on()), about, " – ",
                           CleanText(comment.words()));
  item.struck = StruckOut(comment.entry());
  item.details = EntryRemarks(comment.entry());
  return item;
}

// Not agreeing is an answer like another, and no fault: only what is missing calls for attention.
Status AnswerOf(const v1::Signature& signature) {
  switch (signature.decision()) {
    case v1::Signature::AGREED:
      return {"agreed", signature.current() ? Tone::kGood : Tone::kPlain};
    case v1::Signature::SEEN_AND_DISCUSSED:
      return {"seen and discussed, not agreed", Tone::kPlain};
    case v1::Signature::DECLINED:
      return {"declined", Tone::kPlain};
    case v1::Signature::UNAVAILABLE:
      return {"unavailable", Tone::kPlain};
    default:
      return {"not signed yet", Tone::kPlain};
  }
}

// The last answer of whoever held the part while the content was at a revision from `first` to
// before `end`; null if there is none.
const v1::Signature* AnswerBetween(const v1::SupportPlan& plan, v1::Capacity capacity,
                                   int64_t first, int64_t end) {
  const v1::Signature* answer = nullptr;
  for (const v1::Signature& signature : plan.signatures()) {
    const int64_t revision = signature.content_revision();
    if (signature.capacity() == capacity && revision >= first && revision < end) {
      answer = &signature;
    }
  }
  return answer;
}

SignOffLine SignatureLine(const v1::Signature& signature, const std::string& label,
                          const v1::Party& party, absl::string_view outdated) {
  SignOffLine line{.label = label, .name = OneLine(party.name())};
  if (!signature.signer().name().empty()) line.name = OneLine(signature.signer().name());
  line.answer = AnswerOf(signature);
  line.statement = CleanText(signature.statement());
  line.date = TimeInWords(signature.sign_time());
  line.given_on = absl::StrCat("given on revision ", signature.content_revision());
  if (!signature.current()) line.outdated = std::string(outdated);
  return line;
}

// The lines of one part: who holds it, and those who held it before and answered.
void AddSignatureLines(const v1::SupportPlan& plan, v1::Capacity capacity, const std::string& label,
                       const v1::Party& party, Form& form) {
  constexpr int64_t kNoEnd = std::numeric_limits<int64_t>::max();
  std::vector<SignOffLine> earlier;
  int64_t first = 0;
  for (const v1::FormerParty& former : plan.former_parties()) {
    if (former.capacity() != capacity) continue;
    const auto* const answer = AnswerBetween(plan, capacity, first, former.revision());
    first = former.revision();
    if (answer == nullptr) continue;
    earlier.push_back(
        SignatureLine(*answer, absl::StrCat(label, " until ", DateInWords(former.replaced_on())),
                      former.party(), "content has changed since"));
  }
  if (const auto* const answer = AnswerBetween(plan, capacity, first, kNoEnd); answer != nullptr) {
    form.signatures.push_back(SignatureLine(
        *answer, label, party, "content has changed since: signature asked for again"));
  } else {
    form.signatures.push_back(
        {.label = label, .name = OneLine(party.name()), .answer = AnswerOf(v1::Signature())});
  }
  for (SignOffLine& line : earlier) form.signatures.push_back(std::move(line));
}

SignOffLine ConfirmationLine(const v1::SupportPlan& plan, v1::Confirmation::Kind kind,
                             absl::string_view label) {
  SignOffLine line{.label = std::string(label), .answer = {"not confirmed yet", Tone::kPlain}};
  const auto latest = std::find_if(
      plan.confirmations().rbegin(), plan.confirmations().rend(),
      [&](const v1::Confirmation& confirmation) { return confirmation.kind() == kind; });
  if (latest == plan.confirmations().rend()) return line;
  const bool current = latest->content_revision() >= plan.content_revision();
  line.answer = {absl::StrCat("confirmed by ", OneLine(latest->confirmed_by().name())),
                 current ? Tone::kGood : Tone::kPlain};
  line.statement = CleanText(latest->words());
  line.date = TimeInWords(latest->confirm_time());
  line.given_on = absl::StrCat("given on revision ", latest->content_revision());
  if (!current) line.outdated = "content has changed since";
  return line;
}

void AddSignOff(const v1::SupportPlan& plan, Form& form) {
  AddSignatureLines(plan, v1::ECT, "ECT Name", plan.ect(), form);
  AddSignatureLines(plan, v1::INDUCTION_TUTOR, "Induction Tutor", plan.induction_tutor(), form);
  AddSignatureLines(plan, v1::HEADTEACHER, "Head/Principal", plan.headteacher(), form);
  form.confirmations = {
      ConfirmationLine(plan, v1::Confirmation::AREAS,
                       "Areas that need improvement are identified correctly"),
      ConfirmationLine(plan, v1::Confirmation::OBJECTIVES, "Appropriate objectives are set"),
      ConfirmationLine(plan, v1::Confirmation::SUPPORT,
                       "An effective support programme is in place"),
  };
}

}  // namespace

Form BuildForm(const v1::SupportPlan& plan, const FormContext& context) {
  Form form;
  AddFacts(plan, IsoDate(context.today), form);
  form.rows = BuildRows(plan, context);
  AddNotices(plan, form);
  for (const v1::Observation& observation : plan.observations()) {
    form.observations.push_back(ObservationItem(observation));
  }
  for (const v1::Comment& comment : plan.comments()) form.comments.push_back(CommentItem(comment));
  AddSignOff(plan, form);
  form.note = {
      "Every area of concern on this plan relates directly to the Teachers’ Standards, and only to "
      "them.",
      "All support that is given is to be recorded. The plan and its supporting documents are "
      "available to the headteacher or principal, the induction tutor, the ECT and the appropriate "
      "body.",
  };
  form.foot = absl::StrCat("Made on ", TimeInWords(context.rendered_at), " from revision ",
                           plan.revision(), " of ", OneLine(plan.name()), ".");
  return form;
}

}  // namespace trellis::rendering
