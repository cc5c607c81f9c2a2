// What the tests of the access log share.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "access/access_log.h"
#include "access/access_store.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fault_file_system.h"
#include "tests/support/temp_directory.h"

namespace trellis::access {

// Somebody: another one for each number.
inline std::string Person(int number) {
  return absl::StrFormat("people/7c2ab8f4-0000-4000-8000-%012d", number);
}

// That a mentor looked at these persons' plan.
inline v1::AccessEntry Look(const std::vector<int>& subjects, absl::string_view reason = "") {
  v1::AccessEntry entry;
  for (const int subject : subjects) entry.add_subjects(Person(subject));
  entry.set_reader(Person(900));
  entry.set_capacity(v1::MENTOR);
  entry.set_rpc("trellis.v1.SupportPlanService/GetSupportPlan");
  entry.set_record("supportPlans/5d0a3a52-0000-4000-8000-000000000001");
  entry.set_outcome(v1::AccessEntry::SEEN);
  entry.set_reason(std::string(reason));
  return entry;
}

template <typename T>
std::string ReasonOf(const absl::StatusOr<T>& result) {
  return result.ok() ? "OK" : ErrorReason(result.status());
}
inline std::string ReasonOf(const absl::Status& status) {
  return status.ok() ? "OK" : ErrorReason(status);
}

inline std::vector<int64_t> NumbersOf(const AccessPage& page) {
  std::vector<int64_t> numbers;
  for (const v1::AccessEntry& entry : page.entries) numbers.push_back(entry.number());
  return numbers;
}

// A log in a directory of its own, on a disk that can fail.
class AccessTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  AccessLogOptions Options() {
    return {.directory = directory_ / "access", .ledger = "test", .env = disk_.env()};
  }
  void Open() {
    absl::StatusOr<std::unique_ptr<AccessLog>> log = AccessLog::Open(Options(), clock_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }
  void Reopen() {
    log_.reset();
    Open();
  }
  void Record(const v1::AccessEntry& entry) {
    const absl::Status status = log_->Record(entry);
    ASSERT_TRUE(status.ok()) << status;
  }
  void Flush() {
    const absl::Status status = log_->Flush();
    ASSERT_TRUE(status.ok()) << status;
  }
  std::vector<int64_t> NumbersAbout(int subject) {
    return NumbersOf(log_->List(Person(subject), kPageMax, 0).value());
  }

  testing::TempDirectory directory_;
  testing::TempDirectory trash_;
  testing::FaultFileSystem disk_{trash_.path()};
  testing::FakeClock clock_;
  std::unique_ptr<AccessLog> log_;
};

}  // namespace trellis::access
