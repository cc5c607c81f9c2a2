// The table itself: that it is read, that a broken one is refused with its line, and that it speaks
// of exactly the calls that there are.
#include "policy/policy_text.h"

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "gtest/gtest.h"
#include "policy/policy.h"

namespace trellis::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

// The columns, and a row that lets nobody do anything, without its call.
constexpr char kColumns[] =
    "  ECT MENTOR TUTOR HEAD BODY SUPPORTER GRANTEE TRUST GOVERNOR SERVICE ADMIN\n";
constexpr char kNobody[] = " never never never never never never never never never never never\n";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(TheTable, IsTheFileThatPeopleReview) {
  ASSERT_EQ(Policy::Parse(kPolicyText).status(), absl::OkStatus());
  EXPECT_EQ(Policy::Get().text(), ReadFile("policy/policy.txt"));
  EXPECT_GT(Policy::Get().rows().size(), 100);
}

TEST(TheTable, IsReadWordByWord) {
  const auto policy = Policy::Parse(absl::StrCat(
      "# A comment.\n", kColumns, "\nPlans\n",
      "  Get own named school any never aggregate never any school plans.read own\n", "Queue\n",
      "  Get", kNobody, "  Ping any any any any any any any any any any any"));
  ASSERT_EQ(policy.status(), absl::OkStatus());
  ASSERT_EQ(policy->rows().size(), 3);
  const Row* const get = policy->Find("Plans/Get");
  ASSERT_NE(get, nullptr);
  EXPECT_EQ(get, &policy->rows()[0]);
  EXPECT_EQ(get->ReachOf(v1::ECT), Reach::kOwn);
  EXPECT_EQ(get->ReachOf(v1::MENTOR), Reach::kNamed);
  EXPECT_EQ(get->ReachOf(v1::INDUCTION_TUTOR), Reach::kSchool);
  EXPECT_EQ(get->ReachOf(v1::HEADTEACHER), Reach::kAny);
  EXPECT_EQ(get->ReachOf(v1::APPROPRIATE_BODY), Reach::kNever);
  EXPECT_EQ(get->ReachOf(v1::SUPPORTER), Reach::kAggregate);
  EXPECT_EQ(get->ReachOf(v1::GRANTEE), Reach::kNever);
  EXPECT_EQ(get->ReachOf(v1::TRUST_OFFICER), Reach::kAny);
  EXPECT_EQ(get->ReachOf(v1::GOVERNOR), Reach::kSchool);
  EXPECT_EQ(get->ReachOf(v1::SERVICE), Reach::kAny);
  EXPECT_EQ(get->scope, "plans.read");
  EXPECT_EQ(get->ReachOf(v1::ADMINISTRATOR), Reach::kOwn);
  EXPECT_EQ(policy->Find("Queue/Get")->scope, "");
  EXPECT_EQ(policy->Find("Queue/Get")->ReachOf(v1::SERVICE), Reach::kNever);
  EXPECT_EQ(policy->Find("Queue/Ping")->scope, "any");
  EXPECT_EQ(policy->Find("Get"), nullptr);
  EXPECT_EQ(policy->Find("Plans/Ping"), nullptr);
}

TEST(TheTable, ReachesNobodyWhoHasNoColumn) {
  for (const Row& row : Policy::Get().rows()) {
    EXPECT_EQ(row.ReachOf(v1::CAPACITY_UNSPECIFIED), Reach::kNever) << row.action;
    EXPECT_EQ(row.ReachOf(v1::SYSTEM), Reach::kNever) << row.action;
    // From metadata of a newer client, or of no client of ours.
    EXPECT_EQ(row.ReachOf(static_cast<v1::Capacity>(99)), Reach::kNever) << row.action;
  }
}

constexpr char kWantColumns[] =
    "want the columns ECT MENTOR TUTOR HEAD BODY SUPPORTER GRANTEE TRUST GOVERNOR SERVICE ADMIN";

struct Malformed {
  const char* what;
  std::string text;
  const char* line;
  const char* says;
};

