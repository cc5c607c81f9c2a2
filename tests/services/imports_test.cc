// Imports over gRPC: GIAS's files and lists of people become commands, row by row.
#include <fstream>
#include <random>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "clients/trellis/run.h"
#include "tests/services/import_fixture.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Progress = v1::ImportProgress;

constexpr char kSchoolHeader[] =
    "URN,LA (code),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (name),"
    "PhaseOfEducation (name),EstablishmentStatus (name),OpenDate,CloseDate,UKPRN,Town,Postcode,"
    "Ofsted\r\n";
constexpr char kGroups[] =
    "Group UID,Group ID,Group Name,Companies House Number,Group Type,Closed Date,"
    "Incorporated on (open date),Group Status,UKPRN\n"
    "2170,TR00092,Bradgate,8385139,Multi-academy trust,,01/02/2013,Open,10060309\n"
    "2171,,A federation,,Federation,,01/02/2013,Open,\n"
    "2172,TR00093,Oakham,8385140,Single-academy trust,,01/02/2014,Open,10060310\n";

// "3 rows: 1 written, ..." in short: read, written, unchanged, passed over, refused.
std::string CountsOf(const absl::StatusOr<Progress>& progress) {
  if (!progress.ok()) return progress.status().ToString();
  return absl::StrCat(progress->rows_read(), ": ", progress->written(), " ", progress->unchanged(),
                      " ", progress->passed_over(), " ", progress->refused(),
                      progress->finished() ? "" : " unfinished");
}

class ImportsTest : public ImportServiceTest {
 protected:
  // Sends `file` in parts of `size` bytes; the totals, with all the rows that were refused.
  absl::StatusOr<Progress> Import(const std::string& method, const std::string& file,
                                  v1::ImportChunk options = {}, size_t size = 1 << 16,
                                  const testing::Actor& actor = testing::Administrator()) {
    const auto stream = OpenImport(method, actor);
    for (size_t at = 0; at == 0 || at < file.size(); at += size) {
      options.set_data(file.substr(at, size));
      stream->Send(options);
      options.Clear();
    }
    stream->EndSending();
    Progress last;
    std::string errors;
    while (true) {
      auto bytes = stream->Receive(nullptr);
      if (!bytes.ok()) return bytes.status();
      if (!bytes->has_value()) break;
      EXPECT_TRUE(last.ParseFromString(**bytes));
      errors += last.errors_csv();
      ++messages_;
    }
    last.set_errors_csv(errors);
    return last;
  }
  absl::StatusOr<Progress> Schools(const std::string& rows) {
    return Import("ImportSchools", kSchoolHeader + rows);
  }
  // What is said of each row that was refused.
  static std::vector<std::string> ErrorsOf(const absl::StatusOr<Progress>& progress) {
    std::vector<std::string> lines =
        absl::StrSplit(progress->errors_csv(), "\r\n", absl::SkipEmpty());
    if (!lines.empty()) lines.erase(lines.begin());
    return lines;
  }

  v1::SchoolRecord School(const std::string& urn) {
    v1::GetSchoolRequest request;
    request.set_name("schools/" + urn);
    return client().Read<v1::SchoolRecord>(request).value_or(v1::SchoolRecord());
  }

  int messages_ = 0;
};

TEST_F(ImportsTest, RecordsWhatGiasSaysOfASchool) {
  EXPECT_EQ(CountsOf(Schools("120001,931,23,\"Asfordby Hill, Primary\",Academy converter,Primary,"
                             "\"Open, but proposed to close\",01-09-2013,31/08/2027,10040001,"
                             "Melton,LE14 3QX,Good\r\n")),
            "1: 1 0 0 0");
  const v1::SchoolFacts facts = School("120001").facts();
  EXPECT_EQ(facts.school_name(), "Asfordby Hill, Primary");
  EXPECT_EQ(facts.status(), v1::OPEN_BUT_PROPOSED_TO_CLOSE);
  EXPECT_EQ(facts.dfe_number(), "931/0023");
  EXPECT_EQ(facts.opened_on(), "2013-09-01");
  EXPECT_EQ(facts.closed_on(), "2027-08-31");
  EXPECT_EQ(facts.postcode(), "LE14 3QX");

  // A file with fewer columns, in another order, leaves the rest as it was.
  EXPECT_EQ(CountsOf(Import("ImportSchools",
                            "EstablishmentStatus (name),EstablishmentName,URN\n"
                            "Closed,Asfordby Hill,120001")),
            "1: 1 0 0 0");
  EXPECT_EQ(School("120001").facts().status(), v1::CLOSED);
  EXPECT_EQ(School("120001").facts().town(), "Melton");
}

