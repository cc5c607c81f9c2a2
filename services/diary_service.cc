#include "services/diary_service.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/diary.h"
#include "domain/reminders.h"
#include "policy/subject.h"
#include "services/pages.h"
#include "services/seen.h"

namespace trellis::services {
namespace {

using projections::StateRowPointer;

constexpr int kEntriesByDefault = 100;
// Half a term back and a school year ahead.
constexpr int kDaysBack = 92;
constexpr int kDaysAhead = 366;

// Those of the streams that the reader may see.
absl::StatusOr<std::vector<StateRowPointer>> RowsOf(const Rooms& rooms, const Sight& sight,
                                                    const std::vector<std::string>& streams) {
  std::vector<StateRowPointer> rows;
  for (const std::string& stream : streams) {
    ASSIGN_OR_RETURN(const bool sees, sight(stream));
    if (!sees) continue;
    ASSIGN_OR_RETURN(StateRowPointer row, rooms.views.FindRow(stream));
    if (row != nullptr) rows.push_back(std::move(row));
  }
  return rows;
}

absl::Status CheckRequest(const v1::ListDiaryRequest& request) {
  std::vector<FieldViolation> violations;
  if (request.person().empty() == request.school_urn().empty()) {
    violations.push_back({"person", absl::StrCat("got ", request.person().empty() ? "no" : "both",
                                                 " person and school_urn, want one of them")});
  }
  if (!request.from_on().empty() && !request.until_on().empty() &&
      request.until_on() < request.from_on()) {
    violations.push_back({"until_on", absl::StrCat("got ", request.until_on(),
                                                   ", want no day before ", request.from_on())});
  }
  return violations.empty() ? absl::OkStatus() : InvalidRequest(violations);
}

bool TakesPart(const v1::DiaryEntry& entry, const std::string& person) {
  return std::find(entry.people().begin(), entry.people().end(), person) != entry.people().end();
}

// Whether it is a support plan that went on at another school than this one, or the induction of an
// ECT who did, by `today`, or is yet to come.
bool HasLeft(const google::protobuf::Message& state, const std::string& urn,
             const std::string& today) {
  if (state.GetDescriptor() == v1::SupportPlan::descriptor()) {
    return static_cast<const v1::SupportPlan&>(state).school().urn() != urn;
  }
  if (state.GetDescriptor() != v1::Induction::descriptor()) return false;
  const policy::Subject subject = policy::SubjectOf(state);
  for (size_t i = 0; i < subject.stays.size(); ++i) {
    const policy::Stay& stay = subject.stays[i];
    const bool is_over = !stay.until.empty() && stay.until < today;
    if (stay.school_urn == urn && !is_over && !policy::IsToCome(subject, i, today)) return false;
  }
  return true;
}

// The whole diary that the request asks for, in its order.
absl::StatusOr<std::vector<v1::DiaryEntry>> DiaryFor(const Rooms& rooms, const Sight& sight,
                                                     const v1::ListDiaryRequest& request) {
  const absl::CivilDay today = LondonDay(rooms.clock.Now());
  const std::string from =
      request.from_on().empty() ? domain::DateText(today - kDaysBack) : request.from_on();
  const std::string until =
      request.until_on().empty() ? domain::DateText(today + kDaysAhead) : request.until_on();
  ASSIGN_OR_RETURN(const std::vector<std::string> streams,
                   request.person().empty() ? rooms.views.StreamsOfSchool(request.school_urn())
                                            : rooms.views.StreamsOfPerson(request.person()));
  ASSIGN_OR_RETURN(const std::vector<StateRowPointer> rows, RowsOf(rooms, sight, streams));
  std::vector<v1::DiaryEntry> diary;
  for (const StateRowPointer& row : rows) {
    if (!request.school_urn().empty() &&
        HasLeft(*row->state, request.school_urn(), domain::DateText(today))) {
      continue;
    }
    for (v1::DiaryEntry& entry : domain::DiaryOf(*row->state, today)) {
      if (!request.person().empty() && !TakesPart(entry, request.person())) continue;
      if (request.open_only() && !domain::IsOpen(entry)) continue;
      const bool overdue = entry.state() == v1::DiaryEntry::OVERDUE;
      if (!overdue && (entry.date() < from || entry.date() > until)) continue;
      diary.push_back(std::move(entry));
    }
  }
  domain::SortDiary(diary);
  return diary;
}

}  // namespace

absl::StatusOr<v1::ListDiaryResponse> ListDiary(const Rooms& rooms, const Sight& sight,
                                                const v1::ListDiaryRequest& request) {
  RETURN_IF_ERROR(CheckRequest(request));
  ASSIGN_OR_RETURN(const std::vector<v1::DiaryEntry> diary, DiaryFor(rooms, sight, request));
  v1::ListDiaryResponse response;
  response.set_overdue(static_cast<int32_t>(std::count_if(
      diary.begin(), diary.end(),
      [](const v1::DiaryEntry& entry) { return entry.state() == v1::DiaryEntry::OVERDUE; })));
  RETURN_IF_ERROR(CutPage(request, diary, kEntriesByDefault, response.mutable_entries(), response));
  return response;
}

absl::StatusOr<v1::Workload> GetWorkload(const Rooms& rooms, const Sight& sight,
                                         const v1::GetWorkloadRequest& request) {
  ASSIGN_OR_RETURN(const std::vector<std::string> streams,
                   rooms.views.StreamsOfPerson(request.ect()));
  ASSIGN_OR_RETURN(const std::vector<StateRowPointer> rows, RowsOf(rooms, sight, streams));
  std::vector<const google::protobuf::Message*> states;
  states.reserve(rows.size());
  for (const StateRowPointer& row : rows) states.push_back(row->state.get());
  return domain::WorkloadOf(request, states, LondonDay(rooms.clock.Now()));
}

absl::StatusOr<v1::Reminders> GetReminders(const Rooms& rooms,
                                           const v1::GetRemindersRequest& request) {
  ASSIGN_OR_RETURN(const StateRowPointer row,
                   rooms.views.FindRow(domain::RemindersOf(request.name())));
  if (row == nullptr) {
    return domain::NotFound(domain::RemindersOf(request.name()),
                            absl::StrCat(": nothing of ", request.name(), " fell due"));
  }
  return row->as<v1::Reminders>();
}

namespace {

Sight SightOf(const Rooms& rooms, const Call& call) {
  return [rooms, call](const std::string& record) { return Sees(rooms, call.admission(), record); };
}

}  // namespace

std::map<std::string, Handler> DiaryHandlers(const Rooms& rooms) {
  return {
      {"ListDiary",
       Unary<v1::ListDiaryRequest>([rooms](Call call, const v1::ListDiaryRequest& asked) {
         // One's own diary is of all that one has a part in.
         const bool is_own = asked.person() == call.admission().principal.name;
         call.Answer(ListDiary(rooms, is_own ? Everything() : SightOf(rooms, call), asked));
       })},
      {"GetWorkload",
       Unary<v1::GetWorkloadRequest>([rooms](Call call, const v1::GetWorkloadRequest& asked) {
         call.Answer(GetWorkload(rooms, SightOf(rooms, call), asked));
       })},
      {"GetReminders", ReadHandler(rooms, GetReminders)},
  };
}

}  // namespace trellis::services
