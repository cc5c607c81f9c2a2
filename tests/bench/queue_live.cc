// Consumers that wait for what commands bring.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/check.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "tests/bench/load.h"
#include "tests/bench/pull.h"
#include "tests/bench/queue_bench.h"
#include "tests/bench/sample.h"

namespace trellis::bench {
namespace {

constexpr char kRevise[] = "/trellis.v1.SupportPlanService/ReviseTarget";
constexpr int kPlans = 1000;
constexpr int kPerSecond = 1000;
constexpr int kSubscriptions = 100;
constexpr int kPlansOfOne = kPlans / kSubscriptions;
constexpr std::chrono::seconds kPatience{60};

// The ledger that is measured, and the command that is repeated: never twice the same.
struct Live {
  const ServerProcess& trellisd;
  const std::string server = trellisd.WordAfter("grpc");
  std::atomic<int64_t> revisions = 0;

  grpc::ByteBuffer Revise(int plan) {
    return BufferOf(ReviseRequest(plan, ++revisions).SerializeAsString());
  }
};

struct PacedCall {
  grpc::ClientContext context;
  grpc::ByteBuffer request, response;
  SteadyClock::time_point answered;
};
using PacedCalls = std::vector<std::unique_ptr<PacedCall>>;

size_t CommandsIn(absl::Duration duration) {
  return static_cast<size_t>(absl::ToDoubleSeconds(duration) * kPerSecond);
}

// Sends kPerSecond commands a second, whether earlier ones are answered or not, each to another
// plan; returns when all are answered, or crashes.
PacedCalls RunPaced(Live& live, absl::Duration duration) {
  PacedCalls calls(CommandsIn(duration));
  grpc::GenericStub stub(ChannelTo(live.server));
  std::mutex mutex;
  std::condition_variable changed;
  size_t answered = 0;
  const auto start = SteadyClock::now();
  for (size_t i = 0; i < calls.size(); ++i) {
    calls[i] = std::make_unique<PacedCall>();
    PacedCall& call = *calls[i];
    AddCaller(Tutor(), call.context);
    call.request = live.Revise(static_cast<int>(i % kPlans));
    {
      std::unique_lock<std::mutex> lock(mutex);
      const auto due = start + std::chrono::microseconds(i * 1'000'000 / kPerSecond);
      changed.wait_until(lock, due, [&] { return SteadyClock::now() >= due; });
    }
    stub.UnaryCall(&call.context, kRevise, grpc::StubOptions(), &call.request, &call.response,
                   [&](const grpc::Status& status) {
                     call.answered = SteadyClock::now();
                     if (!status.ok()) Crash(status.error_message());
                     const std::lock_guard<std::mutex> lock(mutex);
                     if (++answered == calls.size()) changed.notify_one();
                   });
  }
  std::unique_lock<std::mutex> lock(mutex);
  CHECK(changed.wait_for(lock, kPatience, [&] { return answered == calls.size(); }));
  return calls;
}

// When an event was received, and how long it was recorded then.
struct Receipt {
  SteadyClock::time_point at;
  float since_recorded_us = 0;
};
using Receipts = absl::flat_hash_map<int64_t, Receipt>;

void Note(const std::string& bytes, Receipts& receipts) {
  const auto at = SteadyClock::now();
  const absl::Time now = absl::Now();
  google::pubsub::v1::PubsubMessage message;
  CHECK(message.ParseFromString(bytes));
  const absl::Time recorded = absl::FromUnixSeconds(message.publish_time().seconds()) +
                              absl::Nanoseconds(message.publish_time().nanos());
  receipts[std::stoll(message.message_id())] = {
      .at = at,
      .since_recorded_us = static_cast<float>(absl::ToDoubleMicroseconds(now - recorded))};
}

Row LatencyRow(const std::string& since, std::vector<float>& us) {
  std::sort(us.begin(), us.end());
  const double p50 = Percentile(us, 0.5);
  return {.what = absl::StrCat("an event's receipt at 1 000 commands/s, since ", since, ", p50"),
          .measured = Figure(p50 / 1000, "ms"),
          .limit = absl::StrCat("p99: ", Figure(Percentile(us, 0.99) / 1000, "ms")),
          .ratio = "",
          .wanted = "< 2 ms",
          .met = p50 < 2000};
}

void MeasureLatency(const QueueBenchOptions& options, Live& live, std::vector<Row>& rows) {
  const std::string name = NewSubscription(live.server, {.id = "latency", .from_beginning = false});
  Receipts receipts;
  Puller puller(live.server,
                {.subscription = name,
                 .messages = CommandsIn(options.live),
                 .on_message = [&](const std::string& bytes) { Note(bytes, receipts); }});
  const PacedCalls calls = RunPaced(live, options.live);
  puller.Wait();
  std::vector<float> since_answer, since_recorded;
  for (const auto& call : calls) {
    v1::SupportPlanReply reply;
    CHECK(reply.ParseFromString(BytesOf(call->response)));
    const auto receipt = receipts.find(reply.receipt().last_position());
    CHECK(receipt != receipts.end());
    since_answer.push_back(
        std::chrono::duration<float, std::micro>(receipt->second.at - call->answered).count());
    since_recorded.push_back(receipt->second.since_recorded_us);
  }
  DeleteSubscription(live.server, name);
  rows.push_back(LatencyRow("the command's answer (negative: before it)", since_answer));
  rows.push_back(LatencyRow("it was recorded, its sync included", since_recorded));
  for (size_t i = rows.size() - 2; i < rows.size(); ++i) {
    Show(absl::StrCat("  ", rows[i].what, " ", rows[i].measured, ", ", rows[i].limit));
  }
}

// Of the subscription with this number: its own ten plans.
std::string FilterOf(int number) {
  std::string prefix = PlanName(number * kPlansOfOne);
  prefix.pop_back();
  return absl::StrCat("hasPrefix(attributes.ce-subject, \"", prefix, "\")");
}

std::vector<std::string> NewSubscriptions(Live& live, int count, bool from_beginning) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    names.push_back(NewSubscription(live.server, {.id = absl::StrCat("fan-", i),
                                                  .filter = count == 1 ? "" : FilterOf(i),
                                                  .from_beginning = from_beginning}));
  }
  return names;
}

