#include "rendering/sentence.h"

#include <regex>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "trellis/v1/diary_events.pb.h"
#include "trellis/v1/events.pb.h"
#include "trellis/v1/induction_events.pb.h"
#include "trellis/v1/options.pb.h"

namespace trellis::rendering {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using ::testing::Not;

v1::SupportPlanEvent Event(const std::string& text) {
  v1::SupportPlanEvent event;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &event)) << text;
  return event;
}

void Fill(Message& message, int depth);

// Sets one field to something that is not empty; repeated fields get one item.
void FillField(Message& message, const FieldDescriptor& field, int depth) {
  const Reflection& reflection = *message.GetReflection();
  const bool date = field.options().GetExtension(v1::rules).format() == v1::DATE;
  const std::string text = date ? "2022-09-20" : absl::StrCat("the ", field.name());
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      many ? reflection.AddString(&message, &field, text)
           : reflection.SetString(&message, &field, text);
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      many ? reflection.AddEnumValue(&message, &field, 1)
           : reflection.SetEnumValue(&message, &field, 1);
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(&message, &field, 7);
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetInt32(&message, &field, 7);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&message, &field, true);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return Fill(many ? *reflection.AddMessage(&message, &field)
                       : *reflection.MutableMessage(&message, &field),
                  depth + 1);
    default:
      FAIL() << field.full_name() << " has a type that no sentence can say";
  }
}

void Fill(Message& message, int depth) {
  if (depth > 4) return;
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    FillField(message, *message.GetDescriptor()->field(i), depth);
  }
}

// Clears the field at `path`; false if there is none.
bool Clear(Message& root, absl::string_view path) {
  const std::vector<std::string> names = absl::StrSplit(path, '.');
  Message* message = &root;
  for (size_t i = 0; i < names.size(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(names[i]);
    if (field == nullptr) return false;
    if (i + 1 == names.size()) {
      message->GetReflection()->ClearField(message, field);
      return true;
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_repeated()) return false;
    message = message->GetReflection()->MutableMessage(message, field);
  }
  return false;
}

std::vector<std::string> PathsOf(const std::string& words) {
  static const std::regex braces(R"(\{([^{}]*)\})");
  std::vector<std::string> paths;
  for (std::sregex_iterator match(words.begin(), words.end(), braces), end; match != end; ++match) {
    paths.push_back((*match)[1]);
  }
  return paths;
}

class EveryKind : public ::testing::TestWithParam<int> {
 protected:
  const FieldDescriptor& kind() const {
    return *v1::SupportPlanEvent::descriptor()->FindOneofByName("kind")->field(GetParam());
  }
  std::string words() const { return kind().message_type()->options().GetExtension(v1::sentence); }
  v1::SupportPlanEvent FullEvent() const {
    v1::SupportPlanEvent event;
    Fill(*event.GetReflection()->MutableMessage(&event, &kind()), 0);
    return event;
  }
};

TEST_P(EveryKind, HasASentenceThatBeginsWithALowerCaseVerb) {
  ASSERT_NE(words(), "") << kind().message_type()->full_name()
                         << " has no option (trellis.v1.sentence)";
  EXPECT_TRUE(words()[0] >= 'a' && words()[0] <= 'z') << words();
}

TEST_P(EveryKind, NamesOnlyFieldsThatExistAndSayEachOfThem) {
  const v1::SupportPlanEvent full = FullEvent();
  const std::string sentence = Sentence(full);
  EXPECT_THAT(sentence, Not(testing::ContainsRegex("[][{}]")));
  EXPECT_THAT(sentence, testing::EndsWith("."));
  EXPECT_THAT(sentence, Not(testing::HasSubstr("..")));
  for (const std::string& path : PathsOf(words())) {
    v1::SupportPlanEvent without = full;
    ASSERT_TRUE(Clear(*without.GetReflection()->MutableMessage(&without, &kind()), path))
        << kind().message_type()->full_name() << " has no field " << path;
    EXPECT_NE(Sentence(without), sentence) << "{" << path << "} says nothing";
  }
}

TEST_P(EveryKind, LeavesOutWhatIsInBracketsWhenItIsEmpty) {
  static const std::regex optional(R"(\[[^\]]*\])");
  v1::SupportPlanEvent event = FullEvent();
  std::string shorter = words();
  for (std::smatch part; std::regex_search(shorter, part, optional);) {
    for (const std::string& path : PathsOf(part.str())) {
      Clear(*event.GetReflection()->MutableMessage(&event, &kind()), path);
    }
    shorter = absl::StrCat(part.prefix().str(), part.suffix().str());
  }
  const std::string literal = shorter.substr(0, shorter.find('{'));
  EXPECT_THAT(Sentence(event), testing::StartsWith(literal));
  EXPECT_THAT(Sentence(event), Not(testing::ContainsRegex("  |: *$|\\(\\)|“”")));
}

INSTANTIATE_TEST_SUITE_P(
    Sentence, EveryKind,
    ::testing::Range(0, v1::SupportPlanEvent::descriptor()->FindOneofByName("kind")->field_count()),
    [](const testing::TestParamInfo<int>& kind) {
      return v1::SupportPlanEvent::descriptor()
          ->FindOneofByName("kind")
          ->field(kind.param)
          ->message_type()
          ->name();
    });

TEST(Sentence, SaysDatesInWordsAndBeginsSentencesAfterAFullStop) {
  EXPECT_EQ(Sentence(Event(R"(
              concern_raised { concern {
                concern_id: "c1" cause: "Instructions are repeated" discussed_on: "2022-09-16"
                standard { code: "8c" text: "deploy support staff effectively" } } })")),
            "raised concern c1 against Teachers' Standard 8c (“deploy support staff effectively”): "
            "Instructions are repeated. Discussed with the ECT on Fri 16 Sep 2022.");
  EXPECT_EQ(Sentence(Event(R"(
              target_revised { target_id: "t1" statement: "Settle the class." due_on: "2022-10-14"
                               reason: "Too early before." })")),
            "revised target t1, due Fri 14 Oct 2022: Settle the class. Reason: Too early before.");
}

TEST(Sentence, OfAnInductionSaysNumbersAndNoTextOfANote) {
  v1::InductionEvent event;
  v1::WorkingPattern& pattern = *event.mutable_working_pattern_changed()->mutable_working_pattern();
  pattern.set_fte_hundredths(60);
  pattern.set_starts_on("2022-09-20");
  EXPECT_EQ(Sentence(event),
            "set the working pattern to 60 hundredths of full time from Tue 20 Sep 2022.");
  v1::SessionNote& note = *event.mutable_session_note_recorded()->mutable_session_note();
  note.set_note_id("n1");
  note.set_held_on("2022-09-20");
  note.set_module("9");
  note.set_week(4);
  note.set_text("Between us.");
  EXPECT_EQ(Sentence(event), "noted the session of Tue 20 Sep 2022 as n1, module 9, week 4.");
}

TEST(Sentence, PutsNoSecondFullStop) {
  EXPECT_EQ(Sentence(Event(R"(action_added { action {
              action_id: "a1" concern_id: "c1" statement: "Observe two lessons"
              timeline: "Tues & Thurs." } })")),
            "added action a1 under c1: Observe two lessons. Timeline: Tues & Thurs.");
  EXPECT_EQ(Sentence(Event(R"(plan_paused { reason: STATUTORY_LEAVE })")),
            "paused the plan (statutory leave).");
}

TEST(Sentence, JoinsLists) {
  EXPECT_EQ(Sentence(Event(R"(support_arranged { support {
              support_id: "s1" concern_id: "c1" kind: PAIRED_OBSERVATION description: "Two lessons"
              supported_by { role: "Faculty Leader" }
              supported_by { name: "Jo Marsh" role: "Lead Practitioner" } } })")),
            "arranged support s1 (paired observation) under c1: Two lessons. By: Faculty Leader; "
            "Jo Marsh (Lead Practitioner).");
  EXPECT_EQ(Sentence(Event(R"(review_completed { review_id: "r1"
              judgements { target_id: "t1" judgement: PARTLY_MET words: "Most lessons." }
              judgements { target_id: "t2" judgement: MET words: "Seen twice." } })")),
            "completed review r1: t1 partly met: Most lessons; t2 met: Seen twice.");
  EXPECT_EQ(Sentence(Event(R"(observation_logged { observation { observation_id: "o1"
              observers { role: "Mentor" } standard_codes: "7a" standard_codes: "7d" } })")),
            "logged observation o1 by Mentor, in focus: 7a and 7d.");
}

