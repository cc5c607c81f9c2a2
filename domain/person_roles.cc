// The roles that a person holds over time, and the feeds of their diary.
#include <utility>

#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/limits.h"
#include "domain/person_rules.h"

namespace trellis::domain {
namespace {

constexpr size_t kDigestBytes = 32;

// The caller is the person.
absl::Status RequireSelf(const Person& person, const Context& context) {
  RETURN_IF_ERROR(RequireExists(person));
  if (context.actor.person() == person.name()) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, "NOT_THE_PERSON",
               absl::StrCat("the diary of ", person.name(), " is theirs alone, got ",
                            context.actor.person()),
               {{"actor", context.actor.person()}, {"name", person.name()}});
}

// An empty end is none.
bool Overlap(const v1::PersonRole& a, const v1::PersonRole& b) {
  return (a.ends_on().empty() || b.starts_on() <= a.ends_on()) &&
         (b.ends_on().empty() || a.starts_on() <= b.ends_on());
}

bool IsSame(const v1::PersonRole& a, const v1::PersonRole& b) {
  return IsAtOnePlace(a, b) && a.starts_on() == b.starts_on() && a.ends_on() == b.ends_on();
}

// Contacts belong to a body, officers to a trust, all others to a school.
absl::Status RequirePlace(const v1::PersonRole& role) {
  const bool of_body = role.role() == v1::APPROPRIATE_BODY;
  const bool of_trust = role.role() == v1::TRUST_OFFICER;
  const bool of_school = !of_body && !of_trust;
  if (role.appropriate_body().empty() != of_body && role.trust_uid().empty() != of_trust &&
      role.school_urn().empty() != of_school) {
    return absl::OkStatus();
  }
  const auto& [field, place] = of_body    ? std::pair("appropriate_body", "an appropriate body")
                               : of_trust ? std::pair("trust_uid", "a trust")
                                          : std::pair("school_urn", "a school");
  return InvalidRequest(
      {{absl::StrCat("role.", field), absl::StrCat("role ", v1::Capacity_Name(role.role()),
                                                   " wants ", place, " and nothing else")}});
}

absl::Status EndsBeforeItStarts(const std::string& id, const std::string& ends_on,
                                const std::string& starts_on) {
  return Refusal(
      "PERIODS_OVERLAP", id,
      absl::StrCat("role ", id, " would end on ", ends_on, ", before its first day, ", starts_on));
}

}  // namespace

bool IsAtOnePlace(const v1::PersonRole& a, const v1::PersonRole& b) {
  return a.role() == b.role() && a.school_urn() == b.school_urn() &&
         a.appropriate_body() == b.appropriate_body() && a.trust_uid() == b.trust_uid();
}

bool IsHeldOn(const v1::PersonRole& role, const std::string& day) {
  return role.starts_on() <= day && (role.ends_on().empty() || day <= role.ends_on());
}

PersonDecided Decide(const Person& person, const v1::StartRoleRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireKeeperOf(person, context, "record a role"));
  RETURN_IF_ERROR(RequirePlace(request.role()));
  ASSIGN_OR_RETURN(PersonDraft draft, Begin(person, request, context));
  v1::PersonRole role = request.role();
  role.clear_entry();
  if (role.starts_on().empty()) role.set_starts_on(DateText(draft.occurred_on()));
  role.set_role_id(NextEntryId('r', person.roles_size()));
  if (!role.ends_on().empty() && role.ends_on() < role.starts_on()) {
    return EndsBeforeItStarts(role.role_id(), role.ends_on(), role.starts_on());
  }
  for (const v1::PersonRole& other : person.roles()) {
    if (IsSame(other, role)) return std::move(draft).Finish();
    if (!IsAtOnePlace(other, role) || !Overlap(other, role)) continue;
    return Refusal(
        "PERIODS_OVERLAP", other.role_id(),
        absl::StrCat(person.name(), " holds the role ", other.role_id(), " from ",
                     other.starts_on(),
                     other.ends_on().empty() ? "" : absl::StrCat(" to ", other.ends_on()),
                     ", which overlaps the one from ", role.starts_on()));
  }
  RETURN_IF_ERROR(RequireRoom(person.name(), "roles", person.roles_size(), kNotesMax));
  v1::PersonEvent event;
  *event.mutable_role_started()->mutable_role() = std::move(role);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

PersonDecided Decide(const Person& person, const v1::EndRoleRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireKeeperOf(person, context, "end a role"));
  ASSIGN_OR_RETURN(PersonDraft draft, Begin(person, request, context));
  ASSIGN_OR_RETURN(const v1::PersonRole* const role,
                   RequireEntry<v1::PersonRole>(person, request.role_id()));
  const std::string ends_on =
      request.ends_on().empty() ? DateText(draft.occurred_on()) : request.ends_on();
  if (role->ends_on() == ends_on) return std::move(draft).Finish();
  if (!role->ends_on().empty()) {
    return Refusal("ROLE_ENDED", role->role_id(),
                   absl::StrCat("role ", role->role_id(), " of ", person.name(), " ends on ",
                                role->ends_on(), " already"));
  }
  if (ends_on < role->starts_on()) {
    return EndsBeforeItStarts(role->role_id(), ends_on, role->starts_on());
  }
  v1::PersonEvent event;
  event.mutable_role_ended()->set_role_id(role->role_id());
  event.mutable_role_ended()->set_ends_on(ends_on);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

PersonDecided Decide(const Person& person, const v1::CreateDiaryFeedRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireSelf(person, context));
  RETURN_IF_ERROR(RequireOwn(person));
  const std::string& digest = request.diary_feed().secret_digest();
  if (digest.size() != kDigestBytes) {
    return InvalidRequest(
        {{"diary_feed.secret_digest", absl::StrCat("got ", digest.size(), " bytes, want the ",
                                                   kDigestBytes, " of a SHA-256 digest")}});
  }
  ASSIGN_OR_RETURN(PersonDraft draft, Begin(person, request, context));
  for (const v1::DiaryFeed& feed : person.diary_feeds()) {
    if (feed.secret_digest() != digest) continue;
    return Refusal("DIARY_FEED_EXISTS", feed.feed_id(),
                   absl::StrCat("diary feed ", feed.feed_id(), " of ", person.name(),
                                " has this secret; make another"));
  }
  RETURN_IF_ERROR(
      RequireRoom(person.name(), "diary feeds", person.diary_feeds_size(), kEntriesMax));
  v1::PersonEvent event;
  v1::DiaryFeed& feed = *event.mutable_diary_feed_created()->mutable_diary_feed();
  feed.set_feed_id(NextEntryId('f', person.diary_feeds_size()));
  feed.set_secret_digest(digest);
  feed.set_label(request.diary_feed().label());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

PersonDecided Decide(const Person& person, const v1::RevokeDiaryFeedRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireSelf(person, context));
  ASSIGN_OR_RETURN(PersonDraft draft, Begin(person, request, context));
  ASSIGN_OR_RETURN(const v1::DiaryFeed* const feed,
                   RequireEntry<v1::DiaryFeed>(person, request.feed_id()));
  if (feed->has_revoke_time()) return std::move(draft).Finish();
  v1::PersonEvent event;
  event.mutable_diary_feed_revoked()->set_feed_id(feed->feed_id());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
