// A connection to a NATS broker, and the stream of one ledger there.
//
// Operation.   Messages are published without waiting; what the broker says of each comes later, as
//              an answer. A connection that is lost stays lost: make another.
// Concurrency. For one thread, which may block in it for some seconds; `ring` is called by others
//              whenever there are answers, or the connection is lost.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "queue/number_set.h"
#include "relay/brokers.h"
#include "relay/outgoing.h"

namespace trellis::relay {

// How long the broker may take to connect, and to answer a question.
inline constexpr absl::Duration kBrokerPatience = absl::Seconds(5);
// For how long JetStream knows an id again. Sending again after a lost answer takes seconds; the
// rest is for a machine that was restarted. Each id costs the broker some 150 bytes for as long.
inline constexpr absl::Duration kDuplicateWindow = absl::Minutes(10);

// What the broker says of a message.
struct Answer {
  queue::Number number = 0;
  // OK: it is stored, now or before. ABORTED: the message before it is not the stream's last.
  // Otherwise: why it was not stored.
  absl::Status status;
};

class JetStream {
 public:
  // Connects, and makes the ledger's stream if there is none: on disk, without limits. One that is
  // there is left as it is. UNAVAILABLE says why not, and never holds a password.
  static absl::StatusOr<std::unique_ptr<JetStream>> Connect(const Brokers& brokers,
                                                            const std::string& ledger,
                                                            std::function<void()> ring);
  // Waits for the callback in progress; then `ring` is called no more.
  ~JetStream();
  JetStream(const JetStream&) = delete;
  JetStream& operator=(const JetStream&) = delete;

  // The id of the stream's last message; empty if it has none. UNAVAILABLE.
  absl::StatusOr<std::string> LastId();

  // Sends a message, to be stored if the stream's last has the id `after`, or anyway if that is
  // empty. Its answer has `number`. UNAVAILABLE: the connection is of no use any more.
  absl::Status Publish(queue::Number number, const Outgoing& outgoing, const std::string& after);

  // Those since the last time.
  std::vector<Answer> TakeAnswers();
  // UNAVAILABLE once the connection is lost.
  absl::Status Lost() const;

 private:
  struct State;
  explicit JetStream(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace trellis::relay
