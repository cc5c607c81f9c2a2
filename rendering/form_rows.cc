#include "rendering/form_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rendering/display.h"
#include "rendering/words.h"

namespace trellis::rendering {
namespace {

using Tone = Status::Tone;

// The columns of a line, by what stands in them.
enum Column : size_t { kTargets, kSupport, kSupportedBy, kTimeline };

// Adds "label: value" unless there is nothing to say.
void AddDetail(absl::string_view label, absl::string_view value, Item& item) {
  if (!value.empty()) item.details.push_back({std::string(label), CleanText(value)});
}

// Strikes the item out if the entry was, and adds what is to be said of the entry.
void AddEntry(const v1::Entry& entry, Item& item) {
  if (item.struck.empty()) item.struck = StruckOut(entry);
  for (Detail& remark : EntryRemarks(entry)) item.details.push_back(std::move(remark));
}

// "From Mon 19 Sep 2022 to Fri 30 Sep 2022", or what there is of it.
std::string Dates(const std::string& starts_on, const std::string& ends_on) {
  if (starts_on == ends_on) return DateInWords(starts_on);
  if (starts_on.empty()) return absl::StrCat("until ", DateInWords(ends_on));
  if (ends_on.empty()) return absl::StrCat("from ", DateInWords(starts_on));
  return absl::StrCat(DateInWords(starts_on), " to ", DateInWords(ends_on));
}

// The timeline of an action or of support as an item of its own, under the same id.
Item TimelineItem(const std::string& id, absl::string_view words, const std::string& dates,
                  bool struck) {
  Item item{.id = id, .struck = struck ? "struck out" : ""};
  item.text = CleanText(words.empty() ? Capitalised(dates) : words);
  if (!words.empty() && !dates.empty()) absl::StrAppend(&item.text, " (", dates, ")");
  if (item.text.empty()) item.text = "No dates agreed";
  return item;
}

// Builds the rows of one plan.
class RowBuilder {
 public:
  RowBuilder(const v1::SupportPlan& plan, const FormContext& context)
      : plan_(plan), today_(IsoDate(context.today)) {}

  FormRow Row(const v1::Concern& concern) const {
    FormRow row{.concern = ConcernItem(concern), .lines = {}, .reviews = {}, .outcomes = {}};
    AddTargets(concern, row);
    AddActions(concern, row);
    AddSupport(concern, row);
    DropLastLineIfEmpty(row);
    AddReviews(concern, row);
    AddOutcomes(concern, row);
    return row;
  }

 private:
  // Whether `date` is past and the plan runs.
  bool Overdue(const std::string& date) const {
    return plan_.state() == v1::SupportPlan::ACTIVE && !date.empty() && date < today_;
  }

  // The same for work under a concern, which must stand. A review is asked for by the plan.
  bool Overdue(const std::string& date, const v1::Concern& concern) const {
    return Overdue(date) && concern.state() != v1::Concern::RESOLVED &&
           StruckOut(concern.entry()).empty();
  }

  static Item ConcernItem(const v1::Concern& concern) {
    if (concern.concern_id().empty()) return {.text = "No area of concern recorded yet"};
    Item item{.id = concern.concern_id()};
    const v1::TeachersStandard& standard = concern.standard();
    item.text = CleanText(absl::StrCat(standard.code(), ") ", Capitalised(standard.text())));
    if (concern.state() == v1::Concern::RESOLVED) {
      item.statuses.push_back({"resolved", Tone::kGood});
      AddDetail("Resolution", concern.resolution(), item);
    }
    AddDetail("Cause", concern.cause(), item);
    AddDetail("Discussed with the ECT", DateInWords(concern.discussed_on()), item);
    AddDetail("Teachers’ Standards", standard.edition(), item);
    AddEntry(concern.entry(), item);
    return item;
  }

