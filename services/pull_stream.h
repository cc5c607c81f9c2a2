// A StreamingPull: messages go out as they come, acknowledgements come in.
//
// One write is under way at a time; while it is, what comes waits for it. The stream ends when the
// client ends it, when its first message is wrong, or when its subscription goes.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "queue/queue.h"
#include "services/rpc_service.h"

namespace trellis::services {

// What one response holds at most: enough that its cost is spread, far below what clients take.
inline constexpr size_t kResponseMessages = 1000;
inline constexpr size_t kResponseBytes = 1 << 20;

class PullStream final : public StreamReactor, public std::enable_shared_from_this<PullStream> {
 public:
  // Begins to read. `queue` must outlive the call.
  static StreamReactor* Start(queue::Queue& queue);
  explicit PullStream(queue::Queue& queue) : queue_(queue) {}

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  using Request = google::pubsub::v1::StreamingPullRequest;
  using Response = google::pubsub::v1::StreamingPullResponse;

  absl::Status Open(const Request& request);
  absl::Status Handle(const Request& request);
  void Acknowledge(const Request& request);
  void ModifyDeadlines(const Request& request);
  void Confirm(Response confirmation);

  // Sends what there is, unless a write is under way: then that goes on with it.
  void Send();
  // The next response; empty if there is nothing to say.
  absl::StatusOr<std::string> NextResponse();
  void End(const absl::Status& status);

  queue::Queue& queue_;
  // Held until OnDone, since others may call Send() until then.
  std::shared_ptr<PullStream> self_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;

  // Set by the first message.
  std::shared_ptr<queue::Subscription> subscription_;
  queue::ConsumerId consumer_ = 0;

  Mutex mutex_;
  absl::Duration lease_ ABSL_GUARDED_BY(mutex_);
  // Confirmations that wait to be sent.
  Response pending_ ABSL_GUARDED_BY(mutex_);
  bool answer_ ABSL_GUARDED_BY(mutex_) = false;
  bool sending_ ABSL_GUARDED_BY(mutex_) = false;
  // Something came while it was sending.
  bool again_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status end_status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace trellis::services
