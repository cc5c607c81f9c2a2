// Clients that give commands without a pause, and know afterwards what was acknowledged.
#pragma once

#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "tests/support/rpc_client.h"

namespace trellis::integration {

// One command and what became of it.
struct Sent {
  v1::RecordOutcomeRequest request;
  bool acknowledged = false;
  // The answer, if there was one.
  v1::SupportPlanReply reply;
};

// The number of clients.
inline constexpr int kClients = 32;

// Operation.   Each client has a plan of its own, which was opened for it, and one that all share.
// It gives
//              one command after the other until one gets no answer: then the server is gone.
// Concurrency. The functions are for one thread.
class Load {
 public:
  // Opens plans for the clients, and starts them at the server with this address; joins them.
  void Start(const std::string& address);
  void Join();
  // Blocks until `count` more commands than at the start were acknowledged, or no client goes on.
  void AwaitAcknowledged(size_t count);

  // Sends again what was not acknowledged, which must succeed now.
  void Complete(const testing::RpcClient& client);

  // Every acknowledged outcome is in its plan, once; nothing is there that was never sent; the
  // revisions and positions have no gap. `complete`: nothing was left unacknowledged.
  void Check(const testing::RpcClient& client, bool complete) const;
  // What was acknowledged gets its first answer again; looks at every `step`th.
  void CheckRepeated(const testing::RpcClient& client, size_t step) const;

  // What was signed for an acknowledged command is still true: the signature is `key`'s, the root
  // is the one of that size now, and the command's events lead to it. Looks at every `step`th.
  void CheckReceipts(const testing::RpcClient& client, const std::string& key, size_t step) const;

  size_t acknowledged() const;

 private:
  void OpenPlans(const std::string& address);
  void RunClient(const std::string& address, size_t number);

  std::vector<std::string> plans_;
  std::vector<std::thread> threads_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<Sent> sent_ ABSL_GUARDED_BY(mutex_);
  size_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t at_start_ ABSL_GUARDED_BY(mutex_) = 0;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace trellis::integration