std::vector<Malformed> MalformedTables() {
  const std::string begin = absl::StrCat(kColumns, "Plans\n");
  const auto row = [&](absl::string_view words) { return absl::StrCat(begin, "  Get ", words); };
  return {
      {"a word that is none",
       row("never never often never never never never never never never any"), "3",
       "got often for TUTOR, want never, own, named, school, aggregate or any"},
      {"a word in capitals", row("OWN never never never never never never never never never any"),
       "3", "got OWN for ECT, want never, own, named, school, aggregate or any"},
      {"a file from another system",
       row("own never never never never never never never never never never\r"), "3",
       "got never\r for ADMIN, want never, own, named, school, aggregate or any"},
      {"a cell that is missing", row("never never never never never never never never never any"),
       "3", "got 10 words after the call, want 11"},
      {"two cells that grew together",
       row("schoolschool never never never never never never never never any"), "3",
       "got 10 words after the call, want 11"},
      {"a cell too many", row(absl::StrCat("any", kNobody)), "3",
       "got 12 words after the call, want 11"},
      {"a call without cells", absl::StrCat(begin, "  Get"), "3",
       "got 0 words after the call, want 11"},
      {"how far, where a scope is wanted",
       row("own never never never never never never never never own never"), "3",
       "got own for SERVICE, want never, any or a scope"},
      {"a call twice", absl::StrCat(begin, "  Get", kNobody, "  Get", kNobody), "4",
       "Plans/Get has two lines, want one"},
      {"a call twice, services apart",
       absl::StrCat(begin, "  Get", kNobody, "Queue\n  Get", kNobody, "Plans\n  Get", kNobody), "7",
       "Plans/Get has two lines, want one"},
      {"a call of no service", absl::StrCat(kColumns, "  Get", kNobody), "2",
       "got a call before any service"},
      {"a call that is not indented", absl::StrCat(begin, "Get", kNobody), "3",
       "want the name of a service alone"},
      {"a column that is none", "  ECT MENTOR TUTOR HEAD BODY SUPPORTER GRANTEE TRUST PUPIL\n", "1",
       kWantColumns},
      {"columns in another order",
       "  MENTOR ECT TUTOR HEAD BODY SUPPORTER GRANTEE TRUST GOVERNOR SERVICE ADMIN\n", "1",
       kWantColumns},
      {"a column too many", absl::StrCat("  ECT", kColumns), "1", kWantColumns},
      {"a column too few", "# \n\n  ECT MENTOR TUTOR HEAD BODY SUPPORTER GRANTEE TRUST GOVERNOR\n",
       "3", kWantColumns},
      {"no columns", absl::StrCat("Plans\n  Get", kNobody), "1", kWantColumns},
      {"nothing", "", "1", kWantColumns},
      {"comments alone", "# Who may do what.\n#\n", "3", kWantColumns},
  };
}

TEST(ATable, IsRefusedWithTheLineThatIsWrong) {
  for (const Malformed& malformed : MalformedTables()) {
    SCOPED_TRACE(malformed.what);
    const absl::Status status = Policy::Parse(malformed.text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ErrorReason(status), "POLICY_INVALID");
    EXPECT_EQ(status.message(),
              absl::StrCat("policy, line ", malformed.line, ": ", malformed.says));
  }
}

// What trellisd serves: every service of the contract, and those of Google's that it answers for.
std::set<std::string> EveryCall() {
  std::set<std::string> calls;
  google::protobuf::FileDescriptorSet contract;
  EXPECT_TRUE(contract.ParseFromString(ReadFile(TRELLIS_DESCRIPTORS_FILE)));
  const auto add = [&](const google::protobuf::FileDescriptorProto& file) {
    for (const auto& service : file.service()) {
      for (const auto& method : service.method()) {
        EXPECT_TRUE(calls.insert(absl::StrCat(service.name(), "/", method.name())).second)
            << service.name() << "/" << method.name() << " stands in two services of one name";
      }
    }
  };
  for (const auto& file : contract.file()) {
    if (absl::StartsWith(file.name(), "trellis/v1/")) add(file);
  }
  for (const auto* const file : {google::pubsub::v1::PubsubMessage::descriptor()->file(),
                                 google::longrunning::Operation::descriptor()->file()}) {
    google::protobuf::FileDescriptorProto proto;
    file->CopyTo(&proto);
    add(proto);
  }
  return calls;
}

TEST(TheTable, HasARowForEveryCallAndACallForEveryRow) {
  std::set<std::string> without_row = EveryCall();
  ASSERT_THAT(without_row, IsSupersetOf({"SupportPlanService/GetSupportPlan",
                                         "AccessService/GrantAccess", "Subscriber/StreamingPull",
                                         "Publisher/Publish", "Operations/GetOperation"}));
  std::vector<std::string> without_call;
  for (const Row& row : Policy::Get().rows()) {
    if (without_row.erase(row.action) == 0) without_call.push_back(row.action);
    EXPECT_EQ(Policy::Get().Find(row.action), &row);
  }
  EXPECT_THAT(without_row, IsEmpty());
  EXPECT_THAT(without_call, IsEmpty());
}

TEST(TheTable, LetsProgramsInByTheseScopes) {
  std::set<std::string> scopes;
  for (const Row& row : Policy::Get().rows()) {
    if (!row.scope.empty()) scopes.insert(row.scope);
  }
  EXPECT_THAT(scopes, ElementsAre("actionplans.read", "any", "counts.read", "directory.read",
                                  "directory.write", "events.publish", "events.subscribe",
                                  "evidence.read", "inductions.read", "plans.read", "proofs.read",
                                  "retention.read", "subjects.export", "trail.read"));
}

}  // namespace
}  // namespace trellis::policy
