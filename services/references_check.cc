#include "services/references_check.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "domain/entries.h"
#include "domain/requires.h"
#include "domain/validate.h"
#include "trellis/v1/action_plan_service.pb.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/options.pb.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;

// The fields of a type of message that are references, or hold messages with some.
using Fields = std::vector<const pb::FieldDescriptor*>;
using FieldsByType = absl::flat_hash_map<const pb::Descriptor*, std::unique_ptr<const Fields>>;

bool IsReference(const pb::FieldDescriptor& field) {
  switch (field.options().GetExtension(v1::rules).format()) {
    case v1::SUPPORT_PLAN:
    case v1::ACTION_PLAN:
    case v1::INDUCTION:
    case v1::STREAM:
      return true;
    default:
      return false;
  }
}

const Fields& AddFieldsOf(const pb::Descriptor& type, FieldsByType& types) {
  if (const auto known = types.find(&type); known != types.end()) return *known->second;
  auto fields = std::make_unique<Fields>();
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    if (domain::HasBehavior(field, google::api::OUTPUT_ONLY)) continue;
    const bool refers = field.message_type() == nullptr
                            ? IsReference(field)
                            : !AddFieldsOf(*field.message_type(), types).empty();
    if (refers) fields->push_back(&field);
  }
  return *(types[&type] = std::move(fields));
}

// Looked up once for every type: most requests refer to nothing but what they are about.
const Fields& FieldsOf(const pb::Descriptor& type) {
  static Mutex mutex;
  static auto& types = *new FieldsByType();
  MutexLock lock(mutex);
  return AddFieldsOf(type, types);
}

absl::Status RequireExists(const std::string& name, const std::string& path,
                           const projections::Views& views) {
  if (name.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const projections::StateRowPointer row, views.FindRow(name));
  return row != nullptr ? absl::OkStatus()
                        : domain::NotFound(name, absl::StrCat("; ", path, " refers to it"));
}

absl::Status Walk(const pb::Message& message, const std::string& path,
                  const projections::Views& views) {
  const pb::Reflection& reflection = *message.GetReflection();
  for (const pb::FieldDescriptor* const field : FieldsOf(*message.GetDescriptor())) {
    // What the request is about is for the decision to miss.
    if (path.empty() && field->name() == "name") continue;
    const std::string at = path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
    const bool is_message = field->message_type() != nullptr;
    if (!field->is_repeated()) {
      if (!is_message) {
        RETURN_IF_ERROR(RequireExists(reflection.GetString(message, field), at, views));
      } else if (reflection.HasField(message, field)) {
        RETURN_IF_ERROR(Walk(reflection.GetMessage(message, field), at, views));
      }
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      const std::string item = absl::StrCat(at, "[", i, "]");
      RETURN_IF_ERROR(
          is_message ? Walk(reflection.GetRepeatedMessage(message, field, i), item, views)
                     : RequireExists(reflection.GetRepeatedString(message, field, i), item, views));
    }
  }
  return absl::OkStatus();
}

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

}  // namespace

absl::Status RequireReferencesExist(const pb::Message& request, const projections::Views& views) {
  RETURN_IF_ERROR(Walk(request, "", views));
  return RequireSessionNotes(request, views);
}

}  // namespace trellis::services
