#include "rendering/subject_page.h"

#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "rendering/html.h"
#include "rendering/words.h"

namespace trellis::rendering {
namespace {

void AppendRow(std::initializer_list<std::string> cells, std::string& out) {
  out += "<tr>";
  for (const std::string& cell : cells) absl::StrAppend(&out, "<td>", EscapeHtml(cell), "</td>");
  out += "</tr>\n";
}

void BeginTable(std::initializer_list<const char*> heads, std::string& out) {
  out += "<table>\n<thead><tr>";
  for (const char* const head : heads) absl::StrAppend(&out, "<th scope=\"col\">", head, "</th>");
  out += "</tr></thead>\n<tbody>\n";
}

void AppendRecord(const v1::SubjectRecord& record, std::string& out) {
  absl::StrAppend(&out, "<h2>", EscapeHtml(record.name()), "</h2>\n");
  BeginTable({"When", "Who", "What"}, out);
  for (const v1::SubjectEvent& event : record.events()) {
    AppendRow({TimeInWords(event.record_time()), event.who(), event.what()}, out);
  }
  out += "</tbody>\n</table>\n";
}

void AppendLooks(const v1::SubjectFile& file, std::string& out) {
  out += "<h2>Who looked</h2>\n";
  if (file.looks().empty()) out += "<p>Nobody.</p>\n";
  if (file.looks().empty()) return;
  BeginTable({"When", "As", "At", "Why"}, out);
  for (const v1::AccessEntry& look : file.looks()) {
    const bool refused = look.outcome() == v1::AccessEntry::REFUSED;
    const std::string who = look.reader() == file.person() ? "yourself, " : "";
    AppendRow({TimeInWords(look.read_time()), absl::StrCat(who, EnumInWords(look.capacity())),
               absl::StrCat(look.record(), refused ? " (refused)" : ""), look.reason()},
              out);
  }
  out += "</tbody>\n</table>\n";
}

}  // namespace

std::string SubjectFileAsHtml(const v1::SubjectFile& file, const v1::Person& person) {
  const std::string title = absl::StrCat(
      "What is held about ", person.full_name().empty() ? file.person() : person.full_name());
  std::string out = PageHead(title);
  absl::StrAppend(&out, "<h1>", EscapeHtml(title), "</h1>\n<p class=\"for\">",
                  EscapeHtml(absl::StrCat("Made ", TimeInWords(file.export_time()),
                                          ". Others are named by their role.")),
                  "</p>\n");
  if (person.has_erase_time()) {
    absl::StrAppend(&out, "<p><strong>",
                    EscapeHtml(absl::StrCat("Erased on ", TimeInWords(person.erase_time()), ".")),
                    "</strong> What was recorded before cannot be read any more: its types and "
                    "times are all that is left.</p>\n");
  }
  for (const v1::SubjectRecord& record : file.records()) AppendRecord(record, out);
  AppendLooks(file, out);
  return out + PageFoot();
}

}  // namespace trellis::rendering
