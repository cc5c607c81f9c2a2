#include "clients/trellis/grammar/arguments.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "clients/trellis/grammar/names.h"
#include "clients/trellis/grammar/usage.h"

namespace trellis::cli {
namespace {

// A flag as it was written.
struct Written {
  std::string name;
  bool has_value = false;
  std::string value;
};

Written SplitFlag(absl::string_view word) {
  word.remove_prefix(2);
  const size_t equals = word.find('=');
  if (equals == absl::string_view::npos) return {std::string(word), false, ""};
  return {std::string(word.substr(0, equals)), true, std::string(word.substr(equals + 1))};
}

bool LooksLikeFlag(absl::string_view word) {
  return word.size() > 2 && absl::StartsWith(word, "--");
}

class Parser {
 public:
  Parser(const CommandTree& tree, const std::vector<std::string>& words)
      : tree_(tree), words_(words) {}

  absl::StatusOr<Invocation> Parse() {
    bool flags_ended = false;
    while (next_ < words_.size()) {
      const std::string& word = words_[next_++];
      if (!flags_ended && word == "--") {
        flags_ended = true;
      } else if (!flags_ended && word == "-h") {
        invocation_.help = true;
      } else if (!flags_ended && LooksLikeFlag(word)) {
        RETURN_IF_ERROR(ReadFlag(SplitFlag(word)));
      } else {
        RETURN_IF_ERROR(ReadWord(word));
      }
    }
    return std::move(invocation_);
  }

 private:
  absl::Status ReadFlag(Written written) {
    bool negated = false;
    const Flag* flag = Lookup(written.name);
    if (flag == nullptr && absl::StartsWith(written.name, "no-")) {
      flag = Lookup(absl::StripPrefix(written.name, "no-"));
      negated = flag != nullptr && flag->IsBoolean();
      if (!negated) flag = nullptr;
    }
    if (flag == nullptr) return UnknownFlag(written.name);
    if (flag->name == "help" && flag->path.empty()) invocation_.help = true;
    if (flag->name == "version" && flag->path.empty()) invocation_.version = true;
    const bool twice = std::any_of(invocation_.flags.begin(), invocation_.flags.end(),
                                   [&](const GivenFlag& given) { return given.flag == flag; });
    if (twice && !flag->repeated) {
      return UsageError(absl::StrCat("--", written.name, ": given twice, want it once"));
    }
    RETURN_IF_ERROR(ReadValue(*flag, negated, written));
    invocation_.flags.push_back({flag, std::move(written.value)});
    return absl::OkStatus();
  }

  absl::Status ReadValue(const Flag& flag, bool negated, Written& written) {
    if (negated && written.has_value) {
      return UsageError(
          absl::StrCat("--", written.name, ": got \"", written.value, "\", want no value"));
    }
    if (flag.IsBoolean()) {
      if (!written.has_value) written.value = negated ? "false" : "true";
      return absl::OkStatus();
    }
    if (written.has_value) return absl::OkStatus();
    if (next_ == words_.size()) {
      return UsageError(absl::StrCat("--", written.name, ": no value, want ", Wanted(flag)));
    }
    written.value = words_[next_++];
    // A forgotten value would otherwise be recorded as the name of the flag behind it, for ever.
    if (LooksLikeFlag(written.value) && Lookup(SplitFlag(written.value).name) != nullptr) {
      return UsageError(absl::StrCat("--", written.name, ": got the flag ", written.value,
                                     ", want ", Wanted(flag), "; write --", written.name, "=",
                                     written.value, " if that is the value"));
    }
    return absl::OkStatus();
  }

  static std::string Wanted(const Flag& flag) {
    if (flag.choices.empty()) return flag.value;
    return absl::StrCat("one of ", absl::StrJoin(flag.choices, ", "));
  }

  absl::Status ReadWord(const std::string& word) {
    if (invocation_.command == nullptr) return ReadCommand(word);
    const Command& command = *invocation_.command;
    if (invocation_.positionals.size() == command.positionals_max) {
      return UsageError(absl::StrCat(
          command.Path(), ": got \"", word, "\", want ",
          command.positionals_max == 0 ? "flags only" : absl::StrCat("one ", command.positional),
          "; see trellis ", command.Path(), " --help"));
    }
    invocation_.positionals.push_back(word);
    return absl::OkStatus();
  }

  absl::Status ReadCommand(const std::string& word) {
    std::vector<std::string> known =
        invocation_.group.empty() ? tree_.Groups() : std::vector<std::string>{};
    if (invocation_.group.empty() && std::find(known.begin(), known.end(), word) != known.end()) {
      invocation_.group = word;
      return absl::OkStatus();
    }
    invocation_.command = tree_.Find(invocation_.group, word);
    if (invocation_.command != nullptr) return absl::OkStatus();
    for (const Command& command : tree_.commands) {
      if (command.group == invocation_.group) known.push_back(command.name);
    }
    const std::string context =
        invocation_.group.empty() ? "" : absl::StrCat(invocation_.group, ": ");
    const std::string help = absl::StrCat("; see trellis ", invocation_.group,
                                          invocation_.group.empty() ? "" : " ", "--help");
    const std::string nearest = DidYouMean(word, known);
    return UsageError(
        absl::StrCat(context, "unknown command \"", word, "\"", nearest.empty() ? help : nearest));
  }

  const Flag* Lookup(absl::string_view name) const {
    if (const Flag* const flag = FindFlag(tree_.globals, name); flag != nullptr) return flag;
    if (invocation_.command == nullptr) return nullptr;
    return FindFlag(invocation_.command->flags, name);
  }

  absl::Status UnknownFlag(const std::string& name) const {
    std::vector<std::string> known;
    for (const Flag& flag : tree_.globals) known.push_back(flag.name);
    std::string subject = "trellis";
    if (invocation_.command != nullptr) {
      subject = invocation_.command->Path();
      for (const Flag& flag : invocation_.command->flags) {
        known.push_back(flag.name);
        known.insert(known.end(), flag.aliases.begin(), flag.aliases.end());
      }
    }
    const std::string nearest = DidYouMean(name, known, "--");
    return UsageError(absl::StrCat(subject, ": unknown flag --", name,
                                   !nearest.empty() ? nearest
                                   : invocation_.command == nullptr
                                       ? "; a command's flags stand after the command"
                                       : absl::StrCat("; see trellis ", subject, " --help")));
  }

  const CommandTree& tree_;
  const std::vector<std::string>& words_;
  size_t next_ = 0;
  Invocation invocation_;
};

}  // namespace

const std::string* Invocation::Find(absl::string_view name) const {
  for (const GivenFlag& given : flags) {
    if (given.flag->path.empty() && given.flag->name == name) return &given.value;
  }
  return nullptr;
}

std::vector<std::string> Invocation::FindAll(absl::string_view name) const {
  std::vector<std::string> values;
  for (const GivenFlag& given : flags) {
    if (given.flag->path.empty() && given.flag->name == name) values.push_back(given.value);
  }
  return values;
}

absl::StatusOr<Invocation> ParseArguments(const CommandTree& tree,
                                          const std::vector<std::string>& arguments) {
  return Parser(tree, arguments).Parse();
}

}  // namespace trellis::cli
