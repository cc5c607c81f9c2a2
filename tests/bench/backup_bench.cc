#include "tests/bench/backup_bench.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "backup/make_backup.h"
#include "backup/restore.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "google/longrunning/operations.pb.h"
#include "proofs/key_file.h"
#include "tests/bench/load.h"
#include "tests/bench/processes.h"
#include "tests/bench/sample.h"
#include "trellis/v1/admin_service.pb.h"

namespace trellis::bench {
namespace {

double SecondsOf(const std::function<void()>& work) {
  const auto start = SteadyClock::now();
  work();
  return SecondsSince(start);
}

// `cp -r`, and every file synced: what a copy costs that can be relied on.
double CopySeconds(const std::string& from, const std::string& to) {
  const std::string command =
      absl::StrCat("cp -r '", from, "' '", to, "' && find '", to, "' -type f -exec sync {} +");
  const double seconds = SecondsOf([&] { CHECK(std::system(command.c_str()) == 0); });
  std::filesystem::remove_all(to);
  return seconds;
}

backup::Manifest Make(const backup::MakeOptions& options, const Clock& clock) {
  auto made = backup::MakeBackup(options, clock);
  if (!made.ok()) Crash(made.status().message());
  return *std::move(made);
}

void MeasureFiles(const BackupBenchOptions& options, std::vector<Row>& rows) {
  const std::string data = options.work + "/backup-data";
  const std::string backups = options.work + "/backups";
  const std::string restored = options.work + "/restored";
  std::filesystem::create_directories(data);
  const uint64_t events =
      FillLog({.data = data, .events = options.events, .play_file = options.play});
  const SystemClock clock;
  const auto key = proofs::ReadKeyFile(data + "/signing.key");
  if (!key.ok()) Crash(key.status().message());
  const auto log = eventstore::EventLog::Open(
      {.directory = data + "/log", .ledger = key->verifier().name(), .key = *key}, clock);
  if (!log.ok()) Crash(log.status().message());
  const backup::MakeOptions making = {
      .directory = backups,
      .links = data + "/links",
      .key = *key,
      .link = [&](const std::string& path) { return (*log)->LinkTo(path + "/log"); }};
  std::vector<double> made_ratio, restored_ratio, copied, again;
  double mebibytes = 0;
  for (int round = 0; round < options.rounds; ++round) {
    const double made = SecondsOf(
        [&] { mebibytes = static_cast<double>(Make(making, clock).bytes()) / (1 << 20); });
    again.push_back(SecondsOf([&] { Make(making, clock); }));
    const double restoring = SecondsOf([&] {
      const auto result = backup::Restore({.from = backups, .data = restored});
      if (!result.ok()) Crash(result.status().message());
      CHECK(result->position == events);
    });
    copied.push_back(mebibytes / CopySeconds(restored + "/log", options.work + "/copy"));
    made_ratio.push_back(mebibytes / made / copied.back());
    restored_ratio.push_back(mebibytes / restoring / copied.back());
    Show(absl::StrFormat("  %.0f MiB: backup %.2f s, again %.2f s, restore %.2f s, cp %.2f s",
                         mebibytes, made, again.back(), restoring, mebibytes / copied.back()));
    std::filesystem::remove_all(backups);
    std::filesystem::remove_all(restored);
  }
  const std::string size =
      absl::StrCat(Figure(static_cast<double>(events), "events"), ", ", Figure(mebibytes, "MiB"));
  rows.push_back(AtLeast(absl::StrCat("first backup, ", size), Median(made_ratio) * Median(copied),
                         "MiB/s", "cp -r, every file synced", Median(copied), 0.5));
  rows.push_back({.what = absl::StrCat("next backup, nothing new, ", size),
                  .measured = Figure(Median(again), "s"),
                  .limit = "",
                  .ratio = "",
                  .wanted = ""});
  rows.push_back(
      {.what = absl::StrCat("restore, all of it checked, ", size),
       .measured = Figure(Median(restored_ratio) * Median(copied), "MiB/s"),
       .limit = absl::StrCat("cp -r, every file synced: ", Figure(Median(copied), "MiB/s")),
       .ratio = absl::StrFormat("%.2f ×", Median(restored_ratio)),
       .wanted = ""});
}

// Has the server make a backup, and waits for its end.
void MakeAt(const std::string& server) {
  v1::StartBackupRequest request;
  request.set_request_id(UuidText(RandomUuid()));
  request.set_keep_count(2);
  google::longrunning::Operation operation;
  CHECK(operation.ParseFromString(
      CallOnce(server, "/trellis.v1.AdminService/StartBackup", request.SerializeAsString())));
  while (!operation.done()) {
    google::longrunning::WaitOperationRequest wait;
    wait.set_name(operation.name());
    CHECK(operation.ParseFromString(CallOnce(server, "/google.longrunning.Operations/WaitOperation",
                                             wait.SerializeAsString())));
  }
  CHECK(operation.has_response());
}

void MeasureCommands(const BackupBenchOptions& options, std::vector<Row>& rows) {
  constexpr int kInFlight = 32;
  constexpr int kPlansPerSlot = 8;
  const ServerProcess trellisd({options.trellisd, "--data", options.work + "/backup-live",
                                "--backups", options.work + "/backups", "--key-backups",
                                options.work + "/key-backups", "--dev", "--listen", "127.0.0.1:0",
                                "--http", "127.0.0.1:0"});
  const std::string server = trellisd.WordAfter("grpc");
  OpenPlans(server, kInFlight * kPlansPerSlot);
  std::vector<int64_t> counts(kInFlight, 0);
  const LoadOptions load = {.method = "/trellis.v1.SupportPlanService/ReviseTarget",
                            .in_flight = kInFlight,
                            .duration = options.round,
                            .next =
                                [&](int slot) {
                                  const int64_t count = counts[static_cast<size_t>(slot)]++;
                                  const int plan = slot * kPlansPerSlot +
                                                   static_cast<int>(count % kPlansPerSlot);
                                  return BufferOf(ReviseRequest(plan, count).SerializeAsString());
                                },
                            .caller = Tutor()};
  std::vector<double> ratio, alone_rate, alone_p99, beside_p99;
  for (int round = 0; round < options.rounds; ++round) {
    const LoadResult alone = RunLoad(server, load);
    std::atomic<bool> stop = false;
    int backups = 0;
    std::thread maker([&] {
      for (; !stop; ++backups) MakeAt(server);
    });
    const LoadResult beside = RunLoad(server, load);
    stop = true;
    maker.join();
    CHECK(alone.failures == 0 && beside.failures == 0);
    alone_rate.push_back(alone.calls_per_second);
    ratio.push_back(beside.calls_per_second / alone.calls_per_second);
    alone_p99.push_back(alone.p99_us);
    beside_p99.push_back(beside.p99_us);
    Show(absl::StrFormat("  commands %.0f /s, p99 %.0f us; beside %d backups %.0f /s, p99 %.0f us",
                         alone.calls_per_second, alone.p99_us, backups, beside.calls_per_second,
                         beside.p99_us));
  }
  rows.push_back(AtLeast("durable commands, 32 in flight, beside one backup after the other",
                         Median(ratio) * Median(alone_rate), "/s", "without backups",
                         Median(alone_rate), 0.5));
  rows.push_back({.what = "the same, p99",
                  .measured = Figure(Median(beside_p99), "us"),
                  .limit = absl::StrCat("without backups: ", Figure(Median(alone_p99), "us")),
                  .ratio = absl::StrFormat("%.2f ×", Median(beside_p99) / Median(alone_p99)),
                  .wanted = ""});
}

}  // namespace

void MeasureBackup(const BackupBenchOptions& options, std::vector<Row>& rows) {
  MeasureFiles(options, rows);
  MeasureCommands(options, rows);
}

}  // namespace trellis::bench
