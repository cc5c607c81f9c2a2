#include "services/pull_call.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/mutex.h"
#include "services/pull_stream.h"
#include "services/received_messages.h"

namespace trellis::services {
namespace {

using google::pubsub::v1::PullResponse;

// A call that has not been answered.
class PullCall : public std::enable_shared_from_this<PullCall> {
 public:
  PullCall(Call call, std::shared_ptr<queue::Subscription> subscription, size_t max_messages)
      : call_(call), subscription_(std::move(subscription)), max_messages_(max_messages) {}

  void Start(queue::Timer& timer, bool wait) {
    const queue::ConsumerId consumer = subscription_->Attach({}, [weak = weak_from_this()] {
      if (const auto self = weak.lock(); self != nullptr) self->Look(/*last=*/false);
    });
    {
      MutexLock lock(mutex_);
      consumer_ = consumer;
    }
    Look(/*last=*/!wait);
    if (wait) timer.After(kPullWait, [self = shared_from_this()] { self->Look(/*last=*/true); });
  }

 private:
  // Answers if there is something; with `last`, in any case.
  void Look(bool last) {
    {
      MutexLock lock(mutex_);
      last_ |= last;
      again_ = true;
      if (looking_ || answered_) return;
      looking_ = true;
    }
    absl::StatusOr<std::vector<queue::Received>> received;
    while (true) {
      {
        MutexLock lock(mutex_);
        again_ = false;
      }
      // What is taken for nobody would be held up until its lease ends.
      const bool cancelled = call_.cancelled();
      received = cancelled ? std::vector<queue::Received>()
                           : subscription_->Take(consumer(), max_messages_, kResponseBytes,
                                                 absl::ZeroDuration());
      MutexLock lock(mutex_);
      answered_ = cancelled || !received.ok() || !received->empty() || last_;
      if (answered_) break;
      if (again_) continue;
      looking_ = false;
      return;
    }
    if (received.ok()) {
      call_.ReplyBytes(WithReceived(*received, subscription_->settings(),
                                    PullResponse::kReceivedMessagesFieldNumber, PullResponse()));
    } else {
      call_.Fail(received.status());
    }
    subscription_->Detach(consumer());
  }

  queue::ConsumerId consumer() {
    MutexLock lock(mutex_);
    return consumer_;
  }

  const Call call_;
  const std::shared_ptr<queue::Subscription> subscription_;
  const size_t max_messages_;
  Mutex mutex_;
  queue::ConsumerId consumer_ ABSL_GUARDED_BY(mutex_) = 0;
  bool looking_ ABSL_GUARDED_BY(mutex_) = false;
  // Somebody asked to look while it was looking.
  bool again_ ABSL_GUARDED_BY(mutex_) = false;
  bool last_ ABSL_GUARDED_BY(mutex_) = false;
  bool answered_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

void Pull(queue::Queue& queue, Call call, const google::pubsub::v1::PullRequest& request) {
  if (request.max_messages() <= 0) {
    return call.Fail(InvalidRequest(
        {{"max_messages", absl::StrCat("got ", request.max_messages(), ", want 1 or more")}}));
  }
  auto subscription = queue.Find(request.subscription());
  if (!subscription.ok()) return call.Fail(subscription.status());
  const size_t max_messages =
      std::min(static_cast<size_t>(request.max_messages()), kResponseMessages);
  std::make_shared<PullCall>(call, *std::move(subscription), max_messages)
      ->Start(queue.timer(), !request.return_immediately());
}

}  // namespace trellis::services
