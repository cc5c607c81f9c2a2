#include "tests/bench/peer_rounds.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/bench/pull.h"

namespace trellis::bench {
namespace {

constexpr char kFew[] = "1000";
// More than Trellis leases at one time: as good as no limit.
constexpr char kMany[] = "20000";

}  // namespace

std::string Measured::Text() const {
  if (!there()) return absl::StrCat("skipped: ", skipped);
  return absl::StrFormat("%s; server %.2f s for 100 000", Figure(rate(), "events/s"), server());
}

void PeerRounds::Run() {
  StartBrokers();
  for (int round = 0; round < options_.rounds; ++round) {
    Show(absl::StrFormat(" round %d of %d", round + 1, options_.rounds));
    Trellis();
    Nats();
    Rabbit();
  }
}

void PeerRounds::StartBrokers() {
  Show("  starting JetStream and RabbitMQ");
  Start("JetStream", Broker::StartNats(options_.work + "/nats"), nats_);
  Start("RabbitMQ", Broker::StartRabbit(options_.work + "/rabbit"), rabbit_);
}

void PeerRounds::Start(const char* name, absl::StatusOr<std::unique_ptr<Broker>> broker,
                       std::unique_ptr<Broker>& place) {
  if (broker.ok()) {
    place = *std::move(broker);
  } else {
    missing_.push_back(absl::StrCat(name, ": ", broker.status().message()));
    Show(absl::StrCat("  ", missing_.back()));
  }
}

void PeerRounds::Measure(const std::string& kind, const std::function<double()>& cpu,
                         Arguments arguments) {
  arguments.insert(arguments.end(), {"-events", absl::StrCat(peers_.events)});
  const double before = cpu();
  const absl::StatusOr<double> rate = RunPeers(options_.peers, arguments);
  Measured& measured = results_[kind];
  if (!rate.ok()) {
    measured.skipped = std::string(rate.status().message());
    return Show(absl::StrFormat("  %-34s skipped: %s", kind, measured.skipped));
  }
  measured.rates.push_back(*rate);
  measured.server_seconds.push_back((cpu() - before) * 1e5 / static_cast<double>(peers_.events));
  Show(absl::StrFormat("  %-34s %8.0f events/s   server %.2f s for 100 000", kind, *rate,
                       measured.server_seconds.back()));
}

void PeerRounds::FromTrellis(const std::string& kind, const char* what, const char* outstanding,
                             bool exactly_once) {
  const std::string server = peers_.trellisd.WordAfter("grpc");
  const std::string subscription =
      NewSubscription(server, {.id = "go-client", .exactly_once = exactly_once});
  Arguments arguments = {what,         "-address",     server,     "-subscription",
                         subscription, "-outstanding", outstanding};
  if (exactly_once) arguments.emplace_back("-exactly-once");
  Measure(
      kind, [this] { return peers_.trellisd.cpu_seconds(); }, std::move(arguments));
  DeleteSubscription(server, subscription);
}

void PeerRounds::Trellis() {
  FromTrellis("official few", "trellis-consume", kFew, false);
  FromTrellis("official many", "trellis-consume", kMany, false);
  FromTrellis("official exactly", "trellis-consume", kMany, true);
  FromTrellis("raw few", "trellis-raw-consume", kFew, false);
  FromTrellis("raw many", "trellis-raw-consume", kMany, false);
  FromTrellis("raw exactly", "trellis-raw-consume", kMany, true);
}

void PeerRounds::At(const std::unique_ptr<Broker>& broker, const std::string& kind,
                    const char* what, Arguments more) {
  if (broker == nullptr) {
    results_[kind].skipped = "no broker";
    return;
  }
  more.insert(more.begin(), {what, "-address", broker->address()});
  Measure(
      kind, [&] { return broker->cpu_seconds(); }, std::move(more));
}

void PeerRounds::Publish(const std::unique_ptr<Broker>& broker, const std::string& kind,
                         const char* what, bool attributes) {
  Arguments more = {"-bytes", absl::StrCat(peers_.bytes), "-outstanding",
                    absl::StrCat(kQueueInFlight)};
  if (attributes) more.emplace_back("-attributes");
  At(broker, absl::StrCat(kind, attributes ? " whole" : ""), what, std::move(more));
}

void PeerRounds::Nats() {
  for (const bool attributes : {false, true}) {
    const char* const whole = attributes ? " whole" : "";
    Publish(nats_, "nats publish", "nats-publish", attributes);
    At(nats_, absl::StrCat("nats few", whole), "nats-consume", {"-outstanding", kFew});
    At(nats_, absl::StrCat("nats many", whole), "nats-consume", {"-outstanding", kMany});
  }
}

void PeerRounds::PublishAndConsume(const std::string& kind, bool attributes, Arguments how) {
  Publish(rabbit_, "rabbit publish", "rabbit-publish", attributes);
  At(rabbit_, absl::StrCat(kind, attributes ? " whole" : ""), "rabbit-consume", std::move(how));
}

void PeerRounds::Rabbit() {
  for (const bool attributes : {false, true}) {
    PublishAndConsume("rabbit few", attributes, {"-outstanding", kFew});
    PublishAndConsume("rabbit many", attributes, {"-outstanding", kMany});
    PublishAndConsume("rabbit together", attributes, {"-outstanding", kMany, "-together", "100"});
  }
}

}  // namespace trellis::bench
