// The Teachers' Standards (England): 35 statements of Part One, 8 of Part Two, with the official
// text. Compared with independent public copies; a new edition is a new table, never a change here.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "trellis/v1/standards.pb.h"

namespace trellis::domain {

// All statements, in their official order.
const std::vector<v1::TeachersStandard>& TeachersStandards();

// The statement with this code, or null. Takes `7d`, `7D`, `7d)` and `TS/7d`.
const v1::TeachersStandard* FindTeachersStandard(absl::string_view code);

// Why `code` is no Teachers' Standard, naming the nearest one; empty if it is one. Codes of the
// early career framework (`ECF/8h`) have the same shape and are never taken: judgements are made
// against the Teachers' Standards only (guidance 2.57).
std::string WhyNoTeachersStandard(absl::string_view code);

}  // namespace trellis::domain
