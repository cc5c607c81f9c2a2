// When somebody is to be reminded of what stands in the diary.
//
// An entry that is open has three reminders for each day that it is planned for: a week before, the
// day before, and overdue. Each is given once. One whose moment passed unused, because the server
// was down, is made up as long as it is true: of several the last alone, and none of those before
// once the day is over. Whoever planned or moved something after a moment needs no reminder of it.
//
// Pure, as everything here: what falls due follows from the states and the day, never from when
// somebody looked. So a clock that jumps loses nothing and repeats nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "domain/decision.h"
#include "google/protobuf/message.h"
#include "trellis/v1/diary.pb.h"
#include "trellis/v1/diary_events.pb.h"
#include "trellis/v1/diary_service.pb.h"

namespace trellis::domain {

template <>
struct EventOf<v1::Reminders> {
  using Type = v1::RemindersEvent;
};
using RemindersDecided = DecidedOn<v1::Reminders>;

inline constexpr absl::string_view kReminderStreams = "reminders/";
// Who acts in the capacity SYSTEM.
inline constexpr char kSystemName[] = "Trellis";
// Days from the first reminder to the day itself.
inline constexpr int kReminderDaysBefore = 7;

// The name of the reminders of a plan or an induction. It follows from the whole name: callers
// choose ids, and may give one to a support plan and an action plan.
std::string RemindersOf(absl::string_view resource);

// A reminder that is due and has not been given.
struct DueReminder {
  v1::Reminder reminder;
  // The day on which it fell due. It stands only if the entry was planned for its day by then: see
  // WasPlanned.
  absl::CivilDay moment;
  // When the plan or induction last changed. If that was before the moment, it was planned.
  absl::Time changed_at;
};

// What is due `today` of `resource`, the state of a plan or an induction, beside what `given` has.
// At most one for each entry; in the order of the entries.
std::vector<DueReminder> DueReminders(const v1::Reminders& given,
                                      const google::protobuf::Message& resource,
                                      absl::CivilDay today);

// True if `before`, the state as it was known when the moment's day began, had the entry on the
// same day.
bool WasPlanned(const DueReminder& due, const google::protobuf::Message& before);

// The days on which something of `resource` can fall due, as it stands.
struct ReminderDays {
  absl::CivilDay first;
  // Nothing: it has no end, as what is overdue stays so.
  std::optional<absl::CivilDay> last;
};
// Nothing if nothing is open.
std::optional<ReminderDays> ReminderDaysOf(const google::protobuf::Message& resource);

// Applies `event` to `reminders`. Total: every event ever written has a case, for ever.
void Evolve(v1::Reminders& reminders, const std::string& name, const v1::RemindersEvent& event,
            const EventFacts& facts);

// PERMISSION_DENIED (not Trellis itself), INVALID_ARGUMENT (reminders of something else),
// FAILED_PRECONDITION (LIST_FULL).
RemindersDecided Decide(const v1::Reminders& reminders, const v1::RemindRequest& request,
                        const Context& context);

}  // namespace trellis::domain
