#include "clients/trellis/grammar/flag_names.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/trellis/grammar/names.h"

namespace trellis::cli {
namespace {

namespace pb = google::protobuf;

// Flags that read better than their field, or whose field's name is the program's own.
const std::map<std::string, std::string>& ShortFlags() {
  static const auto* const names = new std::map<std::string, std::string>{
      {"trellis.v1.MarkSignatureUnavailableRequest.capacity", "signatory"},
      {"trellis.v1.RenderSupportPlanRequest.output_format", "format"},
      {"trellis.v1.RenderSupportPlanRequest.text_width", "width"},
      {"google.pubsub.v1.Subscription.enable_message_ordering", "ordered"},
      {"google.pubsub.v1.Subscription.enable_exactly_once_delivery", "exactly-once"},
  };
  return *names;
}

// The last `count` fields of `path`, dotted.
std::string Ending(const FieldPath& path, size_t count) {
  return absl::StrJoin(path.end() - static_cast<std::ptrdiff_t>(count), path.end(), ".",
                       [](std::string* out, const pb::FieldDescriptor* field) {
                         absl::StrAppend(out, KebabCase(field->name()));
                       });
}

bool AnotherEndsSo(const FieldPath& leaf, const std::vector<FieldPath>& leaves, size_t count) {
  const std::string ending = Ending(leaf, count);
  return std::any_of(leaves.begin(), leaves.end(), [&](const FieldPath& other) {
    return other != leaf && other.size() >= count && Ending(other, count) == ending;
  });
}

}  // namespace

FlagNames NamesFor(const FieldPath& leaf, const std::vector<FieldPath>& leaves,
                   const std::vector<Flag>& globals) {
  std::string whole = Ending(leaf, leaf.size());
  if (FindFlag(globals, whole) != nullptr) whole = absl::StrCat("request.", whole);
  FlagNames names{.shown = whole, .aliases = {}};
  if (const auto brief = ShortFlags().find(leaf.back()->full_name()); brief != ShortFlags().end()) {
    names.shown = brief->second;
  } else {
    for (size_t count = 1; count < leaf.size(); ++count) {
      if (AnotherEndsSo(leaf, leaves, count)) continue;
      if (FindFlag(globals, Ending(leaf, count)) != nullptr) continue;
      names.shown = Ending(leaf, count);
      break;
    }
  }
  if (names.shown != whole) names.aliases.push_back(whole);
  return names;
}

}  // namespace trellis::cli
