// Items, facts and notices as parts of a web page. Everything is escaped.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rendering/form_rows.h"

namespace trellis::rendering {

// " good", " alert" or nothing: a class beside words that say the same.
absl::string_view ToneClass(Status::Tone tone);

// A list of items; "none" if there are none. The text of a `lead` item stands out.
void AppendItems(const std::vector<Item>& items, bool lead, std::string& out);

// The facts at the head of a page, then what everybody should read first.
void AppendFacts(const std::vector<Detail>& facts, const std::vector<Status>& notices,
                 std::string& out);

// A section of items under a heading.
void AppendSection(absl::string_view heading, const std::vector<Item>& items, std::string& out);

}  // namespace trellis::rendering
