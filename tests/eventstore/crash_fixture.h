// What the tests share that end the log in the middle of its work: clients that remember what they
// were told, and what must be true of the log afterwards.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <thread>

#include "proofs/tree_edge.h"
#include "tests/eventstore/log_fixture.h"
#include "tests/support/seed.h"

namespace trellis::eventstore {

// What the clients of the log know: what they asked for, and what they were told.
struct Asked {
  Commit commit;
  bool acknowledged = false;
  Position first_position = 0;
  std::vector<Uuid> event_ids;
  // What the answer was signed with.
  std::shared_ptr<const SignedCheckpoint> checkpoint;
};

inline std::vector<std::string> PayloadsOf(const Commit& commit) {
  std::vector<std::string> payloads;
  for (const StreamAppend& append : commit.appends) {
    for (const NewEvent& event : append.events) payloads.push_back(event.payload);
  }
  return payloads;
}

// One ledger on a disk that fails again and again, and what its clients were told. The whole run
// follows from the seed, but for the threads' timing.
class CrashTest : public LogTest {
 protected:
  // Several clients append, at most `commits` each, until the log takes no more.
  void RunClients(int commits) {
    constexpr int kClients = 4;
    std::vector<std::vector<Asked>> asked(kClients);
    std::vector<std::thread> threads;
    for (size_t c = 0; c < kClients; ++c) {
      threads.emplace_back(
          [this, &mine = asked[c], seed = random_(), commits] { RunClient(seed, commits, mine); });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::vector<Asked>& some : asked) {
      std::move(some.begin(), some.end(), std::back_inserter(asked_));
    }
  }

  void RunClient(uint64_t seed, int commits, std::vector<Asked>& asked) {
    std::mt19937_64 random(seed);
    for (int i = 0; i < commits; ++i) {
      Asked now;
      now.commit = RandomCommit(random);
      const Answer answer = Append(*log_, now.commit);
      if (ReasonOf(answer) == "REVISION_MISMATCH") continue;
      if (answer.ok()) {
        now.acknowledged = true;
        now.first_position = answer->first_position;
        now.checkpoint = answer->checkpoint;
        EXPECT_GE(now.checkpoint->size, answer->last_position);
        for (const Record& record : answer->records) {
          now.event_ids.push_back(record.header.event_id);
        }
      }
      asked.push_back(std::move(now));
      if (answer.ok()) continue;
      EXPECT_EQ(ReasonOf(answer), "LOG_FAILED") << answer.status();
      return;
    }
  }

  Commit RandomCommit(std::mt19937_64& random) {
    std::vector<StreamAppend> appends;
    const uint64_t first = random();
    const uint64_t streams = random() % 3;
    for (uint64_t i = 0; i < streams; ++i) {
      const std::string stream = absl::StrCat("s", (first + i) % 7);
      std::vector<std::string> payloads(1 + random() % 3);
      for (std::string& payload : payloads) {
        payload.assign(random() % 2000, static_cast<char>(random()));
      }
      appends.push_back(ToStream(stream, log_->StreamRevision(stream).value_or(0), payloads));
    }
    return NewCommit(std::move(appends));
  }

  // Everything acknowledged is there as it was; the rest is there whole or not at all.
  void CheckLog() {
    const std::vector<Record> records = AllRecords(*log_);
    std::map<std::string, Revision> revisions;
    for (size_t i = 0; i < records.size(); ++i) {
      const Header& header = records[i].header;
      ASSERT_EQ(header.position, i + 1);
      ASSERT_EQ(header.revision, ++revisions[header.stream]);
      ASSERT_GE(header.recorded_at, records[i > 0 ? i - 1 : 0].header.recorded_at);
    }
    size_t accounted = 0;
    for (Asked& asked : asked_) ASSERT_NO_FATAL_FAILURE(CheckAsked(asked, records, accounted));
    ASSERT_EQ(accounted, records.size()) << "records that nobody asked for";
    ASSERT_NO_FATAL_FAILURE(CheckReceipts(records));
    for (const auto& [stream, revision] : revisions) {
      ASSERT_EQ(log_->StreamRevision(stream).value(), revision);
      ASSERT_EQ(log_->ReadStream(stream, 1, kStreamEventsMax).value().size(), revision);
    }
  }

  // Whatever was signed at any time is still the beginning of the log.
  void CheckReceipts(const std::vector<Record>& records) {
    std::map<Position, Digest> roots;
    proofs::TreeEdge edge;
    roots[0] = edge.Root();
    for (const Record& record : records) {
      edge.Append({record.leaf_digest});
      roots[edge.size()] = edge.Root();
    }
    ASSERT_EQ(log_->checkpoint()->size, records.size());
    ASSERT_EQ(log_->checkpoint()->root, edge.Root());
    for (const Asked& asked : asked_) {
      if (asked.checkpoint == nullptr) continue;
      ASSERT_LE(asked.checkpoint->size, records.size()) << "what was signed is lost";
      ASSERT_EQ(asked.checkpoint->root, roots[asked.checkpoint->size]);
    }
  }

  void CheckAsked(Asked& asked, const std::vector<Record>& records, size_t& accounted) {
    const Uuid& request_id = asked.commit.origin.request_id;
    const std::optional<KnownRequest> known = log_->FindRequest(request_id).value();
    ASSERT_TRUE(known.has_value() || !asked.acknowledged) << "an acknowledged request is lost";
    if (!known.has_value()) return;
    ASSERT_EQ(known->fingerprint, asked.commit.fingerprint);
    // What was found once must stay as it was.
    if (!asked.acknowledged) asked.first_position = known->first_position;
    ASSERT_EQ(known->first_position, asked.first_position);
    const std::vector<std::string> payloads = PayloadsOf(asked.commit);
    accounted += payloads.size();
    for (size_t i = 0; i < payloads.size(); ++i) {
      ASSERT_LE(known->first_position + i, records.size()) << "an acknowledged event is lost";
      const Record& record = records[known->first_position - 1 + i];
      ASSERT_EQ(record.payload, payloads[i]);
      ASSERT_EQ(record.header.origin.request_id, request_id);
      ASSERT_EQ(record.header.commit_first, known->first_position);
      ASSERT_EQ(record.header.commit_size, payloads.size());
      if (!asked.acknowledged) asked.event_ids.push_back(record.header.event_id);
      ASSERT_EQ(record.header.event_id, asked.event_ids[i]);
    }
    asked.acknowledged = true;
  }

  // Throws the ledger away and begins another.
  void StartOver() {
    log_.reset();
    disk_.Restart(random_());
    std::filesystem::remove_all(Options().directory);
    std::filesystem::remove(CheckpointPath());
    asked_.clear();
  }

  const uint64_t seed_ = testing::Seed();
  std::mt19937_64 random_{seed_};
  std::vector<Asked> asked_;
};

}  // namespace trellis::eventstore
