#include "services/erasure_proposer.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "domain/dates.h"
#include "domain/person.h"
#include "services/system_command.h"

namespace trellis::services {
namespace {

// People whose rows are held at once.
constexpr size_t kPeopleAtOnce = 1'000;

v1::ProposeErasureRequest RequestFor(const vault::EventVault& vault,
                                     const domain::RetentionFinding& finding) {
  v1::ProposeErasureRequest request;
  request.set_name(finding.person);
  request.set_keep_until(domain::DateText(*finding.keep_until));
  request.set_request_id(
      SystemRequestId(vault, absl::StrCat("erasure of ", request.SerializeAsString())));
  return request;
}

// How many events the command wrote.
absl::StatusOr<int64_t> Propose(const Rooms& rooms, const v1::ProposeErasureRequest& request) {
  ASSIGN_OR_RETURN(const std::string bytes, GiveAndWait<v1::Person>(rooms.pipeline, request));
  v1::PersonReply reply;
  reply.ParseFromString(bytes);
  return reply.receipt().event_ids_size();
}

}  // namespace

void ErasureProposer::Look(const domain::RetentionFinding& finding, ErasureRun& run) const {
  ++run.people;
  if (!finding.Due(run.day) || finding.Proposed()) return;
  const absl::StatusOr<int64_t> written = Propose(rooms_, RequestFor(rooms_.vault, finding));
  if (written.ok()) {
    run.proposals += *written;
  } else if (++run.failures == 1) {
    run.why = written.status();
  }
}

void ErasureProposer::Start() {
  daily_.Start([this] {
    // What failed is in the log line; the next look comes to it again.
    if (const auto run = RunOnce(); !run.ok()) {
      Log("retention.not_run", {{"why", ErrorReason(run.status())}});
    }
  });
}

absl::StatusOr<ErasureRun> ErasureProposer::RunOnce() {
  MutexLock one_at_a_time(look_mutex_);
  ErasureRun run;
  run.day = LondonDay(rooms_.clock.Now());
  projections::RetentionPage page;
  do {
    ASSIGN_OR_RETURN(page, rooms_.views.Retentions(page.last, kPeopleAtOnce));
    for (const v1::Retention& known : page.people) {
      if (daily_.stopped()) break;
      Look(domain::FindRetention(known, rooms_.retention_years), run);
    }
  } while (!page.last.empty() && !daily_.stopped());
  recorded_ += run.proposals;
  Log("retention.run", {{"day", domain::DateText(run.day)},
                        {"people", absl::StrCat(run.people)},
                        {"proposals", absl::StrCat(run.proposals)},
                        {"failures", absl::StrCat(run.failures)}});
  if (run.failures > 0) Log("retention.failed", {{"why", ErrorReason(run.why)}});
  if (!daily_.stopped() && run.failures == 0) daily_.Done(run.day);
  return run;
}

}  // namespace trellis::services
