#include "base/check.h"
#include "domain/entries.h"
#include "domain/evolution.h"
#include "domain/person.h"

namespace trellis::domain {
namespace {

// The one that applies events: holds what every case needs.
class Evolution {
 public:
  Evolution(Person& person, const v1::PersonEvent& event, const EventFacts& facts)
      : person_(person), event_(event), facts_(facts) {}

  void Apply() {
    Advance(person_, facts_);
    ApplyKind();
  }

 private:
  // No default: the compiler lists the events we forgot.
  void ApplyKind() {
    using Event = v1::PersonEvent;
    switch (event_.kind_case()) {
      case Event::kPersonRegistered:
        *person_.mutable_create_time() = person_.update_time();
        person_.set_email(event_.person_registered().email());
        return Named(event_.person_registered().person_name());
      case Event::kPersonRenamed:
        return Named(event_.person_renamed().person_name());
      case Event::kPersonEmailSet:
        return person_.set_email(event_.person_email_set().email());
      case Event::kPersonTrnSet:
        person_.set_trn(event_.person_trn_set().person_trn().trn());
        return Added(event_.person_trn_set().person_trn(), *person_.add_trns());
      case Event::kPersonJoined:
        person_.set_joined_into(event_.person_joined().join().into());
        return Added(event_.person_joined().join(), *person_.add_joins());
      case Event::kPersonSeparated: {
        person_.clear_joined_into();
        auto& join = Entry<v1::PersonJoin>(event_.person_separated().join_id());
        join.set_separated_on(event_.occurred_on());
        return join.set_separate_reason(event_.person_separated().reason());
      }
      case Event::kRoleStarted:
        return Added(event_.role_started().role(), *person_.add_roles());
      case Event::kRoleEnded:
        return Entry<v1::PersonRole>(event_.role_ended().role_id())
            .set_ends_on(event_.role_ended().ends_on());
      case Event::kDiaryFeedCreated:
        return Added(event_.diary_feed_created().diary_feed(), *person_.add_diary_feeds());
      case Event::kDiaryFeedRevoked:
        *Entry<v1::DiaryFeed>(event_.diary_feed_revoked().feed_id()).mutable_revoke_time() =
            person_.update_time();
        return;
      case Event::kIdentityBound:
        return Added(event_.identity_bound().identity(), *person_.add_identities());
      case Event::kIdentityUnbound: {
        auto& identity = Entry<v1::PersonIdentity>(event_.identity_unbound().identity_id());
        *identity.mutable_unbind_time() = person_.update_time();
        return identity.set_unbind_reason(event_.identity_unbound().reason());
      }
      case Event::kSubjectErased:
        return EraseContent(person_);
      case Event::kErasureRequested: {
        v1::ErasureRequest& request = *person_.mutable_erasure_request();
        request = event_.erasure_requested().request();
        *request.mutable_request_time() = person_.update_time();
        return request.set_requested_by(facts_.actor);
      }
      case Event::kErasureCompleted:
        *person_.mutable_erasure_complete_time() = person_.update_time();
        return;
      case Event::kLegalHoldPlaced:
        return Added(event_.legal_hold_placed().legal_hold(), *person_.add_legal_holds());
      case Event::kLegalHoldReleased: {
        auto& hold = Entry<v1::LegalHold>(event_.legal_hold_released().hold_id());
        *hold.mutable_release_time() = person_.update_time();
        return hold.set_release_reason(event_.legal_hold_released().reason());
      }
      case Event::kErasureProposed:
        return Added(event_.erasure_proposed().proposal(), *person_.add_erasure_proposals());
      case Event::KIND_NOT_SET:
        break;
    }
    Crash("Evolve: event without a kind; decoding refuses these");
  }

  // The entry that the event names. Decide made sure that there is one.
  template <typename T>
  T& Entry(const std::string& id) {
    google::protobuf::Message* const entry = FindEntry(person_, id);
    CHECK(entry != nullptr && entry->GetDescriptor() == T::descriptor());
    return static_cast<T&>(*entry);
  }

  template <typename T>
  void Added(const T& said, T& entry) {
    entry = said;
    SetEntry(person_, event_, facts_, *entry.mutable_entry());
  }

  void Named(const v1::PersonName& name) {
    person_.set_full_name(name.full_name());
    Added(name, *person_.add_names());
  }

  Person& person_;
  const v1::PersonEvent& event_;
  const EventFacts& facts_;
};

}  // namespace

void Evolve(Person& person, const std::string& name, const v1::PersonEvent& event,
            const EventFacts& facts) {
  if (person.name().empty()) person.set_name(name);
  Evolution(person, event, facts).Apply();
}

}  // namespace trellis::domain
