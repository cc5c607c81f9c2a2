#include "rendering/html.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "rendering/form_style.h"

namespace trellis::rendering {

std::string EscapeHtml(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"},
                                    {"<", "&lt;"},
                                    {">", "&gt;"},
                                    {"\"", "&quot;"},
                                    {"'", "&#39;"},
                                    {"\n", "<br>"}});
}

std::string PageHead(absl::string_view title) {
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"robots\" content=\"noindex\">\n<title>",
      EscapeHtml(title), "</title>\n<style>", kFormStyle, "</style>\n</head>\n<body>\n<main>\n");
}

std::string PageFoot() { return "</main>\n</body>\n</html>\n"; }

}  // namespace trellis::rendering
