// What somebody types who wants more than to be read: markup, lines of a calendar or a log.
// Beside it, of the single functions: form_test.cc, icalendar_test.cc (tests/rendering),
// log_test.cc (tests/base).
#include <fcntl.h>
#include <httplib.h>
#include <set>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "base/digest.h"
#include "tests/services/service_fixture.h"
#include "trellis/v1/directory_service.pb.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsSubsetOf;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr char kHostile[] =
    "</td><script>alert(1)</script><img src=x onerror='a'>\" onclick=\"b\" &#60; ]]> ${7*7}";
constexpr char kLines[] = "One;two,three\nEND:VEVENT\nBEGIN:VALARM\nATTACH:http://evil.example/\n";

// The names of tags and attributes of a page, as a browser would find them.
struct Markup {
  std::set<std::string> tags;
  std::set<std::string> attributes;
  std::set<std::string> values;
};

Markup MarkupOf(const std::string& page) {
  Markup markup;
  size_t at = 0;
  const auto word = [&] {
    const size_t begin = at;
    while (at < page.size() && !absl::StrContains(" \n=>\"'", page.substr(at, 1))) ++at;
    return absl::AsciiStrToLower(page.substr(begin, at - begin));
  };
  while ((at = page.find('<', at)) != std::string::npos) {
    ++at;
    markup.tags.insert(word());
    while (at < page.size() && page[at] != '>') {
      if (const std::string name = word(); !name.empty()) markup.attributes.insert(name);
      if (at < page.size() && page[at] == '=') {
        const char quote = page[++at];
        EXPECT_EQ(quote, '"') << page.substr(at - 20, 60);
        const size_t end = page.find(quote, at + 1);
        if (end == std::string::npos) return markup;
        markup.values.insert(page.substr(at + 1, end - at - 1));
        at = end + 1;
      } else if (at < page.size() && page[at] != '>') {
        ++at;
      }
    }
  }
  return markup;
}

// Puts `text` into every field that people type into; names are one line.
void Spoil(const std::string& text, pb::Message& message) {
  static const std::set<std::string>& typed = *new std::set<std::string>{
      "cause", "statement", "success_measure", "timeline", "description", "words", "purpose"};
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const auto& field = *message.GetDescriptor()->field(i);
    const bool is_name = field.name() == "name" && text.find('\n') == std::string::npos &&
                         message.GetDescriptor()->name() != "SupportPlan";
    if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
      if (is_name || typed.count(field.name()) > 0) reflection.SetString(&message, &field, text);
    } else if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE && field.is_repeated()) {
      for (int item = 0; item < reflection.FieldSize(message, &field); ++item) {
        Spoil(text, *reflection.MutableRepeatedMessage(&message, &field, item));
      }
    } else if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE &&
               reflection.HasField(message, &field)) {
      Spoil(text, *reflection.MutableMessage(&message, &field));
    }
  }
}

class AttackByTextsTest : public ServiceTest {
 protected:
  // The name of a plan with `text` wherever somebody can type.
  std::string OpenWith(const std::string& text) {
    v1::OpenSupportPlanRequest request = testing::OpenRequest();
    v1::SupportPlan& plan = *request.mutable_support_plan();
    for (const char* const fields :
         {"targets { concern_id: 'c1' statement: 'x' success_measure: 'x' due_on: '2022-10-31' }",
          "actions { concern_id: 'c1' statement: 'x' timeline: 'x' }",
          "support { concern_id: 'c1' description: 'x' kind: COACHING supported_by { name: 'x' } "
          "}"}) {
      plan.MergeFrom(testing::ParseText<v1::SupportPlan>(fields));
    }
    Spoil(text, plan);
    return Give(testing::Tutor(), request).support_plan().name();
  }
  httplib::Result Page(const std::string& path) {
    httplib::Client http(absl::StrCat("http://", server_.http_address()));
    return http.Get(path.c_str());
  }
};

TEST_F(AttackByTextsTest, PagesHaveTheTagsThatTrellisWritesAndNoOther) {
  const Markup harmless = MarkupOf(Page("/" + OpenWith("words"))->body);
  const std::string plan = OpenWith(kHostile);
  const std::string page = Page("/" + plan)->body;
  ASSERT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  const Markup markup = MarkupOf(page);
  EXPECT_THAT(markup.tags, IsSubsetOf(harmless.tags));
  EXPECT_THAT(markup.attributes, IsSubsetOf(harmless.attributes));
  EXPECT_THAT(markup.values, IsSubsetOf(harmless.values));

  const Markup list = MarkupOf(Page("/")->body);
  EXPECT_EQ(list.tags.count("script"), 0u);
  EXPECT_EQ(list.tags.count("img"), 0u);
  EXPECT_EQ(list.attributes.count("onclick"), 0u);
}

TEST_F(AttackByTextsTest, CalendarsHaveTheLinesThatTrellisWritesAndNoOther) {
  OpenWith(kLines);
  constexpr char kSecret[] = "3p8Qk2vN7xT5mR9wZ1cY4g";
  v1::CreateDiaryFeedRequest feed;
  feed.set_name(testing::Ect().party.person());
  feed.set_request_id(testing::NewId());
  feed.mutable_diary_feed()->set_secret_digest(std::string(AsBytes(Sha256(kSecret))));
  ASSERT_TRUE(Ask<v1::PersonReply>(testing::Ect(), feed).ok());
  const std::string uuid = testing::Ect().party.person().substr(sizeof("people/") - 1);
  const std::string calendar = Page(absl::StrCat("/diary/", uuid, "/", kSecret, ".ics"))->body;
  ASSERT_THAT(calendar, HasSubstr("BEGIN:VEVENT\r\n"));
  EXPECT_THAT(calendar, Not(ContainsRegex("VALARM|ATTACH|evil|[^\r]\n|two")));
}

// Names and keys of a request, however odd, begin no line of their own in the log.
TEST_F(AttackByTextsTest, LogsHaveTheLinesThatTrellisWritesAndNoOther) {
  const std::string forged = "\n2026-01-01T00:00:00.000Z log.failed cause=forged";
  ::testing::internal::CaptureStderr();
  const auto actor = testing::MetadataOf(testing::Tutor());
  testing::Metadata metadata = {{"trellis-actor", actor.find("trellis-actor")->second},
                                {"trellis-actor-name", "x%0A2026-01-01T00:00:00.000Z%20forged"},
                                {"trellis-capacity", "INDUCTION_TUTOR"}};
  const auto request = testing::OutcomeRequest("supportPlans/" + forged, forged);
  client()
      .CallBytes("/trellis.v1.SupportPlanService/RecordOutcome", metadata,
                 request.SerializeAsString())
      .status()
      .IgnoreError();
  OpenWith(forged);
  for (const char* const path : {"/%0A2026-01-01T00:00:00.000Z%20forged", "/supportPlans/%0aforged",
                                 "/diary/%0aforged/%0aforged.ics"}) {
    EXPECT_EQ(Page(path)->status / 100, 4) << path;
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, Not(HasSubstr("forged")));
}

}  // namespace
}  // namespace trellis::services
