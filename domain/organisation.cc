#include "domain/organisation.h"

#include "base/check.h"
#include "domain/evolution.h"
#include "domain/register_facts.h"

namespace trellis::domain {
namespace {

// What both have: the facts as last recorded.
template <typename State, typename Event, typename Recorded>
void Apply(State& state, const std::string& name, const Event& event, const Recorded& recorded,
           const EventFacts& facts) {
  CHECK(event.kind_case() != Event::KIND_NOT_SET);
  if (state.name().empty()) state.set_name(name);
  Advance(state, facts);
  if (state.revision() == 1) *state.mutable_create_time() = state.update_time();
  *state.mutable_facts() = recorded.facts();
}

}  // namespace

void Evolve(v1::Trust& trust, const std::string& name, const v1::TrustEvent& event,
            const EventFacts& facts) {
  Apply(trust, name, event, event.trust_recorded(), facts);
}

void Evolve(v1::AppropriateBody& body, const std::string& name,
            const v1::AppropriateBodyEvent& event, const EventFacts& facts) {
  Apply(body, name, event, event.appropriate_body_recorded(), facts);
}

DecidedOn<v1::Trust> Decide(const v1::Trust& trust, const v1::RecordTrustRequest& request,
                            const Context& context) {
  return RecordFacts(trust, request, context, kRegistrars, "record a trust",
                     [](const v1::TrustFacts& facts) {
                       v1::TrustEvent event;
                       *event.mutable_trust_recorded()->mutable_facts() = facts;
                       return event;
                     });
}

DecidedOn<v1::AppropriateBody> Decide(const v1::AppropriateBody& body,
                                      const v1::RecordAppropriateBodyRequest& request,
                                      const Context& context) {
  return RecordFacts(body, request, context, kRegistrars, "record an appropriate body",
                     [](const v1::AppropriateBodyFacts& facts) {
                       v1::AppropriateBodyEvent event;
                       *event.mutable_appropriate_body_recorded()->mutable_facts() = facts;
                       return event;
                     });
}

}  // namespace trellis::domain
