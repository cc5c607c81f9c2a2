#include "projections/field_changes.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "domain/codec.h"
#include "domain/entries.h"
#include "trellis/v1/options.pb.h"

namespace trellis::projections {
namespace {

namespace pb = google::protobuf;

// The fields of an event that name an entry which stands already: its own fields that are entry
// ids. (An entry that is added holds its ids one level deeper.) Looked up once for each kind.
const std::vector<const pb::FieldDescriptor*>& EntryIdFields(const pb::Descriptor& kind) {
  static const auto& all =
      *new std::map<const pb::Descriptor*, std::vector<const pb::FieldDescriptor*>>([] {
        std::map<const pb::Descriptor*, std::vector<const pb::FieldDescriptor*>> fields;
        const pb::Descriptor& event = *v1::SupportPlanEvent::descriptor();
        const pb::OneofDescriptor& kinds = *event.FindOneofByName("kind");
        for (int i = 0; i < kinds.field_count(); ++i) {
          const pb::Descriptor& type = *kinds.field(i)->message_type();
          auto& ids = fields[&type];
          for (int j = 0; j < type.field_count(); ++j) {
            const v1::FieldRules& rules = type.field(j)->options().GetExtension(v1::rules);
            if (rules.format() == v1::ENTRY_ID) ids.push_back(type.field(j));
          }
        }
        return fields;
      }());
  return all.at(&kind);
}

std::string ValueText(const pb::Message& message, const pb::FieldDescriptor& field) {
  const pb::Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(message, &field);
    case pb::FieldDescriptor::CPPTYPE_ENUM: {
      const pb::EnumValueDescriptor& value = *reflection.GetEnum(message, &field);
      return value.number() == 0 ? "" : value.name();
    }
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    default:
      return "";
  }
}

void AddChange(const std::string& field, std::string before, std::string after,
               std::vector<v1::FieldChange>& changes) {
  v1::FieldChange change;
  change.set_field(field);
  change.set_before(std::move(before));
  change.set_after(std::move(after));
  changes.push_back(std::move(change));
}

// True if the field has the same value in both. Makes no copy: most fields do not change.
bool SameValue(const pb::Message& before, const pb::Message& after,
               const pb::FieldDescriptor& field) {
  const pb::Reflection& reflection = *before.GetReflection();
  if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
    std::string first, second;
    return reflection.GetStringReference(before, &field, &first) ==
           reflection.GetStringReference(after, &field, &second);
  }
  return ValueText(before, field) == ValueText(after, field);
}

void Compare(const std::string& id, const pb::Message& before, const pb::Message& after,
             std::vector<v1::FieldChange>& changes) {
  const pb::Descriptor& type = *before.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    if (field.is_repeated() || field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (SameValue(before, after, field)) continue;
    AddChange(absl::StrCat(id, ".", field.name()), ValueText(before, field),
              ValueText(after, field), changes);
  }
}

}  // namespace

FieldChanges::FieldChanges(const v1::SupportPlan& plan, const v1::SupportPlanEvent& event)
    : state_(plan.state()) {
  const auto remember = [&](const std::string& id) {
    const pb::Message* const entry = domain::FindEntry(plan, id);
    if (entry == nullptr) return;
    std::unique_ptr<pb::Message> copy(entry->New());
    copy->CopyFrom(*entry);
    entries_.push_back({id, std::move(copy)});
  };
  const pb::Message& kind = domain::KindOf(event);
  for (const pb::FieldDescriptor* const field : EntryIdFields(*kind.GetDescriptor())) {
    remember(kind.GetReflection()->GetString(kind, field));
  }
  for (const v1::TargetJudgement& judged : event.review_completed().judgements()) {
    remember(judged.target_id());
  }
}

std::vector<v1::FieldChange> FieldChanges::After(const v1::SupportPlan& plan) const {
  std::vector<v1::FieldChange> changes;
  for (const Before& before : entries_) {
    Compare(before.id, *before.entry, *domain::FindEntry(plan, before.id), changes);
  }
  if (state_ != plan.state() && state_ != v1::SupportPlan::STATE_UNSPECIFIED) {
    AddChange("state", v1::SupportPlan::State_Name(state_),
              v1::SupportPlan::State_Name(plan.state()), changes);
  }
  return changes;
}

}  // namespace trellis::projections
