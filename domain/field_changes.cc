#include "domain/field_changes.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "domain/aggregate.h"
#include "domain/codec.h"
#include "domain/entries.h"
#include "trellis/v1/options.pb.h"

namespace trellis::domain {
namespace {

namespace pb = google::protobuf;

// Fields of an event, or of the items of one of its lists, that name an entry which stands already:
// those that are entry ids. (An entry that is added holds its ids one level deeper.)
struct EntryIds {
  // Null: the ids are fields of the event itself.
  const pb::FieldDescriptor* list = nullptr;
  std::vector<const pb::FieldDescriptor*> fields;
};

std::vector<const pb::FieldDescriptor*> IdFields(const pb::Descriptor& type) {
  std::vector<const pb::FieldDescriptor*> ids;
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor* const field = type.field(i);
    if (field->is_repeated() || field->options().GetExtension(v1::rules).format() != v1::ENTRY_ID) {
      continue;
    }
    ids.push_back(field);
  }
  return ids;
}

std::vector<EntryIds> EntryIdsOf(const pb::Descriptor& kind) {
  std::vector<EntryIds> all;
  if (auto own = IdFields(kind); !own.empty()) all.push_back({nullptr, std::move(own)});
  for (int i = 0; i < kind.field_count(); ++i) {
    const pb::FieldDescriptor* const list = kind.field(i);
    if (!list->is_repeated() || list->message_type() == nullptr) continue;
    if (auto ids = IdFields(*list->message_type()); !ids.empty()) {
      all.push_back({list, std::move(ids)});
    }
  }
  return all;
}

// By the kind of event. Looked up once for every aggregate.
const std::vector<EntryIds>& EntryIdsIn(const pb::Descriptor& kind) {
  static const auto& all =
      *new absl::flat_hash_map<const pb::Descriptor*, std::vector<EntryIds>>([] {
        absl::flat_hash_map<const pb::Descriptor*, std::vector<EntryIds>> ids;
        for (const Aggregate& aggregate : Aggregates()) {
          const pb::OneofDescriptor& kinds = *aggregate.event.GetDescriptor()->oneof_decl(0);
          for (int i = 0; i < kinds.field_count(); ++i) {
            const pb::Descriptor* const type = kinds.field(i)->message_type();
            ids[type] = EntryIdsOf(*type);
          }
        }
        return ids;
      }());
  return all.at(&kind);
}

bool IsCompared(const pb::FieldDescriptor& field) {
  return !field.is_repeated() && (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING ||
                                  field.cpp_type() == pb::FieldDescriptor::CPPTYPE_ENUM ||
                                  field.cpp_type() == pb::FieldDescriptor::CPPTYPE_BOOL);
}

using Fields = std::vector<const pb::FieldDescriptor*>;

// The fields of an entry that are compared. Looked up once for every aggregate.
const Fields& ComparedFields(const pb::Message& entry) {
  static const auto& all = *new absl::flat_hash_map<const pb::Descriptor*, Fields>([] {
    absl::flat_hash_map<const pb::Descriptor*, Fields> fields;
    for (const Aggregate& aggregate : Aggregates()) {
      const pb::Descriptor& state = *aggregate.state.GetDescriptor();
      for (int i = 0; i < state.field_count(); ++i) {
        const pb::Descriptor* const type = state.field(i)->message_type();
        if (type == nullptr || !state.field(i)->is_repeated() || fields.contains(type)) continue;
        for (int j = 0; j < type->field_count(); ++j) {
          if (IsCompared(*type->field(j))) fields[type].push_back(type->field(j));
        }
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

// The field `state` of each type of state, null where there is none. Looked up once for every
// aggregate.
const pb::FieldDescriptor* StateField(const pb::Descriptor& type) {
  static const auto& all =
      *new absl::flat_hash_map<const pb::Descriptor*, const pb::FieldDescriptor*>([] {
        absl::flat_hash_map<const pb::Descriptor*, const pb::FieldDescriptor*> fields;
        for (const Aggregate& aggregate : Aggregates()) {
          const pb::Descriptor* const state = aggregate.state.GetDescriptor();
          fields[state] = state->FindFieldByName("state");
        }
        return fields;
      }());
  return all.at(&type);
}

// The number of what it holds; 0 if nothing, or if there is no such field.
int StateNumber(const pb::Message& state) {
  const pb::FieldDescriptor* const field = StateField(*state.GetDescriptor());
  return field == nullptr ? 0 : state.GetReflection()->GetEnumValue(state, field);
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

void FieldChanges::Before(const pb::Message& state, const pb::Message& event) {
  size_ = 0;
  stood_ = StateNumber(state);
  const pb::Message& kind = KindOf(event);
  const pb::Reflection& reflection = *kind.GetReflection();
  std::string scratch;
  for (const EntryIds& ids : EntryIdsIn(*kind.GetDescriptor())) {
    const int count = ids.list == nullptr ? 1 : reflection.FieldSize(kind, ids.list);
    for (int i = 0; i < count; ++i) {
      const pb::Message& item =
          ids.list == nullptr ? kind : reflection.GetRepeatedMessage(kind, ids.list, i);
      for (const pb::FieldDescriptor* const field : ids.fields) {
        Remember(state, item.GetReflection()->GetStringReference(item, field, &scratch));
      }
    }
  }
}

void FieldChanges::Remember(const pb::Message& state, const std::string& id) {
  const pb::Message* const entry = FindEntry(state, id);
  if (entry == nullptr) return;
  if (size_ == entries_.size()) entries_.emplace_back();
  Entry& remembered = entries_[size_++];
  remembered.id = id;
  const Fields& fields = ComparedFields(*entry);
  remembered.values.resize(fields.size());
  std::string scratch;
  auto value = remembered.values.begin();
  for (const pb::FieldDescriptor* const field : fields) {
    *value++ = ValueText(*entry, *field, scratch);
  }
}

std::vector<v1::FieldChange> FieldChanges::After(const pb::Message& state) const {
  std::vector<v1::FieldChange> changes;
  for (size_t i = 0; i < size_; ++i) {
    const Entry& before = entries_[i];
    Compare(before.id, before.values, *FindEntry(state, before.id), changes);
  }
  const int stands = StateNumber(state);
  if (stood_ != stands && stood_ != 0) {
    const pb::EnumDescriptor& values = *StateField(*state.GetDescriptor())->enum_type();
    AddChange("state", values.FindValueByNumber(stood_)->name(),
              values.FindValueByNumber(stands)->name(), changes);
  }
  return changes;
}

}  // namespace trellis::domain