TEST_F(ImportsTest, RefusedRowsComeBackAndStopNoOthers) {
  const auto progress = Schools(
      "120001,931,1,One,,,Open,,,,,,\n"
      "12,931,2,Two,,,Open,,,,,,\n"
      "120003,931,3,Three,,,Open,31-02-2020,,,,,\n"
      "120004,931,4,Four,,,Opened,1/9/20x,,,,,\n"
      "120001,931,5,Five,,,Open,,,,,,\n"
      "120006,931,6,\"Six,,,Open,,,,,,\n"
      "120007,931,7\n"
      "120008,931,8,Eight,,,Open,,,,,,");
  EXPECT_EQ(CountsOf(progress), "8: 2 0 0 6");
  EXPECT_THAT(progress->errors_csv(), HasSubstr("Ofsted,Line,Error message\r\n"));
  const auto errors = ErrorsOf(progress);
  // Those that a command was asked of may come later than those that were wrong at once.
  const std::string all = absl::StrJoin(errors, "\n");
  EXPECT_EQ(errors.size(), 6u);
  EXPECT_THAT(all, HasSubstr("12,931,2,Two,,,Open,,,,,,,3,"));
  EXPECT_THAT(all, HasSubstr("URN"));
  EXPECT_THAT(all, HasSubstr(",4,\"OpenDate: got \"\"31-02-2020\"\", want a date that exists"));
  EXPECT_THAT(all, HasSubstr("EstablishmentStatus (name): got \"\"Opened\"\""));
  EXPECT_THAT(all, HasSubstr("; OpenDate: got \"\"1/9/20x\"\""));
  EXPECT_THAT(all, HasSubstr(",6,line 2 has this URN already"));
  EXPECT_THAT(all, HasSubstr(",7,a quote that begins on this line is never closed"));
  EXPECT_THAT(all, HasSubstr(",8,\"got 3 columns, want 13"));
  EXPECT_EQ(School("120008").facts().school_name(), "Eight");
}

