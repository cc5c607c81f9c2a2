#include "tests/bench/store_bench.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "tests/bench/brokers.h"
#include "tests/bench/load.h"
#include "tests/bench/processes.h"

namespace trellis::bench {
namespace {

constexpr std::array<int, 4> kClients = {1, 16, 64, 256};
// As in stores.go: streamsOfClient.
constexpr int kPlansOfClient = 8;

// A store as it is written to.
struct Store {
  // In the table, with how it is durable.
  std::string name, durable;
  // The script that starts its server; empty for Trellis.
  std::string script;
  // What the Go program is told.
  std::vector<std::string> write;
  // How many times its rate Trellis is to reach with 64 clients; 0 if nothing is asked for.
  double wanted_at_64 = 0;
};

std::vector<Store> Stores() {
  constexpr char kPostgres[] = "fsync=on, synchronous_commit=on: fdatasync of each commit";
  return {{.name = "Trellis, commands",
           .durable = "always: fdatasync of each group of commits",
           .script = "",
           .write = {"trellis-write"}},
          {.name = "message-db 1.3 on PostgreSQL 15, one category",
           .durable = kPostgres,
           .script = "message-db",
           .write = {"messagedb-write", "-categories", "1"},
           .wanted_at_64 = 8},
          {.name = "message-db 1.3 on PostgreSQL 15, 64 categories",
           .durable = kPostgres,
           .script = "message-db",
           .write = {"messagedb-write", "-categories", "64"}},
          {.name = "etcd 3.4, puts",
           .durable = "its default: fdatasync of each group of proposals",
           .script = "etcd",
           .write = {"etcd-write"},
           .wanted_at_64 = 2},
          {.name = "immudb 1.10, sets",
           .durable = "--synced, its default: fsync of each group, every 20 ms",
           .script = "immudb",
           .write = {"immudb-write"}}};
}

// What the Go program measured.
struct Written {
  unsigned long long events = 0;
  double seconds = 0, p50_us = 0, p99_us = 0;
  unsigned bytes = 0;

  double rate() const { return static_cast<double>(events) / seconds; }
};

// What is known of one store with one number of clients, over all rounds.
struct Figures {
  std::vector<double> rates, p50_us, p99_us;
  // Trellis' rate in the same round, in units of this one's.
  std::vector<double> trellis_ratios;
  double syncs_per_event = -1;
  // Why there is nothing, if there is nothing.
  std::string skipped;
};

class StoreRounds {
 public:
  explicit StoreRounds(const StoreBenchOptions& options) : options_(options) {}

  void Run();
  void AddRows(std::vector<Row>& rows);
  unsigned event_bytes() const { return event_bytes_; }

 private:
  void StartServers();
  // The line that the store's server printed has its address and pid, or why it is missing.
  const ServerProcess& ServerOf(const Store& store) const { return *servers_.at(store.script); }
  absl::StatusOr<Written> Write(const Store& store, int clients, absl::Duration length);
  void Round(int clients);
  void CountSyncs(const Store& store, int clients);
  Row RowOf(const Store& store, int clients);

