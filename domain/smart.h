// How SMART the targets of an action plan are: specific, measurable, achievable, relevant and
// time-bound.
//
// Words are judged by plain rules, which a person can follow and overrule; nothing here refuses
// anything. Pure.
#pragma once

#include <vector>

#include "trellis/v1/action_plan.pb.h"
#include "trellis/v1/action_plan_service.pb.h"

namespace trellis::domain {

// Minutes a week above which the steps of a plan are a lot beside teaching: about what the second
// year of induction frees, 5% of 32.5 hours, and a meeting.
inline constexpr int kMinutesPerWeekMany = 120;

// Each open target of `plan`, judged by each letter; ids, and the day that the plan ends on, are
// set. The reasons:
//   S  VAGUE_VERB: one such as "improve" or "develop", and nothing to count or see; or TOO_SHORT.
//   M  NO_MEASURE; MEASURE_REPEATS_TARGET: it has no word that the statement has not.
//   A  NO_STEP; NOBODY_SUPPORTS: neither a supporter or helper in a step, nor a word on why it can
//      be reached. Ok, with a hint: MUCH_WORK.
//   R  NO_RELEVANCE: neither a standard, nor a statement of the framework, nor a session note.
//   T  NO_DUE_DATE; DUE_AFTER_PLAN_ENDS. Ok, with a hint: NOT_A_SCHOOL_DAY.
std::vector<v1::TargetSmartness> CheckSmart(const v1::ActionPlan& plan);

}  // namespace trellis::domain