TEST_F(ImportsTest, RefusesFilesThatAreNone) {
  const auto reason = [&](const std::string& file) {
    const auto progress = Import("ImportSchools", file);
    if (!progress.ok()) ExpectWellFormed(progress.status());
    return ReasonOf(progress);
  };
  EXPECT_EQ(reason(""), "IMPORT_FILE_EMPTY");
  EXPECT_EQ(reason("\n\n"), "IMPORT_FILE_EMPTY");
  EXPECT_EQ(reason("URN,Name\n120001,One\n"), "IMPORT_HEADER_UNKNOWN");
  EXPECT_EQ(reason("URN,\"x\n"), "IMPORT_HEADER_UNKNOWN");
  EXPECT_EQ(reason(std::string("\xFF\xFEU\0R\0N\0", 8)), "IMPORT_HEADER_UNKNOWN");
  const auto wide = Import("ImportSchools", "URN" + std::string(999'999, ',') + "\n");
  EXPECT_THAT(wide.status().message(), HasSubstr("got 1000000 columns, want at most 1000"));
  const auto unknown = Import("ImportSchools", "URN,Name\n");
  EXPECT_THAT(unknown.status().message(), HasSubstr("got the columns URN, Name"));
  EXPECT_THAT(unknown.status().message(), HasSubstr("trusts: Group UID, Group Name"));
  const auto twice = Import("ImportSchools", "URN,urn,EstablishmentName\n");
  EXPECT_THAT(twice.status().message(), HasSubstr("twice"));
  EXPECT_EQ(
      ReasonOf(Import("ImportSchools", kGroups, {}, 1 << 16, {testing::Tutor().party, v1::MENTOR})),
      "CAPACITY_NOT_ALLOWED");
}

TEST_F(ImportsTest, ReadsBothEncodings) {
  const std::string latin = "120001,931,1,St Th\xE9r\xE8se,,,Open,,,,,,\n";
  const std::string utf8 = "120002,931,2,St Thérèse,,,Open,,,,,,\n";
  EXPECT_EQ(CountsOf(Schools(latin + utf8)), "2: 2 0 0 0");
  EXPECT_EQ(School("120001").facts().school_name(), "St Thérèse");
  EXPECT_EQ(School("120002").facts().school_name(), "St Thérèse");
  // With a byte order mark it is UTF-8 and nothing else.
  const auto marked = Import("ImportSchools", std::string("\xEF\xBB\xBF") + kSchoolHeader + latin);
  EXPECT_EQ(CountsOf(marked), "1: 0 0 0 1");
  EXPECT_THAT(marked->errors_csv(), HasSubstr("no UTF-8"));
}

TEST_F(ImportsTest, RecordsTrustsAndWhoJoinedThem) {
  EXPECT_EQ(CountsOf(Import("ImportSchools", kGroups)), "3: 2 0 1 0");
  v1::GetTrustRequest request;
  request.set_name("trusts/2170");
  const auto trust = client().Read<v1::Trust>(request);
  ASSERT_TRUE(trust.ok()) << trust.status();
  EXPECT_EQ(trust->facts().companies_house_number(), "08385139");
  EXPECT_EQ(trust->facts().opened_on(), "2013-02-01");

  Schools("120001,931,1,One,,,Open,,,,,,\n").IgnoreError();
  const std::string header = "URN,Group UID,Group Type,Joined date\n";
  const std::string joined = header +
                             "120001,2170,Multi-academy trust,01/09/2020\n"
                             "120001,2171,Federation,01/09/2020\n"
                             "120009,2170,Multi-academy trust,01/09/2020\n";
  const auto links = Import("ImportSchools", joined);
  EXPECT_EQ(CountsOf(links), "3: 1 0 1 1");
  EXPECT_THAT(links->errors_csv(), HasSubstr("SCHOOL_NOT_FOUND"));
  // A trust that it joined later ends its time in the one before.
  EXPECT_EQ(CountsOf(Import("ImportSchools", header + "120001,2172,Single-academy trust,1/9/2022")),
            "1: 1 0 0 0");
  const auto trusts = School("120001").trusts();
  ASSERT_EQ(trusts.size(), 2);
  EXPECT_EQ(trusts[0].ends_on(), "2022-08-31");
  EXPECT_EQ(trusts[1].trust(), "trusts/2172");
}

TEST_F(ImportsTest, RecordsWhichSchoolFollowsWhich) {
  Schools(
      "120001,,,A,,,Closed,,,,,,\n120002,,,B,,,Open,,,,,,\n120003,,,C,,,Closed,,,,,,\n120004,,,D,,,"
      "Closed,,,,,,\n")
      .IgnoreError();
  const std::string file =
      "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n"
      "120001,120002,B,Successor,01-09-2020\n"
      "120002,120001,A,Predecessor,01-09-2020\n"
      "120003,120002,B,Successor - merged,01-09-2020\n"
      // Whoever followed may have closed since.
      "120002,120004,D,Successor,01-09-2022\n";
  EXPECT_EQ(CountsOf(Import("ImportSchools", file)), "4: 3 0 1 0");
  EXPECT_EQ(School("120001").successions(0).kind(), v1::SchoolSuccession::CONVERTED);
  EXPECT_EQ(School("120003").successions(0).kind(), v1::SchoolSuccession::MERGED);
  EXPECT_EQ(CountsOf(Import("ImportSchools", file)), "4: 0 3 1 0");
}

TEST_F(ImportsTest, HundredsOfSchoolsInPartsOfAnySizeWriteNothingTheSecondTime) {
  SCOPED_TRACE(absl::StrCat("TRELLIS_SEED=", Seed()));
  std::mt19937_64 random(Seed());
  std::string file = kSchoolHeader;
  for (int i = 0; i < 2400; ++i) {
    absl::StrAppend(&file, random() % 50 == 0 ? 12 : 200'000 + i, ",", 100 + random() % 900, ",",
                    random() % 9999, ",\"School ", random() % 100, random() % 3 == 0 ? ",\n" : "",
                    " at \"\"Hill\"\"\",,Primary,", random() % 2 == 0 ? "Open" : "Closed", ",0",
                    1 + random() % 9, "-09-2013,,", 10'000'000 + i, ",Town,,\r\n");
  }
  const auto first = Import("ImportSchools", file, {}, 1 + random() % 5000);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->written() + first->refused(), 2400);
  // Some have no URN but 12.
  EXPECT_GT(first->refused(), 0);
  EXPECT_GT(messages_, 1);
  EXPECT_EQ(static_cast<size_t>(first->bytes_read()), file.size());
  const int64_t before = WriteOne();
  const auto second = Import("ImportSchools", file, {}, 1 + random() % 5000);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->written(), 0);
  EXPECT_EQ(second->unchanged(), first->written());
  EXPECT_EQ(WriteOne(), before + 1);
}

TEST_F(ImportsTest, TheCommandLineKeepsWhatWasRefused) {
  const std::string file = directory_ / "rows.csv", rejected = directory_ / "rejected.csv";
  std::ofstream(file) << kSchoolHeader << "120001,,,A,,,Open,,,,,,\n12,,,B,,,Open,,,,,,\n";
  std::istringstream in;
  std::ostringstream out, err;
  const cli::Process process{.variables = [](const std::string&) { return std::nullopt; },
                             .in = in,
                             .out = out,
                             .err = err};
  const auto run = [&](std::vector<std::string> more) {
    out.str("");
    err.str("");
    std::vector<std::string> words = {"directory", "import-schools"};
    words.insert(words.end(), more.begin(), more.end());
    return cli::Run(words, process);
  };
  const std::string person = testing::Headteacher().party.person();
  EXPECT_EQ(run({"--server", server_.grpc_address(), "--as", person, "--as-name", "Head",
                 "--capacity", "administrator", "--file", file, "--errors", rejected}),
            5);
  EXPECT_EQ(out.str(), "2 rows: 1 written, 0 unchanged, 0 passed over, 1 refused\n");
  EXPECT_THAT(err.str(), HasSubstr("1 of 2 rows were refused; the others went in (ROWS_REFUSED)"));
  std::ifstream errors(rejected);
  const std::string csv(std::istreambuf_iterator<char>(errors), {});
  EXPECT_THAT(csv, HasSubstr("12,,,B,,,Open,,,,,,,3,"));
  EXPECT_EQ(run({"--file", directory_ / "none.csv"}), 2);
  EXPECT_THAT(err.str(), HasSubstr("No such file"));
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_THAT(out.str(), HasSubstr("trellis directory import-schools --file rows.csv"));
}

