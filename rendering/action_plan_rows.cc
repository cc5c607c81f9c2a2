#include "rendering/action_plan_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rendering/display.h"
#include "rendering/words.h"

namespace trellis::rendering {
namespace {

using Tone = Status::Tone;

void AddFact(absl::string_view label, absl::string_view value, ActionPlanPage& page) {
  if (!value.empty()) page.facts.push_back({std::string(label), OneLine(value)});
}

void AddDetail(absl::string_view label, absl::string_view value, Item& item) {
  if (!value.empty()) item.details.push_back({std::string(label), CleanText(value)});
}

// Strikes the item out if the entry was, or was withdrawn, and adds what is to be said of it.
void AddEntry(const v1::Entry& entry, const std::string& withdrawal_reason, Item& item) {
  if (!withdrawal_reason.empty()) {
    item.struck = absl::StrCat("withdrawn: ", CleanText(withdrawal_reason));
  }
  if (const std::string struck = StruckOut(entry); !struck.empty()) item.struck = struck;
  for (Detail& remark : EntryRemarks(entry)) item.details.push_back(std::move(remark));
}

Status JudgementStatus(v1::Judgement judgement) {
  switch (judgement) {
    case v1::MET:
      return {"met", Tone::kGood};
    case v1::PARTLY_MET:
      return {"partly met", Tone::kPlain};
    case v1::NOT_MET:
      return {"NOT MET", Tone::kAttention};
    default:
      return {"not judged yet", Tone::kPlain};
  }
}

std::vector<Item> TextCell(absl::string_view text) {
  if (text.empty()) return {};
  return {{.text = CleanText(text)}};
}

// Fills the cells of one plan's rows.
class CellBuilder {
 public:
  CellBuilder(const v1::ActionPlan& plan, const FormContext& context)
      : plan_(plan), today_(IsoDate(context.today)) {}

  std::vector<Item> Cell(const v1::ActionPlanTarget& target, const std::string& key) const {
    if (key == "statement") return {StatementItem(target)};
    if (key == "success_measure") return TextCell(target.success_measure());
    if (key == "why_achievable") return TextCell(target.why_achievable());
    if (key == "relevance") return TextCell(Relevance(target));
    if (key == "steps") return Steps(target);
    if (key == "due_on") return DueCell(target);
    if (key == "notes") return TextCell(absl::StrJoin(target.note_ids(), ", "));
    if (key == "progress") return Progress(target);
    for (const v1::Cell& cell : target.cells()) {
      if (cell.key() == key) return TextCell(cell.text());
    }
    return {};
  }

 private:
  bool Overdue(const std::string& date) const {
    return plan_.state() != v1::ActionPlan::CLOSED && !date.empty() && date < today_;
  }

  static Item StatementItem(const v1::ActionPlanTarget& target) {
    Item item{.id = target.target_id(), .text = CleanText(target.statement())};
    AddDetail("Revised", target.revision_reason(), item);
    AddEntry(target.entry(), target.withdrawal_reason(), item);
    if (item.struck.empty()) item.statuses.push_back(JudgementStatus(target.judgement()));
    return item;
  }

  static std::string Relevance(const v1::ActionPlanTarget& target) {
    std::vector<std::string> parts;
    for (const std::string& code : target.standard_codes()) {
      parts.push_back(absl::StrCat("Teachers’ Standard ", code));
    }
    for (const std::string& code : target.framework_codes()) parts.push_back(code);
    for (const std::string& id : target.note_ids()) {
      parts.push_back(absl::StrCat("session note ", id));
    }
    return absl::StrJoin(parts, "\n");
  }

  std::vector<Item> DueCell(const v1::ActionPlanTarget& target) const {
    if (target.due_on().empty()) return {};
    Item item{.text = DateInWords(target.due_on())};
    const bool open = target.judgement() != v1::MET && target.withdrawal_reason().empty() &&
                      StruckOut(target.entry()).empty();
    if (open && Overdue(target.due_on())) item.statuses.push_back({"OVERDUE", Tone::kAttention});
    return {std::move(item)};
  }

  std::vector<Item> Steps(const v1::ActionPlanTarget& target) const {
    std::vector<Item> items;
    for (const v1::ActionStep& step : plan_.steps()) {
      if (step.target_id() == target.target_id()) items.push_back(StepItem(step));
    }
    return items;
  }

