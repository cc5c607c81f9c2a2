// What an action plan says, before it is laid out: shared by the text and the HTML. Every string
// here is clean (display.h).
#pragma once

#include <string>
#include <vector>

#include "rendering/form.h"
#include "rendering/form_rows.h"
#include "trellis/v1/action_plan.pb.h"

namespace trellis::rendering {

// One column: its heading and, while the plan is a draft, what it asks for.
struct ColumnHead {
  std::string heading;
  // Empty once the plan was agreed.
  std::string prompt;
};

// One row: a target, with a cell for each column.
using ActionPlanRow = std::vector<std::vector<Item>>;

struct ActionPlanPage {
  std::string ect_name;
  std::vector<Detail> facts;
  // What everybody should read first.
  std::vector<Status> notices;
  // The document of their own, if they plan in one.
  std::vector<Item> document;
  // None if there is nothing to show in columns.
  std::vector<ColumnHead> columns;
  std::vector<ActionPlanRow> rows;
  std::vector<Item> reviews;
  std::vector<Item> links;
  std::string foot;
};

inline constexpr char kActionPlanTitle[] = "ACTION PLAN";

// Everything that is shown of `plan`.
ActionPlanPage BuildActionPlanPage(const v1::ActionPlan& plan, const FormContext& context);

}  // namespace trellis::rendering
