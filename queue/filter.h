// Pub/Sub's language of subscription filters, over the attributes of a message.
//
//   attributes:key                      has an attribute `key`, whatever its value
//   attributes.key = "value"            has it, with that value
//   attributes.key != "value"           has it not, or with another value
//   hasPrefix(attributes.key, "value")  has it, and its value begins so
//   NOT x   -x   x AND y   x OR y   (x)
//
//   Filter::Parse("hasPrefix(attributes.ce-type, \"trellis.v1.\") AND NOT attributes:traceparent")
//
// Where the rules come from: [guide] Pub/Sub's guide "Filter messages from a subscription";
// [pstest] Google's own fake of the service, of the Go library, where the guide is silent; [ours]
// neither, and then whatever can have but one meaning is taken.
// - AND, OR and NOT are in capitals, keys and values as they are: case counts. [guide]
// - NOT, or `-`, binds closest; AND and OR stand together only with parentheses. [guide]
// - NOT can be repeated. [pstest]
// - A key of ASCII letters, digits, `_` and `-` stands bare; any other is written as a string, and
//   a value always is. [guide]
// - In strings: \\ \" \' \? \a \b \f \n \r \t \v, octal \101, hexadecimal \x41 (a byte each),
//   Unicode \u0041 and \U00000041. [guide names the kinds]
// - != holds where there is no such attribute. [pstest]
// - Strings in single quotes, and blanks between any two parts. [ours]
// - A filter that is empty, or blank, lets everything pass. [guide; blank: ours]
// - At most 256 bytes. [guide] That bounds how deep it nests, and how much there is to evaluate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "queue/attributes.h"

namespace trellis::queue {

struct FilterExpression;

inline constexpr size_t kFilterBytesMax = 256;

// A filter, ready to be asked. Immutable, and so safe for any number of threads.
class Filter {
 public:
  // Lets everything pass.
  Filter() = default;

  // INVALID_ARGUMENT (FILTER_INVALID) if `text` is no filter: with the first column that cannot be,
  // in characters from 1 (also as metadata `column`), what is there and what could be.
  static absl::StatusOr<Filter> Parse(absl::string_view text);

  // Whether a message with `attributes` passes. Allocates nothing: it is asked for each message by
  // each subscription.
  bool Matches(const Attributes& attributes) const;

 private:
  // One comparison, and which one to go on with: an index, or one of the two ends.
  struct Step {
    enum class Kind { kHas, kEquals, kHasPrefix };

    Kind kind;
    std::string key;
    std::string value;
    int32_t if_true;
    int32_t if_false;
  };
  static constexpr int32_t kPass = -1;
  static constexpr int32_t kDrop = -2;

  // Adds the steps of `expression`; returns the one to begin with.
  int32_t Add(const FilterExpression& expression, int32_t if_true, int32_t if_false);

  std::vector<Step> steps_;
  int32_t first_ = kPass;
};

}  // namespace trellis::queue
