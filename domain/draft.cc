#include "domain/draft.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "domain/dates.h"
#include "domain/limits.h"
#include "domain/requires.h"
#include "domain/school.h"

namespace trellis::domain {

absl::Status DraftBase::Occurred(const std::string& occurred_on, const std::string& late_reason,
                                 const std::string& starts_on) {
  late_reason_ = late_reason;
  if (occurred_on.empty()) return absl::OkStatus();
  occurred_on_ = ParseDate(occurred_on).value_or(context_.today);
  if (occurred_on_ > context_.today) {
    return Refusal("OCCURRED_IN_FUTURE", "occurred_on",
                   absl::StrCat("occurred_on is ", occurred_on, ", want no day after today, ",
                                DateText(context_.today)));
  }
  const int64_t days = context_.today - occurred_on_;
  if (days > kLateAfterDays && late_reason.empty()) {
    return Refusal("LATE_REASON_MISSING", "late_reason",
                   absl::StrCat("occurred_on ", occurred_on, " is ", days, " days ago; after ",
                                kLateAfterDays, " days a record needs late_reason"));
  }
  WarnUnlessSchoolDay("occurred_on", occurred_on);
  if (!starts_on.empty() && occurred_on < starts_on) {
    Warn("BEFORE_PLAN_STARTED", "occurred_on",
         absl::StrCat(occurred_on, " is before the plan's first day, ", starts_on));
  }
  return absl::OkStatus();
}

const SchoolYears& DraftBase::calendars() {
  if (!calendars_.has_value()) {
    calendars_ = context_.school == nullptr ? SchoolYears() : CalendarsOf(*context_.school);
  }
  return *calendars_;
}

void DraftBase::Warn(const std::string& reason, const std::string& field,
                     const std::string& message) {
  v1::Warning& warning = *warnings_.Add();
  warning.set_reason(reason);
  warning.set_field(field);
  warning.set_message(message);
}

void DraftBase::WarnUnlessSchoolDay(const std::string& field, const std::string& date) {
  const std::optional<absl::CivilDay> day = ParseDate(date);
  if (!day.has_value()) return;
  if (const std::string why = WhyNoSchoolDay(calendars(), *day); !why.empty()) {
    Warn("NOT_A_SCHOOL_DAY", field, why);
  }
}

std::string DraftBase::OccurredOnText() const { return DateText(occurred_on_); }

EventFacts DraftBase::Facts() const {
  return {.recorded_at = context_.now,
          .actor = context_.actor.person(),
          .capacity = context_.capacity,
          .payload_digest = {}};
}

}  // namespace trellis::domain
