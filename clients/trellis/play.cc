#include "clients/trellis/play.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "clients/trellis/errors.h"
#include "clients/trellis/grammar/message_file.h"
#include "clients/trellis/grammar/names.h"
#include "clients/trellis/grammar/request.h"
#include "clients/trellis/grammar/usage.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/text.h"

namespace trellis::cli {
namespace {

namespace pb = google::protobuf;

// The command that a step holds, whatever it is.
struct StepCommand {
  // Such as `raise-concern`; empty if the step holds none.
  std::string name;
  const pb::Message* request = nullptr;
};

StepCommand CommandOf(const v1::PlayStep& step) {
  const v1::Command& command = step.command();
  const pb::Reflection& reflection = *command.GetReflection();
  const pb::FieldDescriptor* const field = reflection.GetOneofFieldDescriptor(
      command, v1::Command::descriptor()->FindOneofByName("request"));
  if (field == nullptr) return {};
  return {KebabCase(field->name()), &reflection.GetMessage(command, field)};
}

std::string StepName(int index, int count, const std::string& command) {
  return absl::StrCat("step ", index + 1, " of ", count,
                      command.empty() ? "" : absl::StrCat(" (", command, ")"));
}

bool IsPerson(absl::string_view name) {
  return absl::ConsumePrefix(&name, "people/") && ParseUuid(name).has_value();
}

// Whether no rpc takes the command.
bool IsTrellissOwn(const v1::Command& command) {
  return command.has_remind() || command.has_record_key_rotation() ||
         command.has_anchor_access_log() || command.has_record_access_log_break() ||
         command.has_propose_erasure() || command.has_complete_erasure();
}

// What is missing from a step; empty if it can be sent.
std::string Missing(const v1::PlayStep& step, const StepCommand& command) {
  if (command.request == nullptr) return "has no command, want one";
  if (RequestIdOf(*command.request).empty()) {
    return "has no request_id, want a UUID: played again, the step must not happen twice";
  }
  if (IsTrellissOwn(step.command())) {
    return "is a command that Trellis alone gives, want another";
  }
  // gRPC stops the program when a header holds what a header may not.
  if (!IsPerson(step.actor().person())) return "has no actor, want actor.person people/{uuid}";
  if (!v1::Capacity_IsValid(step.capacity()) || step.capacity() == v1::CAPACITY_UNSPECIFIED) {
    return "has no capacity, want one such as INDUCTION_TUTOR";
  }
  return "";
}

// The revision of the state in a reply of any aggregate: its first field.
int64_t RevisionIn(const pb::Message& reply) {
  const pb::Message& state =
      reply.GetReflection()->GetMessage(reply, reply.GetDescriptor()->field(0));
  const pb::FieldDescriptor* const revision = state.GetDescriptor()->FindFieldByName("revision");
  return state.GetReflection()->GetInt64(state, revision);
}

// What the warnings in a reply of any aggregate say.
std::vector<std::string> WarningsIn(const pb::Message& reply) {
  std::vector<std::string> messages;
  const pb::FieldDescriptor* const warnings = reply.GetDescriptor()->FindFieldByName("warnings");
  for (int i = 0; i < reply.GetReflection()->FieldSize(reply, warnings); ++i) {
    const pb::Message& warning = reply.GetReflection()->GetRepeatedMessage(reply, warnings, i);
    messages.push_back(warning.GetReflection()->GetString(
        warning, warning.GetDescriptor()->FindFieldByName("message")));
  }
  return messages;
}

std::string StepText(const v1::PlayStep& step, int index, int count, const std::string& command,
                     const pb::Message& reply) {
  const size_t width = absl::StrCat(count).size();
  std::string text =
      absl::StrFormat("[%*d/%d] %s (%s) %s -> revision %d\n", static_cast<int>(width), index + 1,
                      count, OneLine(step.actor().name()),
                      SpokenWords(v1::Capacity_Name(step.capacity())), command, RevisionIn(reply));
  for (const std::string& warning : WarningsIn(reply)) {
    absl::StrAppend(&text, std::string(2 * width + 4, ' '), "warning: ", OneLine(warning), "\n");
  }
  return text;
}

std::string StepJson(const v1::PlayStep& step, int index, int count, const std::string& command,
                     const pb::Message& reply) {
  return absl::StrCat("{\"step\":", index + 1, ",\"steps\":", count, ",\"command\":\"", command,
                      "\",\"actor\":", CompactJson(step.actor()), ",\"capacity\":\"",
                      v1::Capacity_Name(step.capacity()), "\",\"reply\":", CompactJson(reply),
                      "}\n");
}

}  // namespace

absl::StatusOr<v1::Play> ReadPlay(const std::string& file, std::istream& in) {
  v1::Play play;
  RETURN_IF_ERROR(ReadMessage(file, in, play));
  if (play.steps().empty()) return UsageError(absl::StrCat(file, ": got no steps, want some"));
  for (int i = 0; i < play.steps_size(); ++i) {
    const StepCommand command = CommandOf(play.steps(i));
    const std::string missing = Missing(play.steps(i), command);
    if (missing.empty()) continue;
    return UsageError(
        absl::StrCat(file, ": ", StepName(i, play.steps_size(), command.name), " ", missing));
  }
  return play;
}

absl::StatusOr<std::unique_ptr<pb::Message>> SendStep(const Contract& contract,
                                                      const v1::PlayStep& step, Server& server) {
  const pb::Message& request = *CommandOf(step).request;
  const auto* const method = contract.MethodTaking(request.GetDescriptor()->full_name());
  CHECK(method != nullptr);
  const Caller caller{.person = step.actor().person(),
                      .name = step.actor().name(),
                      .capacity = v1::Capacity_Name(step.capacity())};
  ASSIGN_OR_RETURN(const std::string bytes, server.Call(*method, caller, request));
  std::unique_ptr<pb::Message> reply = contract.NewMessage(*method->output_type());
  if (!reply->ParseFromString(bytes)) {
    return Error(absl::StatusCode::kInternal, "ANSWER_UNREADABLE",
                 absl::StrCat("the answer is no ", method->output_type()->full_name()));
  }
  return reply;
}

absl::Status RunPlay(const Contract& contract, const v1::Play& play, Server& server,
                     const PlayOptions& options, std::ostream& out) {
  const int count = play.steps_size();
  for (int i = 0; i < count; ++i) {
    const v1::PlayStep& step = play.steps(i);
    const StepCommand command = CommandOf(step);
    const auto reply = SendStep(contract, step, server);
    if (!reply.ok()) {
      return WithMessage(reply.status(), absl::StrCat(StepName(i, count, command.name), ": ",
                                                      reply.status().message()));
    }
    // The lines are the progress: each is shown at once.
    out << (options.json ? StepJson(step, i, count, command.name, **reply)
                         : StepText(step, i, count, command.name, **reply))
        << std::flush;
  }
  return absl::OkStatus();
}

}  // namespace trellis::cli
