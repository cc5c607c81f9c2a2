// A message: an event as the queue delivers it, made once for all subscriptions.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/base/call_once.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "eventstore/record.h"
#include "queue/attributes.h"
#include "queue/number_set.h"

namespace trellis::queue {

// How an event is shown to the outside: the queue knows its bytes only. All are thread-safe.
struct EventFormat {
  // Puts the event that is delivered in the place of the payload as stored, before the others see
  // the record. Null: it is delivered as it is stored.
  std::function<absl::Status(eventstore::Record&)> open = nullptr;
  absl::Status Open(eventstore::Record& record) const {
    return open == nullptr ? absl::OkStatus() : open(record);
  }
  // The attributes of its messages.
  std::function<Attributes(const eventstore::Record&)> attributes;
  // Its data as JSON; empty if it has none, and then it is delivered as its bytes.
  std::function<std::string(const eventstore::Record&)> json;
};

// Immutable. Thread-safe.
class Message {
 public:
  // `attributes` are sorted; `format` must outlive the message.
  Message(Number number, absl::Time publish_time, eventstore::Record record, Attributes attributes,
          const EventFormat& format);

  Number number() const { return number_; }
  absl::Time publish_time() const { return publish_time_; }
  // The ordering key: the event's stream.
  const std::string& key() const { return record_.header.stream; }
  const eventstore::Record& record() const { return record_; }
  const Attributes& attributes() const { return attributes_; }

  // A google.pubsub.v1.PubsubMessage, serialised: its data the event's bytes, or JSON.
  const std::string& bytes() const { return bytes_; }
  const std::string& json_bytes() const;

 private:
  std::string Encode(absl::string_view data) const;

  const Number number_;
  const absl::Time publish_time_;
  const eventstore::Record record_;
  const Attributes attributes_;
  const EventFormat& format_;
  const std::string bytes_;
  // Made when the first subscription asks for it.
  mutable absl::once_flag json_once_;
  mutable std::string json_bytes_;
};

using MessagePointer = std::shared_ptr<const Message>;

}  // namespace trellis::queue
