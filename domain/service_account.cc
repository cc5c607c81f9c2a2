#include "domain/service_account.h"

#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/draft.h"
#include "domain/evolution.h"
#include "domain/requires.h"
#include "google/protobuf/util/message_differencer.h"

namespace trellis::domain {

void Evolve(v1::ServiceAccount& account, const std::string& name,
            const v1::ServiceAccountEvent& event, const EventFacts& facts) {
  CHECK(event.kind_case() == v1::ServiceAccountEvent::kServiceAccountRecorded);
  if (account.name().empty()) account.set_name(name);
  Advance(account, facts);
  if (account.revision() == 1) *account.mutable_create_time() = account.update_time();
  *account.mutable_facts() = event.service_account_recorded().facts();
}

DecidedOn<v1::ServiceAccount> Decide(const v1::ServiceAccount& account,
                                     const v1::RecordServiceAccountRequest& request,
                                     const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, {v1::ADMINISTRATOR}, "record a service account"));
  const v1::ServiceAccountFacts& facts = request.facts();
  const bool is_limited = facts.school_urns_size() + facts.trusts_size() > 0;
  if (is_limited == facts.every_school()) {
    return InvalidRequest({{"facts.every_school",
                            is_limited ? "got true beside schools or trusts, want one or the other"
                                       : "got false and no schools or trusts, want one of them"}});
  }
  DraftOn<v1::ServiceAccount> draft(account, context);
  if (account.revision() > 0 &&
      google::protobuf::util::MessageDifferencer::Equals(account.facts(), facts)) {
    return std::move(draft).Finish();
  }
  v1::ServiceAccountEvent event;
  *event.mutable_service_account_recorded()->mutable_facts() = facts;
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
