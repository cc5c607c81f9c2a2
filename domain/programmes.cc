#include "domain/programmes.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace trellis::domain {
namespace {

struct Module {
  int year;
  const char* module;
  const char* part;
  const char* title;
  int weeks;
  std::vector<const char*> week_titles = {};
};

v1::KnownProgramme Known(const char* provider, const std::vector<Module>& modules) {
  v1::KnownProgramme programme;
  programme.mutable_programme()->set_provider(provider);
  programme.mutable_programme()->set_edition("2021");
  for (const Module& module : modules) {
    v1::KnownModule& known = *programme.add_modules();
    known.set_year(module.year);
    known.set_module(module.module);
    known.set_part(module.part);
    known.set_title(module.title);
    known.set_weeks(module.weeks);
    for (const char* const title : module.week_titles) known.add_week_titles(title);
  }
  return programme;
}

v1::KnownProgramme Ucl() {
  constexpr char kQuality[] = "Developing quality pedagogy";
  constexpr char kInquiry[] =
      "Inquiry into developing quality pedagogy and making productive use of assessment";
  return Known(
      "UCL", {{1, "1", "", "Enabling pupil learning", 7},
              {1, "2", "", "Engaging pupils in learning", 7},
              {1, "3", "1", kQuality, 7},
              {1, "3", "2", kQuality, 5},
              {1, "4", "", "Making productive use of assessment", 6},
              {1, "5", "", "Fulfilling professional responsibilities", 7},
              {2, "6", "", "Inquiry into enabling pupil learning", 5},
              {2, "7", "", "Inquiry into engaging pupils in learning", 6},
              {2, "8", "1", kInquiry, 5},
              {2, "8", "2", kInquiry, 6},
              {2, "8", "3", kInquiry, 5},
              {2,
               "9",
               "",
               "Fulfilling professional responsibilities (II)",
               4,
               {"Managing professional development", "Managing effective working relationships",
                "Managing workload and well-being", "Programme review and planning for year 3"}}});
}

v1::KnownProgramme Edt() {
  return Known("EDT", {{1, "1", "", "Establishing a positive climate", 7},
                       {1, "2", "", "How pupils learn", 7},
                       {1, "3", "", "Developing effective classroom practice", 6},
                       {1, "4", "", "Subject and curriculum knowledge", 6},
                       {1, "5", "", "Assessment, feedback and questioning", 7},
                       {1, "6", "", "A people profession", 6},
                       {2, "7", "", "Embedding a positive climate", 6},
                       {2, "8", "", "How pupils learn – making it stick", 6},
                       {2, "9", "", "Enhancing classroom practice", 6},
                       {2, "10", "", "Revisiting subject and curriculum knowledge", 6},
                       {2, "11", "", "Deepening assessment", 6},
                       {2, "12", "", "Continuing your professional development", 5}});
}

// Its modules are titled by questions, which are not in the catalogue.
v1::KnownProgramme TeachFirst() {
  return Known("Teach First", {{1, "1", "", "", 7},
                               {1, "2", "", "", 7},
                               {1, "3", "", "", 6},
                               {1, "4", "", "", 6},
                               {1, "5", "", "", 6},
                               {1, "6", "", "", 7},
                               {2, "7", "", "", 4},
                               {2, "8", "", "", 4},
                               {2, "9", "", "", 4},
                               {2, "10", "", "", 4},
                               {2, "11", "", "", 4},
                               {2, "12", "", "", 4}});
}

// Strands, one for each term of the first year; the second is self-directed.
v1::KnownProgramme Ambition() {
  return Known("Ambition", {{1, "Behaviour", "", "Behaviour", 12},
                            {1, "Instruction", "", "Instruction", 12},
                            {1, "Subject", "", "Subject", 12}});
}

bool Names(const v1::KnownModule& module, const v1::SessionNote& note) {
  if (note.year() != 0 && note.year() != module.year()) return false;
  if (!module.part().empty() && !absl::EqualsIgnoreCase(module.part(), note.part())) return false;
  return absl::EqualsIgnoreCase(module.module(), note.module()) ||
         (!module.title().empty() && absl::EqualsIgnoreCase(module.title(), note.module()));
}

}  // namespace

const std::vector<v1::KnownProgramme>& KnownProgrammes() {
  static const auto& programmes =
      *new std::vector<v1::KnownProgramme>{Ucl(), Edt(), TeachFirst(), Ambition()};
  return programmes;
}

const v1::KnownModule* FindModule(const v1::SessionNote& note) {
  for (const v1::KnownProgramme& known : KnownProgrammes()) {
    const v1::Programme& said = note.programme();
    if (!absl::EqualsIgnoreCase(known.programme().provider(), said.provider())) continue;
    if (!said.edition().empty() && said.edition() != known.programme().edition()) continue;
    for (const v1::KnownModule& module : known.modules()) {
      if (Names(module, note)) return &module;
    }
  }
  return nullptr;
}

std::string SessionTitle(const v1::SessionNote& note) {
  const v1::KnownModule* const module = FindModule(note);
  if (module == nullptr || note.week() < 1 || note.week() > module->week_titles_size()) return "";
  return module->week_titles(note.week() - 1);
}

}  // namespace trellis::domain
