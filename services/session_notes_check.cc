#include "services/session_notes_check.h"

#include <string>

#include "base/status_macros.h"
#include "domain/entries.h"
#include "domain/requires.h"
#include "trellis/v1/action_plan_service.pb.h"
#include "trellis/v1/induction.pb.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;
using NoteIds = pb::RepeatedPtrField<std::string>;

// The induction has these notes, struck out or not. One that there is none of, and a plan without
// one, are for others to miss.
absl::Status RequireNotes(const std::string& induction, const NoteIds& note_ids,
                          const projections::Views& views) {
  if (induction.empty() || note_ids.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const projections::StateRowPointer row, views.FindRow(induction));
  if (row == nullptr) return absl::OkStatus();
  for (const std::string& id : note_ids) {
    const pb::Message* const note = domain::FindEntry(*row->state, id);
    if (note == nullptr || note->GetDescriptor() != v1::SessionNote::descriptor()) {
      return domain::EntryNotFound(induction, id, "SessionNote");
    }
  }
  return absl::OkStatus();
}

// Likewise, the induction of the action plan of this name.
absl::Status RequireNotesOf(const std::string& action_plan, const NoteIds& note_ids,
                            const projections::Views& views) {
  if (note_ids.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const projections::StateRowPointer row, views.FindRow(action_plan));
  if (row == nullptr) return absl::OkStatus();
  return RequireNotes(row->as<v1::ActionPlan>().induction(), note_ids, views);
}

}  // namespace

absl::Status RequireSessionNotes(const pb::Message& request, const projections::Views& views) {
  const pb::Descriptor* const type = request.GetDescriptor();
  if (type == v1::DraftActionPlanRequest::descriptor()) {
    const auto& plan = static_cast<const v1::DraftActionPlanRequest&>(request).action_plan();
    for (const v1::ActionPlanTarget& target : plan.targets()) {
      RETURN_IF_ERROR(RequireNotes(plan.induction(), target.note_ids(), views));
    }
  } else if (type == v1::SetActionPlanTargetRequest::descriptor()) {
    const auto& set = static_cast<const v1::SetActionPlanTargetRequest&>(request);
    return RequireNotesOf(set.name(), set.target().note_ids(), views);
  } else if (type == v1::ReviseActionPlanTargetRequest::descriptor()) {
    const auto& revise = static_cast<const v1::ReviseActionPlanTargetRequest&>(request);
    return RequireNotesOf(revise.name(), revise.note_ids(), views);
  }
  return absl::OkStatus();
}

}  // namespace trellis::services