  static Status JudgementStatus(const v1::Target& target) {
    switch (target.judgement()) {
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

  // A line for each target, and the last line.
  void AddTargets(const v1::Concern& concern, FormRow& row) const {
    for (const v1::Target& target : plan_.targets()) {
      if (target.concern_id() != concern.concern_id()) continue;
      Item item{.id = target.target_id(), .text = CleanText(target.statement())};
      if (!target.withdrawal_reason().empty()) {
        item.struck = absl::StrCat("withdrawn: ", CleanText(target.withdrawal_reason()));
      }
      AddDetail("Success measure", target.success_measure(), item);
      AddDetail("Due", DateInWords(target.due_on()), item);
      AddDetail("Revised", target.revision_reason(), item);
      AddEntry(target.entry(), item);
      if (item.struck.empty()) item.statuses.push_back(JudgementStatus(target));
      FormLine& line = row.lines.emplace_back();
      line.target_id = target.target_id();
      line.cells[kTargets].push_back(std::move(item));
    }
    row.lines.emplace_back();
  }

  // The line of the target; the last line for an entry that names none of this concern's.
  static FormLine& LineOf(const std::string& target_id, FormRow& row) {
    const auto line =
        std::find_if(row.lines.begin(), row.lines.end(),
                     [&](const FormLine& candidate) { return candidate.target_id == target_id; });
    return line == row.lines.end() ? row.lines.back() : *line;
  }

  static void DropLastLineIfEmpty(FormRow& row) {
    const auto& cells = row.lines.back().cells;
    const bool empty = std::all_of(cells.begin(), cells.end(),
                                   [](const std::vector<Item>& cell) { return cell.empty(); });
    if (empty && row.lines.size() > 1) row.lines.pop_back();
  }

  void AddActions(const v1::Concern& concern, FormRow& row) const {
    for (const v1::Action& action : plan_.actions()) {
      if (action.concern_id() != concern.concern_id()) continue;
      FormLine& line = LineOf(action.target_id(), row);
      line.cells[kTargets].push_back(ActionItem(action, concern));
      line.cells[kTimeline].push_back(TimelineItem(action.action_id(), action.timeline(),
                                                   Dates(action.starts_on(), action.ends_on()),
                                                   !StruckOut(action.entry()).empty()));
    }
  }

  Item ActionItem(const v1::Action& action, const v1::Concern& concern) const {
    Item item{.id = action.action_id(), .text = CleanText(action.statement())};
    AddDetail("Towards", action.target_id(), item);
    AddDetail("By", SupportersInWords(action.by()), item);
    AddDetail("Done", action.completion_note(), item);
    AddEntry(action.entry(), item);
    if (!item.struck.empty()) return item;
    if (action.completed()) {
      item.statuses.push_back(
          {absl::StrCat("done ", DateInWords(action.completed_on())), Tone::kGood});
    } else {
      item.statuses.push_back({"not done", Tone::kPlain});
      if (Overdue(action.ends_on(), concern)) {
        item.statuses.push_back({"OVERDUE", Tone::kAttention});
      }
    }
    return item;
  }

  void AddSupport(const v1::Concern& concern, FormRow& row) const {
    for (const v1::Support& support : plan_.support()) {
      if (support.concern_id() != concern.concern_id()) continue;
      const std::string& id = support.support_id();
      const bool struck = !StruckOut(support.entry()).empty();
      FormLine& line = LineOf(support.target_id(), row);
      line.cells[kSupport].push_back(SupportItem(support, concern));
      line.cells[kSupportedBy].push_back(
          {.id = id,
           .text = CleanText(SupportersInWords(support.supported_by())),
           .struck = struck ? "struck out" : ""});
      // Support with one date is on that day; work with one date begins then.
      const std::string& last = support.ends_on().empty() ? support.starts_on() : support.ends_on();
      line.cells[kTimeline].push_back(
          TimelineItem(id, "", Dates(support.starts_on(), last), struck));
    }
  }

  Item SupportItem(const v1::Support& support, const v1::Concern& concern) const {
    Item item{.id = support.support_id()};
    item.text = absl::StrCat(Capitalised(EnumInWords(support.kind())), ": ",
                             CleanText(support.description()));
    AddDetail("Towards", support.target_id(), item);
    const bool given = support.state() == v1::Support::DELIVERED;
    const bool not_given = support.state() == v1::Support::NOT_DELIVERED;
    AddDetail(not_given ? "Reason" : "Given", support.record_note(), item);
    AddEntry(support.entry(), item);
    if (!item.struck.empty()) return item;
    const std::string date = DateInWords(support.recorded_on());
    if (given) {
      item.statuses.push_back({absl::StrCat("given ", date), Tone::kGood});
    } else if (not_given) {
      item.statuses.push_back({absl::StrCat("NOT GIVEN ", date), Tone::kAttention});
    } else {
      item.statuses.push_back({"ARRANGED", Tone::kPlain});
      const bool open_ended = support.ends_on().empty();
      if (Overdue(open_ended ? support.starts_on() : support.ends_on(), concern)) {
        item.statuses.push_back({"OVERDUE", Tone::kAttention});
      }
    }
    return item;
  }

  void AddOutcomes(const v1::Concern& concern, FormRow& row) const {
    for (const v1::Outcome& outcome : plan_.outcomes()) {
      if (outcome.concern_id() != concern.concern_id()) continue;
      Item item{.id = outcome.outcome_id()};
      item.text = absl::StrCat(DateInWords(outcome.entry().occurred_on()), " – ",
                               CleanText(outcome.words()));
      AddEntry(outcome.entry(), item);
      row.outcomes.push_back(std::move(item));
    }
  }

  // Whether the review looks at the concern; one that names none looks at all.
  static bool LooksAt(const v1::Review& review, const v1::Concern& concern) {
    return review.concern_ids().empty() ||
           std::find(review.concern_ids().begin(), review.concern_ids().end(),
                     concern.concern_id()) != review.concern_ids().end();
  }

  void AddReviews(const v1::Concern& concern, FormRow& row) const {
    std::vector<const v1::Review*> reviews;
    for (const v1::Review& review : plan_.reviews()) {
      if (LooksAt(review, concern)) reviews.push_back(&review);
    }
    std::stable_sort(reviews.begin(), reviews.end(), [](const v1::Review* a, const v1::Review* b) {
      return a->scheduled_on() < b->scheduled_on();
    });
    for (const v1::Review* review : reviews) {
      row.reviews.push_back(ReviewItem(*review, concern));
    }
  }

  Item ReviewItem(const v1::Review& review, const v1::Concern& concern) const {
    Item item{.id = review.review_id(), .text = DateInWords(review.scheduled_on())};
    if (!review.purpose().empty()) {
      absl::StrAppend(&item.text, " – ", CleanText(review.purpose()));
    }
    AddDetail("Towards", review.target_id(), item);
    if (!review.original_on().empty() && review.original_on() != review.scheduled_on()) {
      AddDetail("", absl::StrCat("was ", DateInWords(review.original_on())), item);
    }
    AddDetail("Moved", review.reschedule_reason(), item);
    for (const v1::TargetJudgement& judgement : review.judgements()) {
      if (IsUnder(judgement.target_id(), concern)) {
        AddDetail("Judged", JudgementInWords(judgement), item);
      }
    }
    AddDetail("Not held", review.missed_reason(), item);
    AddEntry(review.entry(), item);
    if (item.struck.empty()) item.statuses.push_back(ReviewStatus(review));
    return item;
  }

  Status ReviewStatus(const v1::Review& review) const {
    if (review.state() == v1::Review::COMPLETED) {
      return {absl::StrCat("held ", DateInWords(review.held_on())), Tone::kGood};
    }
    if (review.state() == v1::Review::MISSED) return {"MISSED", Tone::kAttention};
    if (plan_.state() == v1::SupportPlan::CLOSED) return {"not held: plan closed", Tone::kPlain};
    if (Overdue(review.scheduled_on())) return {"OVERDUE", Tone::kAttention};
    return {"planned", Tone::kPlain};
  }

  bool IsUnder(const std::string& target_id, const v1::Concern& concern) const {
    return std::any_of(
        plan_.targets().begin(), plan_.targets().end(), [&](const v1::Target& target) {
          return target.target_id() == target_id && target.concern_id() == concern.concern_id();
        });
  }

  const v1::SupportPlan& plan_;
  const std::string today_;
};

}  // namespace

std::vector<Detail> EntryRemarks(const v1::Entry& entry) {
  std::vector<Detail> remarks;
  if (entry.late_days() > 0) {
    remarks.push_back({"", absl::StrCat("recorded late (", Count(entry.late_days(), "day"),
                                        "): ", CleanText(entry.late_reason()))});
  }
  const v1::Correction& correction = entry.correction();
  if (entry.has_correction() && !correction.struck_out()) {
    remarks.push_back({"", absl::StrCat("corrected at revision ", correction.revision(), ": ",
                                        CleanText(correction.reason()))});
  }
  return remarks;
}

std::string StruckOut(const v1::Entry& entry) {
  if (!entry.correction().struck_out()) return "";
  return absl::StrCat("struck out: ", CleanText(entry.correction().reason()));
}

std::vector<FormRow> BuildRows(const v1::SupportPlan& plan, const FormContext& context) {
  const RowBuilder builder(plan, context);
  std::vector<FormRow> rows;
  for (const v1::Concern& concern : plan.concerns()) rows.push_back(builder.Row(concern));
  if (rows.empty()) rows.push_back(builder.Row(v1::Concern()));
  return rows;
}

}  // namespace trellis::rendering
