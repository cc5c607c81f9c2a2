#include "clients/trellis/grammar/queue_commands.h"

#include <limits>

#include "absl/strings/str_cat.h"

namespace trellis::cli {

void AddQueueFlags(Command& command) {
  if (command.group != "queue") return;
  if (command.name == "seek") {
    command.flags.push_back({.name = "beginning", .help = "Goes back to the first message."});
    command.flags.push_back(
        {.name = "end", .help = "Goes on with the next message that comes; the rest is done."});
  }
  for (size_t i = 0; i < command.flags.size(); ++i) {
    if (command.name != "redrive" || command.flags[i].name != "numbers") continue;
    command.rest_flag = i;
    command.positionals_max = std::numeric_limits<size_t>::max();
  }
}

Command TailCommand() {
  return {
      .group = "queue",
      .name = "tail",
      .description =
          "Shows events as they come, a line each, until Ctrl-C. Without a SUBSCRIPTION, all of "
          "them from now on; with one, what it has not acknowledged and what comes, with "
          "nothing taken from it unless --ack is given. It works through a subscription of its "
          "own, which it deletes in the end, and which would expire after a day.",
      .flags = {{.name = "from",
                 .value = "beginning|TIME",
                 .help = "Where to begin. Default: now, or where the SUBSCRIPTION is."},
                {.name = "filter",
                 .value = "FILTER",
                 .help = "Only these events, in Pub/Sub's filter language. Default: all, or "
                         "those of the SUBSCRIPTION."},
                {.name = "topic",
                 .value = "TOPIC",
                 .help = "Whose messages. Default: events, or that of the SUBSCRIPTION."},
                {.name = "ack",
                 .help = "Takes part in the SUBSCRIPTION itself: what is shown is acknowledged, "
                         "and no other consumer gets it."},
                {.name = "count",
                 .value = "NUMBER",
                 .help = "Ends after so many events. Default: never."}},
      .positional = "SUBSCRIPTION",
      .positionals_max = 1,
      .positional_optional = true};
}

}  // namespace trellis::cli
