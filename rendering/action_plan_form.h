// An action plan in the columns of its format, in the format's order: a row for each target. What
// was struck out, withdrawn or put right is said in words, as on the support plan's form.
#pragma once

#include <string>

#include "rendering/form.h"
#include "trellis/v1/action_plan.pb.h"

namespace trellis::rendering {

// For a terminal or a plain file, in UTF-8 with box-drawing lines, each line at most `width`
// columns (taken into kFormWidthMin..kFormWidthMax). Where the format's columns would be too narrow
// to read, each target is a table of its own, the headings down its side.
std::string ActionPlanAsText(const v1::ActionPlan& plan, const FormContext& context, int width);

// As one web page that needs nothing else, prints, and can be read aloud. Everything from the plan
// is escaped; links are shown as text.
std::string ActionPlanAsHtml(const v1::ActionPlan& plan, const FormContext& context);

}  // namespace trellis::rendering
