// A consumer of Trellis' queue without a client library, and what it needs before.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <memory>
#include <mutex>
#include <string>

#include "absl/strings/string_view.h"

namespace trellis::bench {

// A subscription of the ledger `trellis` to its events, in order; empty text: no filter.
struct SubscriptionSettings {
  std::string id;
  std::string filter = {};
  bool exactly_once = false;
  // Set back to the first event of the ledger; else it begins with the next one.
  bool from_beginning = true;
};

// Makes it and returns its name. Crashes if that fails.
std::string NewSubscription(const std::string& address, const SubscriptionSettings& settings);

void DeleteSubscription(const std::string& address, const std::string& name);

// Crashes if the subscription still has something to deliver.
void CheckNothingIsLeft(const std::string& address, const std::string& name);

struct PullOptions {
  std::string subscription;
  // Ends when so many are acknowledged; 0: with this object.
  uint64_t messages = 0;
  // Ends when they are confirmed as well.
  bool confirmed = false;
  // Gets each google.pubsub.v1.PubsubMessage, serialised, one at a time; may be null.
  std::function<void(const std::string&)> on_message = nullptr;
};

// One StreamingPull without flow limits. Of a response it looks at the ack ids only, and
// acknowledges them together in one request. One connection of its own.
class Puller : private grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Puller(const std::string& address, PullOptions options);
  ~Puller() override;
  Puller(const Puller&) = delete;
  Puller& operator=(const Puller&) = delete;

  // Returns when the server has dealt with all acknowledgements; crashes if the stream fails, or if
  // nothing comes for a minute.
  void Wait();

  uint64_t received() const { return received_; }

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  // Reads the responses' messages and confirmations; appends to `acks` the request for them.
  void Scan(grpc::ByteBuffer& response, std::string& acks);
  // Sends the acknowledgements that wait, unless a write is under way, and ends after the last.
  void Send();

  const PullOptions options_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_, response_;
  std::atomic<uint64_t> received_ = 0;
  std::atomic<uint64_t> confirmed_ = 0;

  std::mutex mutex_;
  std::condition_variable done_;
  std::string waiting_;
  bool writing_ = true;
  bool ending_ = false;
  bool ended_ = false;
  grpc::Status status_;
};

}  // namespace trellis::bench
