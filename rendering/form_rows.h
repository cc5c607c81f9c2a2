// What the form says, before it is laid out: shared by the text and the HTML. Every string here is
// clean (display.h), and nothing is said by tone alone.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "rendering/form.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::rendering {

inline constexpr size_t kFormColumns = 7;

// The paper form's headings, in its order.
inline constexpr std::array<const char*, kFormColumns> kFormHeadings = {
    "Area of standards causing concern",
    "Agreed target/actions to be taken",
    "Specific support in place",
    "Supported by",
    "Timeline",
    "Next review date",
    "Actual outcome",
};

// A few words on how something stands: "OVERDUE", "done Thu 22 Sep 2022".
struct Status {
  enum class Tone { kPlain, kGood, kAttention };
  std::string words;
  Tone tone = Tone::kPlain;
};

// A line below an item, such as "Success measure: ...". Without a label it is a remark.
struct Detail {
  std::string label;
  std::string value;
};

// One entry of the plan in one cell.
struct Item {
  // `t1`; empty where the entry is none of the plan's.
  std::string id = {};
  std::string text = {};
  // Why the entry no longer counts: "struck out: ..."; empty while it counts.
  std::string struck = {};
  std::vector<Status> statuses = {};
  std::vector<Detail> details = {};
};

// One line of a row: what belongs to one target, so that it stands side by side as on paper; or, at
// the end of the row, what belongs to no target in particular.
struct FormLine {
  // The target; empty for the last line.
  std::string target_id;
  // Columns two to five: target and actions, support, supported by, timeline.
  std::array<std::vector<Item>, 4> cells;
};

// One row: a concern and all that belongs to it.
struct FormRow {
  // The first column.
  Item concern;
  // At least one line.
  std::vector<FormLine> lines;
  // The last two columns, beside all lines.
  std::vector<Item> reviews;
  std::vector<Item> outcomes;
};

// One line of the sign-off block, or one confirmation.
struct SignOffLine {
  // "Induction Tutor".
  std::string label = {};
  // Whose line it is; empty for a confirmation.
  std::string name = {};
  // "agreed", "seen and discussed, not agreed", "not signed yet".
  Status answer = {};
  // What was said with it.
  std::string statement = {};
  std::string date = {};
  // "given on revision 9".
  std::string given_on = {};
  // "content has changed since: signature asked for again"; empty while that is not so.
  std::string outdated = {};
};

// A form without its layout.
struct Form {
  std::string ect_name;
  // School, people, dates, state and revision.
  std::vector<Detail> facts;
  // What everybody should read first: that the plan is paused, closed, or something is overdue.
  std::vector<Status> notices;
  // At least one row, so that reviews show before a concern was raised.
  std::vector<FormRow> rows;
  std::vector<Item> observations;
  std::vector<Item> comments;
  std::vector<SignOffLine> signatures;
  std::vector<SignOffLine> confirmations;
  // The form's closing note, by paragraphs.
  std::vector<std::string> note;
  // Where and when the page came from.
  std::string foot;
};

inline constexpr char kFormTitle[] = "ECT SUPPORT ACTION PLAN";

// Everything the form says about `plan`.
Form BuildForm(const v1::SupportPlan& plan, const FormContext& context);

// The rows alone.
std::vector<FormRow> BuildRows(const v1::SupportPlan& plan, const FormContext& context);

// What each entry says of how it came to be in the record: that it was late, or put right.
std::vector<Detail> EntryRemarks(const v1::Entry& entry);

// "struck out: reason" where the entry was struck out; else empty.
std::string StruckOut(const v1::Entry& entry);

}  // namespace trellis::rendering
