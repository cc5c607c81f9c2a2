// Measures Trellis against limits of the same machine in the same run, and prints a table.
//
//   trellis_bench --trellisd FILE --play FILE --work DIR [--peers FILE] [--out FILE] [--quick]
//     [--only calls|access|import|growth|verify|backup|caseload|queue|stores]
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <rocksdb/db.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "audit/keys_beside.h"
#include "audit/ledger_check.h"
#include "base/check.h"
#include "base/clock.h"
#include "projections/views.h"
#include "tests/bench/access_bench.h"
#include "tests/bench/backup_bench.h"
#include "tests/bench/caseload_bench.h"
#include "tests/bench/import_bench.h"
#include "tests/bench/load.h"
#include "tests/bench/processes.h"
#include "tests/bench/proof_bench.h"
#include "tests/bench/queue_bench.h"
#include "tests/bench/sample.h"
#include "tests/bench/store_bench.h"
#include "tests/bench/table.h"
#include <CLI/CLI.hpp>

namespace trellis::bench {
namespace {

constexpr int kInFlight = 128;
// Eight plans for each call in flight: no two calls meet on one plan.
constexpr int kPlansPerSlot = 8;
constexpr char kPlanService[] = "/trellis.v1.SupportPlanService/";

struct Options {
  std::string trellisd, play, work, out, self;
  // The Go program of tests/bench/peers, and the folder of its scripts.
  std::string peers, scripts;
  // "calls", "access", "import", "growth", "verify", "backup", "caseload", "queue", "stores" or
  // empty for all.
  std::string only;
  absl::Duration round = absl::Seconds(4);
  int rounds = 5;
  std::vector<uint64_t> log_sizes = {10'000, 1'000'000, 10'000'000};
  uint64_t queue_events = 200'000;
  int demo_schools = 200;
  int queue_rounds = 3;
  absl::Duration queue_live = absl::Seconds(5);
};

LoadResult Measure(const std::string& name, const ServerProcess& server,
                   const LoadOptions& options) {
  const double cpu_before = server.cpu_seconds();
  const LoadResult result = RunLoad(server.WordAfter("grpc"), options);
  if (result.failures > 0) Crash(absl::StrCat(name, ": ", result.first_failure));
  const double calls = result.calls_per_second * absl::ToDoubleSeconds(options.duration);
  Show(absl::StrFormat("  %-28s %8.0f /s   p50 %7.0f us   p99 %7.0f us   server %4.0f us each",
                       name, result.calls_per_second, result.p50_us, result.p99_us,
                       (server.cpu_seconds() - cpu_before) * 1e6 / calls));
  return result;
}

// The median time of an append of `bytes` and an fdatasync, on the disk that the log is on.
double FdatasyncMedianUs(const std::string& directory, size_t bytes) {
  const std::string file = directory + "/fdatasync";
  const int fd = open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
  CHECK(fd >= 0);
  const std::string block(bytes, 'x');
  std::vector<double> times;
  const SteadyClock::time_point start = SteadyClock::now();
  while (SecondsSince(start) < 1.5) {
    const SteadyClock::time_point before = SteadyClock::now();
    CHECK(write(fd, block.data(), block.size()) == static_cast<ssize_t>(block.size()));
    CHECK(fdatasync(fd) == 0);
    times.push_back(SecondsSince(before) * 1e6);
  }
  close(fd);
  std::filesystem::remove(file);
  return Median(times);
}

// Records a second that RocksDB alone writes in synced batches of kInFlight.
double RocksBatchRate(const std::string& directory, size_t bytes) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* raw = nullptr;
  CHECK(rocksdb::DB::Open(options, directory + "/rocksdb", &raw).ok());
  const std::unique_ptr<rocksdb::DB> db(raw);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const std::string value(bytes, 'x');
  const SteadyClock::time_point start = SteadyClock::now();
  uint64_t written = 0;
  while (SecondsSince(start) < 2) {
    rocksdb::WriteBatch batch;
    for (int i = 0; i < kInFlight; ++i) CHECK(batch.Put(absl::StrCat(++written), value).ok());
    CHECK(db->Write(synced, &batch).ok());
  }
  return static_cast<double>(written) / SecondsSince(start);
}

// The calls that are compared: what is sent, and how many bytes come back.
struct Calls {
  std::vector<int64_t> counts = std::vector<int64_t>(kInFlight, 0);
  size_t answer_bytes = 0;

