#include "tests/compat/descriptor_listing.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "trellis/v1/options.pb.h"

namespace trellis::testing {
namespace {

namespace pb = google::protobuf;

class Lister {
 public:
  std::set<std::string> lines;

  void AddFile(const pb::FileDescriptorProto& file) {
    for (const auto& message : file.message_type()) AddMessage(file.package(), message);
    for (const auto& type : file.enum_type()) AddEnum(file.package(), type);
    for (const auto& field : file.extension()) {
      AddField(absl::StrCat("extension of ", Bare(field.extendee())), {}, field);
    }
    for (const auto& service : file.service()) {
      for (const auto& method : service.method()) {
        lines.insert(absl::StrCat(
            "service ", file.package(), ".", service.name(), " method ", method.name(), " ",
            Bare(method.input_type()), method.client_streaming() ? " stream" : "", " -> ",
            Bare(method.output_type()), method.server_streaming() ? " stream" : ""));
      }
    }
  }

 private:
  static std::string Bare(absl::string_view type) {
    return std::string(absl::StripPrefix(type, "."));
  }

  void AddMessage(const std::string& scope, const pb::DescriptorProto& message) {
    const std::string name = absl::StrCat(scope, ".", message.name());
    lines.insert(absl::StrCat("message ", name));
    // Which signatures stand after an event follows from this, for ever.
    if (message.options().GetExtension(v1::changes_content)) {
      lines.insert(absl::StrCat("message ", name, " option changes_content"));
    }
    for (const auto& field : message.field()) {
      AddField(absl::StrCat("message ", name), message, field);
    }
    for (const auto& nested : message.nested_type()) AddMessage(name, nested);
    for (const auto& type : message.enum_type()) AddEnum(name, type);
  }

  void AddEnum(const std::string& scope, const pb::EnumDescriptorProto& type) {
    for (const auto& value : type.value()) {
      lines.insert(absl::StrCat("enum ", scope, ".", type.name(), " ",
                                absl::Dec(value.number(), absl::kZeroPad3), " ", value.name()));
    }
  }

  void AddField(const std::string& of, const pb::DescriptorProto& message,
                const pb::FieldDescriptorProto& field) {
    std::string type = Bare(field.type_name());
    if (type.empty()) {
      type = absl::AsciiStrToLower(
          absl::StripPrefix(pb::FieldDescriptorProto::Type_Name(field.type()), "TYPE_"));
    }
    lines.insert(absl::StrCat(
        of, " ", absl::Dec(field.number(), absl::kZeroPad3), " ", field.name(), ": ",
        field.label() == pb::FieldDescriptorProto::LABEL_REPEATED ? "repeated " : "", type,
        field.has_oneof_index()
            ? absl::StrCat(" in ", message.oneof_decl(field.oneof_index()).name())
            : ""));
  }
};

}  // namespace

std::set<std::string> ListingOf(const pb::FileDescriptorSet& files) {
  Lister lister;
  for (const pb::FileDescriptorProto& file : files.file()) {
    if (absl::StartsWith(file.package(), "trellis.")) lister.AddFile(file);
  }
  return std::move(lister.lines);
}

}  // namespace trellis::testing
