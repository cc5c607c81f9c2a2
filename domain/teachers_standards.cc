#include "domain/teachers_standards.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace trellis::domain {
namespace {

constexpr char kEdition[] = "2011 (in force 1 Sept 2012; terminology 2021)";
constexpr char kPartTwoHeading[] = "Personal and professional conduct";

struct Statement {
  const char* code;
  const char* heading;
  const char* text;
};

// Apostrophes are U+2019, as in the official text.
constexpr std::array<Statement, 43> kStatements = {{
    {"1a", "Set high expectations which inspire, motivate and challenge pupils",
     "establish a safe and stimulating environment for pupils, rooted in mutual "
     "respect"},
    {"1b", "Set high expectations which inspire, motivate and challenge pupils",
     "set goals that stretch and challenge pupils of all backgrounds, abilities and "
     "dispositions"},
    {"1c", "Set high expectations which inspire, motivate and challenge pupils",
     "demonstrate consistently the positive attitudes, values and behaviour which are "
     "expected of pupils"},
    {"2a", "Promote good progress and outcomes by pupils",
     "be accountable for pupils’ attainment, progress and outcomes"},
    {"2b", "Promote good progress and outcomes by pupils",
     "be aware of pupils’ capabilities and their prior knowledge, and plan teaching "
     "to build on these"},
    {"2c", "Promote good progress and outcomes by pupils",
     "guide pupils to reflect on the progress they have made and their emerging needs"},
    {"2d", "Promote good progress and outcomes by pupils",
     "demonstrate knowledge and understanding of how pupils learn and how this "
     "impacts on teaching"},
    {"2e", "Promote good progress and outcomes by pupils",
     "encourage pupils to take a responsible and conscientious attitude to their own "
     "work and study"},
    {"3a", "Demonstrate good subject and curriculum knowledge",
     "have a secure knowledge of the relevant subject(s) and curriculum areas, foster "
     "and maintain pupils’ interest in the subject, and address misunderstandings"},
    {"3b", "Demonstrate good subject and curriculum knowledge",
     "demonstrate a critical understanding of developments in the subject and "
     "curriculum areas, and promote the value of scholarship"},
    {"3c", "Demonstrate good subject and curriculum knowledge",
     "demonstrate an understanding of and take responsibility for promoting high "
     "standards of literacy, articulacy and the correct use of standard English, "
     "whatever the teacher’s specialist subject"},
    {"3d", "Demonstrate good subject and curriculum knowledge",
     "if teaching early reading, demonstrate a clear understanding of systematic "
     "synthetic phonics"},
    {"3e", "Demonstrate good subject and curriculum knowledge",
     "if teaching early mathematics, demonstrate a clear understanding of appropriate "
     "teaching strategies"},
    {"4a", "Plan and teach well structured lessons",
     "impart knowledge and develop understanding through effective use of lesson time"},
    {"4b", "Plan and teach well structured lessons",
     "promote a love of learning and children’s intellectual curiosity"},
    {"4c", "Plan and teach well structured lessons",
     "set homework and plan other out-of-class activities to consolidate and extend "
     "the knowledge and understanding pupils have acquired"},
    {"4d", "Plan and teach well structured lessons",
     "reflect systematically on the effectiveness of lessons and approaches to "
     "teaching"},
    {"4e", "Plan and teach well structured lessons",
     "contribute to the design and provision of an engaging curriculum within the "
     "relevant subject area(s)"},
    {"5a", "Adapt teaching to respond to the strengths and needs of all pupils",
     "know when and how to differentiate appropriately, using approaches which enable "
     "pupils to be taught effectively"},
    {"5b", "Adapt teaching to respond to the strengths and needs of all pupils",
     "have a secure understanding of how a range of factors can inhibit pupils’ "
     "ability to learn, and how best to overcome these"},
    {"5c", "Adapt teaching to respond to the strengths and needs of all pupils",
     "demonstrate an awareness of the physical, social and intellectual development "
     "of children, and know how to adapt teaching to support pupils’ education at "
     "different stages of development"},
    {"5d", "Adapt teaching to respond to the strengths and needs of all pupils",
     "have a clear understanding of the needs of all pupils, including those with "
     "special educational needs; those of high ability; those with English as an "
     "additional language; those with disabilities; and be able to use and evaluate "
     "distinctive teaching approaches to engage and support them"},
    {"6a", "Make accurate and productive use of assessment",
     "know and understand how to assess the relevant subject and curriculum areas, "
     "including statutory assessment requirements"},
    {"6b", "Make accurate and productive use of assessment",
     "make use of formative and summative assessment to secure pupils’ progress"},
    {"6c", "Make accurate and productive use of assessment",
     "use relevant data to monitor progress, set targets, and plan subsequent lessons"},
    {"6d", "Make accurate and productive use of assessment",
     "give pupils regular feedback, both orally and through accurate marking, and "
     "encourage pupils to respond to the feedback"},
    {"7a", "Manage behaviour effectively to ensure a good and safe learning environment",
     "have clear rules and routines for behaviour in classrooms, and take "
     "responsibility for promoting good and courteous behaviour both in classrooms "
     "and around the school, in accordance with the school’s behaviour policy"},
    {"7b", "Manage behaviour effectively to ensure a good and safe learning environment",
     "have high expectations of behaviour, and establish a framework for discipline "
     "with a range of strategies, using praise, sanctions and rewards consistently "
     "and fairly"},
    {"7c", "Manage behaviour effectively to ensure a good and safe learning environment",
     "manage classes effectively, using approaches which are appropriate to pupils’ "
     "needs in order to involve and motivate them"},
    {"7d", "Manage behaviour effectively to ensure a good and safe learning environment",
     "maintain good relationships with pupils, exercise appropriate authority, and "
     "act decisively when necessary"},
    {"8a", "Fulfil wider professional responsibilities",
     "make a positive contribution to the wider life and ethos of the school"},
    {"8b", "Fulfil wider professional responsibilities",
     "develop effective professional relationships with colleagues, knowing how and "
     "when to draw on advice and specialist support"},
    {"8c", "Fulfil wider professional responsibilities", "deploy support staff effectively"},
    {"8d", "Fulfil wider professional responsibilities",
     "take responsibility for improving teaching through appropriate professional "
     "development, responding to advice and feedback from colleagues"},
    {"8e", "Fulfil wider professional responsibilities",
     "communicate effectively with parents with regard to pupils’ achievements and "
     "well-being"},
    {"P2.1", kPartTwoHeading,
     "Teachers uphold public trust in the profession and maintain high standards of "
     "ethics and behaviour, within and outside school, by:"},
    {"P2.1a", kPartTwoHeading,
     "treating pupils with dignity, building relationships rooted in mutual respect, "
     "and at all times observing proper boundaries appropriate to a teacher’s "
     "professional position"},
    {"P2.1b", kPartTwoHeading,
     "having regard for the need to safeguard pupils’ well-being, in accordance with "
     "statutory provisions"},
    {"P2.1c", kPartTwoHeading, "showing tolerance of and respect for the rights of others"},
    {"P2.1d", kPartTwoHeading,
     "not undermining fundamental British values, including democracy, the rule of "
     "law, individual liberty and mutual respect, and tolerance of those with "
     "different faiths and beliefs"},
    {"P2.1e", kPartTwoHeading,
     "ensuring that personal beliefs are not expressed in ways which exploit pupils’ "
     "vulnerability or might lead them to break the law"},
    {"P2.2", kPartTwoHeading,
     "Teachers must have proper and professional regard for the ethos, policies and "
     "practices of the school in which they teach, and maintain high standards in "
     "their own attendance and punctuality"},
    {"P2.3", kPartTwoHeading,
     "Teachers must have an understanding of, and always act within, the statutory "
     "frameworks which set out their professional duties and responsibilities"},
}};

// The code without its qualifier and closing bracket, in the case of the official list.
std::string Normalised(absl::string_view code) {
  absl::string_view bare = absl::StripAsciiWhitespace(code);
  if (absl::StartsWithIgnoreCase(bare, "TS/")) bare.remove_prefix(3);
  bare = absl::StripSuffix(bare, ")");
  std::string normalised = absl::AsciiStrToLower(bare);
  if (absl::StartsWith(normalised, "p")) normalised[0] = 'P';
  return normalised;
}

v1::TeachersStandard Standard(const Statement& statement) {
  v1::TeachersStandard standard;
  standard.set_code(statement.code);
  standard.set_heading(statement.heading);
  standard.set_text(statement.text);
  standard.set_edition(kEdition);
  return standard;
}

// The statement of the same standard whose letter is nearest; else of the nearest standard.
const Statement& Nearest(absl::string_view normalised) {
  const auto distance = [&](const Statement& statement) {
    const absl::string_view code = statement.code;
    int sum = 0;
    for (size_t i = 0; i < std::max(code.size(), normalised.size()); ++i) {
      const int got = i < normalised.size() ? normalised[i] : 0x60;
      const int want = i < code.size() ? code[i] : 0x60;
      // A wrong digit weighs more than any wrong letter.
      sum += std::abs(got - want) * (i == 0 ? 1000 : 1);
    }
    return sum;
  };
  return *std::min_element(
      kStatements.begin(), kStatements.end(),
      [&](const Statement& a, const Statement& b) { return distance(a) < distance(b); });
}

}  // namespace

