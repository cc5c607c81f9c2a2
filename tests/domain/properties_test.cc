// What must hold of a plan whatever anybody does to it. Commands are made at random from a small
// grammar, valid ones and others, by people who may and who may not. One run again:
//   TRELLIS_SEED=17 build/debug/tests/domain_properties_test
#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/digest.h"
#include "domain/codec.h"
#include "domain/dates.h"
#include "domain/entries.h"
#include "domain/limits.h"
#include "gtest/gtest.h"
#include "tests/domain/command_grammar.h"
#include "tests/support/seed.h"

namespace trellis::testing {
namespace {

namespace pb = google::protobuf;

constexpr int kWorlds = 4;
constexpr int kSteps = 1500;

std::vector<uint64_t> Seeds() {
  if (std::getenv("TRELLIS_SEED") == nullptr) return {1, 2, 3};
  return {Seed()};
}

std::string NameOf(const v1::Command& command) {
  return command.GetDescriptor()
      ->FindFieldByNumber(static_cast<int>(command.request_case()))
      ->name();
}

// Whether the event is one that signatures depend on, said here once more in other words.
bool ChangesContent(const v1::SupportPlanEvent& event) {
  static const auto& kinds = *new std::set<int>{
      v1::SupportPlanEvent::kSupportPlanOpened, v1::SupportPlanEvent::kConcernRaised,
      v1::SupportPlanEvent::kTargetSet,         v1::SupportPlanEvent::kTargetRevised,
      v1::SupportPlanEvent::kTargetWithdrawn,   v1::SupportPlanEvent::kActionAdded,
      v1::SupportPlanEvent::kSupportArranged,   v1::SupportPlanEvent::kReviewScheduled,
      v1::SupportPlanEvent::kReviewRescheduled, v1::SupportPlanEvent::kPartyChanged,
      v1::SupportPlanEvent::kSupportPlanMoved,
  };
  if (!event.has_entry_corrected()) return kinds.contains(static_cast<int>(event.kind_case()));
  const char letter = event.entry_corrected().entry_id()[0];
  return letter != 'o' && letter != 'u' && letter != 'm';
}

// Calls `check` with each entry of the plan and its letter.
template <typename Check>
void ForEachEntry(const domain::Plan& plan, Check check) {
  for (const char letter : {'c', 't', 'a', 's', 'o', 'r', 'u', 'm'}) {
    const pb::FieldDescriptor* const list = domain::EntryList(*domain::Plan::descriptor(), letter);
    for (int i = 0; i < plan.GetReflection()->FieldSize(plan, list); ++i) {
      check(letter, i, plan.GetReflection()->GetRepeatedMessage(plan, list, i));
    }
  }
}

void CheckEntries(const domain::Plan& plan) {
  std::map<char, int> counts;
  ForEachEntry(plan, [&](char letter, int i, const pb::Message& entry) {
    // The id is the entry's first field.
    const std::string id =
        entry.GetReflection()->GetString(entry, entry.GetDescriptor()->FindFieldByNumber(1));
    EXPECT_EQ(id, absl::StrCat(std::string(1, letter), i + 1));
    EXPECT_EQ(domain::FindEntry(plan, id), &entry);
    EXPECT_GE(domain::EntryOf(entry).revision(), 1);
    EXPECT_LE(domain::EntryOf(entry).revision(), plan.revision());
    EXPECT_TRUE(domain::ParseDate(domain::EntryOf(entry).occurred_on()).has_value());
    ++counts[letter];
  });
  EXPECT_LE(counts['c'], domain::kConcernsMax);
  for (const char letter : {'t', 'a', 's', 'o', 'r'}) {
    EXPECT_LE(counts[letter], domain::kEntriesMax) << letter;
  }
  for (const char letter : {'u', 'm'}) EXPECT_LE(counts[letter], domain::kNotesMax) << letter;
}

void CheckRoles(const domain::Plan& plan) {
  ForEachEntry(plan, [&](char letter, int, const pb::Message& entry) {
    const v1::Entry& record = domain::EntryOf(entry);
    const bool by_ect = record.recorded_by().person() == plan.ect().person();
    EXPECT_EQ(by_ect, record.capacity() == v1::ECT);
    EXPECT_EQ(by_ect, letter == 'm') << "only comments are the ECT's, and all of them";
    EXPECT_NE(record.capacity(), v1::MENTOR) << "mentors add nothing and assess nothing";
  });
}

void CheckConcerns(const domain::Plan& plan) {
  std::set<std::string> open;
  for (const v1::Concern& concern : plan.concerns()) {
    if (concern.state() != v1::Concern::OPEN || domain::IsStruckOut(concern)) continue;
    EXPECT_TRUE(open.insert(concern.standard().code()).second) << concern.standard().code();
    EXPECT_EQ(concern.standard_code(), concern.standard().code());
    EXPECT_FALSE(concern.standard().text().empty());
  }
}

void CheckReviews(const domain::Plan& plan) {
  std::string next;
  for (const v1::Review& review : plan.reviews()) {
    EXPECT_TRUE(domain::IsWorkingDay(*domain::ParseDate(review.original_on())));
    if (!review.entry().has_correction()) {
      EXPECT_TRUE(domain::IsWorkingDay(*domain::ParseDate(review.scheduled_on())));
    }
    EXPECT_EQ(review.state() == v1::Review::COMPLETED, !review.held_on().empty());
    EXPECT_EQ(review.state() == v1::Review::MISSED, !review.missed_reason().empty());
    const bool planned = review.state() == v1::Review::SCHEDULED && !domain::IsStruckOut(review);
    if (planned && (next.empty() || review.scheduled_on() < next)) next = review.scheduled_on();
  }
  EXPECT_EQ(plan.next_review_on(), plan.state() == v1::SupportPlan::CLOSED ? "" : next);
}

void CheckSignatures(const domain::Plan& plan) {
  std::vector<int> awaited;
  for (const v1::Capacity capacity : {v1::ECT, v1::INDUCTION_TUTOR, v1::HEADTEACHER}) {
    const auto& signatures = plan.signatures();
    if (std::none_of(signatures.begin(), signatures.end(), [&](const v1::Signature& signature) {
          return signature.capacity() == capacity &&
                 signature.content_revision() == plan.content_revision();
        })) {
      awaited.push_back(capacity);
    }
  }
  EXPECT_EQ(std::vector<int>(plan.awaiting_signatures().begin(), plan.awaiting_signatures().end()),
            awaited);
  for (const v1::Signature& signature : plan.signatures()) {
    EXPECT_EQ(signature.current(), signature.content_revision() == plan.content_revision());
    EXPECT_EQ(signature.current(), signature.content_digest() == plan.content_digest());
  }
}

void CheckState(const domain::Plan& plan) {
  for (int i = 0; i < plan.pauses_size(); ++i) {
    const bool open = plan.pauses(i).resumed_on().empty();
    if (i + 1 < plan.pauses_size()) {
      EXPECT_FALSE(open);
      EXPECT_LE(plan.pauses(i).resumed_on(), plan.pauses(i + 1).paused_on());
    } else if (plan.state() != v1::SupportPlan::CLOSED) {
      EXPECT_EQ(open, plan.state() == v1::SupportPlan::PAUSED);
    }
  }
  EXPECT_EQ(plan.has_closure(), plan.state() == v1::SupportPlan::CLOSED);
  EXPECT_EQ(!plan.renewed_by().empty(), plan.closure().reason() == v1::Closure::RENEWED);
}

// The chain of digests over the events that change content, worked out from their bytes.
void CheckContent(const domain::Plan& plan, const std::vector<Stored>& events) {
  Digest digest{};
  int64_t revision = 0, content_revision = 0;
  for (const Stored& stored : events) {
    ++revision;
    if (!ChangesContent(*domain::DecodeEvent<v1::SupportPlanEvent>(stored.bytes))) continue;
    content_revision = revision;
    digest = Sha256(AsBytes(digest), AsBytes(Sha256(stored.bytes)));
  }
  EXPECT_EQ(plan.content_revision(), content_revision);
  EXPECT_EQ(plan.content_digest(), AsBytes(digest));
}

// What was once recorded stays: nothing vanishes, and what was struck out remains so.
void CheckNothingIsLost(const domain::Plan& before, const domain::Plan& after, bool by_ect) {
  ForEachEntry(before, [&](char letter, int i, const pb::Message& was) {
    const pb::Message* const is =
        domain::FindEntry(after, absl::StrCat(std::string(1, letter), i + 1));
    ASSERT_NE(is, nullptr);
    EXPECT_EQ(domain::EntryOf(*is).revision(), domain::EntryOf(was).revision());
    EXPECT_TRUE(domain::IsStruckOut(*is) || !domain::IsStruckOut(was));
    if (letter == 'm' && !by_ect) {
      EXPECT_EQ(is->SerializeAsString(), was.SerializeAsString());
    }
  });
  for (int i = 0; i < before.reviews_size(); ++i) {
    EXPECT_EQ(after.reviews(i).original_on(), before.reviews(i).original_on());
  }
  for (int i = 0; i < before.concerns_size(); ++i) {
    EXPECT_EQ(after.concerns(i).standard().SerializeAsString(),
              before.concerns(i).standard().SerializeAsString());
  }
  for (int i = 0; i < before.signatures_size(); ++i) {
    v1::Signature is = after.signatures(i);
    is.set_current(before.signatures(i).current());
    EXPECT_EQ(is.SerializeAsString(), before.signatures(i).SerializeAsString());
  }
  EXPECT_GE(after.confirmations_size(), before.confirmations_size());
}

// Which commands a closed or a paused plan takes.
void CheckTaken(const domain::Plan& before, const domain::Plan& after, const std::string& command) {
  static const auto& closed = *new std::set<std::string>{
      "add_comment", "sign", "decline_to_sign", "mark_signature_unavailable", "correct_entry"};
  static const auto& paused = *new std::set<std::string>{"correct_entry", "resume_plan",
                                                         "change_party", "move_support_plan"};
  if (before.state() == v1::SupportPlan::CLOSED) {
    EXPECT_TRUE(closed.contains(command)) << command;
    EXPECT_EQ(after.state(), v1::SupportPlan::CLOSED);
  }
  if (before.state() == v1::SupportPlan::PAUSED &&
      after.content_revision() != before.content_revision()) {
    EXPECT_TRUE(paused.contains(command)) << command;
  }
}

void CheckPlan(const domain::Plan& plan, const std::vector<Stored>& events) {
  EXPECT_EQ(plan.revision(), static_cast<int64_t>(events.size()));
  EXPECT_EQ(plan.etag(), absl::StrCat("\"", events.size(), "\""));
  CheckEntries(plan);
  CheckRoles(plan);
  CheckConcerns(plan);
  CheckReviews(plan);
  CheckSignatures(plan);
  CheckState(plan);
}

// One step: gives a command and checks what came of it. True if it was accepted.
bool CheckStep(World& world, const Given& given) {
  const auto before = world.StateOf(given.command).as<domain::Plan>();
  const size_t plans_before = world.states().size();
  const Decided decided = world.Give(given);
  const auto after = world.Find(before.name()).as<domain::Plan>();
  if (!decided.ok() || decided->events.empty()) {
    EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
    EXPECT_EQ(world.states().size(), plans_before);
    EXPECT_EQ(decided.ok(), decided.status().message().empty());
    return decided.ok();
  }
  bool changes_content = false;
  for (const AnyMessage& stored : decided->events) {
    const auto& event = stored.as<v1::SupportPlanEvent>();
    EXPECT_LE(event.occurred_on(), domain::DateText(given.today));
    changes_content |= ChangesContent(event);
  }
  EXPECT_EQ(after.content_digest() != before.content_digest(), changes_content);
  CheckNothingIsLost(before, after, given.capacity == v1::ECT);
  CheckTaken(before, after, NameOf(given.command));
  for (const auto& [name, plan] : world.states()) {
    CheckPlan(plan.as<domain::Plan>(), world.Events(name));
  }
  return true;
}

// How many commands there are on support plans, which are what the grammar knows.
size_t SupportPlanCommands() {
  const pb::OneofDescriptor& requests = *v1::Command::descriptor()->FindOneofByName("request");
  size_t count = 0;
  for (int i = 0; i < requests.field_count(); ++i) {
    v1::Command command;
    command.GetReflection()->MutableMessage(&command, requests.field(i));
    count += AggregateFor(command).noun == "support_plan";
  }
  return count;
}

TEST(Properties, HoldWhateverAnybodyDoes) {
  std::set<std::string> accepted, refused;
  for (const uint64_t seed : Seeds()) {
    CommandGrammar grammar(seed);
    for (int w = 0; w < kWorlds; ++w) {
      World world;
      grammar.StartOver();
      for (int step = 0; step < kSteps; ++step) {
        const Given given = grammar.Next(world);
        SCOPED_TRACE(absl::StrCat("run again with TRELLIS_SEED=", seed, "; world ", w, " step ",
                                  step, ": ", given.command.ShortDebugString()));
        (CheckStep(world, given) ? accepted : refused).insert(NameOf(given.command));
        if (::testing::Test::HasFailure()) return;
      }
      for (const auto& [name, plan] : world.states()) {
        CheckContent(plan.as<domain::Plan>(), world.Events(name));
        EXPECT_EQ(Fold(name, world.Events(name))->SerializeAsString(), plan->SerializeAsString());
      }
    }
  }
  // The grammar reaches everything, or the test would say less than it seems to.
  const size_t commands = SupportPlanCommands();
  if (std::getenv("TRELLIS_SEED") == nullptr) {
    EXPECT_EQ(accepted.size(), commands);
    EXPECT_EQ(refused.size(), commands);
  }
}

}  // namespace
}  // namespace trellis::testing
