#include "clients/trellis/grammar/command_tree.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "clients/trellis/grammar/admin_commands.h"
#include "clients/trellis/grammar/builtin_commands.h"
#include "clients/trellis/grammar/flag_names.h"
#include "clients/trellis/grammar/names.h"
#include "clients/trellis/grammar/queue_commands.h"
#include "clients/trellis/grammar/resource_names.h"
#include "google/api/field_behavior.pb.h"
#include "trellis/v1/options.pb.h"

namespace trellis::cli {
namespace {

namespace pb = google::protobuf;

struct ShortName {
  absl::string_view full;
  absl::string_view brief;
};

constexpr ShortName kGroupNames[] = {{"SupportPlanService", "plan"},    {"AuditService", "plan"},
                                     {"StandardsService", "standards"}, {"QueueService", "queue"},
                                     {"Subscriber", "queue"},           {"Publisher", "queue"},
                                     {"AdminService", "admin"},         {"Operations", "admin"}};

constexpr ShortName kCommandNames[] = {
    {"OpenSupportPlan", "open"},
    {"GetSupportPlan", "get"},
    {"ListSupportPlans", "list"},
    {"GetCaseload", "caseload"},
    {"RenderSupportPlan", "show"},
    {"ListTrail", "trail"},
    {"GetCheckpoint", "checkpoint"},
    {"GetProof", "proof"},
    {"GetConsistencyProof", "consistency"},
    {"ClosePlan", "close"},
    {"PausePlan", "pause"},
    {"ResumePlan", "resume"},
    {"RenewPlan", "renew"},
    {"MoveSupportPlan", "move"},
    {"ListDiary", "list"},
    {"WhoAmI", "who-am-i"},
    {"GrantAccess", "grant"},
    {"RevokeAccess", "revoke"},
    {"GetAccessGrant", "get"},
    {"ListAccess", "list"},
    {"RecordServiceAccount", "record-account"},
    {"GetServiceAccount", "account"},
    {"PlaceLegalHold", "hold"},
    {"ReleaseLegalHold", "release"},
    {"EraseSubject", "erase"},
    {"GetRetention", "retention"},
    {"ListRetentionDue", "due"},
    {"RegisterPerson", "register"},
    {"RenamePerson", "rename"},
    {"GetPerson", "get"},
    {"ListRoles", "roles"},
    {"JoinPersons", "join"},
    {"SeparatePersons", "separate"},
    {"SetPersonTrn", "set-trn"},
    {"GetWorkload", "workload"},
    {"GetReminders", "reminders"},
    {"DraftActionPlan", "draft"},
    {"GetActionPlan", "get"},
    {"ListActionPlans", "list"},
    {"RenderActionPlan", "show"},
    {"AgreeActionPlan", "agree"},
    {"HandOverActionPlan", "hand-over"},
    {"CloseActionPlan", "close"},
    {"SetActionPlanTarget", "set-target"},
    {"ReviseActionPlanTarget", "revise-target"},
    {"WithdrawActionPlanTarget", "withdraw-target"},
    {"AddActionStep", "add-step"},
    {"ReviseActionStep", "revise-step"},
    {"CompleteActionStep", "complete-step"},
    {"WithdrawActionStep", "withdraw-step"},
    {"ScheduleActionPlanReview", "schedule-review"},
    {"RescheduleActionPlanReview", "reschedule-review"},
    {"CompleteActionPlanReview", "complete-review"},
    {"CorrectActionPlanEntry", "correct-entry"},
    {"RegisterEct", "register"},
    {"GetInduction", "get"},
    {"ListInductions", "list"},
    {"GetInductionClock", "clock"},
    {"ListSessionNotes", "notes"},
    {"ListProgrammeReviews", "programme-reviews"},
    {"ListProgrammes", "programmes"},
    {"PauseInduction", "pause"},
    {"ResumeInduction", "resume"},
    {"ExtendInduction", "extend"},
    {"ReduceInduction", "reduce"},
    {"CompleteInduction", "complete"},
    {"LeaveInduction", "leave"},
    {"RecordSessionNote", "note"},
    {"CorrectInductionEntry", "correct-entry"},
    {"GetTeachersStandard", "get"},
    {"ListTeachersStandards", "list"},
    {"ListSubscriptionStatuses", "list"},
    {"GetSubscriptionStatus", "show"},
    {"ListDeadLetters", "dead"},
    {"GetDeadLetter", "dead-letter"},
    {"RedriveDeadLetters", "redrive"},
    {"CreateSubscription", "create"},
    {"DeleteSubscription", "delete"},
    {"CreateSnapshot", "snapshot"},
    {"ListSnapshots", "snapshots"},
    {"ListTopics", "topics"},
    {"StartBackup", "backup"},
    {"ListOperations", "operations"},
    {"GetOperation", "operation"},
    {"CancelOperation", "cancel"},
    {"PrepareSigningKey", "prepare-key"},
    {"RotateSigningKey", "rotate-key"},
    {"GetLedger", "ledger"},
};

template <size_t N>
std::string Shorten(const ShortName (&table)[N], absl::string_view full, absl::string_view suffix) {
  for (const ShortName& name : table) {
    if (name.full == full) return std::string(name.brief);
  }
  return KebabCase(absl::StripSuffix(full, suffix));
}

// The services as they are named above: a group is one list, and its commands stand before its
// reads. Others follow in the contract's order.
size_t Rank(const pb::ServiceDescriptor& service) {
  const auto* const found =
      std::find_if(std::begin(kGroupNames), std::end(kGroupNames),
                   [&](const ShortName& name) { return name.full == service.name(); });
  return static_cast<size_t>(found - std::begin(kGroupNames));
}

bool Behaves(const pb::FieldDescriptor& field, google::api::FieldBehavior behavior) {
  const auto& behaviors = field.options().GetRepeatedExtension(google::api::field_behavior);
  return std::find(behaviors.begin(), behaviors.end(), behavior) != behaviors.end();
}

const std::string& MessageName(const pb::FieldDescriptor& field) {
  return field.message_type()->full_name();
}

bool IsTime(const pb::FieldDescriptor& field) {
  return MessageName(field) == "google.protobuf.Timestamp" ||
         MessageName(field) == "google.protobuf.Duration";
}

// Messages on the way are flattened; lists, times and a message inside itself are values.
bool IsFlattened(const FieldPath& path) {
  const pb::FieldDescriptor& last = *path.back();
  if (last.cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE || last.is_repeated()) return false;
  if (IsTime(last)) return false;
  return std::none_of(path.begin(), path.end(), [&](const pb::FieldDescriptor* field) {
    return field->containing_type() == last.message_type();
  });
}

void CollectLeaves(const pb::Descriptor& message, FieldPath& path, std::vector<FieldPath>& leaves) {
  for (int i = 0; i < message.field_count(); ++i) {
    if (Behaves(*message.field(i), google::api::OUTPUT_ONLY)) continue;
    path.push_back(message.field(i));
    if (IsFlattened(path)) {
      CollectLeaves(*message.field(i)->message_type(), path, leaves);
    } else {
      leaves.push_back(path);
    }
    path.pop_back();
  }
}

std::string StringPlaceholder(const pb::FieldDescriptor& field) {
  switch (field.options().GetExtension(v1::rules).format()) {
    case v1::DATE:
      return "DATE";
    case v1::UUID:
      return "UUID";
    case v1::PERSON:
      return "PERSON";
    case v1::SUPPORT_PLAN:
    case v1::STREAM:
      return "PLAN";
    case v1::ACTION_PLAN:
      return "ACTION_PLAN";
    case v1::INDUCTION:
      return "INDUCTION";
    case v1::URN:
      return "URN";
    case v1::ENTRY_ID:
      return "ID";
    case v1::ETAG:
      return "ETAG";
    default:
      return "TEXT";
  }
}

std::string Placeholder(const pb::FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return field.is_repeated() ? "true|false" : "";
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return "WORD";
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return NameFieldOf(field).resource == Resource::kNone
                 ? StringPlaceholder(field)
                 : PlaceholderOf(NameFieldOf(field).resource);
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      if (field.is_map()) return "KEY=VALUE";
      if (IsTime(field)) return field.message_type()->name() == "Duration" ? "DURATION" : "TIME";
      return MessageName(field) == "trellis.v1.Supporter" ? "ROLE|JSON" : "JSON";
    default:
      return "NUMBER";
  }
}

// What a flag's value is and, where it has one, its default. A field of a message in the request is
// told by that message too: `--ect.person` is the early career teacher's.
std::string FlagHelp(const FieldPath& path) {
  const std::string comment = CommentOf(*path.back());
  std::string help = FirstSentence(comment);
  if (path.size() > 2) {
    const std::string whole = FirstSentence(CommentOf(*path[path.size() - 2]));
    help = absl::StrCat(absl::StripSuffix(whole, "."), ": ", help);
  }
  const size_t start = comment.find(" Default: ");
  if (start == std::string::npos) return help;
  return absl::StrCat(help, " ", FirstSentence(absl::string_view(comment).substr(start + 1)));
}

Flag MakeFlag(const FieldPath& path) {
  const pb::FieldDescriptor& field = *path.back();
  Flag flag;
  flag.path = path;
  flag.value = Placeholder(field);
  flag.help = FlagHelp(path);
  flag.repeated = field.is_repeated();
  flag.required = std::all_of(path.begin(), path.end(), [](const pb::FieldDescriptor* step) {
    return Behaves(*step, google::api::REQUIRED);
  });
  if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_ENUM) {
    flag.choices = EnumChoices(*field.enum_type());
  }
  if (const char* const otherwise = NameFieldOf(field).otherwise_help; otherwise != nullptr) {
    flag.required = false;
    absl::StrAppend(&flag.help, " ", otherwise);
  }
  if (path.size() == 1 && field.name() == "request_id") {
    flag.required = false;
    flag.help = "A UUID for this command; sent again, it gets the first answer. Default: random.";
  }
  return flag;
}

