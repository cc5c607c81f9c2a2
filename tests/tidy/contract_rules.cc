#include "tests/tidy/contract_rules.h"

#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/api/field_behavior.pb.h"
#include "trellis/v1/options.pb.h"

namespace trellis::tidy {
namespace {

namespace pb = google::protobuf;

std::string Finding(const pb::FileDescriptor& file, const pb::SourceLocation& location,
                    absl::string_view what) {
  return absl::StrCat("proto/", file.name(), ":", location.start_line + 1, ": error: ", what);
}

// Where `descriptor` stands, with its comment.
template <typename Descriptor>
pb::SourceLocation LocationOf(const Descriptor& descriptor) {
  pb::SourceLocation location;
  descriptor.GetSourceLocation(&location);
  return location;
}

template <typename Descriptor>
std::string Finding(const Descriptor& descriptor, absl::string_view what) {
  return Finding(*descriptor.file(), LocationOf(descriptor),
                 absl::StrCat(descriptor.full_name(), " ", what));
}

void ForEachMessage(const pb::Descriptor& message,
                    const std::function<void(const pb::Descriptor&)>& visit) {
  visit(message);
  for (int i = 0; i < message.nested_type_count(); ++i) {
    if (!message.nested_type(i)->options().map_entry()) {
      ForEachMessage(*message.nested_type(i), visit);
    }
  }
}

void ForEachMessage(const pb::FileDescriptor& file,
                    const std::function<void(const pb::Descriptor&)>& visit) {
  for (int i = 0; i < file.message_type_count(); ++i) ForEachMessage(*file.message_type(i), visit);
}

void ForEachEnum(const pb::FileDescriptor& file,
                 const std::function<void(const pb::EnumDescriptor&)>& visit) {
  for (int i = 0; i < file.enum_type_count(); ++i) visit(*file.enum_type(i));
  ForEachMessage(file, [&](const pb::Descriptor& message) {
    for (int i = 0; i < message.enum_type_count(); ++i) visit(*message.enum_type(i));
  });
}

void ForEachMethod(const pb::FileDescriptor& file,
                   const std::function<void(const pb::MethodDescriptor&)>& visit) {
  for (int i = 0; i < file.service_count(); ++i) {
    for (int m = 0; m < file.service(i)->method_count(); ++m) visit(*file.service(i)->method(m));
  }
}

bool HasBehavior(const pb::FieldDescriptor& field, google::api::FieldBehavior wanted) {
  for (const int behavior : field.options().GetRepeatedExtension(google::api::field_behavior)) {
    if (behavior == wanted) return true;
  }
  return false;
}

// By their names: reads change nothing.
bool IsRead(const pb::MethodDescriptor& method) {
  for (const char* const verb : {"Check", "Export", "Get", "List", "Render"}) {
    if (absl::StartsWith(method.name(), verb)) return true;
  }
  return false;
}

std::string ShortName(const pb::FieldDescriptor& field) {
  const std::string prefix = absl::StrCat(field.file()->package(), ".");
  return std::string(absl::StripPrefix(field.full_name(), prefix));
}

}  // namespace

Findings CheckComments(const pb::FileDescriptor& file) {
  Findings findings;
  const auto check = [&](const auto& descriptor) {
    if (LocationOf(descriptor).leading_comments.empty()) {
      findings.push_back(Finding(descriptor, "has no comment; say what it is, above it"));
    }
  };
  ForEachMessage(file, [&](const pb::Descriptor& message) {
    check(message);
    for (int i = 0; i < message.field_count(); ++i) check(*message.field(i));
    for (int i = 0; i < message.oneof_decl_count(); ++i) check(*message.oneof_decl(i));
  });
  ForEachEnum(file, [&](const pb::EnumDescriptor& type) {
    check(type);
    for (int i = 0; i < type.value_count(); ++i) check(*type.value(i));
  });
  for (int i = 0; i < file.extension_count(); ++i) check(*file.extension(i));
  for (int i = 0; i < file.service_count(); ++i) check(*file.service(i));
  ForEachMethod(file, check);
  return findings;
}

Findings CheckEnumZeros(const pb::FileDescriptor& file) {
  Findings findings;
  ForEachEnum(file, [&](const pb::EnumDescriptor& type) {
    const pb::EnumValueDescriptor* const zero = type.FindValueByNumber(0);
    if (zero == nullptr || !absl::EndsWith(zero->name(), "_UNSPECIFIED")) {
      findings.push_back(Finding(type,
                                 "has a value 0 with a meaning; add one that ends with "
                                 "_UNSPECIFIED"));
    }
  });
  return findings;
}

Findings CheckRequests(const pb::FileDescriptor& file) {
  Findings findings;
  ForEachMessage(file, [&](const pb::Descriptor& message) {
    if (!absl::EndsWith(message.name(), "Request")) return;
    for (int i = 0; i < message.field_count(); ++i) {
      const pb::FieldDescriptor& field = *message.field(i);
      if (field.options().ExtensionSize(google::api::field_behavior) == 0) {
        findings.push_back(Finding(field, "has no field_behavior; say REQUIRED or OPTIONAL"));
      }
    }
  });
  ForEachMethod(file, [&](const pb::MethodDescriptor& method) {
    if (IsRead(method)) return;
    const pb::FieldDescriptor* const id = method.input_type()->FindFieldByName("request_id");
    if (id == nullptr || !HasBehavior(*id, google::api::REQUIRED) ||
        id->options().GetExtension(v1::rules).format() != v1::UUID) {
      findings.push_back(Finding(method,
                                 "changes something and its request has no request_id that "
                                 "is REQUIRED and a UUID; add it"));
    }
  });
  return findings;
}

Findings CheckPages(const pb::FileDescriptor& file) {
  Findings findings;
  ForEachMethod(file, [&](const pb::MethodDescriptor& method) {
    const bool size = method.input_type()->FindFieldByName("page_size") != nullptr;
    const bool token = method.input_type()->FindFieldByName("page_token") != nullptr;
    const bool next = method.output_type()->FindFieldByName("next_page_token") != nullptr;
    const bool want = absl::StartsWith(method.name(), "List");
    if (size == want && token == want && next == want) return;
    findings.push_back(
        Finding(method, want ? "is a list; it wants page_size and page_token in its request and "
                               "next_page_token in its response"
                             : "is no List... and has fields of pages; name it so or remove them"));
  });
  return findings;
}

Findings CheckPersonalData(const pb::FileDescriptor& file,
                           const std::set<std::string>& not_personal) {
  Findings findings;
  const auto check = [&](const pb::FieldDescriptor& field) {
    const v1::FieldRules& rules = field.options().GetExtension(v1::rules);
    const bool said = absl::StrContains(LocationOf(field).leading_comments, "Personal data.");
    if (rules.personal() && !said) {
      findings.push_back(Finding(field, "is personal; end its comment with \"Personal data.\""));
    }
    if (!rules.personal() && said) {
      findings.push_back(Finding(field, "is called personal by its comment; set rules.personal"));
    }
    const bool free_text = field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING &&
                           field.type() == pb::FieldDescriptor::TYPE_STRING &&
                           rules.format() == v1::FORMAT_UNSPECIFIED;
    if (free_text && !rules.personal() && not_personal.count(ShortName(field)) == 0) {
      findings.push_back(Finding(field,
                                 "is free text and not marked; set rules.personal, or list "
                                 "it in contract_test.cc with the reason"));
    }
  };
  ForEachMessage(file, [&](const pb::Descriptor& message) {
    for (int i = 0; i < message.field_count(); ++i) check(*message.field(i));
  });
  return findings;
}

Findings CheckSentences(const pb::Descriptor& event) {
  Findings findings;
  const pb::OneofDescriptor* const kinds = event.FindOneofByName("kind");
  if (kinds == nullptr) return {Finding(event, "has no oneof kind; list its kinds there")};
  for (int i = 0; i < kinds->field_count(); ++i) {
    const pb::Descriptor* const kind = kinds->field(i)->message_type();
    if (kind == nullptr || kind->options().GetExtension(v1::sentence).empty()) {
      findings.push_back(Finding(*kinds->field(i), "has no sentence; give its message the option"));
    }
  }
  return findings;
}

Findings CheckPlays(const pb::ServiceDescriptor& service, const pb::Descriptor& command) {
  std::set<const pb::Descriptor*> played;
  for (int i = 0; i < command.field_count(); ++i) played.insert(command.field(i)->message_type());
  Findings findings;
  for (int i = 0; i < service.method_count(); ++i) {
    const pb::MethodDescriptor& method = *service.method(i);
    if (IsRead(method) || played.count(method.input_type()) > 0) continue;
    findings.push_back(
        Finding(method, absl::StrCat("is not in ", command.full_name(), "; add it at the end")));
  }
  return findings;
}

}  // namespace trellis::tidy
