// Keeps the log of who looked: has the ledger record where it ends, sees whether it still holds
// what was recorded, and lets go what is too old. docs/access-log.md, "The anchor".
//
// Operation.   A look at each midnight in London and at the start (services/daily.h): it compares
//              the log with the last anchor, recomputes its chain, anchors its end if it has grown,
//              and drops what is older than it may be: never an entry that no anchor covers, and
//              never one before an anchor says so. Close() anchors once more.
// Mismatch.    A log that is not what was recorded is told in a line `access.mismatch`, in metrics,
//              and for ever by an event AccessLogBroken; the server goes on, and so does the log
//              from what is there. Who could cut the log off would else have the means to stop the
//              server too.
// Concurrency. Thread-safe.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "access/access_log.h"
#include "base/mutex.h"
#include "services/aggregate_service.h"
#include "services/daily.h"
#include "trellis/v1/access_log.pb.h"

namespace trellis::services {

// Entries whose digests are recomputed at once, before it is asked whether to stop: a
// tenth of a second or so.
inline constexpr int64_t kAccessEntriesAtOnce = 10'000;

struct AccessKeeperStatus {
  // The last entry that the ledger has recorded, and when the last look ended that found all well;
  // the infinite past if none did.
  int64_t anchored = 0;
  absl::Time complete_at = absl::InfinitePast();
  // How often the log was found not to be what was recorded, ever.
  int64_t breaks = 0;
  // What the last look met: ACCESS_LOG_MISMATCH, ACCESS_LOG_DAMAGED, or that it could not look.
  absl::Status found;
};

class AccessKeeper {
 public:
  // Entries are kept for `years`, counted in days of London. What `rooms` holds, and `log`, must
  // outlive it.
  AccessKeeper(const Rooms& rooms, access::AccessLog& log, std::string ledger, int years)
      : rooms_(rooms), log_(log), ledger_(std::move(ledger)), years_(years), daily_(rooms.clock) {}

  // Begins to look by itself. Called once.
  void Start();
  // Stops looking, and anchors the end if it has grown: nobody may look at a record any more, and
  // the ledger must still take commands. Idempotent.
  void Close();

  // Looks now, after the look in progress if there is one. What was met, as in the status.
  absl::Status RunOnce();

  AccessKeeperStatus status() const;

 private:
  absl::Status Look();
  // What the ledger has recorded.
  absl::StatusOr<v1::AccessLog> Recorded() const;
  // Compares with the anchor, and has a break recorded if there is one.
  absl::Status Compare(const v1::AccessLog& recorded);
  absl::Status VerifyChain() const;
  // Has the end recorded, and that entries up to `dropped` may go. The last entry recorded.
  absl::StatusOr<int64_t> Anchor(int64_t dropped);
  absl::Status Drop();
  // Gives the command on what was recorded at `revision`, and waits for the answer.
  template <typename Request>
  absl::Status Give(Request request, int64_t revision) const;

  const Rooms rooms_;
  access::AccessLog& log_;
  const std::string ledger_;
  const int years_;
  // Held during a look.
  Mutex look_mutex_;

  mutable Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  AccessKeeperStatus status_ ABSL_GUARDED_BY(mutex_);
  Daily daily_;
};

}  // namespace trellis::services
