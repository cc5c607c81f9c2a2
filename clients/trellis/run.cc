#include "clients/trellis/run.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "clients/trellis/call.h"
#include "clients/trellis/completion.h"
#include "clients/trellis/errors.h"
#include "clients/trellis/grammar/request.h"
#include "clients/trellis/grammar/usage.h"
#include "clients/trellis/help.h"
#include "clients/trellis/play.h"
#include "clients/trellis/printers.h"

namespace trellis::cli {
namespace {

namespace pb = google::protobuf;

// What `text_width` takes.
constexpr int kTextWidthMin = 80;
constexpr int kTextWidthMax = 400;

Server MakeServer(const Settings& settings, const Process& process) {
  Server::Options options{.address = settings.server, .timeout = settings.timeout, .on_wait = {}};
  if (process.err_is_terminal) {
    options.on_wait = [&err = process.err, address = settings.server](absl::Duration waited) {
      err << "\r\x1b[K";
      if (waited > absl::ZeroDuration()) {
        err << "waiting for " << address << ", " << absl::ToInt64Seconds(waited) << " s";
      }
      err << std::flush;
    };
  }
  return Server(std::move(options));
}

// A form is made as wide as the terminal that shows it, unless somebody said how wide.
void FitToTerminal(const Process& process, pb::Message& request) {
  const pb::FieldDescriptor* const width = request.GetDescriptor()->FindFieldByName("text_width");
  if (width == nullptr || width->cpp_type() != pb::FieldDescriptor::CPPTYPE_INT32) return;
  const pb::Reflection& reflection = *request.GetReflection();
  if (reflection.GetInt32(request, width) != 0) return;
  reflection.SetInt32(&request, width, std::clamp(process.columns, kTextWidthMin, kTextWidthMax));
}

// The fields by which a list is read page by page; null where an rpc is none.
struct Paging {
  const pb::FieldDescriptor* size = nullptr;
  const pb::FieldDescriptor* token = nullptr;
  const pb::FieldDescriptor* next = nullptr;

  explicit Paging(const pb::MethodDescriptor& method)
      : size(method.input_type()->FindFieldByName("page_size")),
        token(method.input_type()->FindFieldByName("page_token")),
        next(method.output_type()->FindFieldByName("next_page_token")) {}

  // Whether `request` asks for all pages: it is a list's, and names neither a page nor its size.
  bool WantsAll(const pb::Message& request) const {
    if (size == nullptr || token == nullptr || next == nullptr) return false;
    const pb::Reflection& reflection = *request.GetReflection();
    return reflection.GetInt32(request, size) == 0 && reflection.GetString(request, token).empty();
  }
};

class MethodRun {
 public:
  MethodRun(const Contract& contract, const Invocation& invocation, const Settings& settings,
            const Process& process)
      : contract_(contract),
        method_(*invocation.command->method),
        invocation_(invocation),
        settings_(settings),
        process_(process),
        server_(MakeServer(settings, process)) {}

  absl::Status Run() {
    ASSIGN_OR_RETURN(const auto request, BuildRequest(contract_, invocation_, process_.in));
    FitToTerminal(process_, *request);
    const auto answer = contract_.NewMessage(*method_.output_type());
    RETURN_IF_ERROR(Ask(*request, *answer));
    process_.out << Present(*answer,
                            {.json = settings_.json, .terminal = process_.out_is_terminal});
    return absl::OkStatus();
  }

 private:
  // Fills `answer`; with all pages, if that is asked for.
  absl::Status Ask(pb::Message& request, pb::Message& answer) {
    const Paging paging(method_);
    const bool all = paging.WantsAll(request);
    for (;;) {
      ASSIGN_OR_RETURN(const std::string bytes, CallOnce(request));
      const auto page = contract_.NewMessage(*method_.output_type());
      if (!page->ParseFromString(bytes)) {
        return Error(absl::StatusCode::kInternal, "ANSWER_UNREADABLE",
                     absl::StrCat("the answer is no ", page->GetDescriptor()->full_name()));
      }
      answer.MergeFrom(*page);
      if (!all) return absl::OkStatus();
      answer.GetReflection()->ClearField(&answer, paging.next);
      const std::string next = page->GetReflection()->GetString(*page, paging.next);
      if (next.empty()) return absl::OkStatus();
      if (next == request.GetReflection()->GetString(request, paging.token)) {
        return Error(absl::StatusCode::kInternal, "PAGE_REPEATED",
                     "the server gave the same page_token twice, want another");
      }
      request.GetReflection()->SetString(&request, paging.token, next);
    }
  }

  absl::StatusOr<std::string> CallOnce(const pb::Message& request) {
    auto bytes = server_.Call(method_, settings_.caller, request);
    const std::string id = RequestIdOf(request);
    const bool outcome_unknown =
        absl::IsUnavailable(bytes.status()) || absl::IsDeadlineExceeded(bytes.status());
    if (!outcome_unknown || id.empty()) return bytes;
    return WithMessage(bytes.status(),
                       absl::StrCat(bytes.status().message(),
                                    "; whether it was recorded is not known: run the same again "
                                    "with --request-id ",
                                    id));
  }

  const Contract& contract_;
  const pb::MethodDescriptor& method_;
  const Invocation& invocation_;
  const Settings& settings_;
  const Process& process_;
  Server server_;
};

absl::Status RunBuiltin(const Contract& contract, const CommandTree& tree,
                        const Invocation& invocation, const Process& process) {
  const Command& command = *invocation.command;
  if (command.name == "help") {
    ASSIGN_OR_RETURN(const std::string help, TopicHelp(tree, invocation.positionals));
    process.out << help;
    return absl::OkStatus();
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
  Server server = MakeServer(settings, process);
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
  if (invocation.command->method == nullptr) return RunBuiltin(contract, tree, invocation, process);
  ASSIGN_OR_RETURN(const Settings settings,
                   ResolveSettings(contract, invocation, process.variables));
  return MethodRun(contract, invocation, settings, process).Run();
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
