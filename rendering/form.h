// The support plan as the paper form: the same title, the same seven columns in the same order, the
// same three signatures. Each concern has a row; within it what belongs to one target stands side
// by side. What the paper cannot show is said in words: what was struck out and why, what was put
// right, what was recorded late, and signatures whose content has changed since.
#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::rendering {

// What a form depends on beside the plan.
struct FormContext {
  // The day in London from which a date in the past is overdue. Nothing is overdue while the plan
  // is PAUSED or CLOSED, and no action or support under a concern that was resolved or struck out.
  absl::CivilDay today;
  // When the form was made; it is printed at its foot.
  absl::Time rendered_at;
};

// The narrowest and the widest form in plain text, in columns.
inline constexpr int kFormWidthMin = 80;
inline constexpr int kFormWidthMax = 400;

// The form for a terminal or a plain file, in UTF-8 with box-drawing lines, each line at most
// `width` columns (taken into kFormWidthMin..kFormWidthMax). Below 120 columns seven columns would
// be too narrow to read: each concern is then a table of its own, the seven headings down its side.
std::string FormAsText(const v1::SupportPlan& plan, const FormContext& context, int width);

// The form as one web page that needs nothing else: no script, no font, no picture, and a content
// security policy that allows none. Prints on A4 landscape. Everything from the plan is escaped.
std::string FormAsHtml(const v1::SupportPlan& plan, const FormContext& context);

}  // namespace trellis::rendering
