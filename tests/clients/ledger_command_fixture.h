// A command that works on a ledger without a server, from its words to its exit code.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "eventstore/event_log.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/clients/program.h"
#include "tests/support/temp_directory.h"

namespace trellis::cli {

using ::testing::HasSubstr;

class LedgerCommandTest : public ::testing::Test {
 protected:
  // An empty ledger, which its key has signed.
  void SetUp() override {
    auto log = eventstore::EventLog::Open(
        {.directory = data_ / "log", .ledger = "harbour", .key = key_}, clock_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }

  const SystemClock clock_;
  const proofs::SignerKey key_ =
      proofs::SignerKey::Generate("harbour", proofs::KeyType::kNote).value();
  testing::TempDirectory data_;
  std::unique_ptr<eventstore::EventLog> log_;
  Program program_;
};

}  // namespace trellis::cli
