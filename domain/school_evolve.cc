#include "base/check.h"
#include "domain/entries.h"
#include "domain/evolution.h"
#include "domain/school.h"

namespace trellis::domain {
namespace {

// The one that applies events: holds what every case needs.
class Evolution {
 public:
  Evolution(v1::SchoolRecord& school, const v1::SchoolEvent& event, const EventFacts& facts)
      : school_(school), event_(event), facts_(facts) {}

  void Apply() {
    Advance(school_, facts_);
    if (school_.revision() == 1) *school_.mutable_create_time() = school_.update_time();
    ApplyKind();
  }

 private:
  // No default: the compiler lists the events we forgot.
  void ApplyKind() {
    using Event = v1::SchoolEvent;
    switch (event_.kind_case()) {
      case Event::kSchoolRecorded:
        *school_.mutable_facts() = event_.school_recorded().facts();
        return;
      case Event::kTrustJoined:
        return Set(event_.trust_joined().membership(), *school_.add_trusts());
      case Event::kTrustLeft:
        return Entry<v1::TrustMembership>(event_.trust_left().membership_id())
            .set_ends_on(event_.trust_left().ends_on());
      case Event::kSuccessorRecorded:
        return Set(event_.successor_recorded().succession(), *school_.add_successions());
      case Event::kSchoolYearSet: {
        const v1::SchoolCalendar& calendar = event_.school_year_set().calendar();
        google::protobuf::Message* const present = FindEntry(school_, calendar.calendar_id());
        return Set(calendar, present == nullptr ? *school_.add_calendars()
                                                : static_cast<v1::SchoolCalendar&>(*present));
      }
      case Event::kPlanFormatAdded:
        return Set(event_.plan_format_added().plan_format(), *school_.add_plan_formats());
      case Event::kPlanFormatWithdrawn:
        return Entry<v1::SchoolPlanFormat>(event_.plan_format_withdrawn().format_id())
            .set_withdrawn_on(event_.occurred_on());
      case Event::KIND_NOT_SET:
        break;
    }
    Crash("Evolve: event without a kind; decoding refuses these");
  }

  // The entry that the event names. Decide made sure that there is one.
  template <typename T>
  T& Entry(const std::string& id) {
    google::protobuf::Message* const entry = FindEntry(school_, id);
    CHECK(entry != nullptr && entry->GetDescriptor() == T::descriptor());
    return static_cast<T&>(*entry);
  }

  template <typename T>
  void Set(const T& said, T& entry) {
    entry = said;
    SetEntry(school_, event_, facts_, *entry.mutable_entry());
  }

  v1::SchoolRecord& school_;
  const v1::SchoolEvent& event_;
  const EventFacts& facts_;
};

}  // namespace

void Evolve(v1::SchoolRecord& school, const std::string& name, const v1::SchoolEvent& event,
            const EventFacts& facts) {
  if (school.name().empty()) school.set_name(name);
  Evolution(school, event, facts).Apply();
}

}  // namespace trellis::domain
