// Unary calls, a fixed number in flight, for a fixed time.
#pragma once

#include <functional>
#include <grpcpp/grpcpp.h>
#include <memory>
#include <string>

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

struct LoadOptions {
  std::string method;
  int in_flight = 1;
  absl::Duration duration;
  // Makes the request of a slot's next call; slots are 0 to in_flight - 1, each used by one thread
  // at a time.
  std::function<grpc::ByteBuffer(int slot)> next;
  // Whether calls say who makes them.
  bool with_actor = false;
};

// Calls `address` as `options` say. The same client for every server, so that ratios are of
// servers.
LoadResult RunLoad(const std::string& address, const LoadOptions& options);

// One call; crashes if it fails. Returns the bytes of the answer.
std::string CallOnce(const std::string& address, const std::string& method,
                     const std::string& request);

// Bytes as a buffer.
grpc::ByteBuffer BufferOf(const std::string& bytes);

}  // namespace trellis::bench
