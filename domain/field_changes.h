// What an event changes in entries that stand already, field by field: before and after.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::domain {

// Remembers, before an event is applied, the entries that it names; then says what changed. Made
// once and used for one event after another, so that it keeps its memory. Not thread-safe.
class FieldChanges {
 public:
  // Looks at `state` before `event`. Costs little for an event that only adds an entry.
  void Before(const google::protobuf::Message& state, const google::protobuf::Message& event);

  // What is different in `state`, the same one after the event.
  std::vector<v1::FieldChange> After(const google::protobuf::Message& state) const;

 private:
  struct Entry {
    std::string id;
    // What the fields that are compared held, as text.
    std::vector<std::string> values;
  };

  void Remember(const google::protobuf::Message& state, const std::string& id);

  // Those after the first `size_` are of earlier events.
  std::vector<Entry> entries_;
  size_t size_ = 0;
  // The number of what the field `state` held; 0 if nothing.
  int stood_ = 0;
};

}  // namespace trellis::domain