  Item StepItem(const v1::ActionStep& step) const {
    Item item{.id = step.step_id(), .text = CleanText(step.statement())};
    AddDetail("By", SupportersInWords(step.owners()), item);
    AddDetail("Due", DateInWords(step.due_on()), item);
    AddDetail("Supported by", SupportersInWords(step.supported_by()), item);
    if (step.minutes_per_week() > 0) {
      AddDetail("A week", Count(step.minutes_per_week(), "minute"), item);
    }
    AddDetail("Done", step.completion_note(), item);
    AddDetail("Revised", step.revision_reason(), item);
    AddEntry(step.entry(), step.withdrawal_reason(), item);
    if (!item.struck.empty()) return item;
    if (step.completed()) {
      item.statuses.push_back(
          {absl::StrCat("done ", DateInWords(step.completed_on())), Tone::kGood});
    } else if (Overdue(step.due_on())) {
      item.statuses.push_back({"OVERDUE", Tone::kAttention});
    }
    return item;
  }

  std::vector<Item> Progress(const v1::ActionPlanTarget& target) const {
    std::vector<Item> items;
    for (const v1::ActionPlanReview& review : plan_.reviews()) {
      if (!StruckOut(review.entry()).empty()) continue;
      for (const v1::TargetJudgement& judged : review.judgements()) {
        if (judged.target_id() != target.target_id()) continue;
        Item item{.id = review.review_id(), .text = CleanText(judged.words())};
        item.statuses.push_back(JudgementStatus(judged.judgement()));
        AddDetail("Held", DateInWords(review.held_on()), item);
        items.push_back(std::move(item));
      }
    }
    return items;
  }

