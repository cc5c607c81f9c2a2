// Answers with messages: their bytes are made once for all subscriptions, and put together here.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/message_lite.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "queue/subscription.h"

namespace trellis::services {

// The bytes of `rest` with a google.pubsub.v1.ReceivedMessage in its repeated field `field` for
// each of `received`, as a subscription with `settings` shows it.
std::string WithReceived(const std::vector<queue::Received>& received,
                         const google::pubsub::v1::Subscription& settings, int field,
                         const google::protobuf::MessageLite& rest);

}  // namespace trellis::services
