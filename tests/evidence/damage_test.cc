// Whatever is changed in a bundle is found: by who damages it, and by who makes up digests anew.
#include <random>

#include "tests/evidence/evidence_fixture.h"
#include "tests/support/seed.h"

namespace trellis::evidence {
namespace {

using proofs::testing::ForEachMistake;

class DamageTest : public ::testing::Test {
 protected:
  // A bundle of some events, its members, and how it is checked.
  void SetUp() override {
    plan_ = ledger_.PlayPlan(3);
    evidence_ = ledger_.EvidenceOf(plan_, {0, 1});
    members_ = *MembersOf(evidence_);
    bundle_ = WriteZip(members_);
    ASSERT_TRUE(Holds(bundle_));
  }

  bool Holds(const std::string& bundle) const { return CheckBundle(bundle, WithKey()).holds(); }
  // With no key from elsewhere: what is refused even so is refused with every key.
  static bool HoldsByItself(const std::string& bundle) { return CheckBundle(bundle, {}).holds(); }

  // The bundle with another content of one member, its digests made anew.
  std::string With(size_t member, const std::string& content) const {
    std::vector<ZipMember> members = members_;
    members[member].content = content;
    return Sealed(members);
  }
  void ExpectRefused(const std::string& bundle, const std::string& what) {
    ++tried_;
    if (bundle == bundle_) return;
    EXPECT_FALSE(HoldsByItself(bundle)) << what;
  }
  // Every member of `other` in place of every one of ours of its kind, digests made anew.
  void ExpectNoReplay(const std::vector<ZipMember>& other) {
    for (size_t i = 0; i < members_.size(); ++i) {
      for (const ZipMember& member : other) {
        if (member.name.substr(member.name.rfind('.') + 1) !=
                members_[i].name.substr(members_[i].name.rfind('.') + 1) ||
            member.content == members_[i].content || members_[i].name == kDigests) {
          continue;
        }
        ExpectRefused(With(i, member.content), members_[i].name + " <- " + member.name);
      }
    }
  }

