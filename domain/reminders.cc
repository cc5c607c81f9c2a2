#include "domain/reminders.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "base/uuid.h"
#include "domain/dates.h"
#include "domain/diary.h"
#include "domain/draft.h"
#include "domain/evolution.h"
#include "domain/limits.h"
#include "domain/requires.h"

namespace trellis::domain {
namespace {

using v1::DiaryEntry;
using v1::Reminder;

// Before every day that a plan can name.
constexpr absl::CivilDay kBeforeAll(1999, 1, 1);

// The last reminder that was given of each entry for each day: what came before it is past.
class Given {
 public:
  explicit Given(const v1::Reminders& reminders) {
    for (const Reminder& reminder : reminders.reminders()) Add(reminder);
  }

  bool Has(const Reminder& reminder) const {
    const auto found = last_.find({reminder.entry_uid(), reminder.due_on()});
    return found != last_.end() && found->second >= reminder.kind();
  }
  void Add(const Reminder& reminder) {
    Reminder::Kind& last = last_[{reminder.entry_uid(), reminder.due_on()}];
    last = std::max(last, reminder.kind());
  }

 private:
  absl::flat_hash_map<std::pair<std::string, std::string>, Reminder::Kind> last_;
};

// The latest reminder whose moment has come and that is still true; KIND_UNSPECIFIED if none is.
Reminder::Kind KindFor(const DiaryEntry& entry, absl::CivilDay due_on, absl::CivilDay today) {
  if (entry.state() == DiaryEntry::OVERDUE) return Reminder::OVERDUE;
  // What is held back waits, and whoever holds it back knows.
  if (entry.state() != DiaryEntry::PLANNED || due_on < today) return Reminder::KIND_UNSPECIFIED;
  const absl::civil_diff_t days = due_on - today;
  if (days <= 1) return Reminder::DAY_BEFORE;
  return days <= kReminderDaysBefore ? Reminder::WEEK_BEFORE : Reminder::KIND_UNSPECIFIED;
}

absl::CivilDay MomentOf(Reminder::Kind kind, absl::CivilDay due_on) {
  switch (kind) {
    case Reminder::WEEK_BEFORE:
      return due_on - kReminderDaysBefore;
    case Reminder::DAY_BEFORE:
      return due_on - 1;
    default:
      return due_on + 1;
  }
}

Reminder ReminderFor(const DiaryEntry& entry, Reminder::Kind kind) {
  Reminder reminder;
  reminder.set_resource(entry.resource());
  reminder.set_entry_uid(entry.uid());
  reminder.set_entry_id(entry.entry_id());
  reminder.set_entry_kind(entry.kind());
  reminder.set_due_on(entry.date());
  reminder.set_kind(kind);
  *reminder.mutable_people() = entry.people();
  reminder.set_resource_revision(entry.revision());
  return reminder;
}

}  // namespace

std::string RemindersOf(absl::string_view resource) {
  return absl::StrCat(kReminderStreams,
                      UuidText(UuidFromDigest(Sha256("reminders of ", resource))));
}

std::vector<DueReminder> DueReminders(const v1::Reminders& given,
                                      const google::protobuf::Message& resource,
                                      absl::CivilDay today) {
  const Given known(given);
  std::vector<DueReminder> due;
  for (const DiaryEntry& entry : DiaryOf(resource, today)) {
    const std::optional<absl::CivilDay> day = ParseDate(entry.date());
    if (!day.has_value()) continue;
    const Reminder::Kind kind = KindFor(entry, *day, today);
    if (kind == Reminder::KIND_UNSPECIFIED) continue;
    DueReminder one{.reminder = ReminderFor(entry, kind),
                    .moment = MomentOf(kind, *day),
                    .changed_at = FromTimestamp(entry.update_time())};
    if (!known.Has(one.reminder)) due.push_back(std::move(one));
  }
  return due;
}

bool WasPlanned(const DueReminder& due, const google::protobuf::Message& before) {
  const std::vector<DiaryEntry> diary = DiaryOf(before, due.moment);
  return std::any_of(diary.begin(), diary.end(), [&](const DiaryEntry& entry) {
    return entry.uid() == due.reminder.entry_uid() && entry.date() == due.reminder.due_on() &&
           IsOpen(entry);
  });
}

std::optional<ReminderDays> ReminderDaysOf(const google::protobuf::Message& resource) {
  std::optional<ReminderDays> days;
  // Before all of it nothing is over: what is open is planned.
  for (const DiaryEntry& entry : DiaryOf(resource, kBeforeAll)) {
    const std::optional<absl::CivilDay> day = ParseDate(entry.date());
    if (entry.state() != DiaryEntry::PLANNED || !day.has_value()) continue;
    if (!days.has_value()) days = ReminderDays{.first = *day, .last = *day};
    days->first = std::min(days->first, *day);
    if (CanBeOverdue(entry)) {
      days->last.reset();
    } else if (days->last.has_value()) {
      days->last = std::max(*days->last, *day);
    }
  }
  if (days.has_value()) days->first -= kReminderDaysBefore;
  return days;
}

void Evolve(v1::Reminders& reminders, const std::string& name, const v1::RemindersEvent& event,
            const EventFacts& facts) {
  if (reminders.name().empty()) reminders.set_name(name);
  Advance(reminders, facts);
  // No default: the compiler lists the events we forgot.
  switch (event.kind_case()) {
    case v1::RemindersEvent::kReminderFellDue:
      if (reminders.revision() == 1) *reminders.mutable_create_time() = reminders.update_time();
      *reminders.add_reminders() = event.reminder_fell_due().reminder();
      return reminders.set_resource(event.reminder_fell_due().reminder().resource());
    case v1::RemindersEvent::KIND_NOT_SET:
      break;
  }
  Crash("Evolve: event without a kind; decoding refuses these");
}

RemindersDecided Decide(const v1::Reminders& reminders, const v1::RemindRequest& request,
                        const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, {v1::SYSTEM}, "record a reminder"));
  Given given(reminders);
  DraftOn<v1::Reminders> draft(reminders, context);
  int room = kRemindersMax - reminders.reminders_size();
  for (int i = 0; i < request.reminders_size(); ++i) {
    const Reminder& reminder = request.reminders(i);
    if (RemindersOf(reminder.resource()) != reminders.name()) {
      return InvalidRequest({{absl::StrCat("reminders[", i, "].resource"),
                              absl::StrCat("got ", reminder.resource(), ", whose reminders are ",
                                           RemindersOf(reminder.resource()))}});
    }
    if (given.Has(reminder)) continue;
    given.Add(reminder);
    RETURN_IF_ERROR(
        RequireRoom(reminders.name(), "reminders", kRemindersMax - room--, kRemindersMax));
    v1::RemindersEvent event;
    *event.mutable_reminder_fell_due()->mutable_reminder() = reminder;
    draft.Emit(std::move(event));
  }
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
