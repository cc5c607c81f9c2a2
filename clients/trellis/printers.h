// Answers as text for a person, or as JSON for a program.
#pragma once

#include <string>

#include "google/protobuf/message.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::cli {

struct Presentation {
  bool json = false;
  // True if the text goes to a terminal, which can strike it through.
  bool terminal = false;
};

// `answer`, of any type, as text that ends with a line break, but for a rendered plan, which is
// given as it is. A type that has no table is given as JSON. Proto3 JSON: int64 are strings.
std::string Present(const google::protobuf::Message& answer, const Presentation& presentation);

// `message` as JSON on one line, without a line break.
std::string CompactJson(const google::protobuf::Message& message);

// The entries of a trail, a block each, with times in London.
std::string TrailText(const v1::ListTrailResponse& trail, bool terminal);

}  // namespace trellis::cli
