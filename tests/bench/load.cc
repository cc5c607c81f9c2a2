#include "tests/bench/load.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <grpcpp/generic/generic_stub.h>
#include <mutex>
#include <vector>

#include "absl/time/clock.h"
#include "base/check.h"
#include "tests/bench/sample.h"

namespace trellis::bench {
namespace {

using Clock = std::chrono::steady_clock;

// One call after another, until the time is up.
class Slot {
 public:
  Slot(grpc::GenericStub& stub, const LoadOptions& options, int number, Clock::time_point end,
       std::function<void()> done)
      : stub_(stub), options_(options), number_(number), end_(end), done_(std::move(done)) {}

  void Start() {
    context_ = std::make_unique<grpc::ClientContext>();
    AddCaller(options_.caller, *context_);
    request_ = options_.next(number_);
    response_.Clear();
    started_ = Clock::now();
    stub_.UnaryCall(context_.get(), options_.method, grpc::StubOptions(), &request_, &response_,
                    [this](const grpc::Status& status) { Finished(status); });
  }

  std::vector<float> latencies_us;
  int failures = 0;
  std::string first_failure;

 private:
  void Finished(const grpc::Status& status) {
    const Clock::time_point now = Clock::now();
    latencies_us.push_back(std::chrono::duration<float, std::micro>(now - started_).count());
    if (!status.ok() && failures++ == 0) first_failure = status.error_message();
    if (now < end_ && (failures == 0 || !options_.stops_at_failure)) {
      Start();
    } else {
      done_();
    }
  }

  grpc::GenericStub& stub_;
  const LoadOptions& options_;
  const int number_;
  const Clock::time_point end_;
  const std::function<void()> done_;
  std::unique_ptr<grpc::ClientContext> context_;
  grpc::ByteBuffer request_, response_;
  Clock::time_point started_;
};

}  // namespace

float Percentile(const std::vector<float>& sorted, double part) {
  return sorted[std::min(sorted.size() - 1,
                         static_cast<size_t>(part * static_cast<double>(sorted.size())))];
}

std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address, const Caller& caller) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, caller.credentials, arguments);
}

void AddCaller(const Caller& caller, grpc::ClientContext& context) {
  for (const auto& [key, value] : caller.metadata) context.AddMetadata(key, value);
}

Caller Developer() { return {}; }
Caller Tutor() {
  return {.metadata = {{"trellis-actor", "people/00000000-0000-4000-8000-000000000002"},
                       {"trellis-actor-name", "Ruth%20Adeyemi"},
                       {"trellis-capacity", "INDUCTION_TUTOR"}}};
}
Caller Keeper() {
  return {.metadata = {{"trellis-actor", "people/00000000-0000-4000-8000-00000000000b"},
                       {"trellis-actor-name", "Bench"},
                       {"trellis-capacity", "ADMINISTRATOR"}}};
}
Caller Identified(const std::string& token, const std::string& capacity, const std::string& root) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = root;
  return {.metadata = {{"authorization", "Bearer " + token}, {"trellis-capacity", capacity}},
          .credentials = grpc::SslCredentials(options)};
}

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  CHECK(buffer.TrySingleSlice(&slice).ok() || buffer.DumpToSingleSlice(&slice).ok());
  return std::string(reinterpret_cast<const char*>(slice.begin()), slice.size());
}

LoadResult RunLoad(const std::string& address, const LoadOptions& options) {
  grpc::GenericStub stub(ChannelTo(address, options.caller));
  std::mutex mutex;
  std::condition_variable changed;
  int running = options.in_flight;
  const Clock::time_point start = Clock::now();
  const auto end = start + std::chrono::microseconds(absl::ToInt64Microseconds(options.duration));
  std::vector<std::unique_ptr<Slot>> slots;
  for (int i = 0; i < options.in_flight; ++i) {
    slots.push_back(std::make_unique<Slot>(stub, options, i, end, [&] {
      const std::lock_guard<std::mutex> lock(mutex);
      if (--running == 0) changed.notify_one();
    }));
  }
  for (const auto& slot : slots) slot->Start();
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait(lock, [&] { return running == 0; });
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();

  LoadResult result;
  std::vector<float> all;
  for (const auto& slot : slots) {
    all.insert(all.end(), slot->latencies_us.begin(), slot->latencies_us.end());
    result.failures += slot->failures;
    if (result.first_failure.empty()) result.first_failure = slot->first_failure;
  }
  std::sort(all.begin(), all.end());
  result.calls_per_second = static_cast<double>(all.size()) / seconds;
  result.p50_us = Percentile(all, 0.5);
  result.p99_us = Percentile(all, 0.99);
  return result;
}

void OpenPlans(const std::string& address, int count, const Caller& keeper, const Caller& tutor) {
  for (const auto& [method, request] : DirectoryRequests()) {
    CallOnce(address, "/trellis.v1.DirectoryService/" + method, request, keeper);
  }
  for (int plan = 0; plan < count; ++plan) {
    CallOnce(address, "/trellis.v1.SupportPlanService/OpenSupportPlan",
             OpenRequest(plan).SerializeAsString(), tutor);
    if (plan % 100 == 99) std::fprintf(stderr, "\r  opening plans: %d", plan + 1);
  }
  std::fprintf(stderr, "\n");
}

namespace {

// One call over `channel`, waited for.
grpc::Status CallAndWait(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                         const std::string& request, const Caller& caller,
                         grpc::ByteBuffer& response) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  AddCaller(caller, context);
  const grpc::ByteBuffer buffer = BufferOf(request);
  std::mutex mutex;
  std::condition_variable changed;
  bool finished = false;
  grpc::Status status;
  stub.UnaryCall(&context, method, grpc::StubOptions(), &buffer, &response,
                 [&](const grpc::Status& answer) {
                   const std::lock_guard<std::mutex> lock(mutex);
                   status = answer;
                   finished = true;
                   changed.notify_one();
                 });
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait(lock, [&] { return finished; });
  return status;
}

}  // namespace

std::string CallOnce(const std::string& address, const std::string& method,
                     const std::string& request, const Caller& caller) {
  grpc::ByteBuffer response;
  const grpc::Status status =
      CallAndWait(ChannelTo(address, caller), method, request, caller, response);
  if (!status.ok()) Crash(status.error_message());
  return BytesOf(response);
}

double MicrosecondsToRefusal(const std::shared_ptr<grpc::Channel>& channel,
                             const std::string& method, const std::string& request,
                             const Caller& caller) {
  grpc::ByteBuffer response;
  const auto start = std::chrono::steady_clock::now();
  const grpc::Status status = CallAndWait(channel, method, request, caller, response);
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
  if (status.ok()) Crash("a call that was to be refused was answered");
  return time.count();
}

}  // namespace trellis::bench
