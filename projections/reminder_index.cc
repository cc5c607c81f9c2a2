#include "projections/reminder_index.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "domain/dates.h"
#include "domain/reminders.h"
#include "projections/listing.h"
#include "trellis/v1/action_plan.pb.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::projections {
namespace {

// key   := 'w' stream:text
// value := empty: nothing is open
//        | first:date                   from that day on
//        | first:date last:date         from the first to the last
// Dates as YYYY-MM-DD: they compare in the order of time.
constexpr char kRows[] = "w";
constexpr size_t kDateSize = 10;

bool HasDiary(const google::protobuf::Descriptor* type) {
  return type == v1::SupportPlan::descriptor() || type == v1::ActionPlan::descriptor() ||
         type == v1::Induction::descriptor();
}

bool Covers(absl::string_view days, absl::string_view today) {
  if (days.empty() || today < days.substr(0, kDateSize)) return false;
  const absl::string_view last = days.substr(kDateSize);
  return last.empty() || today <= last;
}

}  // namespace

void AddReminderRow(const google::protobuf::Message& state, Rows& rows) {
  if (!HasDiary(state.GetDescriptor())) return;
  std::string& value = rows[absl::StrCat(kRows, domain::NameOf(state))];
  value.clear();
  const std::optional<domain::ReminderDays> days = domain::ReminderDaysOf(state);
  if (!days.has_value()) return;
  value = domain::DateText(days->first);
  if (days->last.has_value()) value += domain::DateText(*days->last);
}

absl::StatusOr<std::vector<std::string>> StreamsToRemind(const ViewStore& store,
                                                         absl::CivilDay today,
                                                         const std::string& after, size_t count) {
  const std::string day = domain::DateText(today);
  // The first key after that of `after`.
  const std::string from = after.empty() ? "" : absl::StrCat(kRows, after, kKeyEnd);
  std::vector<std::string> streams;
  RETURN_IF_ERROR(store.Scan(kRows, from, [&](absl::string_view key, absl::string_view days) {
    if (Covers(days, day)) streams.emplace_back(key.substr(sizeof(kRows) - 1));
    return streams.size() < count;
  }));
  return streams;
}

}  // namespace trellis::projections
