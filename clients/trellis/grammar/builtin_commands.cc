#include "clients/trellis/grammar/builtin_commands.h"

namespace trellis::cli {
namespace {

Command Play() {
  return {.name = "play",
          .description =
              "Sends the commands of a play, a file that holds a trellis.v1.Play as "
              ".txtpb, .textproto or .json, one after the other, each as its own actor. "
              "Stops at the first that is refused. Played again, it repeats nothing.",
          .positional = "FILE",
          .positionals_max = 1};
}

Command Demo() {
  return {.name = "demo",
          .description =
              "Fills the server with a made-up trust, to try things on and to measure: "
              "schools, their staff, 50 ECTs each, and plans at every stage. The same "
              "seed gives the same trust; given again, it writes only what is missing.",
          .flags = {{.name = "schools",
                     .value = "NUMBER",
                     .help = "How many schools, up to 1000. Default: 5."},
                    {.name = "seed",
                     .value = "NUMBER",
                     .help = "Which trust, 0 to 88: each has its own URNs. Default: 1."}}};
}

Command Witness() {
  return {.name = "witness",
          .description =
              "Serves a witness, for a school or another trust to run on a machine of "
              "its own: cosigns a log's checkpoints as long as the log only grows, so "
              "that it cannot show two histories. Needs no server. Ends on Ctrl-C or "
              "SIGTERM.",
          .flags = {{.name = "listen",
                     .value = "HOST:PORT",
                     .help = "Where it serves HTTP; port 0 picks one.",
                     .required = true},
                    {.name = "state",
                     .value = "DIR",
                     .help = "What it has cosigned; made on the first run. It and the key belong "
                             "together.",
                     .required = true},
                    {.name = "key",
                     .value = "FILE",
                     .help = "Its private key, mode 0600; made on the first run.",
                     .required = true},
                    {.name = "log",
                     .value = "VKEY",
                     .help = "The public key of a log to watch.",
                     .required = true,
                     .repeated = true},
                    {.name = "name",
                     .value = "NAME",
                     .help = "The name of a new key, an address without scheme. Needed on the "
                             "first run."}}};
}

Command Verify() {
  return {.name = "verify",
          .description =
              "Checks an evidence bundle, or a whole ledger, and says in words what holds. A "
              "bundle: every byte of it, without a server. With --data a copy of a data "
              "directory, which no server serves: every record, index, tile and view, and the "
              "signed checkpoint. With --url a running server from outside, by what it shows to "
              "anybody: that its entries are what was signed and only grew. Changes nothing. "
              "Exit code 0 only if all of it holds.",
          .flags = {{.name = "data",
                     .value = "DIRECTORY",
                     .help = "The data directory of trellisd, or a copy of it; with --ledger."},
                    {.name = "ledger", .value = "NAME", .help = "The ledger's name."},
                    {.name = "master-key",
                     .value = "FILE",
                     .help = "With --data: the file of the master key. Opens the events, from "
                             "which the views follow; all else needs no key."},
                    {.name = "url",
                     .value = "URL",
                     .help = "The HTTP port of a server, such as http://127.0.0.1:7480; with "
                             "--key, or a --policy with the log's."},
                    {.name = "seen",
                     .value = "FILE",
                     .help = "With --url: where the checkpoint that was seen last is kept. The "
                             "ledger has to begin with it; it is replaced if all holds."},
                    {.name = "key",
                     .value = "VKEY",
                     .help = "A public key of the ledger, got from elsewhere. Default: of a bundle "
                             "the one in it, with --data the one in signing.pub beside the log; "
                             "both prove less.",
                     .repeated = true},
                    {.name = "handover",
                     .value = "FILE",
                     .help = "A handover from one key of the ledger to the next, signed by both: "
                             "from a key that is known it leads to the other. The oldest first.",
                     .repeated = true},
                    {.name = "policy",
                     .value = "FILE",
                     .help = "Of a bundle, and with --url: which witnesses must have cosigned, "
                             "and keys of logs (C2SP tlog-policy)."}},
          .positional = "BUNDLE",
          .positionals_max = 1,
          .positional_optional = true};
}

Command Restore() {
  return {
      .name = "restore",
      .description =
          "Makes a data directory of a backup, without a server: copies its files, "
          "compares each with what the ledger signed, and checks every record, "
          "index and tile and the checkpoint; only then the directory gets its "
          "name. It goes on with the ledger's own signing.key, which no backup "
          "holds. With --copy it becomes a ledger of another name and key, as of any "
          "position: under its own name, a ledger that was set back would sign a "
          "second history, which witnesses and whoever kept a receipt refuse.",
      .flags = {{.name = "from",
                 .value = "DIRECTORY",
                 .help = "Where the backups are: trellisd's --backups, or a copy of it.",
                 .required = true},
                {.name = "data",
                 .value = "DIRECTORY",
                 .help = "The data directory to make; not there yet, or empty.",
                 .required = true},
                {.name = "key-backups",
                 .value = "DIRECTORY",
                 .help = "Where the backups of the keys are: trellisd's --key-backups, or a copy "
                         "of it. Default: the keys are put there by hand."},
                {.name = "backup", .value = "NUMBER", .help = "Which backup. Default: the newest."},
                {.name = "key",
                 .value = "VKEY",
                 .help = "A public key of the ledger, got from elsewhere. Default: the one that "
                         "the backup names, which proves less.",
                 .repeated = true},
                {.name = "seen",
                 .value = "FILE",
                 .help = "The newest checkpoint of the ledger that anybody has: refuses a "
                         "backup that is older, or of another history."},
                {.name = "without-access-log",
                 .help = "Leaves out the log of who looked: where that is what is damaged."},
                {.name = "copy",
                 .value = "NAME",
                 .help = "Makes a ledger of this name, with a key of its own and without "
                         "subscriptions."},
                {.name = "position",
                 .value = "NUMBER",
                 .help = "With --copy: the last position that it holds, where a command ended. "
                         "Default: all of the backup."}}};
}

Command Salvage() {
  return {.name = "salvage",
          .description =
              "Prints every record that can still be read of a damaged log, as a JSON object a "
              "line, and on standard error what cannot be read. Goes over the files one by one: "
              "also of a log that nothing opens any more. Needs no server, changes nothing. What "
              "it prints holds personal data. Exit code 0 only if nothing is missing.",
          .flags = {{.name = "data",
                     .value = "DIRECTORY",
                     .help = "The data directory of trellisd, or a copy of it.",
                     .required = true},
                    {.name = "master-key",
                     .value = "FILE",
                     .help = "The file of the master key, which opens the events. Without it they "
                             "are printed as they are stored."}}};
}

Command PolicyShow() {
  return {.group = "policy",
          .name = "show",
          .description =
              "Prints the table that says who may do what, as this program was built "
              "with it. Needs no server."};
}

Command Completion() {
  return {.name = "completion",
          .description = "Prints a script that makes a shell complete commands and flags.",
          .positional = "bash|zsh|fish",
          .positionals_max = 1};
}

Command Help() {
  return {.name = "help",
          .description = "Prints help on a group, a command, or exit-codes.",
          .positional = "TOPIC",
          .positionals_max = 2};
}

}  // namespace

std::vector<Command> BuiltinCommands() {
  return {Play(),    Demo(),       Witness(),    Verify(), Restore(),
          Salvage(), PolicyShow(), Completion(), Help()};
}

}  // namespace trellis::cli
