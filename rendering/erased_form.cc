#include "rendering/erased_form.h"

#include "rendering/html.h"
#include "rendering/item_html.h"
#include "rendering/text_table.h"

namespace trellis::rendering {

std::string ErasedFormAsText(const ErasedForm& form, int width) {
  std::string out = absl::StrCat(form.title, "\n\n");
  AppendFacts(form.facts, width, out);
  out += "\n! ";
  AppendWrapped(form.notice.words, width, 2, out);
  out += "\n";
  AppendWrapped(form.note, width, 0, out);
  out += "\n";
  AppendWrapped(form.foot, width, 0, out);
  return out;
}

std::string ErasedFormAsHtml(const ErasedForm& form) {
  std::string out = PageHead(absl::StrCat(form.title, " – erased"));
  absl::StrAppend(&out, "<h1>", EscapeHtml(form.title), "</h1>\n");
  AppendFacts(form.facts, {form.notice}, out);
  absl::StrAppend(&out, "<section class=\"note\">\n<p>", EscapeHtml(form.note),
                  "</p>\n</section>\n<footer><p>", EscapeHtml(form.foot), "</p></footer>\n",
                  PageFoot());
  return out;
}

}  // namespace trellis::rendering
