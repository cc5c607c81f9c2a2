#include "services/diary_feed.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "base/uuid.h"
#include "domain/dates.h"
#include "rendering/icalendar.h"
#include "services/diary_service.h"
#include "trellis/v1/directory.pb.h"

namespace trellis::services {
namespace {

// As many as programs show; a diary has some dozens in a year.
constexpr int kEntriesMax = 1000;

absl::Status FeedNotFound() {
  return Error(absl::StatusCode::kNotFound, "DIARY_FEED_NOT_FOUND",
               "there is no such diary, or its address was revoked");
}

// The state of the person, if `secret` is that of one of their feeds.
absl::Status CheckSecret(const Rooms& rooms, const std::string& person, absl::string_view secret) {
  ASSIGN_OR_RETURN(const projections::StateRowPointer row, rooms.views.FindRow(person));
  if (row == nullptr) return FeedNotFound();
  const Digest digest = Sha256(secret);
  for (const v1::DiaryFeed& feed : row->as<v1::Person>().diary_feeds()) {
    // Digests are compared, so that the time it takes tells nothing of the secret.
    if (!feed.has_revoke_time() && feed.secret_digest() == AsBytes(digest)) return absl::OkStatus();
  }
  return FeedNotFound();
}

// What stands in a calendar that hangs on a wall: no name, no standard, not which kind of plan.
std::string Neutral(v1::DiaryEntry::Kind kind) {
  switch (kind) {
    case v1::DiaryEntry::REVIEW:
    case v1::DiaryEntry::ACTION_PLAN_REVIEW:
    case v1::DiaryEntry::AUTUMN_REVIEW:
      return "Review meeting";
    case v1::DiaryEntry::FEEDBACK_MEETING:
      return "Feedback meeting";
    case v1::DiaryEntry::SUPPORT:
      return "Professional development";
    default:
      return "Task due";
  }
}

rendering::CalendarEntry AsCalendarEntry(const v1::DiaryEntry& entry) {
  return {// What it stands in is not told either.
          .uid = absl::StrCat(UuidText(UuidFromDigest(Sha256(entry.uid()))), "@trellis"),
          // Higher whenever the entry has changed.
          .sequence = entry.revision(),
          .cancelled = entry.state() == v1::DiaryEntry::CANCELLED,
          .start = *domain::ParseDate(entry.date()),
          .minutes = 0,
          .summary = Neutral(entry.kind()),
          .last_modified = FromTimestamp(entry.update_time())};
}

}  // namespace

absl::StatusOr<std::string> DiaryFeedOf(const Rooms& rooms, const std::string& person_uuid,
                                        absl::string_view secret) {
  const std::string person = absl::StrCat("people/", person_uuid);
  if (!ParseUuid(person_uuid).has_value()) return FeedNotFound();
  RETURN_IF_ERROR(CheckSecret(rooms, person, secret));
  v1::ListDiaryRequest request;
  request.set_person(person);
  request.set_page_size(kEntriesMax);
  ASSIGN_OR_RETURN(const v1::ListDiaryResponse diary, ListDiary(rooms, Everything(), request));
  std::vector<rendering::CalendarEntry> entries;
  for (const v1::DiaryEntry& entry : diary.entries()) entries.push_back(AsCalendarEntry(entry));
  return rendering::CalendarFeed("Diary", entries, rooms.clock.Now());
}

}  // namespace trellis::services