  const v1::ActionPlan& plan_;
  const std::string today_;
};

Item ReviewItem(const v1::ActionPlan& plan, const v1::ActionPlanReview& review,
                const std::string& today) {
  Item item{.id = review.review_id(), .text = LongDateInWords(review.scheduled_on())};
  AddDetail("For", review.purpose(), item);
  if (review.original_on() != review.scheduled_on()) {
    AddDetail("First planned for", DateInWords(review.original_on()), item);
    AddDetail("Moved", review.reschedule_reason(), item);
  }
  for (const v1::TargetJudgement& judged : review.judgements()) {
    AddDetail("Judged", JudgementInWords(judged), item);
  }
  AddDetail("Notes", review.notes(), item);
  AddDetail("Next", review.next(), item);
  AddEntry(review.entry(), "", item);
  if (!item.struck.empty()) return item;
  if (review.state() == v1::ActionPlanReview::COMPLETED) {
    item.statuses.push_back({absl::StrCat("held ", DateInWords(review.held_on())), Tone::kGood});
  } else if (plan.state() != v1::ActionPlan::CLOSED && review.scheduled_on() < today) {
    item.statuses.push_back({"OVERDUE", Tone::kAttention});
  }
  return item;
}

Item LinkItem(const v1::SupportPlanLink& link) {
  Item item{.id = link.link_id(), .text = CleanText(link.support_plan())};
  AddDetail("Why", link.words(), item);
  AddDetail("Linked by", OneLine(link.entry().recorded_by().name()), item);
  AddDetail("The ECT was told", DateInWords(link.ect_told_on()), item);
  AddEntry(link.entry(), "", item);
  return item;
}

// "UCL, year 2, module 9, week 4: Programme review and planning for year 3".
std::string SessionInWords(const v1::MentorSession& session) {
  std::vector<std::string> parts;
  if (!session.provider().empty()) parts.push_back(session.provider());
  if (!session.edition().empty()) parts.push_back(session.edition());
  if (session.year() > 0) parts.push_back(absl::StrCat("year ", session.year()));
  if (session.module() > 0) parts.push_back(absl::StrCat("module ", session.module()));
  if (!session.part().empty()) parts.push_back(absl::StrCat("part ", session.part()));
  if (session.week() > 0) parts.push_back(absl::StrCat("week ", session.week()));
  const std::string where = absl::StrJoin(parts, ", ");
  if (session.title().empty()) return where;
  return absl::StrCat(where, where.empty() ? "" : ": ", session.title());
}

std::string StateInWords(const v1::ActionPlan& plan) {
  if (plan.state() != v1::ActionPlan::CLOSED) return Capitalised(EnumInWords(plan.state()));
  return absl::StrCat("Closed on ", DateInWords(plan.closure().closed_on()), " (",
                      EnumInWords(plan.closure().reason()), ")",
                      plan.closure().words().empty() ? "" : ": ", plan.closure().words());
}

void AddFacts(const v1::ActionPlan& plan, ActionPlanPage& page) {
  AddFact("School", absl::StrCat(plan.school().name(), " (URN ", plan.school().urn(), ")"), page);
  AddFact("Mentor", plan.mentor().name(), page);
  AddFact("Looks to", plan.academic_year(), page);
  AddFact("From", LongDateInWords(plan.starts_on()), page);
  AddFact("To", LongDateInWords(plan.ends_on()), page);
  AddFact("Drafted in", SessionInWords(plan.drafted_in()), page);
  AddFact("State", StateInWords(plan), page);
  AddFact("Written by", EnumInWords(plan.owner()), page);
  if (!plan.agreements().empty()) {
    const v1::Agreement& last = *plan.agreements().rbegin();
    AddFact("Agreed",
            absl::StrCat(DateInWords(last.agreed_on()), ", said by ", last.agreed_by().name()),
            page);
  }
  AddFact("Next review", LongDateInWords(plan.next_review_on()), page);
  if (plan.has_format()) {
    AddFact("Format", absl::StrCat(plan.format().name(), ", version ", plan.format().version()),
            page);
  }
  AddFact("Revision", absl::StrCat(plan.revision()), page);
  AddFact("Plan", plan.name(), page);
}

void AddNotices(const v1::ActionPlan& plan, const std::string& today, ActionPlanPage& page) {
  if (plan.changed_since_agreed()) {
    page.notices.push_back({"The plan has changed since it was agreed.", Tone::kAttention});
  }
  if (!plan.agreements().empty() && !plan.agreements().rbegin()->agreed_nonetheless().empty()) {
    page.notices.push_back({absl::StrCat(
        "Agreed nonetheless: ", OneLine(plan.agreements().rbegin()->agreed_nonetheless()))});
  }
  if (plan.has_hand_over()) {
    page.notices.push_back({absl::StrCat("The plan passed to the ECT on ",
                                         DateInWords(plan.hand_over().handed_over_on()), ".")});
  }
  if (!plan.next_review_on().empty() && plan.next_review_on() < today) {
    page.notices.push_back({absl::StrCat("The review planned for ",
                                         DateInWords(plan.next_review_on()), " is OVERDUE."),
                            Tone::kAttention});
  }
}

// Without a format they plan in a document; what is in Trellis all the same shows like this.
v1::PlanFormat ColumnsOf(const v1::ActionPlan& plan) {
  if (plan.has_format() || plan.targets().empty()) return plan.format();
  v1::PlanFormat format;
  for (const auto& [key, heading] :
       {std::pair("statement", "Target"), std::pair("success_measure", "How we will know"),
        std::pair("steps", "Action steps"), std::pair("due_on", "By when"),
        std::pair("progress", "Progress at review")}) {
    v1::PlanColumn& column = *format.add_columns();
    column.set_key(key);
    column.set_heading(heading);
  }
  return format;
}

}  // namespace

ActionPlanPage BuildActionPlanPage(const v1::ActionPlan& plan, const FormContext& context) {
  ActionPlanPage page;
  const std::string today = IsoDate(context.today);
  page.ect_name = OneLine(plan.ect().name());
  AddFacts(plan, page);
  AddNotices(plan, today, page);
  if (plan.has_own_document()) {
    Item item{.text = CleanText(plan.own_document().title())};
    for (const std::string& link : plan.own_document().links()) AddDetail("At", link, item);
    page.document.push_back(std::move(item));
  }
  const v1::PlanFormat format = ColumnsOf(plan);
  const bool is_draft = plan.state() == v1::ActionPlan::DRAFT;
  for (const v1::PlanColumn& column : format.columns()) {
    page.columns.push_back(
        {CleanText(column.heading()), is_draft ? CleanText(column.prompt()) : ""});
  }
  const CellBuilder cells(plan, context);
  for (const v1::ActionPlanTarget& target : plan.targets()) {
    ActionPlanRow& row = page.rows.emplace_back();
    for (const v1::PlanColumn& column : format.columns()) {
      row.push_back(cells.Cell(target, column.key()));
    }
  }
  for (const v1::ActionPlanReview& review : plan.reviews()) {
    page.reviews.push_back(ReviewItem(plan, review, today));
  }
  for (const v1::SupportPlanLink& link : plan.links()) page.links.push_back(LinkItem(link));
  page.foot = absl::StrCat("Made on ", TimeInWords(context.rendered_at), " from revision ",
                           plan.revision(), " of ", OneLine(plan.name()), ".");
  return page;
}

}  // namespace trellis::rendering