// The request's first field may stand without its flag where it names what the command is about.
void NamePositional(Command& command) {
  if (command.flags.empty()) return;
  Flag& first = command.flags.front();
  const pb::FieldDescriptor& field = *first.path.back();
  const Resource resource = NameFieldOf(field).resource;
  const bool named = resource != Resource::kNone && resource != Resource::kProject;
  if (!(first.required || named) || first.path.size() != 1 || first.repeated ||
      field.cpp_type() != pb::FieldDescriptor::CPPTYPE_STRING) {
    return;
  }
  command.positional_flag = 0;
  command.positionals_max = 1;
  command.positional_optional = !first.required;
  command.positional = first.value == "TEXT" ? absl::AsciiStrToUpper(field.name()) : first.value;
  if (first.value != "PLAN") return;
  // Google's API style calls the same plan `name` in one request and `parent` in another.
  const std::string other = first.name == "name" ? "parent" : "name";
  if (FindFlag(command.flags, other) == nullptr) first.aliases.push_back(other);
}

Command MakeCommand(const pb::MethodDescriptor& method, const std::vector<Flag>& globals) {
  Command command;
  command.group = Shorten(kGroupNames, method.service()->name(), "Service");
  command.name = Shorten(kCommandNames, method.name(), "");
  command.description = CommentOf(method);
  command.method = &method;
  std::vector<FieldPath> leaves;
  FieldPath path;
  CollectLeaves(*method.input_type(), path, leaves);
  for (const FieldPath& leaf : leaves) {
    Flag flag = MakeFlag(leaf);
    const FlagNames names = NamesFor(leaf, leaves, globals);
    flag.name = names.shown;
    flag.aliases = names.aliases;
    command.flags.push_back(std::move(flag));
  }
  NamePositional(command);
  AddQueueFlags(command);
  AddAdminFlags(command);
  command.flags.push_back({.name = "input",
                           .value = "FILE",
                           .help =
                               "The whole request from a .json, .txtpb or .textproto file, or - "
                               "for standard input. Flags override it."});
  return command;
}