  Ledger ledger_;
  std::string plan_;
  Evidence evidence_;
  std::vector<ZipMember> members_;
  std::string bundle_;
  size_t tried_ = 0;
};

TEST_F(DamageTest, EveryByteOfTheFileCounts) {
  std::mt19937_64 random(testing::Seed());
  for (size_t i = 0; i < bundle_.size(); ++i) {
    std::string wrong = bundle_;
    wrong[i] = static_cast<char>(wrong[i] ^ 1 << random() % 8);
    ASSERT_FALSE(HoldsByItself(wrong)) << "at " << i;
  }
}

TEST_F(DamageTest, EveryEndThatIsMissingIsNoticed) {
  for (size_t size = 0; size < bundle_.size(); size += size % 97 == 0 ? 1 : 7) {
    ASSERT_FALSE(HoldsByItself(bundle_.substr(0, size))) << size;
  }
  EXPECT_FALSE(HoldsByItself(bundle_ + std::string(1, '\0')));
  EXPECT_FALSE(HoldsByItself(bundle_ + bundle_));
}

TEST_F(DamageTest, EveryByteOfEveryMemberCountsWithDigestsMadeAnew) {
  std::mt19937_64 random(testing::Seed());
  for (size_t member = 0; member + 1 < members_.size(); ++member) {
    const std::string& content = members_[member].content;
    // Pages and words are compared as a whole: some bytes of them are as good as all.
    const size_t step = content.size() > 3000 ? 11 + random() % 7 : 1;
    for (size_t i = 0; i < content.size(); i += step) {
      std::string wrong = content;
      wrong[i] = static_cast<char>(wrong[i] ^ 1 << random() % 8);
      ++tried_;
      ASSERT_FALSE(HoldsByItself(With(member, wrong))) << members_[member].name << " at " << i;
    }
  }
  EXPECT_GT(tried_, 3000u);
}

TEST_F(DamageTest, EveryMistakeInWhatIsSignedOrNamesWhoSignedIsNoticed) {
  for (size_t member = 0; member < members_.size(); ++member) {
    const std::string& name = members_[member].name;
    if (name != kPolicy && name != kCheckpoint && name != RecordFile(2, "entry")) continue;
    ForEachMistake(members_[member].content, [&](const std::string& wrong, size_t at) {
      ++tried_;
      ASSERT_FALSE(HoldsByItself(With(member, wrong))) << name << " at " << at;
    });
  }
  EXPECT_GT(tried_, 10'000u);
}

TEST_F(DamageTest, MembersThatAreSwappedMissingDoubledOrNewAreNoticed) {
  for (size_t i = 0; i < members_.size(); ++i) {
    std::vector<ZipMember> wrong = members_;
    wrong.erase(wrong.begin() + static_cast<ptrdiff_t>(i));
    ExpectRefused(WriteZip(wrong), "without " + members_[i].name);
    if (members_[i].name != kDigests) ExpectRefused(Sealed(wrong), "without " + members_[i].name);
    for (size_t j = i + 1; j < members_.size(); ++j) {
      wrong = members_;
      std::swap(wrong[i], wrong[j]);
      ExpectRefused(WriteZip(wrong), "in another order");
      ExpectRefused(Sealed(wrong), "in another order");
      if (members_[i].content == members_[j].content) continue;
      std::swap(wrong[i].name, wrong[j].name);
      ExpectRefused(Sealed(wrong), members_[i].name + " <-> " + members_[j].name);
    }
  }
  std::vector<ZipMember> more = members_;
  more.insert(more.begin() + 1, {"contract.pdf", "words"});
  ExpectRefused(Sealed(more), "one more");
  more[1] = {"records/00099.header", members_[6].content};
  ExpectRefused(Sealed(more), "one more of a record");
  EXPECT_GT(tried_, 800u);
}

TEST_F(DamageTest, NothingOfAnotherBundleFitsIn) {
  // Another plan in this ledger; this plan later; a person; and another ledger with the same plan.
  const std::string other = ledger_.PlayPlan(5);
  ExpectNoReplay(*MembersOf(ledger_.EvidenceOf(other, {0, 1})));
  ExpectNoReplay(*MembersOf(ledger_.EvidenceOf(plan_, {2, 1})));
  ExpectNoReplay(*MembersOf(ledger_.EvidenceOf(ledger_.AppendPerson(), {0, 1})));
  const auto key = proofs::SignerKey::Generate("other.example", proofs::KeyType::kNote);
  Ledger elsewhere(*key);
  ExpectNoReplay(*MembersOf(elsewhere.EvidenceOf(elsewhere.PlayPlan(5), {0, 1})));
  EXPECT_GT(tried_, 1000u);
}

TEST_F(DamageTest, AnEventThatIsLeftOutIsNoticed) {
  const size_t events = evidence_.records.size();
  for (size_t i = 0; i + 1 < events; ++i) {
    // As whoever made the bundle would do it: the rest is numbered anew, page and lines made anew.
    Evidence evidence = evidence_;
    evidence.records.erase(evidence.records.begin() + static_cast<ptrdiff_t>(i));
    evidence.proofs.erase(evidence.proofs.begin() + static_cast<ptrdiff_t>(i));
    evidence.salts.pop_back();
    std::vector<ZipMember> members = members_;
    std::erase_if(members, [&](const ZipMember& member) {
      return member.name.substr(0, 13) == RecordFile(i + 1, "").substr(0, 13);
    });
    for (ZipMember& member : members) {
      for (size_t later = i + 2; later <= events; ++later) {
        const std::string was = RecordFile(later, ""), is = RecordFile(later - 1, "");
        if (member.name.substr(0, was.size()) == was) {
          member.name.replace(0, was.size(), is);
          break;
        }
      }
    }
    const Report report = CheckBundle(Sealed(members), WithKey());
    EXPECT_THAT(Findings(report), ::testing::HasSubstr("of its record, want")) << i;
  }
  // What nobody can find out: that there was one more event at the end.
  Evidence shorter = evidence_;
  shorter.records.pop_back();
  shorter.proofs.pop_back();
  shorter.salts.pop_back();
  EXPECT_TRUE(Holds(Written(shorter)));
}

TEST_F(DamageTest, AnEventThatWasMadeUpIsNoticed) {
  for (size_t i = 0; i < evidence_.records.size(); ++i) {
    Evidence forged = evidence_;
    Record& record = forged.records[i];
    record.header.origin.actor = "people/" + testing::NewId();
    eventstore::EncodeRecord(record);
    EXPECT_FALSE(HoldsByItself(Written(forged)));
    forged = evidence_;
    forged.records[i].header.recorded_at += absl::Seconds(1);
    EXPECT_FALSE(HoldsByItself(Written(forged)));
  }
}

}  // namespace
}  // namespace trellis::evidence
