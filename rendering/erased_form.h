// What is left of a plan whose content was erased, in the place of its form: a form would read as
// one that nobody has filled in yet.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rendering/display.h"
#include "rendering/form.h"
#include "rendering/form_rows.h"
#include "rendering/words.h"

namespace trellis::rendering {

struct ErasedForm {
  // Of the form that it stands for.
  std::string title;
  std::vector<Detail> facts;
  Status notice;
  // What can still be seen elsewhere.
  std::string note;
  std::string foot;
};

// Of a plan of any kind that is ERASED.
template <typename Plan>
ErasedForm BuildErasedForm(absl::string_view title, const Plan& plan, const FormContext& context) {
  ErasedForm form;
  form.title = std::string(title);
  form.facts.push_back({"Plan", OneLine(plan.name())});
  if (plan.has_erase_time()) form.facts.push_back({"Erased on", TimeInWords(plan.erase_time())});
  form.facts.push_back({"Revision", absl::StrCat(plan.revision())});
  form.notice.words = "This plan is ERASED: what was recorded in it cannot be read any more.";
  form.note =
      "That there was a plan is kept. Its trail still has the type of each event, and the time "
      "when "
      "it was recorded.";
  form.foot = absl::StrCat("Made on ", TimeInWords(context.rendered_at), " from revision ",
                           plan.revision(), " of ", OneLine(plan.name()), ".");
  return form;
}

// As FormAsText and FormAsHtml.
std::string ErasedFormAsText(const ErasedForm& form, int width);
std::string ErasedFormAsHtml(const ErasedForm& form);

}  // namespace trellis::rendering