  const StoreBenchOptions& options_;
  const std::vector<Store> stores_ = Stores();
  std::map<std::string, std::unique_ptr<ServerProcess>> servers_;
  std::map<std::pair<std::string, int>, Figures> figures_;
  unsigned event_bytes_ = 0;
};

void StoreRounds::Run() {
  StartServers();
  for (int round = 0; round < options_.rounds; ++round) {
    Show(absl::StrFormat(" round %d of %d", round + 1, options_.rounds));
    for (const int clients : kClients) Round(clients);
  }
  Show(" syncs, counted");
  for (const int clients : kClients) {
    for (const Store& store : stores_) CountSyncs(store, clients);
  }
}

void StoreRounds::StartServers() {
  for (const Store& store : stores_) {
    std::unique_ptr<ServerProcess>& server = servers_[store.script];
    if (server != nullptr) continue;
    if (store.script.empty()) {
      server = std::make_unique<ServerProcess>(
          std::vector<std::string>{options_.trellisd, "--data", options_.work + "/trellis", "--dev",
                                   "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"});
      OpenPlans(server->WordAfter("grpc"), kClients.back() * kPlansOfClient);
    } else {
      server = std::make_unique<ServerProcess>(
          std::vector<std::string>{absl::StrCat(options_.scripts, "/", store.script),
                                   absl::StrCat(options_.work, "/", store.script)});
      Show(absl::StrCat("  ", store.script, ": ", server->line()));
    }
  }
}

absl::StatusOr<Written> StoreRounds::Write(const Store& store, int clients, absl::Duration length) {
  const ServerProcess& server = ServerOf(store);
  absl::string_view why = server.line();
  if (absl::ConsumePrefix(&why, "missing ")) return absl::NotFoundError(why);
  std::vector<std::string> arguments = store.write;
  arguments.insert(arguments.end(),
                   {"-address", server.WordAfter(store.script.empty() ? "grpc" : "address"),
                    "-clients", absl::StrCat(clients), "-duration", absl::FormatDuration(length)});
  ASSIGN_OR_RETURN(const std::string said, AskPeers(options_.peers, arguments));
  Written written;
  if (std::sscanf(said.c_str(), "events %llu seconds %lf p50 %lf p99 %lf bytes %u", &written.events,
                  &written.seconds, &written.p50_us, &written.p99_us, &written.bytes) != 5) {
    return absl::UnknownError(absl::StripTrailingAsciiWhitespace(said));
  }
  return written;
}

void StoreRounds::Round(int clients) {
  double trellis = 0;
  for (const Store& store : stores_) {
    Figures& figures = figures_[{store.name, clients}];
    const absl::StatusOr<Written> written = Write(store, clients, options_.round);
    if (!written.ok()) {
      figures.skipped = std::string(written.status().message());
      Show(absl::StrFormat("  %-48s skipped: %s", store.name, figures.skipped));
      continue;
    }
    if (store.script.empty()) trellis = written->rate();
    event_bytes_ = written->bytes;
    figures.rates.push_back(written->rate());
    figures.p50_us.push_back(written->p50_us);
    figures.p99_us.push_back(written->p99_us);
    if (trellis > 0) figures.trellis_ratios.push_back(trellis / written->rate());
    Show(absl::StrFormat("  %3d clients  %-48s %8.0f /s   p50 %7.0f us   p99 %7.0f us", clients,
                         store.name, written->rate(), written->p50_us, written->p99_us));
  }
}

void StoreRounds::CountSyncs(const Store& store, int clients) {
  Figures& figures = figures_[{store.name, clients}];
  if (figures.rates.empty()) return;
  const ServerProcess& server = ServerOf(store);
  const std::string pid =
      store.script.empty() ? absl::StrCat(server.pid()) : server.WordAfter("pid");
  const std::string file = options_.work + "/syncs";
  absl::StatusOr<Written> written = absl::UnknownError("not written");
  {
    const ServerProcess counter({options_.scripts + "/syncs", pid, file});
    if (absl::StartsWith(counter.line(), "missing ")) return Show("  " + counter.line());
    written = Write(store, clients, options_.round / 2);
  }
  double syncs = 0;
  if (!written.ok() || !(std::ifstream(file) >> syncs)) return Show("  syncs were not counted");
  figures.syncs_per_event = syncs / static_cast<double>(written->events);
  Show(absl::StrFormat("  %3d clients  %-48s %8.3f syncs for an event", clients, store.name,
                       figures.syncs_per_event));
}

Row StoreRounds::RowOf(const Store& store, int clients) {
  const Figures& figures = figures_[{store.name, clients}];
  Row row = {.what = absl::StrFormat("%d client%s: %s (%s)", clients, clients == 1 ? "" : "s",
                                     store.name, store.durable),
             .measured = absl::StrCat("skipped: ", figures.skipped),
             .limit = "",
             .ratio = "",
             .wanted = ""};
  if (figures.rates.empty()) return row;
  row.measured = absl::StrCat(
      Figure(Median(figures.rates), "/s"), "; p50 ", Figure(Median(figures.p50_us) / 1000, "ms"),
      ", p99 ", Figure(Median(figures.p99_us) / 1000, "ms"), "; ",
      figures.syncs_per_event < 0
          ? "syncs not counted"
          : absl::StrFormat("%.3f fsyncs an event", figures.syncs_per_event));
  const Figures& trellis = figures_[{stores_.front().name, clients}];
  if (store.script.empty() || figures.trellis_ratios.empty()) return row;
  const double ratio = Median(figures.trellis_ratios);
  const double wanted = clients == 1 ? 1 : clients == 64 ? store.wanted_at_64 : 0;
  row.limit = absl::StrCat("Trellis: ", Figure(Median(trellis.rates), "/s"));
  row.ratio = absl::StrFormat("%.2f ×", ratio);
  if (wanted > 0) row.wanted = absl::StrFormat("≥ %.2f ×", wanted);
  row.met = ratio >= wanted;
  return row;
}

void StoreRounds::AddRows(std::vector<Row>& rows) {
  for (const int clients : kClients) {
    for (const Store& store : stores_) rows.push_back(RowOf(store, clients));
  }
}

}  // namespace

void MeasureStores(const StoreBenchOptions& options, std::vector<Row>& rows) {
  Show("Durable writes to Trellis and to other stores, client and server on this machine:");
  StoreRounds rounds(options);
  rounds.Run();
  rounds.AddRows(rows);
  rows.push_back({.what = "bytes of an event, in all of them",
                  .measured = absl::StrCat(rounds.event_bytes()),
                  .limit = "",
                  .ratio = "",
                  .wanted = ""});
}

}  // namespace trellis::bench