  LoadOptions Revise(int in_flight, absl::Duration duration, bool to_null) {
    return {.method = to_null ? kNullMethod : absl::StrCat(kPlanService, "ReviseTarget"),
            .in_flight = in_flight,
            .duration = duration,
            .next =
                [this](int slot) {
                  const int64_t count = counts[static_cast<size_t>(slot)]++;
                  const int plan = slot * kPlansPerSlot + static_cast<int>(count % kPlansPerSlot);
                  return BufferOf(ReviseRequest(plan, count).SerializeAsString());
                },
            .caller = Tutor()};
  }

  LoadOptions Get(absl::Duration duration, bool to_null) {
    return {.method = to_null ? kNullMethod : absl::StrCat(kPlanService, "GetSupportPlan"),
            .in_flight = kInFlight,
            .duration = duration,
            .next =
                [this](int slot) {
                  const int64_t count = counts[static_cast<size_t>(slot)]++;
                  v1::GetSupportPlanRequest get;
                  get.set_name(
                      PlanName(slot * kPlansPerSlot + static_cast<int>(count % kPlansPerSlot)));
                  return BufferOf(get.SerializeAsString());
                },
            .caller = Tutor()};
  }
};

// A file with the bytes of an answer, for the null server.
std::string AnswerFile(const Options& options, const std::string& bytes) {
  const std::string file = absl::StrCat(options.work, "/answer-", bytes.size());
  std::ofstream(file, std::ios::binary) << bytes;
  return file;
}

void MeasureCalls(const Options& options, std::vector<Row>& rows) {
  Show("Commands and reads, client and server on this machine together:");
  const std::string data = options.work + "/calls";
  const ServerProcess trellisd({options.trellisd, "--data", data, "--dev", "--listen",
                                "127.0.0.1:0", "--http", "127.0.0.1:0"});
  const std::string server = trellisd.WordAfter("grpc");
  OpenPlans(server, kInFlight * kPlansPerSlot);
  const std::string revised = CallOnce(server, absl::StrCat(kPlanService, "ReviseTarget"),
                                       ReviseRequest(0, -1).SerializeAsString(), Tutor());
  v1::GetSupportPlanRequest get;
  get.set_name(PlanName(0));
  const std::string got =
      CallOnce(server, absl::StrCat(kPlanService, "GetSupportPlan"), get.SerializeAsString());
  const ServerProcess null_reply(
      {options.self, "--null-server", "command", "--answer", AnswerFile(options, revised)});
  const ServerProcess null_get(
      {options.self, "--null-server", "read", "--answer", AnswerFile(options, got)});

  Calls calls;
  std::vector<double> many, many_null, many_ratio, one_ratio, one_us, one_limit_us, get_ratio, gets,
      gets_null;
  for (int round = 0; round < options.rounds; ++round) {
    Show(absl::StrFormat(" round %d of %d", round + 1, options.rounds));
    const auto null_many = Measure("null rpc, 128 in flight", null_reply,
                                   calls.Revise(kInFlight, options.round, true));
    const auto durable =
        Measure("durable command, 128", trellisd, calls.Revise(kInFlight, options.round, false));
    many.push_back(durable.calls_per_second);
    many_null.push_back(null_many.calls_per_second);
    many_ratio.push_back(durable.calls_per_second / null_many.calls_per_second);
    const auto null_one =
        Measure("null rpc, 1 in flight", null_reply, calls.Revise(1, options.round / 2, true));
    const double sync_us = FdatasyncMedianUs(options.work, 1024);
    Show(absl::StrFormat("  %-28s p50 %7.0f us", "fdatasync of 1 KiB", sync_us));
    const auto one = Measure("durable command, 1 in flight", trellisd,
                             calls.Revise(1, options.round / 2, false));
    one_us.push_back(one.p50_us);
    one_limit_us.push_back(null_one.p50_us + sync_us);
    one_ratio.push_back(one.p50_us / (null_one.p50_us + sync_us));
    const auto null_read =
        Measure("null rpc for a read, 128", null_get, calls.Get(options.round / 2, true));
    const auto read = Measure("GetSupportPlan, 128", trellisd, calls.Get(options.round / 2, false));
    gets.push_back(read.calls_per_second);
    gets_null.push_back(null_read.calls_per_second);
    get_ratio.push_back(read.calls_per_second / null_read.calls_per_second);
  }
  const double rocks = RocksBatchRate(options.work, 700);
  // The median of the rounds' ratios: each ratio is of two measurements side by side.
  rows.push_back(AtLeast("durable commands, 128 in flight, every one synced",
                         Median(many_ratio) * Median(many_null), "/s", "null rpc, same messages",
                         Median(many_null), 0.70));
  rows.push_back(AtMost("durable command, 1 in flight, p50",
                        Median(one_ratio) * Median(one_limit_us), "us", "null rpc + one fdatasync",
                        Median(one_limit_us), 1.30));
  rows.push_back(AtLeast("GetSupportPlan, 128 in flight", Median(get_ratio) * Median(gets_null),
                         "/s", "null rpc, same messages", Median(gets_null), 0.80));
  rows.push_back({.what = "durable commands beside RocksDB alone",
                  .measured = Figure(Median(many), "/s"),
                  .limit = absl::StrCat("RocksDB, synced batches of 128: ", Figure(rocks, "/s")),
                  .ratio = absl::StrFormat("%.2f ×", Median(many) / rocks),
                  .wanted = ""});
  rows.push_back({.what = "bytes of a command's answer, and of a plan",
                  .measured = absl::StrCat(revised.size(), " and ", got.size()),
                  .limit = "",
                  .ratio = "",
                  .wanted = ""});
}

double DirectoryBytes(const std::string& directory) {
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) bytes += static_cast<double>(entry.file_size());
  }
  return bytes;
}

