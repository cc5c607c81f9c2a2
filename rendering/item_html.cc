#include "rendering/item_html.h"

#include "absl/strings/str_cat.h"
#include "rendering/html.h"

namespace trellis::rendering {
namespace {

void AppendItem(const Item& item, bool lead, std::string& out) {
  out += "<li>";
  if (!item.struck.empty()) {
    absl::StrAppend(&out, "<p class=\"why\">[", EscapeHtml(item.struck), "]</p><del>");
  }
  absl::StrAppend(&out, "<p", lead ? " class=\"lead\">" : ">");
  if (!item.id.empty()) {
    absl::StrAppend(&out, "<span class=\"id\">", EscapeHtml(item.id), "</span>");
  }
  absl::StrAppend(&out, EscapeHtml(item.text), "</p>");
  if (!item.statuses.empty()) {
    out += "<p>";
    for (const Status& status : item.statuses) {
      absl::StrAppend(&out, "<span class=\"tag", ToneClass(status.tone), "\">",
                      EscapeHtml(status.words), "</span> ");
    }
    out += "</p>";
  }
  for (const Detail& detail : item.details) {
    if (detail.label.empty()) {
      absl::StrAppend(&out, "<p class=\"remark\">", EscapeHtml(detail.value), "</p>");
    } else {
      absl::StrAppend(&out, "<p><span class=\"label\">", EscapeHtml(detail.label), ":</span> ",
                      EscapeHtml(detail.value), "</p>");
    }
  }
  absl::StrAppend(&out, item.struck.empty() ? "" : "</del>", "</li>\n");
}

}  // namespace

absl::string_view ToneClass(Status::Tone tone) {
  switch (tone) {
    case Status::Tone::kGood:
      return " good";
    case Status::Tone::kAttention:
      return " alert";
    case Status::Tone::kPlain:
      break;
  }
  return "";
}

void AppendItems(const std::vector<Item>& items, bool lead, std::string& out) {
  if (items.empty()) {
    out += "<p class=\"none\">none</p>";
    return;
  }
  out += "<ul class=\"items\">\n";
  for (const Item& item : items) AppendItem(item, lead, out);
  out += "</ul>";
}

void AppendFacts(const std::vector<Detail>& facts, const std::vector<Status>& notices,
                 std::string& out) {
  out += "<dl class=\"facts\">\n";
  for (const Detail& fact : facts) {
    // Resource names and the like would break in the middle of a narrow column.
    constexpr size_t kNarrowMax = 48;
    const bool is_long = fact.value.size() > kNarrowMax;
    absl::StrAppend(&out, is_long ? "<div class=\"long\"><dt>" : "<div><dt>",
                    EscapeHtml(fact.label), "</dt><dd>", EscapeHtml(fact.value), "</dd></div>\n");
  }
  out += "</dl>\n";
  for (const Status& notice : notices) {
    absl::StrAppend(&out, "<p class=\"notice", ToneClass(notice.tone), "\">",
                    EscapeHtml(notice.words), "</p>\n");
  }
}

void AppendSection(absl::string_view heading, const std::vector<Item>& items, std::string& out) {
  absl::StrAppend(&out, "<section class=\"wide\">\n<h2>", heading, "</h2>\n");
  AppendItems(items, /*lead=*/false, out);
  out += "\n</section>\n";
}

}  // namespace trellis::rendering
