#include "tests/bench/import_bench.h"

#include <optional>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/check.h"
#include "clients/trellis/call.h"
#include "clients/trellis/demo/school.h"
#include "clients/trellis/run.h"
#include "clients/trellis/stream.h"
#include "tests/bench/processes.h"
#include "trellis/v1/directory_service.pb.h"

namespace trellis::bench {
namespace {

constexpr int kSchools = 50'000;
constexpr size_t kChunkBytes = 64 << 10;

// A file with the columns that are read, and a hundred more, as GIAS's has.
std::string File() {
  std::string more_names, more;
  for (int i = 0; i < 100; ++i) {
    absl::StrAppend(&more_names, ",Column ", i);
    absl::StrAppend(&more, ",\"value ", i, "\"");
  }
  std::string file = absl::StrCat(
      "URN,LA (code),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (name),"
      "PhaseOfEducation (name),EstablishmentStatus (name),OpenDate,CloseDate,UKPRN,Town,Postcode",
      more_names, "\r\n");
  for (int i = 0; i < kSchools; ++i) {
    absl::StrAppend(&file, 100'000 + i, ",", 200 + i % 700, ",", 1000 + i % 9000, ",\"School ", i,
                    "\",\"Academy converter\",\"Primary\",\"Open\",\"01-09-2013\",\"\",",
                    10'000'000 + i, ",\"Melton Mowbray\",\"LE14 3QX\"", more, "\r\n");
  }
  return file;
}

struct Imported {
  double seconds = 0;
  v1::ImportProgress totals;
};

Imported ImportOnce(const std::string& address, const std::string& file) {
  cli::Server server({.address = address, .timeout = absl::Seconds(60), .on_wait = {}});
  const auto& method =
      *v1::PersonReply::descriptor()->file()->service(0)->FindMethodByName("ImportSchools");
  const auto start = SteadyClock::now();
  const auto stream = server.Open(
      method, {"people/00000000-0000-4000-8000-00000000000b", "Bench", "ADMINISTRATOR"});
  for (size_t at = 0; at < file.size(); at += kChunkBytes) {
    v1::ImportChunk chunk;
    chunk.set_data(file.substr(at, kChunkBytes));
    stream->Send(chunk);
  }
  stream->EndSending();
  Imported imported;
  while (true) {
    const auto bytes = stream->Receive(nullptr);
    if (!bytes.ok()) Crash(bytes.status().message());
    if (!bytes->has_value()) break;
    CHECK(imported.totals.ParseFromString(**bytes));
  }
  imported.seconds = SecondsSince(start);
  return imported;
}

struct Loaded {
  double seconds = 0;
  double commands = 0;
};

Loaded LoadDemo(const std::string& address, int schools) {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  const cli::Process process{.variables = [](const std::string&) { return std::nullopt; },
                             .in = in,
                             .out = out,
                             .err = err};
  const auto start = SteadyClock::now();
  const int code = cli::Run(
      {"demo", "--server", address, "--schools", absl::StrCat(schools), "--output", "json"},
      process);
  if (code != 0) Crash(err.str());
  Loaded loaded;
  loaded.seconds = SecondsSince(start);
  const std::string kCount = "\"commands\":";
  const std::string said = out.str();
  const std::string rest = said.substr(said.find(kCount) + kCount.size());
  CHECK(absl::SimpleAtod(rest.substr(0, rest.find(',')), &loaded.commands));
  return loaded;
}

}  // namespace

void MeasureImport(const std::string& trellisd, const std::string& work, double rocks_rate,
                   std::vector<Row>& rows) {
  Show("An import:");
  const ServerProcess server({trellisd, "--data", work + "/import", "--dev", "--listen",
                              "127.0.0.1:0", "--http", "127.0.0.1:0"});
  const std::string file = File();
  const Imported first = ImportOnce(server.WordAfter("grpc"), file);
  CHECK(first.totals.written() == kSchools);
  const Imported second = ImportOnce(server.WordAfter("grpc"), file);
  CHECK(second.totals.unchanged() == kSchools);
  const double rate = kSchools / first.seconds;
  const double again = kSchools / second.seconds;
  Show(absl::StrFormat("  %.0f rows/s, and %.0f rows/s where all are known", rate, again));
  rows.push_back(
      {.what = "GIAS import, 50 000 rows of 112 columns, every one synced",
       .measured = Figure(rate, "rows/s"),
       .limit = absl::StrCat("RocksDB, synced batches of 128: ", Figure(rocks_rate, "/s")),
       .ratio = absl::StrFormat("%.2f ×", rate / rocks_rate),
       .wanted = ""});
  rows.push_back({.what = "the same file again, nothing written",
                  .measured = Figure(again, "rows/s"),
                  .limit = absl::StrCat("the first time: ", Figure(rate, "rows/s")),
                  .ratio = absl::StrFormat("%.2f ×", again / rate),
                  .wanted = ""});
}

void MeasureDemo(const std::string& trellisd, const std::string& work, double rocks_rate,
                 int schools, std::vector<Row>& rows) {
  Show("A demonstration:");
  const ServerProcess server({trellisd, "--data", work + "/demo", "--dev", "--listen",
                              "127.0.0.1:0", "--http", "127.0.0.1:0"});
  const std::string address = server.WordAfter("grpc");
  const Loaded first = LoadDemo(address, schools);
  const Loaded second = LoadDemo(address, schools);
  const double rate = first.commands / first.seconds;
  const double again = second.commands / second.seconds;
  Show(absl::StrFormat("  %.0f commands, %.0f a second, and %.0f a second again", first.commands,
                       rate, again));
  rows.push_back(
      {.what = absl::StrFormat("a demonstration trust of %d schools and %d ECTs, through the API",
                               schools, schools * cli::kDemoEctsPerSchool),
       .measured = Figure(rate, "commands/s"),
       .limit = absl::StrCat("RocksDB, synced batches of 128: ", Figure(rocks_rate, "/s")),
       .ratio = absl::StrFormat("%.2f ×", rate / rocks_rate),
       .wanted = ""});
  rows.push_back({.what = "the same again, nothing written",
                  .measured = Figure(again, "commands/s"),
                  .limit = absl::StrCat("the first time: ", Figure(rate, "commands/s")),
                  .ratio = absl::StrFormat("%.2f ×", again / rate),
                  .wanted = ""});
}

}  // namespace trellis::bench
