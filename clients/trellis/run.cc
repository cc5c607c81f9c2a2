#include "clients/trellis/run.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "clients/trellis/backup.h"
#include "clients/trellis/call.h"
#include "clients/trellis/completion.h"
#include "clients/trellis/demo/demo.h"
#include "clients/trellis/errors.h"
#include "clients/trellis/export.h"
#include "clients/trellis/grammar/request.h"
#include "clients/trellis/grammar/usage.h"
#include "clients/trellis/help.h"
#include "clients/trellis/import.h"
#include "clients/trellis/ledger_tools.h"
#include "clients/trellis/play.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/queue.h"
#include "clients/trellis/restore.h"
#include "clients/trellis/salvage.h"
#include "clients/trellis/session.h"
#include "clients/trellis/verify.h"
#include "clients/trellis/witness.h"
#include "policy/policy.h"

namespace trellis::cli {
namespace {

namespace pb = google::protobuf;

// What `text_width` takes.
constexpr int kTextWidthMin = 80;
constexpr int kTextWidthMax = 400;

Server::Options ServerOptions(const Settings& settings, const Process& process) {
  Server::Options options{
      .address = settings.server, .tls = settings.tls, .timeout = settings.timeout, .on_wait = {}};
  if (process.err_is_terminal) {
    options.on_wait = [&err = process.err, address = settings.server](absl::Duration waited) {
      err << "\r\x1b[K";
      if (waited > absl::ZeroDuration()) {
        err << "waiting for " << address << ", " << absl::ToInt64Seconds(waited) << " s";
      }
      err << std::flush;
    };
  }
  return options;
}

// A form is made as wide as the terminal that shows it, unless somebody said how wide.
void FitToTerminal(const Process& process, pb::Message& request) {
  const pb::FieldDescriptor* const width = request.GetDescriptor()->FindFieldByName("text_width");
  if (width == nullptr || width->cpp_type() != pb::FieldDescriptor::CPPTYPE_INT32) return;
  const pb::Reflection& reflection = *request.GetReflection();
  if (reflection.GetInt32(request, width) != 0) return;
  reflection.SetInt32(&request, width, std::clamp(process.columns, kTextWidthMin, kTextWidthMax));
}

absl::Status RunMethod(const Contract& contract, const Invocation& invocation, bool json,
                       Session& session, const Process& process) {
  ASSIGN_OR_RETURN(const auto request, BuildRequest(contract, invocation, process.in));
  FitToTerminal(process, *request);
  ASSIGN_OR_RETURN(const auto answer, session.Ask(*invocation.command->method, *request));
  process.out << Present(*answer, {.json = json, .terminal = process.out_is_terminal});
  return absl::OkStatus();
}

absl::Status RunBuiltin(const Contract& contract, const CommandTree& tree,
                        const Invocation& invocation, const Process& process) {
  const Command& command = *invocation.command;
  if (command.name == "help") {
    ASSIGN_OR_RETURN(const std::string help, TopicHelp(tree, invocation.positionals));
    process.out << help;
    return absl::OkStatus();
  }
  if (command.name == "demo") {
    ASSIGN_OR_RETURN(const DemoOptions options, DemoOptionsOf(invocation));
    ASSIGN_OR_RETURN(const Settings settings,
                     ResolveSettings(contract, invocation, process.variables));
    return RunDemo(contract, options, settings.json, ServerOptions(settings, process), process);
  }
  if (command.name == "witness") return RunWitness(invocation, process);
  if (command.group == "policy") {
    process.out << policy::Policy::Get().text();
    return absl::OkStatus();
  }
  if (command.name == "restore") {
    ASSIGN_OR_RETURN(const backup::RestoreOptions options, RestoreOptionsOf(invocation));
    ASSIGN_OR_RETURN(const Settings settings,
                     ResolveSettings(contract, invocation, process.variables));
    return RunRestore(options, OptionalText(invocation, "key-backups"), settings.json, process);
  }
  if (command.name == "salvage") return RunSalvage(invocation, process);
  if (command.name == "verify") {
    ASSIGN_OR_RETURN(const VerifyOptions options, VerifyOptionsOf(invocation));
    ASSIGN_OR_RETURN(const Settings settings,
                     ResolveSettings(contract, invocation, process.variables));
    return RunVerify(options, settings.json, settings.timeout, process);
  }
  if (invocation.positionals.empty()) {
    return UsageError(absl::StrCat(command.name, ": ", command.positional, " is missing"));
  }
  const std::string& subject = invocation.positionals.front();
  if (command.name == "completion") {
    ASSIGN_OR_RETURN(const std::string script, CompletionScript(tree, subject));
    process.out << script;
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Settings settings,
                   ResolveSettings(contract, invocation, process.variables));
  ASSIGN_OR_RETURN(const v1::Play play, ReadPlay(subject, process.in));
  Server server(ServerOptions(settings, process));
  return RunPlay(contract, play, server, {.json = settings.json}, process.out);
}

absl::Status RunInvocation(const Contract& contract, const CommandTree& tree,
                           const Invocation& invocation, const Process& process) {
  if (invocation.version) {
    process.out << "trellis " TRELLIS_VERSION "\n";
    return absl::OkStatus();
  }
  if (invocation.help) {
    process.out << (invocation.command != nullptr ? CommandHelp(tree, *invocation.command)
                    : !invocation.group.empty()   ? GroupHelp(tree, invocation.group)
                                                  : ProgramHelp(tree));
    return absl::OkStatus();
  }
  if (invocation.command == nullptr) {
    return UsageError(invocation.group.empty()
                          ? "no command; see trellis --help"
                          : absl::StrCat(invocation.group, ": no command; see trellis ",
                                         invocation.group, " --help"));
  }
  const bool of_queue = IsQueueCommand(*invocation.command);
  if (invocation.command->method == nullptr && !of_queue) {
    return RunBuiltin(contract, tree, invocation, process);
  }
  ASSIGN_OR_RETURN(const Settings settings,
                   ResolveSettings(contract, invocation, process.variables));
  Session session(contract, settings.caller, ServerOptions(settings, process));
  if (IsImportCommand(*invocation.command)) {
    return RunImport(contract, invocation, settings.json, session, process);
  }
  if (IsBackupCommand(*invocation.command)) {
    return RunBackup(contract, invocation, settings.json, session, process);
  }
  if (IsExportCommand(*invocation.command)) {
    return RunExport(contract, invocation, settings.json, session, process);
  }
  return of_queue ? RunQueueCommand(contract, invocation, settings.json, session, process)
                  : RunMethod(contract, invocation, settings.json, session, process);
}

absl::Status RunArguments(const std::vector<std::string>& arguments, const Process& process) {
  const Contract contract;
  const CommandTree tree = BuildCommandTree(contract);
  ASSIGN_OR_RETURN(const Invocation invocation, ParseArguments(tree, arguments));
  RETURN_IF_ERROR(RunInvocation(contract, tree, invocation, process));
  // A full disk or a closed pipe must not pass for success.
  if (!process.out.flush()) {
    return Error(absl::StatusCode::kUnknown, "OUTPUT_LOST", "standard output cannot be written");
  }
  return absl::OkStatus();
}

}  // namespace

int Run(const std::vector<std::string>& arguments, const Process& process) {
  const absl::Status status = RunArguments(arguments, process);
  if (!status.ok()) {
    process.out.flush();
    process.err << ErrorText(status) << std::flush;
  }
  return ExitCode(status);
}

}  // namespace trellis::cli
