// Messages as text that people read.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace trellis::testing {

// `name { fields }` in the text format: on one line where it fits into 100 columns, else a field a
// line. Times are written as such, people and plans by their aliases; digests are left out, being
// unreadable.
std::string TextOf(const std::string& name, const google::protobuf::Message& message,
                   size_t indent = 0);

// `text`, with aliases, broken into lines of 100 columns, each with `indent` blanks before it.
std::string Wrapped(absl::string_view text, size_t indent);

}  // namespace trellis::testing
