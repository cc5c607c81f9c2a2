// What may happen to a service account: an administrator records what it may do, again and again.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "domain/decision.h"
#include "trellis/v1/access_events.pb.h"
#include "trellis/v1/access_service.pb.h"
#include "trellis/v1/service_account.pb.h"

namespace trellis::domain {

template <>
struct EventOf<v1::ServiceAccount> {
  using Type = v1::ServiceAccountEvent;
};

inline constexpr absl::string_view kServiceAccountStreams = "serviceAccounts/";

// Applies `event` to `account`. Total: every event ever written has a case, for ever.
void Evolve(v1::ServiceAccount& account, const std::string& name,
            const v1::ServiceAccountEvent& event, const EventFacts& facts);

// Nothing follows if it is known already. PERMISSION_DENIED (no administrator), INVALID_ARGUMENT:
// neither schools nor trusts nor `every_school`, or `every_school` beside them.
DecidedOn<v1::ServiceAccount> Decide(const v1::ServiceAccount& account,
                                     const v1::RecordServiceAccountRequest& request,
                                     const Context& context);

}  // namespace trellis::domain
