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

bool IsCompared(const pb::FieldDescriptor& field) {
  return !field.is_repeated() && (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING ||
                                  field.cpp_type() == pb::FieldDescriptor::CPPTYPE_ENUM ||
                                  field.cpp_type() == pb::FieldDescriptor::CPPTYPE_BOOL);
}

// The fields of an entry that are compared. Looked up once for each type.
const std::vector<const pb::FieldDescriptor*>& ComparedFields(const pb::Message& entry) {
  static const auto& all =
      *new std::map<const pb::Descriptor*, std::vector<const pb::FieldDescriptor*>>([] {
        std::map<const pb::Descriptor*, std::vector<const pb::FieldDescriptor*>> fields;
        const pb::Descriptor& plan = *v1::SupportPlan::descriptor();
        for (int i = 0; i < plan.field_count(); ++i) {
          const pb::Descriptor* const type = plan.field(i)->message_type();
          if (type == nullptr || !plan.field(i)->is_repeated()) continue;
          for (int j = 0; j < type->field_count(); ++j) {
            if (IsCompared(*type->field(j))) fields[type].push_back(type->field(j));
          }
        }
        return fields;
      }());
  return all.at(entry.GetDescriptor());
}

// The field's value as text. A string is not copied; what else it is goes to `scratch`.
const std::string& ValueText(const pb::Message& message, const pb::FieldDescriptor& field,
                             std::string& scratch) {
  const pb::Reflection& reflection = *message.GetReflection();
  if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
    return reflection.GetStringReference(message, &field, &scratch);
  }
  if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_ENUM) {
    const pb::EnumValueDescriptor& value = *reflection.GetEnum(message, &field);
    scratch = value.number() == 0 ? "" : value.name();
  } else {
    scratch = reflection.GetBool(message, &field) ? "true" : "false";
  }
  return scratch;
}

void AddChange(const std::string& field, std::string before, std::string after,
               std::vector<v1::FieldChange>& changes) {
  v1::FieldChange change;
  change.set_field(field);
  change.set_before(std::move(before));
  change.set_after(std::move(after));
  changes.push_back(std::move(change));
}

void Compare(const std::string& id, const std::vector<std::string>& before,
             const pb::Message& after, std::vector<v1::FieldChange>& changes) {
  std::string scratch;
  auto value = before.begin();
  for (const pb::FieldDescriptor* const field : ComparedFields(after)) {
    const std::string& was = *value++;
    const std::string& is = ValueText(after, *field, scratch);
    if (is != was) AddChange(absl::StrCat(id, ".", field->name()), was, is, changes);
  }
}

}  // namespace

void FieldChanges::Before(const v1::SupportPlan& plan, const v1::SupportPlanEvent& event) {
  size_ = 0;
  state_ = plan.state();
  const pb::Message& kind = domain::KindOf(event);
  for (const pb::FieldDescriptor* const field : EntryIdFields(*kind.GetDescriptor())) {
    Remember(plan, kind.GetReflection()->GetString(kind, field));
  }
  for (const v1::TargetJudgement& judged : event.review_completed().judgements()) {
    Remember(plan, judged.target_id());
  }
}

void FieldChanges::Remember(const v1::SupportPlan& plan, const std::string& id) {
  const pb::Message* const entry = domain::FindEntry(plan, id);
  if (entry == nullptr) return;
  if (size_ == entries_.size()) entries_.emplace_back();
  Entry& remembered = entries_[size_++];
  remembered.id = id;
  const std::vector<const pb::FieldDescriptor*>& fields = ComparedFields(*entry);
  remembered.values.resize(fields.size());
  std::string scratch;
  auto value = remembered.values.begin();
  for (const pb::FieldDescriptor* const field : fields) {
    *value++ = ValueText(*entry, *field, scratch);
  }
}

std::vector<v1::FieldChange> FieldChanges::After(const v1::SupportPlan& plan) const {
  std::vector<v1::FieldChange> changes;
  for (size_t i = 0; i < size_; ++i) {
    const Entry& before = entries_[i];
    Compare(before.id, before.values, *domain::FindEntry(plan, before.id), changes);
  }
  if (state_ != plan.state() && state_ != v1::SupportPlan::STATE_UNSPECIFIED) {
    AddChange("state", v1::SupportPlan::State_Name(state_),
              v1::SupportPlan::State_Name(plan.state()), changes);
  }
  return changes;
}

}  // namespace trellis::projections
