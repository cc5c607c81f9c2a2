// What the tests of the audit share: a ledger with several aggregates, signed, on disk; copies of
// it; and ways to change them behind everybody's back.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <random>
#include <rocksdb/db.h>

#include "audit/findings.h"
#include "audit/ledger_check.h"
#include "eventstore/database.h"
#include "tests/projections/views_fixture.h"
#include "tests/support/seed.h"
#include "trellis/v1/directory_events.pb.h"
#include "trellis/v1/school_events.pb.h"

namespace trellis::audit {

using eventstore::Position;
using projections::ReasonOf;
using projections::ViewsTest;
namespace fs = std::filesystem;

// Every row of every family of a log.
using AllRows = std::map<std::string, std::map<std::string, std::string>>;

inline const char* const kFamilies[] = {"default", "log", "streams", "requests", "tiles", "meta"};

class LedgerTest : public ViewsTest {
 protected:
  void SetUp() override {
    SignLog();
    ViewsTest::SetUp();
  }

  eventstore::EventLogOptions LogOptions() const {
    return {.directory = directory_ / "log", .ledger = "test"};
  }
  // Opens and closes the log with its key, so that its checkpoint covers all of it.
  void SignLog() {
    eventstore::EventLogOptions options = LogOptions();
    options.key = key_;
    const auto log = eventstore::EventLog::Open(options, clock_);
    ASSERT_TRUE(log.ok()) << log.status();
  }
  // What was written so far goes to files of sorted rows.
  void FlushLog() {
    const auto database = eventstore::Database::Open(LogOptions());
    ASSERT_TRUE(database.ok()) << database.status();
    for (auto* const family : {(*database)->log(), (*database)->streams(), (*database)->requests(),
                               (*database)->tiles(), (*database)->meta()}) {
      ASSERT_TRUE((*database)->db().Flush({}, family).ok());
    }
  }

  template <typename Event>
  void AppendEvent(const std::string& stream, uint64_t expected, const std::string& text) {
    auto event = testing::ParseText<Event>(text);
    event.set_occurred_on("2022-10-03");
    AppendRaw(stream, expected, domain::TypeOf(event), event.SerializeAsString());
  }
  void AddPerson() {
    const std::string name = "people/" + testing::NewId();
    AppendEvent<v1::PersonEvent>(
        name, 0, R"(person_registered { person_name { full_name: "Sam" } email: "a@x.example" })");
    WriteViews();
    AppendEvent<v1::PersonEvent>(name, 1, R"(person_email_set { email: "b@x.example" })");
  }
  // The rows of what was applied so far, with keys that are no longer true later.
  void WriteViews() {
    if (views_ == nullptr) return;
    ASSERT_EQ(ReasonOf(Applied(log_->durable_position())), "OK");
    ASSERT_TRUE(views_->People("", "a@x.example", 10).ok());
  }

  // More than 300 events of plans, people and schools, in files and in the write-ahead log, and
  // requests that wrote nothing. Views follow if they are open.
  void FillLedger(int lifecycles) {
    for (int i = 0; i < lifecycles; ++i) {
      if (i == lifecycles / 2 && views_ == nullptr) {
        log_.reset();
        FlushLog();
        OpenLog();
      }
      PlayLifecycle();
      AddPerson();
      AppendEvent<v1::SchoolEvent>(
          absl::StrCat("schools/", 900001 + i), 0,
          R"(school_recorded { facts { school_name: "Northgate" status: OPEN } })");
      ASSERT_TRUE(Append(eventstore::Commit()).ok());
    }
    events_ = log_->durable_position();
    ASSERT_GT(events_, 300u);
    CloseBoth();
    SignLog();
    std::ofstream(directory_ / "signing.pub") << key_.verifier().ToString() << "\n";
  }

  // A fresh copy of the ledger, in place of the one before.
  std::string Copy() {
    const std::string copy = scratch_ / "copy";
    fs::remove_all(copy);
    fs::copy(directory_.path(), copy, fs::copy_options::recursive);
    return copy;
  }
  absl::StatusOr<LedgerReport> Check(const std::string& data) {
    return CheckLedger(
        {.data = data, .ledger = "test", .keys = {key_.verifier()}, .vault = &vault_});
  }

  // Changes rows of the log in `data`. `families` as in kFamilies.
  using Families = std::map<std::string, rocksdb::ColumnFamilyHandle*>;
  static void Tamper(const std::string& directory,
                     const std::function<void(rocksdb::DB&, const Families&)>& change) {
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const char* const name : kFamilies) descriptors.push_back({name, {}});
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, directory, descriptors, &handles, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    Families families;
    for (size_t i = 0; i < handles.size(); ++i) families[kFamilies[i]] = handles[i];
    change(*db, families);
    for (auto* const handle : handles) ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
  }

  // All rows, read without changing anything.
  static AllRows ReadRows(const std::string& data) {
    AllRows all;
    const auto database =
        eventstore::Database::OpenReadOnly({.directory = data + "/log", .ledger = "test"});
    EXPECT_TRUE(database.ok()) << database.status();
    if (!database.ok()) return all;
    const eventstore::Database& log = **database;
    const std::map<std::string, rocksdb::ColumnFamilyHandle*> families = {
        {"default", log.unused()},    {"log", log.log()},     {"streams", log.streams()},
        {"requests", log.requests()}, {"tiles", log.tiles()}, {"meta", log.meta()}};
    for (const auto& [name, family] : families) {
      const auto scanned = log.Scan(family, [&, &rows = all[name]](auto key, auto value) {
        rows.emplace(std::string(key), std::string(value));
      });
      EXPECT_TRUE(scanned.ok()) << scanned;
    }
    return all;
  }

  size_t Below(size_t bound) { return random_() % bound; }

  const proofs::SignerKey key_ =
      proofs::SignerKey::Generate("test", proofs::KeyType::kNote).value();
  testing::TempDirectory scratch_;
  Position events_ = 0;
  std::mt19937_64 random_{testing::Seed()};
};

// Every file under `directory` with its bytes.
inline std::map<std::string, std::string> FilesOf(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path()] = std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

inline std::string AllFindings(const LedgerReport& report) {
  std::string all;
  for (const std::string& finding : report.findings.kept()) absl::StrAppend(&all, finding, "\n");
  return all;
}

}  // namespace trellis::audit
