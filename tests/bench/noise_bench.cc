#include "tests/bench/noise_bench.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <grpcpp/generic/generic_stub.h>
#include <mutex>
#include <thread>

#include "absl/strings/str_format.h"
#include "base/check.h"
#include "tests/bench/processes.h"

namespace trellis::bench {
namespace {

constexpr int kNoisyInFlight = 128;
constexpr std::chrono::milliseconds kPause(10);

// The times in microseconds of calls at a steady pace, one at a time.
class PoliteCaller {
 public:
  explicit PoliteCaller(const NoiseBenchOptions& options)
      : options_(options), stub_(ChannelTo(options.server, options.polite)) {}

  float P99() {
    std::vector<float> times;
    auto next = std::chrono::steady_clock::now();
    const auto end = next + std::chrono::microseconds(absl::ToInt64Microseconds(options_.round));
    while (next < end) {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait_until(lock, next, [] { return false; });
      times.push_back(Call(lock));
      next += kPause;
    }
    std::sort(times.begin(), times.end());
    return Percentile(times, 0.99);
  }

 private:
  float Call(std::unique_lock<std::mutex>& lock) {
    grpc::ClientContext context;
    AddCaller(options_.polite, context);
    const grpc::ByteBuffer request = BufferOf(options_.polite_request);
    grpc::ByteBuffer response;
    bool done = false;
    const auto start = std::chrono::steady_clock::now();
    auto end = start;
    stub_.UnaryCall(&context, options_.polite_method, grpc::StubOptions(), &request, &response,
                    [&](const grpc::Status& status) {
                      if (!status.ok()) Crash(status.error_message());
                      const std::lock_guard<std::mutex> answered(mutex_);
                      end = std::chrono::steady_clock::now();
                      done = true;
                      changed_.notify_one();
                    });
    changed_.wait(lock, [&] { return done; });
    return std::chrono::duration<float, std::micro>(end - start).count();
  }

  const NoiseBenchOptions& options_;
  grpc::GenericStub stub_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace

void MeasureNoise(const NoiseBenchOptions& options, std::vector<Row>& rows) {
  PoliteCaller polite(options);
  polite.P99();
  std::vector<double> alone, ratio;
  for (int round = 0; round < options.rounds; ++round) {
    alone.push_back(polite.P99());
    LoadResult noise;
    std::thread noisy([&] {
      noise = RunLoad(options.server, {.method = options.noisy_method,
                                       .in_flight = kNoisyInFlight,
                                       .duration = 2 * options.round + absl::Seconds(1),
                                       .next = [](int) { return BufferOf(""); },
                                       .caller = options.noisy,
                                       .stops_at_failure = false});
    });
    // By then the noisy caller has had its burst, and has its rate.
    polite.P99();
    const double beside = polite.P99();
    noisy.join();
    ratio.push_back(beside / alone.back());
    Show(absl::StrFormat("  polite p99 alone %7.0f us, beside %8.0f noisy calls/s %7.0f us",
                         alone.back(), noise.calls_per_second, beside));
  }
  rows.push_back(AtMost("p99 of 100 reads/s beside a caller with 128 in flight",
                        Median(ratio) * Median(alone), "us", "the same alone", Median(alone), 2.0));
}

}  // namespace trellis::bench