// A method that takes a stream takes a file, whose bytes no flag gives.
Command ImportCommand(Command command) {
  std::erase_if(command.flags,
                [](const Flag& flag) { return flag.name == "data" || flag.name == "input"; });
  command.flags.insert(
      command.flags.begin(),
      {{.name = "file",
        .value = "FILE",
        .help = "The CSV file, or - for standard input.",
        .required = true},
       {.name = "errors",
        .value = "FILE",
        .help = "Where the refused rows go, as CSV with a line and a message for each."}});
  return command;
}

// A method that answers with a stream writes a file.
Command ExportCommand(Command command) {
  command.flags.insert(
      command.flags.end(),
      {{.name = "out",
        .value = "FILE",
        .help = "The file that is written, for your eyes alone.",
        .required = true},
       {.name = "overwrite", .help = "Replaces the file if it is there. Default: no."}});
  return command;
}

std::vector<Flag> Globals(const Contract& contract) {
  const pb::EnumDescriptor* const capacity = contract.FindEnum("trellis.v1.Capacity");
  return {
      {.name = "server",
       .value = "HOST:PORT",
       .help = "The server. Default: $TRELLIS_SERVER, or 127.0.0.1:7443."},
      {.name = "as",
       .value = "PERSON",
       .help = "Who acts, people/{uuid}. Default: $TRELLIS_ACTOR."},
      {.name = "as-name",
       .value = "NAME",
       .help = "The name of who acts. Default: $TRELLIS_ACTOR_NAME."},
      {.name = "capacity",
       .value = "WORD",
       .choices = EnumChoices(*capacity),
       .help = "In which capacity. Default: $TRELLIS_CAPACITY."},
      {.name = "token-file",
       .value = "FILE",
       .help = "A file with the access token that says who calls. Default: $TRELLIS_TOKEN."},
      {.name = "tls", .help = "Calls over TLS, with the roots that this machine trusts."},
      {.name = "tls-roots",
       .value = "FILE",
       .help = "Calls over TLS; who signs the server's certificate. Default: $TRELLIS_TLS_ROOTS."},
      {.name = "tls-certificate",
       .value = "FILE",
       .help = "The client certificate of a service account; with --tls-key."},
      {.name = "tls-key", .value = "FILE", .help = "Its key."},
      {.name = "output",
       .value = "WORD",
       .choices = {"table", "json"},
       .help = "How to print the answer. Default: table."},
      {.name = "timeout",
       .value = "SECONDS",
       .help = "How long to wait for each answer, up to 3600. Default: 30."},
      {.name = "help", .help = "Prints help on the program, a group or a command."},
      {.name = "version", .help = "Prints the version."},
  };
}

}  // namespace