// Waits for a number of events, whoever receives them.
class Countdown {
 public:
  explicit Countdown(size_t events) : left_(events) {}

  void Received() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (left_ > 0 && --left_ == 0) changed_.notify_one();
  }
  // Crashes if they do not come.
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    CHECK(changed_.wait_for(lock, kPatience, [this] { return left_ == 0; }));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t left_;
};

// The server's processor time for the paced commands with so many subscriptions, which together
// receive each event once.
double LiveServerSeconds(const QueueBenchOptions& options, Live& live, int count) {
  const std::vector<std::string> names = NewSubscriptions(live, count, false);
  Countdown countdown(CommandsIn(options.live));
  std::vector<std::unique_ptr<Puller>> pullers;
  for (const std::string& name : names) {
    pullers.push_back(std::make_unique<Puller>(
        live.server, PullOptions{.subscription = name,
                                 .on_message = [&](const std::string&) { countdown.Received(); }}));
  }
  const double before = live.trellisd.cpu_seconds();
  RunPaced(live, options.live);
  if (count > 0) countdown.Wait();
  const double seconds = live.trellisd.cpu_seconds() - before;
  pullers.clear();
  for (const std::string& name : names) DeleteSubscription(live.server, name);
  Show(absl::StrFormat("  %d commands, %3d subscriptions       server %.2f s",
                       CommandsIn(options.live), count, seconds));
  return seconds;
}

// The same for what the ledger holds, `events` of each.
double CatchUpServerSeconds(Live& live, const std::vector<uint64_t>& events) {
  const int count = static_cast<int>(events.size());
  const std::vector<std::string> names = NewSubscriptions(live, count, true);
  const double before = live.trellisd.cpu_seconds();
  std::vector<std::unique_ptr<Puller>> pullers;
  for (size_t i = 0; i < names.size(); ++i) {
    pullers.push_back(std::make_unique<Puller>(
        live.server, PullOptions{.subscription = names[i], .messages = events[i]}));
  }
  for (const auto& puller : pullers) puller->Wait();
  const double seconds = live.trellisd.cpu_seconds() - before;
  pullers.clear();
  for (const std::string& name : names) DeleteSubscription(live.server, name);
  Show(absl::StrFormat("  catching up, %3d subscriptions          server %.2f s", count, seconds));
  return seconds;
}

