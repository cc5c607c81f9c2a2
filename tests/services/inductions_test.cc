// Inductions over gRPC: a life from registration to the end, who reads what, lists and the clock.
#include "base/timestamp.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/induction_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::RequestFor;

testing::Actor Mentor() {
  testing::Actor mentor;
  mentor.party.set_person("people/00000000-0000-4000-8000-0000000000d1");
  mentor.party.set_name("Jo Lindqvist");
  mentor.capacity = v1::MENTOR;
  return mentor;
}

class InductionsTest : public ServiceTest {
 protected:
  v1::Induction Do(const testing::Actor& actor, const google::protobuf::Message& command) {
    const auto reply = Ask<v1::InductionReply>(actor, command);
    EXPECT_TRUE(reply.ok()) << command.GetTypeName() << ": " << reply.status();
    return reply.ok() ? reply->induction() : v1::Induction();
  }

  // Registers an ECT who began on 1 September, and gives them a mentor.
  v1::Induction Register(const std::string& urn = "900001") {
    auto request =
        testing::ParseText<v1::RegisterEctRequest>("school { school { urn: '" + urn +
                                                   "' name: 'Northgate' } starts_on: '2022-09-01' "
                                                   "employer_group_uid: '2170' }");
    request.set_request_id(testing::NewId());
    *request.mutable_ect() = testing::Ect().party;
    *request.mutable_school()->mutable_headteacher() = testing::Headteacher().party;
    *request.mutable_tutorship()->mutable_tutor() = testing::Tutor().party;
    const v1::Induction induction = Do(testing::Tutor(), request);
    auto assign = RequestFor<v1::AssignMentorRequest>(induction.name());
    *assign.mutable_mentorship()->mutable_mentor() = Mentor().party;
    assign.mutable_mentorship()->set_school_urn(urn);
    return Do(testing::Headteacher(), assign);
  }

  std::vector<std::string> Names(const std::string& query) {
    std::vector<std::string> names;
    const auto page = client().Read<v1::ListInductionsResponse>(
        testing::ParseText<v1::ListInductionsRequest>(query));
    EXPECT_TRUE(page.ok()) << page.status();
    for (const auto& induction : page->inductions()) names.push_back(induction.name());
    return names;
  }
};

constexpr char kNote[] =
    "session_note { programme { provider: 'UCL' } year: 2 module: '9' week: 4 "
    "text: 'A plan for year 3.' }";

TEST_F(InductionsTest, OnlyTheMentorAndTheEctReadWhatIsNotedOfSessions) {
  const v1::Induction induction = Register();
  const std::string& name = induction.name();
  const v1::Induction noted = Do(Mentor(), RequestFor<v1::RecordSessionNoteRequest>(name, kNote));
  EXPECT_EQ(noted.session_notes(0).title(), "Programme review and planning for year 3");
  EXPECT_THAT(noted.DebugString(), Not(HasSubstr("A plan for year 3.")));
  v1::GetInductionRequest get;
  get.set_name(name);
  EXPECT_THAT(client().Read<v1::Induction>(get)->DebugString(),
              Not(HasSubstr("A plan for year 3.")));
  v1::ListTrailRequest trail;
  trail.set_parent(name);
  const auto told = client().Read<v1::ListTrailResponse>(trail);
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(told->entries_size(), noted.revision());
  EXPECT_THAT(told->DebugString(), Not(HasSubstr("A plan for year 3.")));

  v1::ListSessionNotesRequest list;
  list.set_name(name);
  for (const testing::Actor& actor : {Mentor(), testing::Ect()}) {
    const auto notes = Ask<v1::ListSessionNotesResponse>(actor, list);
    ASSERT_TRUE(notes.ok()) << notes.status();
    ASSERT_EQ(notes->session_notes_size(), 1);
    EXPECT_EQ(notes->session_notes(0).text(), "A plan for year 3.");
  }
  ExpectError(Ask<v1::ListSessionNotesResponse>(testing::Tutor(), list).status(),
              StatusCode::kPermissionDenied, "CAPACITY_NOT_ALLOWED");
  testing::Actor stranger = Mentor();
  stranger.party.set_person("people/00000000-0000-4000-8000-0000000000d2");
  ExpectError(Ask<v1::ListSessionNotesResponse>(stranger, list).status(), StatusCode::kNotFound,
              "INDUCTION_NOT_FOUND");
}

