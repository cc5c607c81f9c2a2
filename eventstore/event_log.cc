#include "eventstore/event_log.h"

#include <utility>

#include "base/status_macros.h"
#include "eventstore/committer.h"
#include "eventstore/database.h"
#include "eventstore/durable_position.h"
#include "eventstore/group_planner.h"
#include "eventstore/log_reader.h"
#include "eventstore/recovery.h"
#include "eventstore/waiting_commit.h"

namespace trellis::eventstore {

class EventLog::Impl {
 public:
  Impl(std::unique_ptr<Database> opened, const std::string& ledger, const LogEnd& end,
       const Clock& clock)
      : database(std::move(opened)),
        durable(end.last_position),
        reader(*database, durable),
        committer(*database, GroupPlanner(*database, ledger, end), durable, clock) {}

  const std::unique_ptr<Database> database;
  DurablePosition durable;
  const LogReader reader;
  Committer committer;
};

absl::StatusOr<std::unique_ptr<EventLog>> EventLog::Open(const EventLogOptions& options,
                                                         const Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(options));
  ASSIGN_OR_RETURN(const LogEnd end, FindEnd(*database));
  auto impl = std::make_unique<Impl>(std::move(database), options.ledger, end, clock);
  return std::unique_ptr<EventLog>(new EventLog(std::move(impl)));
}

EventLog::EventLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EventLog::~EventLog() { Close(); }

void EventLog::Append(Commit commit, Callback done) {
  absl::StatusOr<std::unique_ptr<WaitingCommit>> waiting = Prepare(std::move(commit));
  if (!waiting.ok()) return done(waiting.status());
  (*waiting)->done = std::move(done);
  impl_->committer.Submit(*std::move(waiting));
}

Position EventLog::durable_position() const { return impl_->durable.Get(); }

Position EventLog::WaitForMore(Position after) { return impl_->durable.WaitBeyond(after); }

absl::StatusOr<std::optional<KnownRequest>> EventLog::FindRequest(const Uuid& request_id) const {
  return impl_->reader.FindRequest(request_id);
}

absl::Status EventLog::ReadAll(Position first, Position last,
                               const std::function<absl::Status(Record&)>& visit) const {
  return impl_->reader.ReadAll(first, last, visit);
}

absl::StatusOr<std::vector<Record>> EventLog::ReadStream(absl::string_view stream, Revision first,
                                                         Revision last) const {
  return impl_->reader.ReadStream(stream, first, last);
}

absl::StatusOr<Revision> EventLog::StreamRevision(absl::string_view stream) const {
  return impl_->reader.StreamRevision(stream);
}

void EventLog::SetFollower(std::function<void(bool idle)> follow) {
  impl_->committer.SetFollower(std::move(follow));
}

void EventLog::Close() {
  impl_->committer.Close();
  impl_->durable.Close();
  impl_->committer.TellFollower(false);
}

bool EventLog::closed() const { return impl_->durable.closed(); }

}  // namespace trellis::eventstore
