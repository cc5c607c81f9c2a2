#include "clients/trellis/completion.h"

#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "clients/trellis/grammar/names.h"
#include "clients/trellis/grammar/usage.h"

namespace trellis::cli {
namespace {

// `said` is the group and the command as typed so far, `prev` the word before (`path` and `words`
// are zsh's own). The shell breaks words at `=` and `:`, hence the pieces of `--server=host:port`
// that are stepped over.
constexpr char kBashHead[] = R"(_trellis() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local said='' offers='' files='' i taken=0
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case ${COMP_WORDS[i]} in
      $VALUE_FLAGS)
        ((++i))
        [[ ${COMP_WORDS[i]} == '=' ]] && ((++i))
        ;;
      ':'|'=') ((++i)) ;;
      -*) ;;
      *) ((taken++ < 2)) && said="${said:+$said }${COMP_WORDS[i]}" ;;
    esac
  done
  case "$said:$prev" in
)";

constexpr char kBashMiddle[] = R"(    *:--input) files=1 ;;
    $VALUE_PREVS) return ;;
    *)
      case $said in
)";

constexpr char kBashTail[] = R"(        play*) files=1 ;;
      esac
      ;;
  esac
  if [[ -n $files ]]; then
    COMPREPLY=($(compgen -f -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$offers" -- "$cur"))
  fi
}
complete -o default -F _trellis trellis
)";

std::vector<std::string> Dashed(const std::vector<Flag>& flags) {
  std::vector<std::string> dashed;
  for (const Flag& flag : flags) {
    dashed.push_back(absl::StrCat("--", flag.name));
    if (flag.IsBoolean() && !flag.path.empty()) {
      dashed.push_back(absl::StrCat("--no-", flag.name));
    }
  }
  return dashed;
}

// The flags of any command whose value is the next word.
std::set<std::string> ValueFlags(const CommandTree& tree) {
  std::set<std::string> names;
  const auto add = [&](const std::vector<Flag>& flags) {
    for (const Flag& flag : flags) {
      if (flag.IsBoolean()) continue;
      names.insert(flag.name);
      names.insert(flag.aliases.begin(), flag.aliases.end());
    }
  };
  add(tree.globals);
  for (const Command& command : tree.commands) add(command.flags);
  return names;
}

std::string Patterns(const std::set<std::string>& names, absl::string_view before) {
  return absl::StrJoin(names, "|", [&](std::string* out, const std::string& name) {
    absl::StrAppend(out, before, "--", name);
  });
}

std::string ChoiceCase(absl::string_view path, const Flag& flag) {
  if (flag.choices.empty()) return "";
  return absl::StrCat("    ", path, ":--", flag.name, ") offers='",
                      absl::StrJoin(flag.choices, " "), "' ;;\n");
}

std::string WordsCase(absl::string_view path, const std::vector<std::string>& words) {
  return absl::StrCat("        '", path, "') offers='", absl::StrJoin(words, " "), "' ;;\n");
}

// The commands of `group`; with an empty one what may stand first.
std::vector<std::string> Names(const CommandTree& tree, const std::string& group) {
  std::vector<std::string> names = group.empty() ? tree.Groups() : std::vector<std::string>{};
  for (const Command& command : tree.commands) {
    if (command.group == group) names.push_back(command.name);
  }
  return names;
}

