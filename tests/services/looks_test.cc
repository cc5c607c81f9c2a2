// Who looked at whose record: written before it is shown, and shown to whom it was about.
#include <google/protobuf/util/json_util.h>

#include "tests/services/identified_fixture.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/file_chunk.pb.h"
#include "trellis/v1/subject_export.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class LooksTest : public IdentifiedTest {
 protected:
  v1::ListAccessResponse Access(const testing::Metadata& metadata, const std::string& person,
                                int page_size = 0, const std::string& token = "") {
    v1::ListAccessRequest request;
    request.set_person(person);
    request.set_page_size(page_size);
    request.set_page_token(token);
    return Give<v1::ListAccessResponse>(metadata, request);
  }
  // The looks at Sam's records, the oldest first: `reader's last letters, capacity, rpc, outcome`.
  std::vector<std::string> Looks() {
    std::vector<std::string> looks;
    const auto access = Access(As("sam", "ect"), testing::Ect().party.person());
    for (const v1::AccessEntry& entry : access.entries()) {
      const std::string rpc = entry.rpc().substr(entry.rpc().rfind('/') + 1);
      looks.insert(looks.begin(),
                   absl::StrCat(NameOf(entry.reader()), " ", v1::Capacity_Name(entry.capacity()),
                                " ", rpc, entry.outcome() == v1::AccessEntry::SEEN ? "" : " NOT"));
    }
    return looks;
  }
  std::string NameOf(const std::string& person) {
    const std::pair<std::string, testing::Actor> known[] = {{"ruth", testing::Tutor()},
                                                            {"sian", testing::Headteacher()},
                                                            {"tom", testing::AppropriateBody()},
                                                            {"sam", testing::Ect()}};
    for (const auto& [name, actor] : known) {
      if (actor.party.person() == person) return name;
    }
    return "somebody";
  }
};

TEST_F(LooksTest, AreRecordedWhoeverLooksAndHowever) {
  const std::string plan = Open().name();
  EXPECT_THAT(Looks(), IsEmpty()) << "what is done is recorded by its event";
  EXPECT_TRUE(Get(As("ruth", "induction-tutor"), plan).ok());
  EXPECT_TRUE(Get(As("sam"), plan).ok());
  v1::ListTrailRequest trail;
  trail.set_parent(plan);
  Give<v1::ListTrailResponse>(As("tom", "appropriate-body"), trail);
  v1::ListSupportPlansRequest list;
  list.set_school_urn("900001");
  Give<v1::ListSupportPlansResponse>(As("sian", "headteacher"), list);
  Register("olu", v1::HEADTEACHER, "900777");
  EXPECT_FALSE(Get(As("olu", "headteacher"), plan).ok());
  EXPECT_THAT(Looks(), ElementsAre("sam ECT ListAccess", "ruth INDUCTION_TUTOR GetSupportPlan",
                                   "sam ECT GetSupportPlan", "tom APPROPRIATE_BODY ListTrail",
                                   "sian HEADTEACHER ListSupportPlans",
                                   "somebody HEADTEACHER GetSupportPlan NOT"));
  // That one asks is one look more, and no more than one.
  EXPECT_EQ(Looks().size(), 7u);
}

TEST_F(LooksTest, SayWhyAndByWhichGrant) {
  const std::string plan = Open().name();
  v1::BreakGlassRequest request;
  request.set_request_id(testing::NewId());
  request.set_record(plan);
  request.set_reason("The school has burnt down, and its head is not to be reached.");
  const auto grant = Give<v1::AccessGrantReply>(Root(), request).access_grant();
  testing::Metadata metadata = As(kRoot, "grantee");
  metadata.emplace("trellis-reason", "To%20find%20the%20next%20review.");
  EXPECT_TRUE(Get(metadata, plan).ok());
  const auto access = Access(As("sam", "ect"), testing::Ect().party.person());
  ASSERT_EQ(access.entries_size(), 1);
  EXPECT_EQ(access.entries(0).access_grant(), grant.name());
  EXPECT_EQ(access.entries(0).reason(), "To find the next review.");
  EXPECT_EQ(access.entries(0).record(), plan);

  metadata = As("ruth", "induction-tutor");
  metadata.emplace("trellis-reason", std::string(1001, 'x'));
  ExpectError(Get(metadata, plan).status(), StatusCode::kUnauthenticated, "ACTOR_INVALID");
}

TEST_F(LooksTest, AreForThePersonAlone) {
  Open();
  v1::ListAccessRequest request;
  request.set_person(testing::Ect().party.person());
  for (const std::string subject : {"ruth", "sian", "tom", kRoot}) {
    EXPECT_FALSE(Ask<v1::ListAccessResponse>(As(subject), request).ok()) << subject;
  }
  EXPECT_TRUE(Ask<v1::ListAccessResponse>(As("sam"), request).ok());
}

