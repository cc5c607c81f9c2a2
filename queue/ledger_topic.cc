#include "queue/ledger_topic.h"

#include <utility>

#include "base/status_macros.h"

namespace trellis::queue {

LedgerTopic::LedgerTopic(std::string name, const eventstore::EventLog& log,
                         const EventFormat& format)
    : Topic(std::move(name)), log_(log), format_(format) {}

Mark LedgerTopic::newest() const {
  MutexLock lock(mutex_);
  return newest_;
}

absl::StatusOr<bool> LedgerTopic::Holds(const Mark& mark) const {
  if (mark.position > log_.durable_position()) return false;
  bool holds = false;
  RETURN_IF_ERROR(log_.ReadAll(mark.position, mark.position, [&](const eventstore::Record& record) {
    holds = record.leaf_digest == mark.leaf_digest;
    return absl::OkStatus();
  }));
  return holds;
}

absl::StatusOr<std::vector<MessagePointer>> LedgerTopic::Load(Number first, Number last) {
  std::vector<MessagePointer> messages;
  messages.reserve(last - first + 1);
  RETURN_IF_ERROR(log_.ReadAll(first, last, [&](eventstore::Record& record) -> absl::Status {
    const absl::Status opened = format_.Open(record);
    if (!opened.ok()) return opened;
    messages.push_back(std::make_shared<const Message>(record.header.position,
                                                       record.header.recorded_at, record,
                                                       format_.attributes(record), format_));
    return absl::OkStatus();
  }));
  if (messages.empty()) return messages;
  const eventstore::Record& record = messages.back()->record();
  MutexLock lock(mutex_);
  if (record.header.position > newest_.position) {
    newest_ = {.position = record.header.position, .leaf_digest = record.leaf_digest};
  }
  return messages;
}

}  // namespace trellis::queue