std::string BashScript(const CommandTree& tree) {
  const std::vector<std::string> globals = Dashed(tree.globals);
  std::vector<std::string> first = Names(tree, "");
  std::vector<std::string> topics = first;
  topics.push_back("exit-codes");
  first.insert(first.end(), globals.begin(), globals.end());
  std::string choices;
  std::string words = WordsCase("", first);
  for (const std::string& group : tree.Groups()) {
    absl::StrAppend(&words, WordsCase(group, Names(tree, group)),
                    WordsCase(absl::StrCat("help ", group), Names(tree, group)));
  }
  for (const Command& command : tree.commands) {
    if (command.flags.empty()) continue;
    std::vector<std::string> flags = Dashed(command.flags);
    flags.insert(flags.end(), globals.begin(), globals.end());
    absl::StrAppend(&words, WordsCase(command.Path(), flags));
    for (const Flag& flag : command.flags) {
      absl::StrAppend(&choices, ChoiceCase(absl::StrCat("'", command.Path(), "'"), flag));
    }
  }
  for (const Flag& flag : tree.globals) absl::StrAppend(&choices, ChoiceCase("*", flag));
  absl::StrAppend(&words, WordsCase("help", topics), WordsCase("completion", {"bash zsh fish"}));
  const std::set<std::string> value_flags = ValueFlags(tree);
  return absl::StrCat(
      absl::StrReplaceAll(kBashHead, {{"$VALUE_FLAGS", Patterns(value_flags, "")}}), choices,
      absl::StrReplaceAll(kBashMiddle, {{"$VALUE_PREVS", Patterns(value_flags, "*:")}}), words,
      kBashTail);
}

std::string FishQuoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

std::string FishFlags(const std::vector<Flag>& flags, const std::string& condition) {
  std::string lines;
  for (const Flag& flag : flags) {
    const std::string start =
        absl::StrCat("complete -c trellis", condition.empty() ? "" : " -n ", condition, " -l ");
    absl::StrAppend(&lines, start, flag.name);
    if (flag.name == "input") {
      absl::StrAppend(&lines, " -r -F");
    } else if (!flag.choices.empty()) {
      absl::StrAppend(&lines, " -x -a ", FishQuoted(absl::StrJoin(flag.choices, " ")));
    } else if (!flag.IsBoolean()) {
      absl::StrAppend(&lines, " -x");
    }
    absl::StrAppend(&lines, " -d ", FishQuoted(flag.help), "\n");
    if (flag.IsBoolean() && !flag.path.empty()) {
      absl::StrAppend(&lines, start, "no-", flag.name, "\n");
    }
  }
  return lines;
}

std::string FishScript(const CommandTree& tree) {
  const std::string seen = "__fish_seen_subcommand_from ";
  std::string script = absl::StrCat("complete -c trellis -f\n", FishFlags(tree.globals, ""));
  for (const std::string& group : tree.Groups()) {
    absl::StrAppend(&script, "complete -c trellis -n __fish_use_subcommand -a ", group, "\n");
  }
  for (const Command& command : tree.commands) {
    const std::string names = absl::StrJoin(Names(tree, command.group), " ");
    const std::string condition =
        command.group.empty()
            ? "__fish_use_subcommand"
            : FishQuoted(absl::StrCat(seen, command.group, "; and not ", seen, names));
    absl::StrAppend(&script, "complete -c trellis -n ", condition, " -a ", command.name, " -d ",
                    FishQuoted(FirstSentence(command.description)), "\n",
                    FishFlags(command.flags, FishQuoted(absl::StrCat(seen, command.group, "; and ",
                                                                     seen, command.name))));
  }
  return absl::StrCat(script, "complete -c trellis -n '", seen, "play' -F\n",
                      "complete -c trellis -n '", seen, "completion' -a 'bash zsh fish'\n",
                      "complete -c trellis -n '", seen, "help' -a '",
                      absl::StrJoin(tree.Groups(), " "), " exit-codes'\n");
}

}  // namespace

absl::StatusOr<std::string> CompletionScript(const CommandTree& tree, const std::string& shell) {
  if (shell == "bash") return BashScript(tree);
  if (shell == "fish") return FishScript(tree);
  if (shell == "zsh") {
    return absl::StrCat("#compdef trellis\nautoload -U +X bashcompinit && bashcompinit\n",
                        BashScript(tree));
  }
  return UsageError(absl::StrCat("completion: got \"", shell, "\", want bash, zsh or fish",
                                 DidYouMean(shell, {"bash", "zsh", "fish"})));
}

}  // namespace trellis::cli
