#include "domain/event_json.h"

#include <google/protobuf/util/json_util.h>

#include "domain/codec.h"

namespace trellis::domain {

std::string EventAsJson(absl::string_view stream, absl::string_view bytes) {
  const auto event = DecodeEventOf(stream, bytes);
  std::string json;
  if (!event.ok() || !google::protobuf::util::MessageToJsonString(**event, &json).ok()) return "";
  return json;
}

}  // namespace trellis::domain
