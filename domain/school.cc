#include "domain/school.h"

#include <utility>

#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/limits.h"
#include "domain/plan_format.h"
#include "domain/register_facts.h"
#include "domain/school_year.h"

namespace trellis::domain {
namespace {

using google::protobuf::util::MessageDifferencer;
using SchoolDraft = DraftOn<v1::SchoolRecord>;

// The caller is one of those who keep this, and the school is there.
absl::Status RequireKept(const v1::SchoolRecord& school, const Context& context, Capacities who,
                         absl::string_view verb) {
  RETURN_IF_ERROR(RequireOneOf(context, who, verb));
  return RequireExists(school);
}

// The membership that has no end, or null.
const v1::TrustMembership* PresentTrust(const v1::SchoolRecord& school) {
  for (const v1::TrustMembership& membership : school.trusts()) {
    if (membership.ends_on().empty()) return &membership;
  }
  return nullptr;
}

// `day`, or the day it happened where none is said.
std::string DayOr(const std::string& day, const SchoolDraft& draft) {
  return day.empty() ? DateText(draft.occurred_on()) : day;
}

absl::Status Overlaps(const v1::SchoolRecord& school, const v1::TrustMembership& membership,
                      const std::string& starts_on) {
  return Refusal(
      "PERIODS_OVERLAP", membership.membership_id(),
      absl::StrCat(school.name(), " is in ", membership.trust(), " from ", membership.starts_on(),
                   membership.ends_on().empty() ? "" : " to " + membership.ends_on(), " (",
                   membership.membership_id(), "), which overlaps a membership from ", starts_on));
}

}  // namespace

std::string SchoolName(absl::string_view urn) { return absl::StrCat(kSchoolStreams, urn); }
std::string UrnOf(absl::string_view school) {
  return std::string(absl::StripPrefix(school, kSchoolStreams));
}

SchoolYears CalendarsOf(const v1::SchoolRecord& school) {
  SchoolYears years;
  for (const v1::SchoolCalendar& calendar : school.calendars()) {
    *years.Add() = calendar.school_year();
  }
  return years;
}

std::string TrustOn(const google::protobuf::RepeatedPtrField<v1::TrustMembership>& trusts,
                    const std::string& day) {
  for (const v1::TrustMembership& membership : trusts) {
    if (membership.starts_on() <= day &&
        (membership.ends_on().empty() || day <= membership.ends_on())) {
      return membership.trust();
    }
  }
  return "";
}

SchoolDecided Decide(const v1::SchoolRecord& school, const v1::RecordSchoolRequest& request,
                     const Context& context) {
  return RecordFacts(school, request, context, kKeepers, "record a school",
                     [](const v1::SchoolFacts& facts) {
                       v1::SchoolEvent event;
                       *event.mutable_school_recorded()->mutable_facts() = facts;
                       return event;
                     });
}

SchoolDecided Decide(const v1::SchoolRecord& school, const v1::JoinTrustRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireKept(school, context, kRegistrars, "record that a school joined a trust"));
  ASSIGN_OR_RETURN(SchoolDraft draft, Begin(school, request, context));
  v1::TrustMembership membership = request.membership();
  membership.set_starts_on(DayOr(membership.starts_on(), draft));
  for (const v1::TrustMembership& other : school.trusts()) {
    if (other.trust() == membership.trust() && other.starts_on() == membership.starts_on()) {
      return std::move(draft).Finish();
    }
    if (other.ends_on().empty() || membership.starts_on() <= other.ends_on()) {
      return Overlaps(school, other, membership.starts_on());
    }
  }
  RETURN_IF_ERROR(RequireRoom(school.name(), "trusts", school.trusts_size(), kEntriesMax));
  membership.set_membership_id(NextEntryId('t', school.trusts_size()));
  v1::SchoolEvent event;
  *event.mutable_trust_joined()->mutable_membership() = std::move(membership);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

SchoolDecided Decide(const v1::SchoolRecord& school, const v1::LeaveTrustRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireKept(school, context, kRegistrars, "record that a school left a trust"));
  ASSIGN_OR_RETURN(SchoolDraft draft, Begin(school, request, context));
  const std::string ends_on = DayOr(request.ends_on(), draft);
  const v1::TrustMembership* const membership = PresentTrust(school);
  if (membership == nullptr) {
    const int count = school.trusts_size();
    if (count > 0 && school.trusts(count - 1).ends_on() == ends_on) {
      return std::move(draft).Finish();
    }
    return Refusal("SCHOOL_IN_NO_TRUST", school.name(),
                   absl::StrCat(school.name(), " is in no trust that it could leave"));
  }
  if (ends_on < membership->starts_on()) {
    return Refusal("PERIODS_OVERLAP", membership->membership_id(),
                   absl::StrCat("membership ", membership->membership_id(), " would end on ",
                                ends_on, ", before its first day, ", membership->starts_on()));
  }
  v1::SchoolEvent event;
  event.mutable_trust_left()->set_membership_id(membership->membership_id());
  event.mutable_trust_left()->set_ends_on(ends_on);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

SchoolDecided Decide(const v1::SchoolRecord& school, const v1::RecordSuccessorRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireKept(school, context, kRegistrars, "record that another school follows"));
  ASSIGN_OR_RETURN(SchoolDraft draft, Begin(school, request, context));
  v1::SchoolSuccession succession = request.succession();
  succession.set_starts_on(DayOr(succession.starts_on(), draft));
  if (succession.successor() == school.name()) {
    return Refusal("SUCCESSORS_IN_A_CIRCLE", school.name(),
                   absl::StrCat(school.name(), " cannot follow itself"));
  }
  for (const v1::SchoolSuccession& other : school.successions()) {
    if (other.successor() == succession.successor()) return std::move(draft).Finish();
    if (succession.kind() == v1::SchoolSuccession::SPLIT && other.kind() == succession.kind()) {
      continue;
    }
    return Refusal("SCHOOL_HAS_SUCCESSOR", school.name(),
                   absl::StrCat(school.name(), " is followed by ", other.successor(),
                                "; more than one follows only a school that was SPLIT"));
  }
  RETURN_IF_ERROR(RequireRoom(school.name(), "successors", school.successions_size(), kEntriesMax));
  succession.set_succession_id(NextEntryId('s', school.successions_size()));
  v1::SchoolEvent event;
  *event.mutable_successor_recorded()->mutable_succession() = std::move(succession);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

SchoolDecided Decide(const v1::SchoolRecord& school, const v1::SetSchoolYearRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireKept(school, context, kKeepers, "set a school's calendar"));
  RETURN_IF_ERROR(CheckSchoolYear(request.school_year(), "school_year"));
  ASSIGN_OR_RETURN(SchoolDraft draft, Begin(school, request, context));
  v1::SchoolEvent event;
  v1::SchoolCalendar& calendar = *event.mutable_school_year_set()->mutable_calendar();
  *calendar.mutable_school_year() = request.school_year();
  for (const v1::SchoolCalendar& other : school.calendars()) {
    if (other.school_year().academic_year() != request.school_year().academic_year()) continue;
    if (MessageDifferencer::Equals(other.school_year(), request.school_year())) {
      return std::move(draft).Finish();
    }
    calendar.set_calendar_id(other.calendar_id());
  }
  if (calendar.calendar_id().empty()) {
    RETURN_IF_ERROR(RequireRoom(school.name(), "calendars", school.calendars_size(), kEntriesMax));
    calendar.set_calendar_id(NextEntryId('y', school.calendars_size()));
  }
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

SchoolDecided Decide(const v1::SchoolRecord& school, const v1::AddPlanFormatRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireKept(school, context, kKeepers, "add a planning format"));
  const v1::PlanFormat& format = request.plan_format();
  if (const auto violations = WhyNoPlanFormat(format, "plan_format"); !violations.empty()) {
    return InvalidRequest(violations);
  }
  ASSIGN_OR_RETURN(SchoolDraft draft, Begin(school, request, context));
  for (const v1::SchoolPlanFormat& other : school.plan_formats()) {
    if (other.plan_format().name() != format.name() ||
        other.plan_format().version() != format.version()) {
      continue;
    }
    if (MessageDifferencer::Equals(other.plan_format(), format)) return std::move(draft).Finish();
    return Refusal("PLAN_FORMAT_EXISTS", other.format_id(),
                   absl::StrCat(school.name(), " has version ", format.version(),
                                " of this planning format with other columns (", other.format_id(),
                                "); a version never changes: give another"));
  }
  RETURN_IF_ERROR(
      RequireRoom(school.name(), "planning formats", school.plan_formats_size(), kEntriesMax));
  v1::SchoolEvent event;
  v1::SchoolPlanFormat& added = *event.mutable_plan_format_added()->mutable_plan_format();
  added.set_format_id(NextEntryId('f', school.plan_formats_size()));
  *added.mutable_plan_format() = format;
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

SchoolDecided Decide(const v1::SchoolRecord& school, const v1::WithdrawPlanFormatRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireKept(school, context, kKeepers, "withdraw a planning format"));
  ASSIGN_OR_RETURN(SchoolDraft draft, Begin(school, request, context));
  ASSIGN_OR_RETURN(const v1::SchoolPlanFormat* const format,
                   RequireEntry<v1::SchoolPlanFormat>(school, request.format_id()));
  if (!format->withdrawn_on().empty()) return std::move(draft).Finish();
  v1::SchoolEvent event;
  event.mutable_plan_format_withdrawn()->set_format_id(format->format_id());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
