// What a bundle says, to whom, and with which keys.
#include "evidence/check.h"

#include "base/error.h"
#include "evidence/bundle_reader.h"
#include "tests/evidence/evidence_fixture.h"

namespace trellis::evidence {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

proofs::Policy PolicyOf(const std::string& text) {
  auto policy = proofs::Policy::Parse(text);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.value_or(proofs::Policy());
}

std::string Witnesses(const std::string& quorum) {
  std::string text;
  for (size_t i = 0; i < 3; ++i) {
    absl::StrAppend(&text, "witness w", i, " ", WitnessKey(i).verifier().ToString(), "\n");
  }
  return absl::StrCat(text, "group two 2 w0 w1 w2\nquorum ", quorum, "\n");
}

std::string ContentOf(const std::vector<ZipMember>& members, const std::string& name) {
  for (const ZipMember& member : members) {
    if (member.name == name) return member.content;
  }
  ADD_FAILURE() << "no member " << name;
  return "";
}

TEST(Bundle, HoldsForAWholePlan) {
  Ledger ledger;
  const std::string plan = ledger.PlayPlan(20);
  const Report report = CheckBundle(Written(ledger.EvidenceOf(plan)), WithKey());
  EXPECT_TRUE(report.holds()) << Findings(report);
  EXPECT_GE(report.events, 20u);
  std::vector<std::string> parts;
  for (const Report::Part& part : report.parts) parts.push_back(part.name);
  EXPECT_THAT(parts, ElementsAre("archive", "digests", "contents", "signature", "witnesses",
                                 "sequence", "inclusion", "page"));
  EXPECT_THAT(report.notes, IsEmpty());
}

TEST(Bundle, HoldsWhateverItIsOf) {
  Ledger ledger;
  ledger.PlayPlan(3);
  const auto members = MembersOf(ledger.EvidenceOf(ledger.AppendPerson()));
  ASSERT_TRUE(members.ok()) << members.status();
  // There is no page of a person.
  for (const ZipMember& member : *members) EXPECT_NE(member.name, kPage);
  const Report report = CheckBundle(WriteZip(*members), WithKey());
  EXPECT_TRUE(report.holds()) << Findings(report);
}

TEST(Bundle, IsTheSameEachTimeAndHoldsNobodyElse) {
  Ledger ledger;
  const std::string plan = ledger.PlayPlan(6);
  const std::string bundle = Written(ledger.EvidenceOf(plan));
  EXPECT_EQ(Written(ledger.EvidenceOf(plan)), bundle);
  EXPECT_THAT(bundle, HasSubstr(plan));
  // Between the events of the plan stand those of others.
  EXPECT_THAT(bundle, Not(HasSubstr("a@x.example")));
}

TEST(Bundle, TellsTheTrail) {
  Ledger ledger;
  const auto members = MembersOf(ledger.EvidenceOf(ledger.PlayPlan(20)));
  ASSERT_TRUE(members.ok()) << members.status();
  const std::string lines = ContentOf(*members, kLines);
  EXPECT_THAT(lines, HasSubstr("opened a support plan"));
  EXPECT_THAT(lines, HasSubstr("\"changes\":[{\"field\":\""));
  EXPECT_THAT(ContentOf(*members, kReadme), HasSubstr("none has cosigned"));
}

TEST(Bundle, MarksWhatWasPutRight) {
  Ledger ledger;
  const auto members = MembersOf(ledger.EvidenceOf(ledger.PlayPlan(100)));
  ASSERT_TRUE(members.ok()) << members.status();
  EXPECT_THAT(ContentOf(*members, kLines), HasSubstr("ByRevision\":"));
}

TEST(Bundle, SaysPlainlyThatItsOwnKeyProvesLess) {
  Ledger ledger;
  const Report report = CheckBundle(Written(ledger.EvidenceOf(ledger.PlayPlan(2))), {});
  EXPECT_TRUE(report.holds()) << Findings(report);
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr(LogKey().verifier().ToString())));
}

TEST(Bundle, IsRefusedWhereAnotherKeyIsWanted) {
  Ledger ledger;
  const std::string bundle = Written(ledger.EvidenceOf(ledger.PlayPlan(2)));
  const auto other =
      proofs::SignerKey::Generate(LogKey().verifier().name(), proofs::KeyType::kNote);
  Report report = CheckBundle(bundle, {.keys = {other->verifier()}});
  EXPECT_THAT(Findings(report), HasSubstr("signature: checkpoint of"));
  report = CheckBundle(bundle, {.keys = {proofs::testing::StrangerKey().verifier()}});
  EXPECT_THAT(Findings(report), HasSubstr("origin: "));
  EXPECT_EQ(ErrorReason(Verdict(report)), "EVIDENCE_UNSOUND");
}

TEST(Bundle, WantsTheWitnessesOfThePolicy) {
  Ledger ledger;
  const std::string plan = ledger.PlayPlan(2);
  const std::string one = Written(ledger.EvidenceOf(plan, {1}));
  const std::string two = Written(ledger.EvidenceOf(plan, {0, 2}));
  const CheckOptions wanted{.keys = {LogKey().verifier()}, .policy = PolicyOf(Witnesses("two"))};
  const Report report = CheckBundle(two, wanted);
  EXPECT_TRUE(report.holds()) << Findings(report);
  EXPECT_THAT(report.parts[4].what,
              HasSubstr("cosigned by witness.example/governor on 2023-03-20"));
  EXPECT_THAT(Findings(CheckBundle(one, wanted)), HasSubstr("has 1 of 3 members cosigned, want 2"));
  // The keys of the log may be the policy's.
  const CheckOptions policy_only{
      .policy =
          PolicyOf(absl::StrCat("log ", LogKey().verifier().ToString(), "\n", Witnesses("two")))};
  EXPECT_TRUE(CheckBundle(two, policy_only).holds());
  EXPECT_THAT(CheckBundle(one, WithKey()).notes, Contains(HasSubstr("--policy")));
}

TEST(Bundle, IsNotMadeOfMoreThanItMayHold) {
  Ledger ledger;
  Evidence evidence = ledger.EvidenceOf(ledger.PlayPlan(2));
  evidence.records[1].payload.resize(kRecordBytesMax);
  EXPECT_EQ(ErrorReason(WriteBundle(evidence).status()), "EVIDENCE_TOO_LARGE");
}

TEST(Bundle, IsReadBack) {
  Ledger ledger;
  const Evidence evidence = ledger.EvidenceOf(ledger.PlayPlan(4), {0});
  const auto members = MembersOf(evidence);
  const auto read = ReadEvidence(*members);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->records.size(), evidence.records.size());
  EXPECT_EQ(read->proofs, evidence.proofs);
  EXPECT_EQ(read->keys, evidence.keys);
  EXPECT_EQ(*MembersOf(*read), *members);
}

}  // namespace
}  // namespace trellis::evidence
