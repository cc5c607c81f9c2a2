// What the tests of bundles share: a small ledger in memory, with the events of real plans.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "domain/aggregate.h"
#include "domain/codec.h"
#include "eventstore/record_format.h"
#include "evidence/bundle.h"
#include "evidence/check.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "projections/state_change.h"
#include "tests/proofs/oracle.h"
#include "tests/proofs/signed_log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/lifecycle.h"
#include "trellis/v1/directory_events.pb.h"

namespace trellis::evidence {

using eventstore::Record;
using proofs::testing::LogKey;
using proofs::testing::WitnessKey;

// Appends events as the log would, one commit for each.
class Ledger {
 public:
  explicit Ledger(const proofs::SignerKey& key = LogKey()) : key_(key) {}

  void Append(const std::string& stream, const google::protobuf::Message& event,
              const v1::PlayStep& step = {}) {
    Record record;
    record.header.position = records_.size() + 1;
    record.header.stream = stream;
    record.header.revision = ++revisions_[stream];
    record.header.type = domain::TypeOf(event);
    record.header.recorded_at = clock_.Now();
    record.header.origin.actor = step.actor().person();
    record.header.origin.capacity = static_cast<uint8_t>(step.capacity());
    record.header.event_id = UuidFromDigest(Sha256(absl::StrCat(record.header.position)));
    record.header.origin.request_id = UuidFromDigest(Sha256(stream));
    record.header.commit_first = record.header.position;
    record.header.commit_size = 1;
    record.payload = event.SerializeAsString();
    record.header.payload_digest = Sha256(record.payload);
    record.header.payload_bytes = static_cast<uint32_t>(record.payload.size());
    record.header.event_digest = record.header.payload_digest;
    eventstore::EncodeRecord(record);
    entries_.push_back(eventstore::EntryOf(record));
    records_.push_back(std::move(record));
    clock_.Advance(absl::Minutes(1));
  }

  // Plays the first `steps` commands of a plan's life, up to its renewal, and returns its name.
  // Between them stand events of others.
  std::string PlayPlan(size_t steps) {
    const std::vector<v1::PlayStep> all = testing::Lifecycle();
    v1::SupportPlan plan;
    std::string name;
    for (size_t i = 0; i < std::min(steps, all.size()); ++i) {
      v1::PlayStep step = all[i];
      if (step.command().has_renew_plan()) break;
      testing::Prepare(plan, *step.mutable_command());
      if (i == 0) {
        name = "supportPlans/" + step.command().open_support_plan().support_plan_id();
        plan.set_name(name);
      }
      const domain::Context context{.now = clock_.Now(),
                                    .today = LondonDay(clock_.Now()),
                                    .actor = step.actor(),
                                    .capacity = step.capacity(),
                                    .new_name = name};
      const auto decided = testing::Decide(plan, step.command(), context);
      EXPECT_TRUE(decided.ok()) << decided.status();
      for (const v1::SupportPlanEvent& event : decided->events) {
        Append(name, event, step);
        domain::AggregateOf(name)->evolve(plan, name, event,
                                          projections::FactsOf(records_.back().header));
      }
      AppendPerson();
    }
    return name;
  }

  std::string AppendPerson() {
    const std::string name = "people/" + testing::NewId();
    auto event = testing::ParseText<v1::PersonEvent>(
        R"(person_registered { person_name { full_name: "Sam" } email: "a@x.example" })");
    event.set_occurred_on("2022-10-03");
    Append(name, event);
    return name;
  }

  // All that is known of `stream`, under a checkpoint of the whole ledger with these witnesses.
  Evidence EvidenceOf(const std::string& stream, const std::vector<size_t>& witnesses = {}) const {
    Evidence evidence;
    const proofs::Checkpoint checkpoint{
        key_.verifier().name(), entries_.size(), proofs::testing::Mth(entries_), {}};
    evidence.checkpoint.text = proofs::FormatCheckpoint(checkpoint);
    evidence.checkpoint.signatures.push_back(key_.Sign(evidence.checkpoint.text));
    evidence.keys.push_back(key_.verifier());
    for (const size_t witness : witnesses) {
      evidence.checkpoint.signatures.push_back(
          WitnessKey(witness).Cosign(evidence.checkpoint.text, proofs::testing::SomeTime()));
      evidence.keys.push_back(WitnessKey(witness).verifier());
    }
    for (size_t i = 0; i < records_.size(); ++i) {
      if (records_[i].header.stream != stream) continue;
      evidence.records.push_back(records_[i]);
      evidence.salts.emplace_back();
      evidence.proofs.push_back(proofs::testing::Path(i, entries_));
    }
    return evidence;
  }

 private:
  const proofs::SignerKey key_;
  testing::FakeClock clock_;
  std::map<std::string, uint64_t> revisions_;
  std::vector<Record> records_;
  std::vector<std::string> entries_;
};

inline std::string Written(const Evidence& evidence) {
  const auto bundle = WriteBundle(evidence);
  EXPECT_TRUE(bundle.ok()) << bundle.status();
  return bundle.value_or("");
}

// A bundle with these members, and with their digests.
inline std::string Sealed(std::vector<ZipMember> members) {
  std::erase_if(members, [](const ZipMember& member) { return member.name == kDigests; });
  members.push_back({kDigests, DigestsOf(members)});
  return WriteZip(members);
}

// With the ledger's key, got from elsewhere.
inline CheckOptions WithKey() { return {.keys = {LogKey().verifier()}}; }

inline std::string Findings(const Report& report) {
  return absl::StrJoin(report.findings.kept(), "\n");
}

}  // namespace trellis::evidence
