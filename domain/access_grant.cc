#include "domain/access_grant.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/action_plan.h"
#include "domain/dates.h"
#include "domain/draft.h"
#include "domain/evolution.h"
#include "domain/induction.h"
#include "domain/requires.h"
#include "domain/support_plan.h"
#include "domain/validate.h"

namespace trellis::domain {
namespace {

using Grant = v1::AccessGrant;

// What is granted is the record of one ECT, not the directory's.
absl::Status RequireRecord(const std::string& path, const std::string& record) {
  for (const absl::string_view streams :
       {kSupportPlanStreams, kActionPlanStreams, kInductionStreams}) {
    if (absl::StartsWith(record, streams)) return absl::OkStatus();
  }
  return InvalidRequest({{path, absl::StrCat("got ", record,
                                             ", want a support plan, an action plan or an "
                                             "induction")}});
}

absl::Status RequireDays(const Grant& grant, const Context& context) {
  const std::string today = DateText(context.today);
  if (grant.starts_on() < today) {
    return InvalidRequest({{"access_grant.starts_on",
                            absl::StrCat("got ", grant.starts_on(), ", want no day before today, ",
                                         today, ": who has looked already cannot be undone")}});
  }
  const std::string latest = DateText(*ParseDate(grant.starts_on()) + kGrantDaysMax);
  if (grant.ends_on() < grant.starts_on() || grant.ends_on() > latest) {
    return InvalidRequest(
        {{"access_grant.ends_on", absl::StrCat("got ", grant.ends_on(), ", want a day from ",
                                               grant.starts_on(), " to ", latest)}});
  }
  return absl::OkStatus();
}

// What the event says of a grant that begins with it.
void Begun(const Grant& said, const v1::AccessGrantEvent& event, const EventFacts& facts,
           Grant& grant) {
  *grant.mutable_create_time() = grant.update_time();
  *grant.mutable_grantee() = said.grantee();
  grant.set_record(said.record());
  grant.set_starts_on(said.starts_on());
  grant.set_ends_on(said.ends_on());
  grant.set_reason(said.reason());
  SetEntry(grant, event, facts, *grant.mutable_entry());
}

}  // namespace

bool IsInForce(const Grant& grant, absl::string_view day) {
  return grant.starts_on() <= day && day <= grant.ends_on() &&
         (grant.revoked_on().empty() || day < grant.revoked_on());
}

void Evolve(Grant& grant, const std::string& name, const v1::AccessGrantEvent& event,
            const EventFacts& facts) {
  if (grant.name().empty()) grant.set_name(name);
  Advance(grant, facts);
  // No default: the compiler lists the events we forgot.
  switch (event.kind_case()) {
    case v1::AccessGrantEvent::kAccessGranted:
      return Begun(event.access_granted().access_grant(), event, facts, grant);
    case v1::AccessGrantEvent::kGlassBroken:
      grant.set_break_glass(true);
      return Begun(event.glass_broken().access_grant(), event, facts, grant);
    case v1::AccessGrantEvent::kAccessRevoked:
      grant.set_revoked_on(event.occurred_on());
      return grant.set_revoke_reason(event.access_revoked().reason());
    case v1::AccessGrantEvent::kSubjectErased:
      return EraseContent(grant);
    case v1::AccessGrantEvent::KIND_NOT_SET:
      break;
  }
  Crash("Evolve: event without a kind; decoding refuses these");
}

DecidedOn<Grant> Decide(const Grant& grant, const v1::GrantAccessRequest& request,
                        const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, {v1::ECT, v1::HEADTEACHER}, "grant access"));
  RETURN_IF_ERROR(RequireNew(grant));
  v1::AccessGrantEvent event;
  Grant& granted = *event.mutable_access_granted()->mutable_access_grant();
  granted = request.access_grant();
  ClearOutputOnly(granted);
  RETURN_IF_ERROR(RequireRecord("access_grant.record", granted.record()));
  if (granted.starts_on().empty()) granted.set_starts_on(DateText(context.today));
  RETURN_IF_ERROR(RequireDays(granted, context));
  DraftOn<Grant> draft(grant, context);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

DecidedOn<Grant> Decide(const Grant& grant, const v1::BreakGlassRequest& request,
                        const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, {v1::ADMINISTRATOR}, "break the glass"));
  RETURN_IF_ERROR(RequireNew(grant));
  RETURN_IF_ERROR(RequireRecord("record", request.record()));
  if (request.reason().size() < kBreakGlassReasonMin) {
    return InvalidRequest(
        {{"reason", absl::StrCat("got ", request.reason().size(), " characters, want at least ",
                                 kBreakGlassReasonMin, ": the ECT reads them")}});
  }
  v1::AccessGrantEvent event;
  Grant& taken = *event.mutable_glass_broken()->mutable_access_grant();
  *taken.mutable_grantee() = context.actor;
  taken.set_record(request.record());
  taken.set_reason(request.reason());
  taken.set_starts_on(DateText(context.today));
  taken.set_ends_on(DateText(context.today + kBreakGlassDays - 1));
  DraftOn<Grant> draft(grant, context);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

DecidedOn<Grant> Decide(const Grant& grant, const v1::RevokeAccessRequest& request,
                        const Context& context) {
  RETURN_IF_ERROR(
      RequireOneOf(context, {v1::ECT, v1::HEADTEACHER, v1::ADMINISTRATOR}, "revoke access"));
  RETURN_IF_ERROR(RequireExists(grant));
  DraftOn<Grant> draft(grant, context);
  if (!grant.revoked_on().empty()) return std::move(draft).Finish();
  v1::AccessGrantEvent event;
  event.mutable_access_revoked()->set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
