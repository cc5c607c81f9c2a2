// What the decisions about inductions, their clock and their views share: what is in force, and the
// conditions, each of which reads as a line of policy.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "domain/draft.h"
#include "domain/entries.h"
#include "domain/induction.h"
#include "domain/requires.h"

namespace trellis::domain {

// Those who run an induction: the induction tutor, and the headteacher who answers for it.
inline constexpr Capacities kInductionWriters = {v1::INDUCTION_TUTOR, v1::HEADTEACHER};
// Those between whom the sessions are.
inline constexpr Capacities kSessionPartners = {v1::MENTOR, v1::ECT};

// The period in force: the last that neither ended nor was struck out; null if there is none.
// Periods that may begin ahead are in force from when they are recorded.
template <typename Periods>
auto* InForce(const Periods& periods) {
  for (int i = periods.size() - 1; i >= 0; --i) {
    if (!IsStruckOut(periods[i]) && periods[i].ends_on().empty()) return &periods[i];
  }
  return static_cast<decltype(&periods[0])>(nullptr);
}

// The last period that was not struck out, in force or not; null if there is none.
template <typename Periods>
auto* LastOf(const Periods& periods) {
  for (int i = periods.size() - 1; i >= 0; --i) {
    if (!IsStruckOut(periods[i])) return &periods[i];
  }
  return static_cast<decltype(&periods[0])>(nullptr);
}

// The period that shares a day with the one from `starts_on` to `ends_on` (empty: open); null if
// none does. The one at `except` and those struck out are not looked at.
template <typename Periods>
auto* Overlapping(const Periods& periods, const std::string& starts_on, const std::string& ends_on,
                  int except = -1) {
  for (int i = 0; i < periods.size(); ++i) {
    if (i == except || IsStruckOut(periods[i])) continue;
    const bool begins_after = !ends_on.empty() && periods[i].starts_on() > ends_on;
    const bool ended_before = !periods[i].ends_on().empty() && periods[i].ends_on() < starts_on;
    if (!begins_after && !ended_before) return &periods[i];
  }
  return static_cast<decltype(&periods[0])>(nullptr);
}

// The day before `date`, both as YYYY-MM-DD.
std::string DayBefore(const std::string& date);

// Those who hold `capacity` in the induction: nobody whose time is over. Once the induction has
// ended, those who held it on its last day.
std::vector<const v1::Party*> HoldersOf(const Induction& induction, v1::Capacity capacity,
                                        const std::string& today);

// The actor acts in one of `allowed` and holds it in the induction. The ECT acts as the ECT alone.
absl::Status RequireHolder(const Induction& induction, const Context& context, Capacities allowed,
                           absl::string_view verb);

// The induction exists and has not ended.
absl::Status RequireNotEnded(const Induction& induction, absl::string_view verb);

// `person` is not the ECT.
absl::Status RequireNotEct(const std::string& ect, const std::string& person);

// `body` belongs to none of the trusts that employ the ECT or did (guidance 2.25), and its contact
// is neither the ECT nor headteacher, tutor or mentor (guidance 2.28).
absl::Status RequireIndependent(const Induction& induction, const v1::AppropriateBodyPeriod& body);

// A new period from `starts_on` begins after the one in force, which it ends.
absl::Status RequireAfter(absl::string_view id, const std::string& in_force_since,
                          const std::string& starts_on);

// The absence is over, holds no more days than lie in it, and none that another absence (but the
// one at `except`) or a pause holds.
absl::Status RequireAbsencePossible(const Induction& induction, const v1::Absence& absence,
                                    const Context& context, int except = -1);

// Who may, that it has not ended, and when it happened.
template <typename Request>
absl::StatusOr<InductionDraft> BeginInduction(const Induction& induction, const Request& request,
                                              const Context& context, Capacities allowed,
                                              absl::string_view verb) {
  if (absl::Status status = RequireNotEnded(induction, verb); !status.ok()) return status;
  if (absl::Status status = RequireHolder(induction, context, allowed, verb); !status.ok()) {
    return status;
  }
  return Begin(induction, request, context);
}

}  // namespace trellis::domain