TEST_F(LooksTest, ComeInPagesTheNewestFirst) {
  const std::string plan = Open().name();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Get(As("ruth", "induction-tutor"), plan).ok());
  const std::string sam = testing::Ect().party.person();
  const auto first = Access(As("sam", "ect"), sam, 2);
  ASSERT_EQ(first.entries_size(), 2);
  EXPECT_GT(first.entries(0).number(), first.entries(1).number());
  const auto second = Access(As("sam", "ect"), sam, 2, first.next_page_token());
  ASSERT_EQ(second.entries_size(), 2);
  EXPECT_EQ(second.entries(0).number(), first.entries(1).number() - 1);
  EXPECT_THAT(second.holders(), IsEmpty());
}

TEST_F(LooksTest, ComeAfterWhoMaySeeToday) {
  const std::string plan = Open().name();
  const std::string noor = Register("noor", v1::GOVERNOR, "900777");
  v1::GrantAccessRequest request;
  request.set_request_id(testing::NewId());
  request.mutable_access_grant()->mutable_grantee()->set_person(noor);
  request.mutable_access_grant()->mutable_grantee()->set_name("Noor");
  request.mutable_access_grant()->set_record(plan);
  request.mutable_access_grant()->set_ends_on("2022-10-05");
  request.mutable_access_grant()->set_reason("The trust was asked to advise.");
  Give<v1::AccessGrantReply>(As("sian", "headteacher"), request);
  const auto holders = [&] {
    std::vector<std::string> names;
    const auto access = Access(As("sam", "ect"), testing::Ect().party.person());
    for (const auto& holder : access.holders()) {
      names.push_back(absl::StrCat(NameOf(holder.person()), " ",
                                   v1::Capacity_Name(holder.capacity()), " ", holder.ends_on()));
    }
    return names;
  };
  EXPECT_THAT(holders(), ElementsAre("tom APPROPRIATE_BODY ", "somebody GRANTEE 2022-10-05",
                                     "ruth INDUCTION_TUTOR ", "sian HEADTEACHER "));
  clock_.Advance(absl::Hours(3 * 24));
  EXPECT_THAT(holders(),
              ElementsAre("tom APPROPRIATE_BODY ", "ruth INDUCTION_TUTOR ", "sian HEADTEACHER "));
}

class SubjectTest : public LooksTest {
 protected:
  absl::StatusOr<std::string> Export(const testing::Metadata& metadata, const std::string& person,
                                     v1::ExportSubjectRequest::OutputFormat format) const {
    v1::ExportSubjectRequest request;
    request.set_person(person);
    request.set_output_format(format);
    const auto path = testing::RpcClient::PathOf(testing::MethodFor(request));
    const auto bytes = client_.CallStream(path, metadata, request.SerializeAsString());
    if (!bytes.ok()) return bytes.status();
    v1::FileChunk chunk;
    EXPECT_TRUE(chunk.ParseFromString(*bytes));
    return chunk.data();
  }
};

TEST_F(SubjectTest, GetsAllThatIsHeldWithOthersByTheirRole) {
  const std::string plan = Open().name();
  EXPECT_TRUE(Get(As("ruth", "induction-tutor"), plan).ok());
  const std::string sam = testing::Ect().party.person();
  const auto json = Export(As("sam", "ect"), sam, v1::ExportSubjectRequest::JSON);
  ASSERT_TRUE(json.ok()) << json.status();
  v1::SubjectFile file;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(*json, &file).ok()) << *json;
  ASSERT_EQ(file.records_size(), 2);
  EXPECT_EQ(file.records(0).name(), sam);
  EXPECT_EQ(file.records(1).name(), plan);
  EXPECT_EQ(file.records(1).events(0).who(), "The induction tutor");
  EXPECT_GE(file.looks_size(), 1);
  EXPECT_THAT(*json, HasSubstr("Instructions are given several times"));
  EXPECT_THAT(*json, HasSubstr("Sam Okafor"));
  for (const testing::Actor& other :
       {testing::Tutor(), testing::Headteacher(), testing::AppropriateBody()}) {
    EXPECT_THAT(*json, Not(HasSubstr(other.party.name())));
    EXPECT_THAT(*json, Not(HasSubstr(other.party.person())));
  }
  const auto page = Export(As("sam", "ect"), sam, v1::ExportSubjectRequest::HTML);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(*page, HasSubstr("<h1>What is held about Somebody</h1>"));
  EXPECT_THAT(*page, HasSubstr("Instructions are given several times"));
  EXPECT_THAT(*page, Not(HasSubstr(testing::Tutor().party.name())));
}

TEST_F(SubjectTest, IsForThePersonAlone) {
  Open();
  const std::string sam = testing::Ect().party.person();
  for (const std::string subject : {"ruth", "sian", "tom", kRoot}) {
    EXPECT_FALSE(Export(As(subject), sam, v1::ExportSubjectRequest::JSON).ok()) << subject;
  }
}

}  // namespace
}  // namespace trellis::services
