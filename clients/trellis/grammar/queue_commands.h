// The commands of the queue beside those of QueueService.
#pragma once

#include "clients/trellis/grammar/command_tree.h"

namespace trellis::cli {

// The methods of Pub/Sub that are commands, in the order in which help lists them. What they do for
// consumers is for Pub/Sub's clients.
inline constexpr const char* kPubsubCommands[] = {
    "google.pubsub.v1.Subscriber.CreateSubscription",
    "google.pubsub.v1.Subscriber.DeleteSubscription",
    "google.pubsub.v1.Subscriber.Seek",
    "google.pubsub.v1.Subscriber.CreateSnapshot",
    "google.pubsub.v1.Subscriber.ListSnapshots",
    "google.pubsub.v1.Subscriber.DeleteSnapshot",
    "google.pubsub.v1.Publisher.ListTopics",
};

// Adds what no field of the request says: where to seek to in words, and numbers without a flag.
void AddQueueFlags(Command& command);

// `queue tail`, which is several calls and a stream.
Command TailCommand();

}  // namespace trellis::cli
