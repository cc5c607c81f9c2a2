// What can be said on the command line: groups, commands and flags, as they follow from the
// contract. Parsing, help and completion all read this one tree.
//
// A service is a group, a method a command, a field of its request a flag. Singular messages are
// flattened: `target.statement` is `--statement` where no other flag of the command ends so, else
// the shortest ending that is its own (`--ect.name`). The whole path (`--target.statement`) is
// always taken too; scripts should use it, for it stays what it is when a field is added. Fields
// that Trellis alone sets get no flag.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "clients/trellis/grammar/contract.h"
#include "google/protobuf/descriptor.h"

namespace trellis::cli {

// A field, from the request down.
using FieldPath = std::vector<const google::protobuf::FieldDescriptor*>;

// One flag, without its dashes. Every member has a default, so that any may be left out.
struct Flag {
  // As help shows it.
  std::string name = {};
  // Taken as well.
  std::vector<std::string> aliases = {};
  // The field, from the request down; empty for a flag of the program itself.
  FieldPath path = {};
  // What its value is, such as `DATE`; empty for a boolean, which takes `--no-` instead.
  std::string value = {};
  // The values there are, where they can be listed.
  std::vector<std::string> choices = {};
  // A sentence.
  std::string help = {};
  // True if the server refuses a request without it.
  bool required = false;
  // True if it may be given more than once.
  bool repeated = false;

  bool IsBoolean() const { return value.empty(); }
};

// One command.
struct Command {
  // Empty for a command that stands alone, such as `play`.
  std::string group = {};
  std::string name = {};
  // What it does, in a paragraph.
  std::string description = {};
  // Null for what the program does by itself; of several calls, the one its flags are of.
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::vector<Flag> flags = {};
  // What may stand without a flag, such as `PLAN`; empty if nothing may.
  std::string positional = {};
  // How many of them.
  size_t positionals_max = 0;
  // True if none need stand there.
  bool positional_optional = false;
  // The flag that the first of them is short for, as an index into `flags`.
  std::optional<size_t> positional_flag = {};
  // The flag, a list, that those after the first are short for.
  std::optional<size_t> rest_flag = {};

  // `plan raise-concern`.
  std::string Path() const;
  // What may stand without a flag, as usage shows it: `TOPIC [NUMBER...]`.
  std::string Positionals() const;
};

struct CommandTree {
  // Flags that every command takes.
  std::vector<Flag> globals;
  // The commands of a group stand together.
  std::vector<Command> commands;

  // The groups, in order.
  std::vector<std::string> Groups() const;
  // Null if there is none. `group` is empty for a command that stands alone.
  const Command* Find(absl::string_view group, absl::string_view name) const;
};

// The tree of `contract`, which must outlive it.
CommandTree BuildCommandTree(const Contract& contract);

// The name or alias `name` among `flags`; null if there is none.
const Flag* FindFlag(const std::vector<Flag>& flags, absl::string_view name);

// An enum's value as a word: in small letters, without the enum's name before it.
std::string EnumWord(const google::protobuf::EnumValueDescriptor& value);

// The values of an enum as words, without the one that says nothing.
std::vector<std::string> EnumChoices(const google::protobuf::EnumDescriptor& type);

}  // namespace trellis::cli
