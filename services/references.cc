#include "services/references.h"

#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "domain/aggregate.h"
#include "domain/validate.h"
#include "trellis/v1/options.pb.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;

// A field that names a record, or whose message may.
struct Namer {
  const pb::FieldDescriptor* field;
  // What stands before the id where the field has the id alone; empty for whole names.
  std::string prefix;
  v1::Capacity holds = v1::CAPACITY_UNSPECIFIED;
};
using Namers = std::vector<Namer>;

// Adds the field if it is a text that names a record.
void AddText(const pb::FieldDescriptor& field, Namers& namers) {
  const v1::Format format = field.options().GetExtension(v1::rules).format();
  if (format == v1::STREAM || domain::AggregateNamed(format) != nullptr) {
    namers.push_back({.field = &field, .prefix = ""});
    return;
  }
  // An id of another form than a UUID, of which each aggregate has its own.
  for (const domain::Aggregate& aggregate : domain::Aggregates()) {
    if (aggregate.id_format != format || format == v1::UUID) continue;
    namers.push_back({.field = &field, .prefix = std::string(aggregate.streams)});
  }
}

const Namers& NamersOf(const pb::Descriptor& type);

Namers FindNamers(const pb::Descriptor& type) {
  Namers namers;
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    if (domain::HasBehavior(field, google::api::OUTPUT_ONLY)) continue;
    if (field.type() == pb::FieldDescriptor::TYPE_STRING) {
      AddText(field, namers);
    } else if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE &&
               !NamersOf(*field.message_type()).empty()) {
      namers.push_back(
          {.field = &field, .prefix = "", .holds = field.options().GetExtension(v1::holds)});
    }
  }
  return namers;
}

const Namers& NamersOf(const pb::Descriptor& type) {
  static Mutex mutex;
  static auto& known =
      *new absl::flat_hash_map<const pb::Descriptor*, std::unique_ptr<const Namers>>();
  {
    MutexLock lock(mutex);
    if (const auto found = known.find(&type); found != known.end()) return *found->second;
  }
  // No message of the contract holds itself, so that this ends.
  auto found = std::make_unique<const Namers>(FindNamers(type));
  MutexLock lock(mutex);
  return *known.try_emplace(&type, std::move(found)).first->second;
}

// The role in which the message names the person in `namer`'s field.
v1::Capacity RoleIn(const pb::Message& message, const Namer& namer) {
  if (namer.field->name() != "party") return namer.holds;
  const pb::FieldDescriptor* const said = message.GetDescriptor()->FindFieldByName("capacity");
  if (said == nullptr) return namer.holds;
  return static_cast<v1::Capacity>(message.GetReflection()->GetEnumValue(message, said));
}

// The day that the message begins; empty if it has no such field.
std::string StartsOn(const pb::Message& message) {
  const pb::FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName("starts_on");
  return field == nullptr ? "" : message.GetReflection()->GetString(message, field);
}

class Walk {
 public:
  explicit Walk(std::vector<Reference>& references) : references_(references) {}

  void Through(const pb::Message& message, const std::string& path, const Reference& about) {
    const pb::Reflection& reflection = *message.GetReflection();
    for (const Namer& namer : NamersOf(*message.GetDescriptor())) {
      const pb::FieldDescriptor& field = *namer.field;
      const std::string field_path =
          path.empty() ? field.name() : absl::StrCat(path, ".", field.name());
      const bool is_text = field.type() == pb::FieldDescriptor::TYPE_STRING;
      if (path.empty() && is_text && IsOfTheRequest(field)) continue;
      Reference next = about;
      if (const v1::Capacity role = is_text ? v1::CAPACITY_UNSPECIFIED : RoleIn(message, namer);
          role != v1::CAPACITY_UNSPECIFIED) {
        next.holds = role;
        next.starts_on = StartsOn(message);
      }
      if (!field.is_repeated()) {
        if (is_text) {
          Add(namer, reflection.GetString(message, &field), field_path, about);
        } else if (reflection.HasField(message, &field)) {
          Through(reflection.GetMessage(message, &field), field_path, next);
        }
        continue;
      }
      for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
        const std::string item = absl::StrCat(field_path, "[", i, "]");
        if (is_text) {
          Add(namer, reflection.GetRepeatedString(message, &field, i), item, about);
        } else {
          Through(reflection.GetRepeatedMessage(message, &field, i), item, next);
        }
      }
    }
  }

 private:
  // What the request is about or makes.
  static bool IsOfTheRequest(const pb::FieldDescriptor& field) {
    return field.name() == "name" || absl::EndsWith(field.name(), "_id");
  }

  void Add(const Namer& namer, const std::string& text, const std::string& path,
           const Reference& about) {
    if (text.empty()) return;
    references_.push_back({.path = path,
                           .name = namer.prefix + text,
                           .holds = about.holds,
                           .starts_on = about.starts_on});
  }

  std::vector<Reference>& references_;
};

}  // namespace

std::vector<Reference> ReferencesIn(const pb::Message& request) {
  std::vector<Reference> references;
  Walk(references).Through(request, "", {});
  return references;
}

}  // namespace trellis::services