TEST_F(InductionsTest, WhoDraftsAPlanReadsTheNotesOfItsModuleFirst) {
  const std::string name = Register().name();
  const auto note = [&](const std::string& module, const std::string& held_on) {
    Do(Mentor(), RequestFor<v1::RecordSessionNoteRequest>(
                     name, "session_note { module: '" + module + "' held_on: '" + held_on +
                               "' text: 'Of " + held_on + "' }"));
  };
  note("9", "2022-10-03");
  note("8", "2022-09-28");
  note("Behaviour", "2022-09-30");
  note("9", "2022-09-29");
  note("9", "2022-09-27");
  note("8", "2022-09-30");
  Do(Mentor(),
     RequestFor<v1::CorrectInductionEntryRequest>(name, "entry_id: 'n5' reason: 'Another ECT.'"));
  v1::ListSessionNotesRequest list;
  list.set_name(name);
  list.set_page_size(4);
  const auto ids = [&](const std::string& module) {
    std::vector<std::string> read;
    list.set_module_first(module);
    list.clear_page_token();
    do {
      const auto page = Ask<v1::ListSessionNotesResponse>(testing::Ect(), list);
      EXPECT_TRUE(page.ok()) << page.status();
      for (const auto& one : page->session_notes()) {
        EXPECT_EQ(one.text(), "Of " + one.held_on());
        read.push_back(one.note_id());
      }
      list.set_page_token(page->next_page_token());
    } while (!list.page_token().empty());
    return read;
  };
  EXPECT_THAT(ids("9"), ElementsAre("n4", "n1", "n6", "n3", "n2"));
  EXPECT_THAT(ids("behaviour"), ElementsAre("n3", "n1", "n6", "n4", "n2"));
  EXPECT_THAT(ids("none"), ElementsAre("n1", "n6", "n3", "n4", "n2"));
  EXPECT_THAT(ids(""), ElementsAre("n1", "n2", "n3", "n4", "n5", "n6"));
  list.clear_page_token();
  ExpectError(Ask<v1::ListSessionNotesResponse>(testing::Tutor(), list).status(),
              StatusCode::kPermissionDenied, "CAPACITY_NOT_ALLOWED");
}

TEST_F(InductionsTest, NotesAreFoundByProgrammeYearAndModuleInPages) {
  const std::string name = Register().name();
  for (int i = 0; i < 3; ++i) Do(Mentor(), RequestFor<v1::RecordSessionNoteRequest>(name, kNote));
  Do(testing::Ect(), RequestFor<v1::RecordSessionNoteRequest>(
                         name, "session_note { module: 'Our own' text: 'Parents.' }"));
  const auto list = [&](const std::string& text) {
    auto request = testing::ParseText<v1::ListSessionNotesRequest>(text);
    request.set_name(name);
    return *Ask<v1::ListSessionNotesResponse>(testing::Ect(), request);
  };
  EXPECT_EQ(list("").session_notes_size(), 4);
  EXPECT_EQ(list("provider: 'ucl' year: 2 module: '9'").session_notes_size(), 3);
  EXPECT_EQ(list("module: 'our OWN'").session_notes(0).note_id(), "n4");
  const auto first = list("page_size: 3");
  EXPECT_EQ(first.session_notes_size(), 3);
  const auto second = list("page_size: 3 page_token: '" + first.next_page_token() + "'");
  EXPECT_EQ(second.session_notes_size(), 1);
  EXPECT_EQ(second.next_page_token(), "");
}

TEST_F(InductionsTest, AProgrammeReviewShowsItsWordsToTheSameTwo) {
  const std::string name = Register().name();
  Do(Mentor(), RequestFor<v1::RecordSessionNoteRequest>(name, kNote));
  const v1::Induction reviewed =
      Do(Mentor(), RequestFor<v1::RecordProgrammeReviewRequest>(
                       name,
                       "programme_review { programme { provider: 'UCL' } modules { module: '9' "
                       "participation: 'All of it.' learning: 'To ask.' note_ids: 'n1' } }"));
  EXPECT_THAT(reviewed.DebugString(), Not(HasSubstr("To ask.")));
  v1::ListProgrammeReviewsRequest list;
  list.set_name(name);
  const auto reviews = Ask<v1::ListProgrammeReviewsResponse>(testing::Ect(), list);
  ASSERT_TRUE(reviews.ok()) << reviews.status();
  EXPECT_EQ(reviews->programme_reviews(0).modules(0).learning(), "To ask.");
  ExpectError(Ask<v1::ListProgrammeReviewsResponse>(testing::Headteacher(), list).status(),
              StatusCode::kPermissionDenied, "CAPACITY_NOT_ALLOWED");
}

