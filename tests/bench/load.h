// Unary calls, a fixed number in flight, for a fixed time.
#pragma once

#include <functional>
#include <grpcpp/grpcpp.h>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace trellis::bench {

struct LoadResult {
  double calls_per_second = 0;
  // Of single calls, in microseconds.
  double p50_us = 0;
  double p99_us = 0;
  // Calls that failed; a measurement with any is void.
  int failures = 0;
  std::string first_failure;
};

// Who calls, and how.
struct Caller {
  std::vector<std::pair<std::string, std::string>> metadata;
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
};
// Of a server with --dev: nobody, the tutor of the plans, and who keeps the directory.
Caller Developer();
Caller Tutor();
Caller Keeper();
// With a token, over TLS that is trusted by `root`, in PEM.
Caller Identified(const std::string& token, const std::string& capacity, const std::string& root);

struct LoadOptions {
  std::string method;
  int in_flight = 1;
  absl::Duration duration;
  // Makes the request of a slot's next call; slots are 0 to in_flight - 1, each used by one thread
  // at a time.
  std::function<grpc::ByteBuffer(int slot)> next;
  Caller caller = Developer();
  // Else failures are counted, and the calls go on.
  bool stops_at_failure = true;
};

// Calls `address` as `options` say. The same client for every server, so that ratios are of
// servers.
LoadResult RunLoad(const std::string& address, const LoadOptions& options);

// One call; crashes if it fails. Returns the bytes of the answer.
std::string CallOnce(const std::string& address, const std::string& method,
                     const std::string& request, const Caller& caller = Developer());

// Microseconds that one call takes to be refused; crashes if it is not. `channel` is of ChannelTo.
double MicrosecondsToRefusal(const std::shared_ptr<grpc::Channel>& channel,
                             const std::string& method, const std::string& request,
                             const Caller& caller);

// Opens plans 0 to count - 1, with progress, in a directory that `keeper` fills.
void OpenPlans(const std::string& address, int count, const Caller& keeper = Keeper(),
               const Caller& tutor = Tutor());

// The value that `part`, 0 to 1, of the values lie below; there is at least one.
float Percentile(const std::vector<float>& sorted, double part);

// A connection of its own, which shares nothing.
std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address,
                                         const Caller& caller = Developer());

// Says who calls.
void AddCaller(const Caller& caller, grpc::ClientContext& context);

// Bytes as a buffer, and a buffer as bytes.
grpc::ByteBuffer BufferOf(const std::string& bytes);
std::string BytesOf(const grpc::ByteBuffer& buffer);

}  // namespace trellis::bench
