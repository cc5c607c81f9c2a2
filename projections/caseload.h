// The caseload: every plan in short, found by school, ECT, induction tutor or contact of an
// appropriate body. The keys hold what is counted, so that ten thousand plans are counted, and
// looked through for the few that are wanted, without reading their rows.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "projections/view_store.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::projections {

// Adds the row of `plan` to `rows` and the keys it is found by; the key of an ECT only if it
// `is_new`, since that never changes. The value of a key is what is counted of the plan, or empty
// for somebody who has no part in it any more.
void AddCaseloadRow(const v1::SupportPlan& plan, bool is_new, Rows& rows);

// Which plans are wanted: all conditions must hold.
struct CaseloadQuery {
  // Its school, trust, body and page are not looked at: the caller knows whom they mean.
  v1::ListSupportPlansRequest conditions;
  // The URNs of those schools, in order and each once; nothing if none are asked for.
  std::optional<std::vector<std::string>> schools = std::nullopt;
  // The contacts of the body that is asked for, likewise.
  std::optional<std::vector<std::string>> contacts = std::nullopt;
};

struct CaseloadPage {
  std::vector<v1::SupportPlanSummary> plans;
  // True if there are more after the last of `plans`, and the cursor to go on after it.
  bool more = false;
  std::string cursor;
};

// The plans that meet `query`, after the cursor `after` (empty: from the start), at most `count` of
// them. Ordered by name; if no person is asked for but schools, by school before that, and if but a
// body, by contact. A cursor whose school or contact is asked for no more goes on with the next
// one.
absl::StatusOr<CaseloadPage> ListCaseload(const ViewStore& store, const CaseloadQuery& query,
                                          const std::string& after, int count,
                                          absl::CivilDay today);

// What is counted of one plan: see CountedPartOf.
using CountPlan = std::function<void(const v1::SupportPlanSummary&)>;

// Who or what has plans: a school by its URN, a tutor or a contact as `people/{uuid}`.
enum class PlansOf { kSchool, kInductionTutor, kAppropriateBody };

// Calls `count` for each plan, closed ones too, that `id` has.
absl::Status CountCaseload(const ViewStore& store, PlansOf whose, const std::string& id,
                           const CountPlan& count);

}  // namespace trellis::projections
