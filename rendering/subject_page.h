// What is held about one person, as a page for that person.
#pragma once

#include <string>

#include "trellis/v1/directory.pb.h"
#include "trellis/v1/subject_export.pb.h"

namespace trellis::rendering {

// A whole page of HTML that loads nothing. `person` is whom it is about; one who was erased has no
// name, and the page says so first.
std::string SubjectFileAsHtml(const v1::SubjectFile& file, const v1::Person& person);

}  // namespace trellis::rendering