TEST_F(InductionsTest, AreListedByWhoAndWhatIsInForce) {
  const std::string here = Register("900001").name();
  const std::string there = Register("900002").name();
  EXPECT_EQ(Names("").size(), 2u);
  EXPECT_THAT(Names("school_urn: '900002'"), ElementsAre(there));
  EXPECT_EQ(Names("mentor: '" + Mentor().party.person() + "'").size(), 2u);
  Do(testing::Tutor(), RequestFor<v1::EndMentorshipRequest>(here, "reason: 'Jo has left.'"));
  EXPECT_THAT(Names("mentor: '" + Mentor().party.person() + "'"), ElementsAre(there));
  Do(testing::Headteacher(), RequestFor<v1::LeaveInductionRequest>(there));
  EXPECT_THAT(Names("state: LEFT tutor: '" + testing::Tutor().party.person() + "'"),
              ElementsAre(there));
  EXPECT_THAT(Names("state: COMPLETED"), IsEmpty());
  const auto first = client().Read<v1::ListInductionsResponse>(
      testing::ParseText<v1::ListInductionsRequest>("page_size: 1"));
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second =
      client().Read<v1::ListInductionsResponse>(testing::ParseText<v1::ListInductionsRequest>(
          "page_size: 1 page_token: '" + first->next_page_token() + "'"));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_NE(first->inductions(0).name(), second->inductions(0).name());
}

TEST_F(InductionsTest, TheClockSaysWhatWasServedAndWhatIsDue) {
  const std::string name = Register().name();
  auto request = testing::ParseText<v1::GetInductionClockRequest>("on: '2023-03-31'");
  request.set_name(name);
  const auto clock = client().Read<v1::InductionClock>(request);
  ASSERT_TRUE(clock.ok()) << clock.status();
  EXPECT_EQ(clock->served_hundredths(), 200);
  EXPECT_EQ(clock->served_tenths(), 20);
  EXPECT_EQ(clock->expected_end_on(), "2024-08-31");
  EXPECT_EQ(clock->due_size(), 6);
  // Without a day: today, in the first term.
  request.clear_on();
  EXPECT_EQ(client().Read<v1::InductionClock>(request)->on(), "2022-10-03");
  request.set_name("inductions/00000000-0000-4000-8000-0000000000ff");
  ExpectError(client().Read<v1::InductionClock>(request).status(), StatusCode::kNotFound,
              "INDUCTION_NOT_FOUND");
}

TEST_F(InductionsTest, AreShownAsTheyWere) {
  const v1::Induction before = Register();
  const absl::Time then = clock_.Now();
  clock_.Advance(absl::Hours(24));
  const v1::Induction after =
      Do(testing::Headteacher(), RequestFor<v1::ChangeWorkingPatternRequest>(
                                     before.name(), "working_pattern { fte_hundredths: 60 }"));
  EXPECT_EQ(after.working_patterns_size(), 2);
  v1::GetInductionRequest get;
  get.set_name(before.name());
  *get.mutable_as_of_time() = ToTimestamp(then);
  EXPECT_EQ(client().Read<v1::Induction>(get)->DebugString(), before.DebugString());
  get.clear_as_of_time();
  get.set_revision(before.revision());
  EXPECT_EQ(client().Read<v1::Induction>(get)->DebugString(), before.DebugString());
}

TEST_F(InductionsTest, TwoWhoSaveAtOnceAndOneWhoRetries) {
  const v1::Induction induction = Register();
  auto first = RequestFor<v1::ExtendInductionRequest>(
      induction.name(), "extension { terms_hundredths: 100 reason: 'More time.' }");
  first.set_etag(induction.etag());
  const auto answer = Ask<v1::InductionReply>(testing::Tutor(), first);
  ASSERT_TRUE(answer.ok()) << answer.status();
  // The same again, after a timeout: the first answer, and nothing more is written.
  EXPECT_EQ(Ask<v1::InductionReply>(testing::Tutor(), first)->DebugString(), answer->DebugString());
  auto second = RequestFor<v1::PauseInductionRequest>(induction.name(), "reason: BREAK");
  second.set_etag(induction.etag());
  EXPECT_EQ(Ask<v1::InductionReply>(testing::Headteacher(), second).status().code(),
            StatusCode::kAborted);
}

TEST_F(InductionsTest, TheCatalogueOfProgrammesIsThere) {
  const auto all = client().Read<v1::ListProgrammesResponse>(v1::ListProgrammesRequest());
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->programmes_size(), 4);
  EXPECT_EQ(all->programmes(0).programme().provider(), "UCL");
  const auto page = client().Read<v1::ListProgrammesResponse>(
      testing::ParseText<v1::ListProgrammesRequest>("page_size: 3"));
  EXPECT_NE(page->next_page_token(), "");
}

}  // namespace
}  // namespace trellis::services