TEST(Sentence, SaysWhatWasCorrected) {
  EXPECT_EQ(Sentence(Event(R"(entry_corrected { entry_id: "t1" reason: "Typed wrongly"
              corrections { field: "due_on" value: "2022-10-14" }
              corrections { field: "kind" value: "PAIRED_OBSERVATION" }
              corrections { field: "statement" value: "Settle the class." } })")),
            "corrected entry t1: due on is now Fri 14 Oct 2022; kind is now paired observation; "
            "statement is now “Settle the class.” Reason: Typed wrongly.");
  EXPECT_EQ(Sentence(Event(R"(entry_corrected { entry_id: "u1" reason: "Wrong plan" })")),
            "corrected entry u1. Reason: Wrong plan.");
}

TEST(Sentence, IsOneLineWhateverWasTyped) {
  EXPECT_EQ(Sentence(Event(R"(comment_added { comment { words: "One.\nTwo\x1b[2J {x} [y]" } })")),
            "commented: One. Two�[2J {x} [y].");
}

TEST(Sentence, SaysSoWhenTheKindIsUnknown) {
  EXPECT_EQ(Sentence(v1::SupportPlanEvent()),
            "recorded something that this version of Trellis does not know.");
}

TEST(SentenceFor, NamesWhoActedAndInWhichCapacity) {
  const v1::SupportPlanEvent event = Event(R"(plan_resumed { note: "Back at work" })");
  EXPECT_EQ(SentenceFor("Ruth Adeyemi", v1::INDUCTION_TUTOR, event),
            "Ruth Adeyemi (induction tutor) resumed the plan: Back at work.");
  EXPECT_EQ(SentenceFor("", v1::ECT, event), "The ECT resumed the plan: Back at work.");
  EXPECT_EQ(SentenceFor("", v1::CAPACITY_UNSPECIFIED, event),
            "The person in an unknown capacity resumed the plan: Back at work.");
}

TEST(SentenceFor, SaysWhatTrellisDoesItself) {
  v1::RemindersEvent event;
  v1::Reminder& reminder = *event.mutable_reminder_fell_due()->mutable_reminder();
  reminder.set_entry_id("r1");
  reminder.set_entry_kind(v1::DiaryEntry::ACTION_PLAN_REVIEW);
  reminder.set_due_on("2022-10-14");
  reminder.set_kind(v1::Reminder::WEEK_BEFORE);
  EXPECT_EQ(SentenceFor("Trellis", v1::SYSTEM, event),
            "Trellis reminded of action plan review r1, due Fri 14 Oct 2022: week before.");
  reminder.clear_entry_id();
  reminder.set_kind(v1::Reminder::OVERDUE);
  EXPECT_EQ(SentenceFor("Trellis", v1::SYSTEM, event),
            "Trellis reminded of action plan review, due Fri 14 Oct 2022: overdue.");
}

}  // namespace
}  // namespace trellis::rendering
