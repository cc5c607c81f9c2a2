#include "clients/trellis/grammar/request.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "clients/trellis/grammar/field_value.h"
#include "clients/trellis/grammar/message_file.h"
#include "clients/trellis/grammar/usage.h"
#include "google/protobuf/descriptor.h"

namespace trellis::cli {
namespace {

namespace pb = google::protobuf;

// Null if `message` has no such text field.
const pb::FieldDescriptor* FindText(const pb::Message& message, const std::string& name) {
  const pb::FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || field->cpp_type() != pb::FieldDescriptor::CPPTYPE_STRING) return nullptr;
  return field->is_repeated() ? nullptr : field;
}

absl::Status PutFlags(const Invocation& invocation, pb::Message& request) {
  std::set<const Flag*> seen;
  for (const GivenFlag& given : invocation.flags) {
    if (given.flag->path.empty()) continue;
    if (seen.insert(given.flag).second && given.flag->repeated) ClearValue(*given.flag, request);
    RETURN_IF_ERROR(
        PutValue(*given.flag, absl::StrCat("--", given.flag->name), given.value, request));
  }
  return absl::OkStatus();
}

absl::Status PutPositional(const Invocation& invocation, pb::Message& request) {
  const Command& command = *invocation.command;
  if (!command.positional_flag.has_value()) return absl::OkStatus();
  const Flag& flag = command.flags[*command.positional_flag];
  const auto& positionals = invocation.positionals;
  for (size_t i = 1; i < positionals.size(); ++i) {
    const Flag& rest = command.flags[*command.rest_flag];
    RETURN_IF_ERROR(PutValue(rest, rest.value, positionals[i], request));
  }
  if (!positionals.empty()) {
    for (const GivenFlag& given : invocation.flags) {
      if (given.flag != &flag) continue;
      return UsageError(absl::StrCat(command.Path(), ": ", command.positional,
                                     " is given twice, with --", flag.name, " and without"));
    }
    RETURN_IF_ERROR(PutValue(flag, command.positional, positionals.front(), request));
  }
  if (command.positional_optional ||
      !request.GetReflection()->GetString(request, flag.path.back()).empty()) {
    return absl::OkStatus();
  }
  return UsageError(
      absl::StrCat(command.Path(), ": ", command.positional, " is missing",
                   command.positional == "PLAN" ? ", want a UUID or supportPlans/{uuid}" : "",
                   "; see trellis ", command.Path(), " --help"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<pb::Message>> BuildRequest(const Contract& contract,
                                                          const Invocation& invocation,
                                                          std::istream& in) {
  auto request = contract.NewMessage(*invocation.command->method->input_type());
  if (const std::string* const file = invocation.Find("input"); file != nullptr) {
    RETURN_IF_ERROR(ReadMessage(*file, in, *request));
  }
  RETURN_IF_ERROR(PutFlags(invocation, *request));
  RETURN_IF_ERROR(PutPositional(invocation, *request));
  const pb::FieldDescriptor* const id = FindText(*request, "request_id");
  if (id != nullptr && RequestIdOf(*request).empty()) {
    request->GetReflection()->SetString(request.get(), id, UuidText(RandomUuid()));
  }
  return request;
}

std::string RequestIdOf(const pb::Message& request) {
  const pb::FieldDescriptor* const id = FindText(request, "request_id");
  return id == nullptr ? "" : request.GetReflection()->GetString(request, id);
}

}  // namespace trellis::cli