const std::vector<v1::TeachersStandard>& TeachersStandards() {
  static const auto& standards = *new std::vector<v1::TeachersStandard>([] {
    std::vector<v1::TeachersStandard> all;
    for (const Statement& statement : kStatements) all.push_back(Standard(statement));
    return all;
  }());
  return standards;
}

const v1::TeachersStandard* FindTeachersStandard(absl::string_view code) {
  const std::string normalised = Normalised(code);
  for (const v1::TeachersStandard& standard : TeachersStandards()) {
    if (standard.code() == normalised) return &standard;
  }
  return nullptr;
}

std::string WhyNoTeachersStandard(absl::string_view code) {
  const std::string normalised = Normalised(code);
  if (FindTeachersStandard(code) != nullptr) return "";
  const size_t slash = normalised.find('/');
  if (slash != std::string::npos) {
    const std::string bare = normalised.substr(slash + 1);
    return absl::StrCat("a support plan is judged against the Teachers' Standards only, not ",
                        absl::AsciiStrToUpper(normalised.substr(0, slash)),
                        " statements; the nearest Teachers' Standard is ", Nearest(bare).code,
                        " (\"", Nearest(bare).text, "\")");
  }
  if (normalised.size() == 1 && normalised[0] >= '1' && normalised[0] <= '8') {
    return absl::StrCat("names a whole standard, want one of its statements, such as ",
                        Nearest(normalised).code, " (\"", Nearest(normalised).text, "\")");
  }
  return absl::StrCat("no Teachers' Standard has this code; the nearest is ",
                      Nearest(normalised).code, " (\"", Nearest(normalised).text, "\")");
}

}  // namespace trellis::domain
