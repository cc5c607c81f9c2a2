#include "clients/trellis/grammar/contract.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/check.h"
#include "google/protobuf/descriptor.pb.h"

// The assembler copies the descriptor set in: no generated source of half a megabyte to compile.
__asm__(
    ".section .rodata\n"
    ".global trellis_descriptors_begin\n"
    "trellis_descriptors_begin:\n"
    ".incbin \"" TRELLIS_DESCRIPTORS_FILE
    "\"\n"
    ".global trellis_descriptors_end\n"
    "trellis_descriptors_end:\n"
    ".previous\n");

extern "C" {
extern const char trellis_descriptors_begin[];
extern const char trellis_descriptors_end[];
}

namespace trellis::cli {
namespace {

namespace pb = google::protobuf;

// A null where the build left source information out is not worth a crash: help is shorter then.
template <typename Descriptor>
std::string LeadingComment(const Descriptor& descriptor) {
  pb::SourceLocation location;
  if (!descriptor.GetSourceLocation(&location)) return "";
  std::string comment = location.leading_comments;
  absl::RemoveExtraAsciiWhitespace(&comment);
  return comment;
}

}  // namespace

Contract::Contract() : factory_(&pool_) {
  pb::FileDescriptorSet files;
  CHECK(
      files.ParseFromArray(trellis_descriptors_begin,
                           static_cast<int>(trellis_descriptors_end - trellis_descriptors_begin)));
  // The compiler wrote each file after those that it imports.
  for (const pb::FileDescriptorProto& proto : files.file()) {
    const pb::FileDescriptor* const file = pool_.BuildFile(proto);
    CHECK(file != nullptr);
    if (!absl::StartsWith(file->package(), "trellis.")) continue;
    for (int i = 0; i < file->service_count(); ++i) services_.push_back(file->service(i));
  }
}

const pb::MethodDescriptor* Contract::MethodTaking(absl::string_view request) const {
  for (const pb::ServiceDescriptor* const service : services_) {
    for (int i = 0; i < service->method_count(); ++i) {
      if (service->method(i)->input_type()->full_name() == request) return service->method(i);
    }
  }
  return nullptr;
}

const pb::MethodDescriptor* Contract::FindMethod(absl::string_view name) const {
  return pool_.FindMethodByName(std::string(name));
}

const pb::EnumDescriptor* Contract::FindEnum(absl::string_view name) const {
  return pool_.FindEnumTypeByName(std::string(name));
}

std::unique_ptr<pb::Message> Contract::NewMessage(const pb::Descriptor& type) const {
  return std::unique_ptr<pb::Message>(factory_.GetPrototype(&type)->New());
}

std::string CommentOf(const pb::ServiceDescriptor& service) { return LeadingComment(service); }
std::string CommentOf(const pb::MethodDescriptor& method) { return LeadingComment(method); }
std::string CommentOf(const pb::FieldDescriptor& field) { return LeadingComment(field); }

std::string FirstSentence(absl::string_view comment) {
  const size_t end = comment.find(". ");
  return std::string(end == absl::string_view::npos ? comment : comment.substr(0, end + 1));
}

}  // namespace trellis::cli
