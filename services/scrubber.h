// Reads the whole log again, slowly, so that what a disk loses in silence is found while there are
// backups that have it.
//
// Operation.   A thread of its own: a pass begins at the start and a day after the one before.
//              Each record is decoded and compared with its digest; the indexes of streams and of
//              requests must have it, and the tree its leaf; the root of all of them must be the
//              one that was signed.
// Cost.        kScrubRecordsPerSecond, a few per cent of a processor; memory does not grow with the
//              log.
// Concurrency. Thread-safe.
#pragma once

#include <atomic>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "eventstore/event_log.h"

namespace trellis::services {

// Ten million events in less than an hour and a half.
inline constexpr double kScrubRecordsPerSecond = 2'000;
inline constexpr absl::Duration kScrubEvery = absl::Hours(24);

struct ScrubStatus {
  // How far this pass, or the last, has come, and where it ends.
  eventstore::Position position = 0;
  eventstore::Position size = 0;
  // When the last pass ended that found nothing; the infinite past if none did.
  absl::Time complete_at = absl::InfinitePast();
  // What the last pass found: DATA_LOSS, as of reading the log, or SCRUB_MISMATCH of what does not
  // agree; UNAVAILABLE if the disk did not answer. It stays until a later pass finds nothing.
  absl::Status found;
};

class Scrubber {
 public:
  // `log` and `clock` must outlive the scrubber.
  Scrubber(const eventstore::EventLog& log, const Clock& clock) : log_(log), clock_(clock) {}
  ~Scrubber() { Stop(); }
  Scrubber(const Scrubber&) = delete;
  Scrubber& operator=(const Scrubber&) = delete;

  // Begins to read by itself. Called once.
  void Start();
  // Stops where it is. Idempotent.
  void Stop();

  // Makes a pass now, as fast as it can. Not beside Start().
  absl::Status RunOnce();

  ScrubStatus status() const;

 private:
  class Pass;
  void Run();
  // CANCELLED if it was stopped.
  absl::Status MakePass(bool slowly);
  // Waits. False if it was stopped.
  bool Rest(absl::Duration time);

  const eventstore::EventLog& log_;
  const Clock& clock_;
  mutable Mutex mutex_;
  CondVar stopped_changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  ScrubStatus status_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace trellis::services
