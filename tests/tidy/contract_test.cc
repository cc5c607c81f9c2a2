// The contract keeps the house rules; and each rule is seen to find what breaks it.
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/check.h"
#include "google/protobuf/descriptor.pb.h"
#include "tests/tidy/contract_rules.h"

namespace trellis::tidy {
namespace {

namespace pb = google::protobuf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Free text that is about nobody, each with the reason.
const std::set<std::string>& NotPersonal() {
  static const auto& names = *new std::set<std::string>{
      // Set by Trellis: ids, and a date.
      "SupportPlan.name", "SupportPlan.etag", "SupportPlan.renews", "SupportPlan.renewed_by",
      "SupportPlan.next_review_on", "Induction.name", "Induction.etag",
      // What a body, a programme and its parts are called.
      "AppropriateBodyPeriod.body", "AppropriateBodyPeriod.body_name", "Programme.provider",
      "Programme.edition", "SessionNote.module", "SessionNote.part", "SessionNote.title",
      "ModuleReview.module",
      // What a school or a role is called, not a person.
      "School.name", "Supporter.role",
      // The years that a calendar is for: "2026/27".
      "SchoolYear.academic_year",
      // When an action is done, in words such as "w/c 19/9".
      "Action.timeline",
      // What a review is for: a kind of meeting.
      "Review.purpose",
      // The name of a field of the contract.
      "FieldCorrection.field",
      // Written by Trellis out of dates and ids.
      "Warning.reason", "Warning.field", "Warning.message"};
  return names;
}

// The files of a descriptor set. Lives as long as the program.
const pb::DescriptorPool& ReadPool(const char* path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  pb::FileDescriptorSet files;
  CHECK(files.ParseFromString(bytes));
  auto* const pool = new pb::DescriptorPool();
  for (const pb::FileDescriptorProto& file : files.file()) CHECK(pool->BuildFile(file) != nullptr);
  return *pool;
}

// The contract of this build, with its comments.
class ContractTest : public ::testing::Test {
 protected:
  static const pb::DescriptorPool& Pool() {
    static const pb::DescriptorPool& pool = ReadPool(TRELLIS_DESCRIPTORS_FILE);
    return pool;
  }

  static std::vector<const pb::FileDescriptor*> Files() {
    std::vector<const pb::FileDescriptor*> files;
    for (const char* const name :
         {"access", "audit_service", "diary", "diary_events", "diary_service", "events",
          "induction", "induction_events", "induction_service", "options", "party", "play",
          "queue_service", "school_calendar", "standards", "standards_service", "support_plan",
          "support_plan_service"}) {
      files.push_back(Pool().FindFileByName(absl::StrCat("trellis/v1/", name, ".proto")));
      CHECK(files.back() != nullptr);
    }
    return files;
  }