std::string Command::Path() const { return group.empty() ? name : absl::StrCat(group, " ", name); }

std::string Command::Positionals() const {
  std::string text = positional_optional ? absl::StrCat("[", positional, "]") : positional;
  if (rest_flag.has_value()) absl::StrAppend(&text, " [", flags[*rest_flag].value, "...]");
  return text;
}

std::vector<std::string> CommandTree::Groups() const {
  std::vector<std::string> groups;
  for (const Command& command : commands) {
    if (command.group.empty()) continue;
    if (std::find(groups.begin(), groups.end(), command.group) == groups.end()) {
      groups.push_back(command.group);
    }
  }
  return groups;
}

const Command* CommandTree::Find(absl::string_view group, absl::string_view name) const {
  for (const Command& command : commands) {
    if (command.group == group && command.name == name) return &command;
  }
  return nullptr;
}

CommandTree BuildCommandTree(const Contract& contract) {
  CommandTree tree;
  tree.globals = Globals(contract);
  std::vector<const pb::ServiceDescriptor*> services = contract.services();
  std::stable_sort(services.begin(), services.end(),
                   [](const auto* a, const auto* b) { return Rank(*a) < Rank(*b); });
  for (const pb::ServiceDescriptor* const service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const pb::MethodDescriptor& method = *service->method(i);
      if (method.client_streaming()) {
        tree.commands.push_back(ImportCommand(MakeCommand(method, tree.globals)));
        continue;
      }
      Command command = MakeCommand(method, tree.globals);
      if (method.server_streaming()) command = ExportCommand(std::move(command));
      tree.commands.push_back(std::move(command));
    }
  }
  for (const OperationsCommand& told : kOperationsCommands) {
    const pb::MethodDescriptor& method = *contract.FindMethod(told.method);
    tree.commands.push_back(OperationCommand(MakeCommand(method, tree.globals), told));
  }
  for (const char* const name : kPubsubCommands) {
    tree.commands.push_back(MakeCommand(*contract.FindMethod(name), tree.globals));
  }
  tree.commands.push_back(TailCommand());
  for (Command& builtin : BuiltinCommands()) tree.commands.push_back(std::move(builtin));
  return tree;
}

const Flag* FindFlag(const std::vector<Flag>& flags, absl::string_view name) {
  for (const Flag& flag : flags) {
    if (flag.name == name) return &flag;
    if (std::find(flag.aliases.begin(), flag.aliases.end(), name) != flag.aliases.end()) {
      return &flag;
    }
  }
  return nullptr;
}

std::string EnumWord(const pb::EnumValueDescriptor& value) {
  const std::string word = KebabCase(value.name());
  return std::string(absl::StripPrefix(word, absl::StrCat(KebabCase(value.type()->name()), "-")));
}

std::vector<std::string> EnumChoices(const pb::EnumDescriptor& type) {
  std::vector<std::string> choices;
  for (int i = 0; i < type.value_count(); ++i) {
    // Trellis itself and programs act in those, and nobody who says so.
    const std::string& full_name = type.value(i)->full_name();
    const bool nobodys = full_name == "trellis.v1.SYSTEM" || full_name == "trellis.v1.SERVICE";
    if (type.value(i)->number() != 0 && !nobodys) choices.push_back(EnumWord(*type.value(i)));
  }
  return choices;
}

}  // namespace trellis::cli