// How many events of the ledger each of the subscriptions gets.
std::vector<uint64_t> EventsOfEach(Live& live, uint64_t all) {
  const std::string name = NewSubscription(live.server, {.id = "count"});
  std::vector<uint64_t> events(kSubscriptions, 0);
  Puller puller(
      live.server,
      {.subscription = name, .messages = all, .on_message = [&](const std::string& bytes) {
         google::pubsub::v1::PubsubMessage message;
         CHECK(message.ParseFromString(bytes));
         const std::string& plan = message.ordering_key();
         const int number = std::stoi(plan.substr(plan.size() - 12));
         ++events[static_cast<size_t>(number / kPlansOfOne)];
       }});
  puller.Wait();
  DeleteSubscription(live.server, name);
  return events;
}

// The position of the ledger's last event.
uint64_t LastPosition(Live& live) {
  v1::SupportPlanReply reply;
  CHECK(reply.ParseFromString(CallOnce(
      live.server, kRevise, ReviseRequest(0, ++live.revisions).SerializeAsString(), Tutor())));
  return static_cast<uint64_t>(reply.receipt().last_position());
}

void MeasureFanOut(const QueueBenchOptions& options, Live& live, std::vector<Row>& rows) {
  std::vector<double> one, many, without;
  for (int round = 0; round < options.rounds; ++round) {
    without.push_back(LiveServerSeconds(options, live, 0));
    one.push_back(LiveServerSeconds(options, live, 1));
    many.push_back(LiveServerSeconds(options, live, kSubscriptions));
  }
  rows.push_back(AtMost(
      absl::StrCat("trellisd's processor time, 1 000 commands/s for ",
                   absl::ToInt64Seconds(options.live), " s, 100 subscriptions with own filters"),
      Median(many), "s", "one that gets all", Median(one), 3));
  rows.push_back({.what = "the same without a subscription: the commands alone",
                  .measured = Figure(Median(without), "s"),
                  .limit = "",
                  .ratio = "",
                  .wanted = ""});
}

void MeasureCatchUp(const QueueBenchOptions& options, Live& live, std::vector<Row>& rows) {
  const uint64_t all = LastPosition(live);
  const std::vector<uint64_t> events = EventsOfEach(live, all);
  std::vector<double> one, many;
  for (int round = 0; round < options.rounds; ++round) {
    one.push_back(CatchUpServerSeconds(live, {all}));
    many.push_back(CatchUpServerSeconds(live, events));
  }
  rows.push_back(AtMost(absl::StrCat("trellisd's processor time to catch up with ", all,
                                     " events, 100 subscriptions with own filters"),
                        Median(many), "s", "one that gets all", Median(one), 3));
}

}  // namespace

double MeasureLive(const QueueBenchOptions& options, std::vector<Row>& rows) {
  Show("Deliveries while commands come:");
  const ServerProcess trellisd({options.trellisd, "--data", options.work + "/queue-live", "--dev",
                                "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"});
  Live live{.trellisd = trellisd};
  OpenPlans(live.server, kPlans);
  std::vector<int> counts(kQueueInFlight, 0);
  const LoadResult load =
      RunLoad(live.server, {.method = kRevise,
                            .in_flight = kQueueInFlight,
                            .duration = options.live / 2,
                            .next =
                                [&](int slot) {
                                  // Each slot has ten plans of its own.
                                  const int count = counts[static_cast<size_t>(slot)]++;
                                  return live.Revise(slot * kPlans / kQueueInFlight + count % 10);
                                },
                            .caller = Tutor()});
  if (load.failures > 0) Crash(load.first_failure);
  Show(absl::StrFormat("  durable commands, %d in flight        %8.0f /s", kQueueInFlight,
                       load.calls_per_second));
  MeasureLatency(options, live, rows);
  MeasureCatchUp(options, live, rows);
  MeasureFanOut(options, live, rows);
  return load.calls_per_second;
}

}  // namespace trellis::bench
