// What every page of ours has: one head, one style sheet, and text that is escaped.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace trellis::rendering {

// Escapes text for a place between tags or inside quotation marks; lines stay lines.
std::string EscapeHtml(absl::string_view text);

// The page up to and with `<main>`. `title` is escaped here. The page loads nothing: no script, no
// font, no picture, and a content security policy that allows none.
std::string PageHead(absl::string_view title);

// The page from `</main>` on.
std::string PageFoot();

}  // namespace trellis::rendering