TEST_F(ImportsTest, ADryRunWritesNothing) {
  v1::ImportChunk options;
  options.set_dry_run(true);
  const int64_t before = WriteOne();
  const auto progress = Import(
      "ImportSchools",
      absl::StrCat(kSchoolHeader, "120001,,,A,,,Open,,,,,,\n12,,,B,,,Open,,,,,,\n"), options);
  EXPECT_EQ(CountsOf(progress), "2: 1 0 0 1");
  EXPECT_EQ(WriteOne(), before + 1);
}

TEST_F(ImportsTest, PeopleAreFoundOrRegisteredOnceAndGetTheirRoles) {
  Schools("120001,,,A,,,Open,,,,,,\n120002,,,B,,,Open,,,,,,\n").IgnoreError();
  const std::string file =
      "Full name,E-mail,TRN,Role,School URN,Starts on,Ends on\n"
      "Ruth Okafor,ruth@a.example,1234567,induction tutor,120001,01/09/2021,\n"
      "Ruth Okafor,,1234567,Mentor,120002,01/09/2021,31/08/2022\n"
      "Sian Price,Sian@a.example,,headteacher,120001,01/09/2015,\n"
      "Sian Price,sian@A.example,,mentor,120001,01/09/2015,\n"
      "Nobody,,,mentor,120001,01/09/2015,\n"
      "Noor Aziz,noor@a.example,,wizard,120001,01/09/2015,\n";
  const auto progress = Import("ImportPeople", file);
  EXPECT_EQ(CountsOf(progress), "6: 4 0 0 2") << progress->errors_csv();
  EXPECT_THAT(progress->errors_csv(), HasSubstr("names alone tell nobody apart"));
  EXPECT_THAT(progress->errors_csv(), HasSubstr("Role: got \"\"wizard\"\""));
  v1::FindPeopleRequest request;
  request.set_trn("1234567");
  const auto by_trn = client().Read<v1::FindPeopleResponse>(request);
  ASSERT_TRUE(by_trn.ok()) << by_trn.status();
  ASSERT_EQ(by_trn->people_size(), 1);
  EXPECT_EQ(by_trn->people(0).full_name(), "Ruth Okafor");
  EXPECT_EQ(by_trn->people(0).roles_size(), 2);
  request.Clear();
  request.set_email("SIAN@a.example");
  const auto by_email = client().Read<v1::FindPeopleResponse>(request);
  ASSERT_EQ(by_email->people_size(), 1);
  EXPECT_EQ(by_email->people(0).roles_size(), 2);
  // Who was to get a role that is none is not registered either.
  request.set_email("noor@a.example");
  EXPECT_EQ(client().Read<v1::FindPeopleResponse>(request)->people_size(), 0);

  const int64_t before = WriteOne();
  EXPECT_EQ(CountsOf(Import("ImportPeople", file)), "6: 0 4 0 2");
  EXPECT_EQ(WriteOne(), before + 1);
}

TEST_F(ImportsTest, ATrnThatWasReplacedFindsNobody) {
  const std::string header = "Full name,E-mail,TRN,Role,School URN,Starts on\n";
  EXPECT_EQ(CountsOf(Import("ImportPeople", header + "Ruth,,1234567,,,\n")), "1: 1 0 0 0");
  v1::FindPeopleRequest request;
  request.set_trn("1234567");
  const auto found = client().Read<v1::FindPeopleResponse>(request);
  ASSERT_EQ(found->people_size(), 1);
  const auto command = testing::RequestFor<v1::SetPersonTrnRequest>(
      found->people(0).name(),
      "person_trn { trn: '7654321' change: CORRECTED reason: 'Misread.' }");
  const auto reply = Ask<v1::PersonReply>(testing::Headteacher(), command);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(client().Read<v1::FindPeopleResponse>(request)->people_size(), 0);
  request.set_trn("7654321");
  EXPECT_EQ(client().Read<v1::FindPeopleResponse>(request)->people_size(), 1);
}

}  // namespace
}  // namespace trellis::services
