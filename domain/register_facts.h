// What the records that follow a register have in common: facts that are recorded whole, again and
// again, and that write nothing where they are known already.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "domain/draft.h"
#include "domain/person_rules.h"
#include "domain/requires.h"
#include "google/protobuf/util/message_differencer.h"
#include "trellis/v1/school.pb.h"

namespace trellis::domain {

// The last day is not before the first, and where it is given the status says so.
template <typename Facts>
absl::Status CheckFacts(const Facts& facts) {
  if constexpr (requires { facts.opened_on(); }) {
    if (!facts.closed_on().empty() && facts.closed_on() < facts.opened_on()) {
      return InvalidRequest({{"facts.closed_on", absl::StrCat("got ", facts.closed_on(),
                                                              ", want no day before opened_on, ",
                                                              facts.opened_on())}});
    }
  }
  if (!facts.closed_on().empty() && facts.status() == v1::PROPOSED_TO_OPEN) {
    return InvalidRequest({{"facts.closed_on", "got a last day, and the status PROPOSED_TO_OPEN"}});
  }
  return absl::OkStatus();
}

// Records `request.facts()`, given by one of `who`, by an event that `make` makes of them, unless
// they are known already.
template <typename State, typename Request, typename Make>
DecidedOn<State> RecordFacts(const State& state, const Request& request, const Context& context,
                             Capacities who, absl::string_view verb, const Make& make) {
  RETURN_IF_ERROR(RequireOneOf(context, who, verb));
  RETURN_IF_ERROR(CheckFacts(request.facts()));
  ASSIGN_OR_RETURN(DraftOn<State> draft, Begin(state, request, context));
  if (state.revision() > 0 &&
      google::protobuf::util::MessageDifferencer::Equals(state.facts(), request.facts())) {
    return std::move(draft).Finish();
  }
  draft.Emit(make(request.facts()));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
