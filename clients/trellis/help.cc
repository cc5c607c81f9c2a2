#include "clients/trellis/help.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/trellis/errors.h"
#include "clients/trellis/grammar/names.h"
#include "clients/trellis/grammar/usage.h"
#include "clients/trellis/text.h"

namespace trellis::cli {
namespace {

constexpr size_t kWidth = 100;
// Longer names stand on a line of their own, so that sentences keep most of the line.
constexpr size_t kNameWidthMax = 32;
constexpr char kUuid[] = "6f1c2d3e-4b5a-4978-8c6d-0a1b2c3d4e5f";

struct Line {
  std::string name;
  std::string text;
};

std::string Lines(const std::vector<Line>& lines) {
  size_t width = 0;
  for (const Line& line : lines) {
    if (line.name.size() <= kNameWidthMax) width = std::max(width, line.name.size());
  }
  std::string text;
  for (const Line& line : lines) {
    absl::StrAppend(&text, "  ", line.name);
    if (line.name.size() > width) {
      absl::StrAppend(&text, "\n", std::string(width + 4, ' '));
    } else {
      absl::StrAppend(&text, std::string(width - line.name.size() + 2, ' '));
    }
    absl::StrAppend(&text, Wrapped(line.text, width + 4, kWidth), "\n");
  }
  return text;
}

std::string Shown(const Flag& flag) {
  return absl::StrCat("--", flag.name, flag.IsBoolean() ? "" : " ", flag.value);
}

Line FlagLine(const Flag& flag) {
  Line line{Shown(flag), flag.help};
  if (flag.IsBoolean() && !flag.path.empty()) line.name = absl::StrCat("--[no-]", flag.name);
  if (!flag.choices.empty()) {
    absl::StrAppend(&line.text, " One of ", absl::StrJoin(flag.choices, ", "), ".");
  }
  if (flag.repeated) absl::StrAppend(&line.text, " May be repeated.");
  if (flag.required) absl::StrAppend(&line.text, " REQUIRED");
  return line;
}

std::string FlagLines(const std::vector<Flag>& flags) {
  std::vector<Line> lines;
  for (const Flag& flag : flags) lines.push_back(FlagLine(flag));
  return Lines(lines);
}

std::string FlagLines(const Command& command) {
  std::vector<Line> lines;
  for (size_t i = 0; i < command.flags.size(); ++i) {
    lines.push_back(FlagLine(command.flags[i]));
    if (command.positional_flag != i) continue;
    lines.back().name = absl::StrCat(command.positional, ", --", command.flags[i].name);
  }
  return Lines(lines);
}

// A value that the server would take, as far as that can be told from the contract.
std::string ExampleValue(const Command& command, const Flag& flag) {
  if (!flag.choices.empty()) return flag.choices.front();
  if (flag.value == "FILE") {
    if (flag.name == "key") return "witness.key";
    if (flag.name != "out") return "rows.csv";
    return command.group == "plan" ? "evidence.zip" : "subject.json";
  }
  if (flag.value == "DIR") return "witness/";
  if (flag.value == "HOST:PORT") return "127.0.0.1:7490";
  if (flag.value == "VKEY") return "'ledger.example/log+371426bd+AaAe...'";
  const std::string leaf = flag.path.back()->name();
  if (flag.value == "DATE") return "2026-09-14";
  if (flag.value == "UUID" || flag.value == "PLAN" || flag.value == "PERSON") return kUuid;
  if (flag.value == "URN") return "123456";
  if (flag.value == "NUMBER") return "3";
  if (flag.value == "SUBSCRIPTION") return "hr-system";
  if (flag.value == "SNAPSHOT") return "before-term";
  if (flag.value == "TOPIC") return "failed";
  if (flag.value == "TOPIC/NUMBER") return "failed/3";
  if (flag.value == "ID") return absl::StrCat(leaf == "entry_id" ? "c" : leaf.substr(0, 1), "1");
  if (absl::StrContains(leaf, "code")) return "7d";
  if (absl::StartsWith(flag.value, "ROLE")) return "'Faculty Leader'";
  if (flag.value == "JSON") return "'{...}'";
  return "'...'";
}

// Breaks between flags, with the backslash that a shell wants.
std::string Example(const Command& command) {
  std::string example = absl::StrCat("trellis ", command.Path());
  size_t column = 4 + example.size();
  for (size_t i = 0; i < command.flags.size(); ++i) {
    const Flag& flag = command.flags[i];
    if (!flag.required) continue;
    std::string part = command.positional_flag == i ? ExampleValue(command, flag)
                       : flag.IsBoolean()
                           ? absl::StrCat("--", flag.name)
                           : absl::StrCat("--", flag.name, " ", ExampleValue(command, flag));
    const bool breaks = column + 1 + part.size() > kWidth - 2;
    column = (breaks ? 4 : column + 1) + part.size();
    absl::StrAppend(&example, breaks ? " \\\n    " : " ", part);
  }
  return example;
}

std::vector<std::string> Topics(const CommandTree& tree, const std::string& group) {
  std::vector<std::string> topics;
  if (group.empty()) {
    topics = tree.Groups();
    topics.push_back("exit-codes");
  }
  for (const Command& command : tree.commands) {
    if (command.group == group) topics.push_back(command.name);
  }
  return topics;
}

}  // namespace

std::string ProgramHelp(const CommandTree& tree) {
  std::vector<Line> lines;
  for (const std::string& group : tree.Groups()) {
    std::vector<std::string> names = Topics(tree, group);
    lines.push_back({group, absl::StrJoin(names, ", ")});
  }
  for (const Command& command : tree.commands) {
    if (!command.group.empty()) continue;
    lines.push_back(
        {absl::StrCat(command.name, " ", command.positional), FirstSentence(command.description)});
  }
  return absl::StrCat(
      "trellis: support plans of early career teachers, from the command line.\n\n"
      "Usage: trellis GROUP COMMAND [flags]\n\nCommands:\n",
      Lines(lines), "\nFlags of every command:\n", FlagLines(tree.globals),
      "\nMore: trellis GROUP --help, trellis GROUP COMMAND --help, trellis help exit-codes\n");
}

std::string GroupHelp(const CommandTree& tree, const std::string& group) {
  std::vector<Line> lines;
  for (const Command& command : tree.commands) {
    if (command.group != group) continue;
    lines.push_back({command.name, FirstSentence(command.description)});
  }
  return absl::StrCat("Usage: trellis ", group, " COMMAND [flags]\n\nCommands:\n", Lines(lines),
                      "\nMore: trellis ", group, " COMMAND --help\n");
}

std::string CommandHelp(const CommandTree& tree, const Command& command) {
  const std::string positional =
      command.positional.empty() ? "" : absl::StrCat(" ", command.Positionals());
  std::string help =
      absl::StrCat(Wrapped(command.description, 0, kWidth), "\n\nUsage: trellis ", command.Path(),
                   positional, command.flags.empty() ? "" : " [flags]", "\n");
  if (command.flags.empty()) return help;
  return absl::StrCat(help, "\nFlags:\n", FlagLines(command), "\nExample:\n    ", Example(command),
                      "\n\nFlags of every command: ",
                      absl::StrJoin(tree.globals, ", ",
                                    [](std::string* out, const Flag& flag) {
                                      absl::StrAppend(out, "--", flag.name);
                                    }),
                      "; see trellis --help\n");
}

absl::StatusOr<std::string> TopicHelp(const CommandTree& tree,
                                      const std::vector<std::string>& topics) {
  if (topics.empty()) return ProgramHelp(tree);
  const std::string& first = topics.front();
  if (topics.size() == 1) {
    if (first == "exit-codes") return ExitCodesHelp();
    if (const Command* const command = tree.Find("", first)) return CommandHelp(tree, *command);
    const std::vector<std::string> groups = tree.Groups();
    if (std::find(groups.begin(), groups.end(), first) != groups.end()) {
      return GroupHelp(tree, first);
    }
    return UsageError(
        absl::StrCat("no help on \"", first, "\"", DidYouMean(first, Topics(tree, ""))));
  }
  if (const Command* const command = tree.Find(first, topics[1])) {
    return CommandHelp(tree, *command);
  }
  return UsageError(absl::StrCat("no help on \"", first, " ", topics[1], "\"",
                                 DidYouMean(topics[1], Topics(tree, first))));
}

}  // namespace trellis::cli
