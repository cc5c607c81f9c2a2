// What is held about one person, as a page for that person.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "trellis/v1/subject_export.pb.h"

namespace trellis::rendering {

// A whole page of HTML that loads nothing. `name` is the person's.
std::string SubjectFileAsHtml(const v1::SubjectFile& file, absl::string_view name);

}  // namespace trellis::rendering