// Runs on one core while it lives, with every thread that is started meanwhile.
class OneCore {
 public:
  OneCore() {
    CHECK(sched_getaffinity(0, sizeof(before_), &before_) == 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    CHECK(sched_setaffinity(0, sizeof(one), &one) == 0);
  }
  ~OneCore() { sched_setaffinity(0, sizeof(before_), &before_); }

 private:
  cpu_set_t before_;
};

// Processor time of this process so far. On a busy machine it says more than the clock.
double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Seconds in which the views catch up with the log in `data` from an empty directory.
double CatchUpSeconds(const std::string& data) {
  const OneCore one_core;
  const SystemClock clock;
  auto log = eventstore::EventLog::Open({.directory = data + "/log", .ledger = "trellis"}, clock);
  if (!log.ok()) Crash(log.status().message());
  const double cpu_before = CpuSeconds();
  const SteadyClock::time_point start = SteadyClock::now();
  const auto keys = audit::KeysBeside::Open(data);
  if (!keys.ok() || *keys == nullptr) Crash("no keys beside the log");
  auto views = projections::Views::Open(data + "/views", **log, (*keys)->vault(),
                                        [](eventstore::Position at, eventstore::Position of) {
                                          std::fprintf(stderr, "\r  catching up: %llu of %llu",
                                                       static_cast<unsigned long long>(at),
                                                       static_cast<unsigned long long>(of));
                                        });
  if (!views.ok()) Crash(views.status().message());
  const double seconds = SecondsSince(start);
  Show(absl::StrFormat("\n  caught up in %.2f s; %.2f s of processor time", seconds,
                       CpuSeconds() - cpu_before));
  (*log)->Close();
  return seconds;
}

void MeasureGrowth(const Options& options, std::vector<Row>& rows) {
  for (const uint64_t size : options.log_sizes) {
    Show(absl::StrCat("A log of ", size, " events:"));
    const std::string data = absl::StrCat(options.work, "/log-", size);
    std::filesystem::create_directories(data);
    const uint64_t events = FillLog({.data = data, .events = size, .play_file = options.play});
    const double catch_up = CatchUpSeconds(data);
    const double rate = static_cast<double>(events) / catch_up;
    const double log_bytes = DirectoryBytes(data + "/log") / static_cast<double>(events);
    const double view_bytes = DirectoryBytes(data + "/views") / static_cast<double>(events);
    const ServerProcess trellisd({options.trellisd, "--data", data, "--dev", "--listen",
                                  "127.0.0.1:0", "--http", "127.0.0.1:0"});
    const bool largest = size == options.log_sizes.back();
    const std::string label = Figure(static_cast<double>(events), "events");
    rows.push_back({.what = absl::StrCat("views catch up from empty, one core, ", label),
                    .measured = Figure(rate, "events/s"),
                    .limit = "",
                    .ratio = "",
                    .wanted = largest ? "≥ 150 000 events/s" : "",
                    .met = rate >= 150'000});
    rows.push_back({.what = absl::StrCat("start to serving, ", label),
                    .measured = Figure(trellisd.start_seconds(), "s"),
                    .limit = "",
                    .ratio = "",
                    .wanted = largest ? "< 1 s" : "",
                    .met = trellisd.start_seconds() < 1});
    const double resident = trellisd.resident_mib();
    rows.push_back({.what = absl::StrCat("resident memory after start, ", label),
                    .measured = Figure(resident, "MiB"),
                    .limit = "",
                    .ratio = "",
                    .wanted = largest ? "< 256 MiB" : "",
                    .met = resident < 256});
    rows.push_back({.what = absl::StrCat("on disk per event: log, views, ", label),
                    .measured = absl::StrCat(Figure(log_bytes, "B"), ", ", Figure(view_bytes, "B")),
                    .limit = "",
                    .ratio = "",
                    .wanted = ""});
  }
}

// How fast a whole ledger without views is checked.
void MeasureVerify(const Options& options, std::vector<Row>& rows) {
  const std::string data = options.work + "/verify";
  std::filesystem::create_directories(data);
  const uint64_t events =
      FillLog({.data = data, .events = options.queue_events, .play_file = options.play});
  const auto keys = audit::KeysBeside::Open(data);
  if (!keys.ok() || *keys == nullptr) Crash("no keys beside the log");
  std::vector<double> rates;
  for (int round = 0; round < options.rounds; ++round) {
    const OneCore one_core;
    const double cpu_before = CpuSeconds();
    const SteadyClock::time_point start = SteadyClock::now();
    const auto report =
        audit::CheckLedger({.data = data, .ledger = "trellis", .vault = &(*keys)->vault()});
    if (!report.ok()) Crash(report.status().message());
    CHECK(report->events == events && report->holds());
    rates.push_back(static_cast<double>(events) / SecondsSince(start));
    Show(absl::StrFormat("  checked %d events in %.2f s; %.2f s of processor time", events,
                         SecondsSince(start), CpuSeconds() - cpu_before));
  }
  rows.push_back({.what = absl::StrCat("trellis verify without views, one core, ",
                                       Figure(static_cast<double>(events), "events")),
                  .measured = Figure(Median(rates), "events/s"),
                  .limit = "",
                  .ratio = "",
                  .wanted = "≥ 500 000 events/s",
                  .met = Median(rates) >= 500'000});
  MeasureProofs(data, options.rounds, rows);
}

int Run(const Options& options) {
  std::filesystem::remove_all(options.work);
  std::filesystem::create_directories(options.work);
  std::vector<Row> rows;
  const auto wanted = [&](const char* part) {
    return options.only.empty() || options.only == part;
  };
  if (wanted("calls")) MeasureCalls(options, rows);
  if (wanted("access")) {
    MeasureAccess({.trellisd = options.trellisd,
                   .self = options.self,
                   .work = options.work,
                   .rounds = options.rounds,
                   .round = options.round},
                  rows);
  }
  if (wanted("import")) {
    const double rocks = RocksBatchRate(options.work, 700);
    MeasureImport(options.trellisd, options.work, rocks, rows);
    MeasureDemo(options.trellisd, options.work, rocks, options.demo_schools, rows);
  }
  if (wanted("growth")) MeasureGrowth(options, rows);
  if (wanted("verify")) MeasureVerify(options, rows);
  if (wanted("backup")) {
    MeasureBackup({.trellisd = options.trellisd,
                   .play = options.play,
                   .work = options.work,
                   .events = options.log_sizes.back(),
                   .rounds = options.rounds,
                   .round = options.round},
                  rows);
  }
  if (wanted("caseload")) {
    MeasureCaseload({.trellisd = options.trellisd, .work = options.work, .round = options.round},
                    rows);
  }
  if (wanted("queue")) {
    MeasureQueue({.trellisd = options.trellisd,
                  .play = options.play,
                  .work = options.work,
                  .peers = options.peers,
                  .events = options.queue_events,
                  .rounds = options.queue_rounds,
                  .live = options.queue_live},
                 rows);
  }
  if (wanted("stores")) {
    MeasureStores({.trellisd = options.trellisd,
                   .work = options.work,
                   .peers = options.peers,
                   .scripts = options.scripts,
                   .rounds = options.rounds,
                   .round = options.round},
                  rows);
  }
  std::filesystem::remove_all(options.work);
  const std::string table = Markdown(rows);
  std::printf("\n%s", table.c_str());
  if (!options.out.empty()) std::ofstream(options.out) << table;
  return 0;
}

}  // namespace
}  // namespace trellis::bench

int main(int argc, char** argv) {
  trellis::bench::Options options;
  options.self = std::filesystem::canonical("/proc/self/exe");
  std::string null_rpc, null_answer, null_certificate, null_key;
  bool quick = false;
  CLI::App app("Measures Trellis against limits of the same run.");
  const auto* const null_flag = app.add_option("--null-server", null_rpc, "Serve a null rpc");
  app.add_option("--answer", null_answer, "The file with its answer");
  app.add_option("--certificate", null_certificate, "Its certificate; default: no TLS");
  app.add_option("--key", null_key, "The certificate's key");
  app.add_option("--trellisd", options.trellisd, "The server's binary");
  app.add_option("--play", options.play, "The example play");
  app.add_option("--work", options.work, "A directory to work in; emptied first");
  app.add_option("--out", options.out, "Where the table is written as well")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.add_option("--peers", options.peers, "The Go program that uses brokers and stores, too");
  app.add_option("--scripts", options.scripts, "The folder of the scripts that start stores");
  app.add_option("--only", options.only, "Only this part")
      ->check(CLI::IsMember({"calls", "access", "import", "growth", "verify", "backup", "caseload",
                             "queue", "stores"}));
  app.add_flag("--quick", quick, "Two short rounds and small logs: to see that it runs");
  CLI11_PARSE(app, argc, argv);
  if (null_flag->count() > 0) {
    std::ifstream file(null_answer, std::ios::binary);
    return trellis::bench::ServeNull(null_rpc,
                                     std::string(std::istreambuf_iterator<char>(file), {}),
                                     null_certificate, null_key);
  }
  if (quick) {
    options.rounds = 2;
    options.round = absl::Seconds(1);
    options.log_sizes = {10'000, 50'000};
    options.queue_events = 30'000;
    options.demo_schools = 20;
    options.queue_rounds = 1;
    options.queue_live = absl::Seconds(4);
  }
  return trellis::bench::Run(options);
}
