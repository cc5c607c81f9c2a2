#include "tests/policy/looks.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "policy/access.h"
#include "policy/policy.h"
#include "policy/subject.h"
#include "tests/support/lifecycle.h"

namespace trellis::policy {

using trellis::testing::ParseText;

bool AreOne(absl::string_view a, absl::string_view b) {
  const auto first = [](absl::string_view urn) { return urn == "100003" ? "100001" : urn; };
  return first(a) == first(b);
}

v1::Person Person(const std::string& id, const std::vector<std::string>& roles) {
  v1::Person person;
  person.set_name("people/" + id);
  for (const std::string& role : roles) {
    *person.add_roles() = ParseText<v1::PersonRole>(role);
  }
  return person;
}

v1::Person TutorAt(const char* urn, const char* from, const char* to) {
  return Person("tutor", {absl::StrCat("role: INDUCTION_TUTOR school_urn: '", urn, "' starts_on: '",
                                       from, "' ends_on: '", to, "'")});
}

void CheckLooks(const google::protobuf::Message& record, const char* call,
                const std::vector<Look>& looks) {
  const Row* const row = Policy::Get().Find(call);
  ASSERT_NE(row, nullptr) << call;
  const Subject subject = SubjectOf(record);
  for (const Look& look : looks) {
    const Extent extent =
        ExtentOf(row->ReachOf(look.as),
                 {.person = look.reader.name(), .capacity = look.as, .record = &look.reader},
                 subject, look.today, AreOne);
    const std::string sees = !extent.allowed           ? "nothing"
                             : extent.until_on.empty() ? "all"
                                                       : extent.until_on;
    EXPECT_EQ(sees, look.sees) << look.who << ", on " << look.today;
  }
}

v1::Person ColleagueAt(const char* body, const char* from, const char* to) {
  return Person("colleague", {absl::StrCat("role: APPROPRIATE_BODY appropriate_body: '", body,
                                           "' starts_on: '", from, "' ends_on: '", to, "'")});
}

v1::SupportPlan MovedPlan() {
  return ParseText<v1::SupportPlan>(R"pb(
    name: "supportPlans/p"
    ect { person: "people/ect" }
    school { urn: "100002" }
    former_schools {
      school { urn: "100001" }
      left_on: "2026-04-01"
    }
    appropriate_body { person: "people/contact" }
    former_parties {
      capacity: APPROPRIATE_BODY
      party { person: "people/former-contact" }
      replaced_on: "2026-04-01"
    }
    former_parties {
      capacity: INDUCTION_TUTOR
      party { person: "people/former-tutor" }
      replaced_on: "2026-04-01"
    }
    actions { by { person: "people/helper" } }
    actions {
      by { person: "people/mistaken" }
      entry { correction { struck_out: true } }
    }
    support { supported_by { person: "people/giver" } }
    observations { observers { person: "people/observer" } }
  )pb");
}

v1::Induction InductionWithChanges() {
  return ParseText<v1::Induction>(R"pb(
    name: "inductions/i"
    ect { person: "people/ect" }
    schools {
      school { urn: "100001" }
      starts_on: "2025-09-01"
      ends_on: "2026-03-31"
    }
    schools {
      school { urn: "100002" }
      starts_on: "2026-04-01"
    }
    schools {
      school { urn: "100009" }
      starts_on: "2025-09-01"
      entry { correction { struck_out: true } }
    }
    mentorships {
      mentor { person: "people/mentor-1" }
      starts_on: "2025-09-01"
      ends_on: "2026-03-31"
    }
    mentorships {
      mentor { person: "people/mentor-2" }
      starts_on: "2026-04-01"
    }
    mentorships {
      mentor { person: "people/mistaken" }
      starts_on: "2025-09-01"
      entry { correction { struck_out: true } }
    }
    appropriate_bodies {
      body: "hub-1"
      contact { person: "people/contact-1" }
      starts_on: "2025-09-01"
      ends_on: "2026-03-31"
    }
    appropriate_bodies {
      body: "hub-2"
      contact { person: "people/contact-2" }
      starts_on: "2026-04-01"
    }
  )pb");
}

}  // namespace trellis::policy
