#include "identity/encoding.h"

#include <set>
#include <vector>

#include "absl/strings/escaping.h"

namespace trellis::identity {
namespace {

using nlohmann::json;

// Sees each part of a document as it is read, and what may not be in it.
class StrictReader {
 public:
  bool operator()(int depth, json::parse_event_t event, const json& parsed) {
    using Event = json::parse_event_t;
    const bool opens = event == Event::object_start || event == Event::array_start;
    if (opens && static_cast<size_t>(depth) >= kJsonDepthMax) refused_ = true;
    // What is refused is not kept, so that no depth of it is built, or taken apart again.
    if (refused_) return false;
    if (event == Event::object_start) names_.emplace_back();
    if (event == Event::object_end) names_.pop_back();
    if (event == Event::key && !names_.back().insert(parsed.get<std::string>()).second) {
      refused_ = true;
    }
    return !refused_;
  }
  bool refused() const { return refused_; }

 private:
  // The names seen in each object that is open.
  std::vector<std::set<std::string>> names_;
  bool refused_ = false;
};

}  // namespace

std::optional<std::string> DecodeBase64Url(absl::string_view text) {
  std::string bytes;
  // Abseil reads other spellings too; only one is written.
  if (!absl::WebSafeBase64Unescape(text, &bytes)) return std::nullopt;
  if (EncodeBase64Url(bytes) != text) return std::nullopt;
  return bytes;
}

std::string EncodeBase64Url(absl::string_view bytes) { return absl::WebSafeBase64Escape(bytes); }

std::optional<json> ParseObject(absl::string_view text) {
  // The reader would pass over a byte order mark, and takes a zero byte for the end.
  if (text.empty() || static_cast<unsigned char>(text.front()) > 0x7f) return std::nullopt;
  if (text.find('\0') != absl::string_view::npos) return std::nullopt;
  StrictReader reader;
  const auto see = [&reader](int depth, json::parse_event_t event, json& parsed) {
    return reader(depth, event, parsed);
  };
  json parsed = json::parse(text.begin(), text.end(), see, /*allow_exceptions=*/false);
  if (reader.refused() || !parsed.is_object()) return std::nullopt;
  return parsed;
}

const json* Member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

const std::string* StringMember(const json& object, const char* name) {
  const json* const member = Member(object, name);
  return member == nullptr ? nullptr : member->get_ptr<const std::string*>();
}

}  // namespace trellis::identity