  // What `check` finds in all files, a line each.
  template <typename Check>
  static std::string InAllFiles(Check check) {
    Findings findings;
    for (const pb::FileDescriptor* const file : Files()) {
      for (std::string& finding : check(*file)) findings.push_back(std::move(finding));
    }
    return absl::StrJoin(findings, "\n");
  }
};

TEST_F(ContractTest, EverythingHasAComment) { EXPECT_EQ(InAllFiles(CheckComments), ""); }

TEST_F(ContractTest, SoDoesWhatIsNotOfTheContract) {
  for (const char* const name :
       {"google/pubsub/v1/pubsub.proto", "trellis/queue/v1/stored.proto"}) {
    EXPECT_EQ(absl::StrJoin(CheckComments(*Pool().FindFileByName(name)), "\n"), "");
  }
}

TEST_F(ContractTest, EveryEnumBeginsWithUnspecified) { EXPECT_EQ(InAllFiles(CheckEnumZeros), ""); }

TEST_F(ContractTest, RequestsSayWhatTheyNeed) { EXPECT_EQ(InAllFiles(CheckRequests), ""); }

TEST_F(ContractTest, ListsComeInPages) { EXPECT_EQ(InAllFiles(CheckPages), ""); }

TEST_F(ContractTest, PersonalDataIsMarked) {
  const std::set<std::string> stored = {
      "trellis/v1/events.proto",           "trellis/v1/induction.proto",
      "trellis/v1/induction_events.proto", "trellis/v1/party.proto",
      "trellis/v1/school_calendar.proto",  "trellis/v1/support_plan.proto"};
  const auto check = [&](const pb::FileDescriptor& file) {
    Findings findings = CheckPersonalData(file, NotPersonal());
    if (stored.count(file.name()) > 0) return findings;
    // Elsewhere, only that comments and options agree.
    Findings disagree;
    for (const std::string& finding : findings) {
      if (!absl::StrContains(finding, "is free text")) disagree.push_back(finding);
    }
    return disagree;
  };
  EXPECT_EQ(InAllFiles(check), "");
}

TEST_F(ContractTest, TheListOfWhatIsNotPersonalIsTrue) {
  for (const std::string& name : NotPersonal()) {
    EXPECT_NE(Pool().FindFieldByName(absl::StrCat("trellis.v1.", name)), nullptr) << name;
  }
}

TEST_F(ContractTest, EveryEventHasASentence) {
  for (const char* const name :
       {"SupportPlanEvent", "ActionPlanEvent", "InductionEvent", "RemindersEvent"}) {
    const auto* const event = Pool().FindMessageTypeByName(absl::StrCat("trellis.v1.", name));
    EXPECT_EQ(absl::StrJoin(CheckSentences(*event), "\n"), "");
  }
}

TEST_F(ContractTest, EveryCommandCanBePlayed) {
  const auto* const command = Pool().FindMessageTypeByName("trellis.v1.Command");
  for (const char* const name : {"SupportPlanService", "ActionPlanService", "InductionService"}) {
    const auto* const service = Pool().FindServiceByName(absl::StrCat("trellis.v1.", name));
    EXPECT_EQ(absl::StrJoin(CheckPlays(*service, *command), "\n"), "");
  }
}

// Each rule finds what breaks it in bad_contract.proto, and nothing else there.
class BadContractTest : public ::testing::Test {
 protected:
  static const pb::FileDescriptor& File() {
    static const pb::FileDescriptor* const file =
        ReadPool(TRELLIS_BAD_DESCRIPTORS_FILE).FindFileByName("bad_contract.proto");
    return *file;
  }
};

TEST_F(BadContractTest, FindsWhatHasNoComment) {
  EXPECT_THAT(
      CheckComments(File()),
      ElementsAre("proto/bad_contract.proto:10: error: bad.Silent has no comment; say what it is, "
                  "above it",
                  HasSubstr("bad.Silent.silent has"), HasSubstr("bad.Silent.choice has"),
                  HasSubstr("bad.Silent.Quiet has"), HasSubstr("bad.Silent.QUIET_UNSPECIFIED has"),
                  HasSubstr("bad.Service has"), HasSubstr("bad.Service.Raise has")));
}

TEST_F(BadContractTest, FindsAZeroWithAMeaning) {
  EXPECT_THAT(CheckEnumZeros(File()), ElementsAre(HasSubstr("bad.Eager has a value 0")));
}

TEST_F(BadContractTest, FindsRequestsThatSayTooLittle) {
  EXPECT_THAT(CheckRequests(File()),
              ElementsAre(HasSubstr("bad.RaiseRequest.count has no field_behavior"),
                          HasSubstr("bad.Service.Raise changes something")));
}

TEST_F(BadContractTest, FindsListsWithoutPagesAndPagesWithoutLists) {
  EXPECT_THAT(CheckPages(File()), ElementsAre(HasSubstr("bad.Service.ListAll is a list"),
                                              HasSubstr("bad.Service.GetOne is no List")));
}

TEST_F(BadContractTest, FindsPersonalDataThatIsNotMarked) {
  EXPECT_THAT(CheckPersonalData(File(), {"Words.place", "Silent.silent"}),
              ElementsAre(HasSubstr("bad.Words.said is called personal"),
                          HasSubstr("bad.Words.meant is personal"),
                          HasSubstr("bad.Words.free is free text")));
}

TEST_F(BadContractTest, FindsAnEventWithoutASentence) {
  EXPECT_THAT(CheckSentences(*File().FindMessageTypeByName("Event")),
              ElementsAre(HasSubstr("bad.Event.unsaid has no sentence")));
  EXPECT_THAT(CheckSentences(*File().FindMessageTypeByName("Said")),
              ElementsAre(HasSubstr("bad.Said has no oneof kind")));
}

TEST_F(BadContractTest, FindsACommandThatCannotBePlayed) {
  EXPECT_THAT(
      CheckPlays(*File().FindServiceByName("Service"), *File().FindMessageTypeByName("Command")),
      ElementsAre(HasSubstr("bad.Service.Raise is not in bad.Command")));
}

}  // namespace
}  // namespace trellis::tidy
