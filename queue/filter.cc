#include "queue/filter.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "queue/filter_parser.h"

namespace trellis::queue {

absl::StatusOr<Filter> Filter::Parse(absl::string_view text) {
  Filter filter;
  if (text.size() <= kFilterBytesMax && absl::StripAsciiWhitespace(text).empty()) return filter;
  ASSIGN_OR_RETURN(const FilterExpression expression, ParseFilter(text));
  filter.first_ = filter.Add(expression, kPass, kDrop);
  return filter;
}

bool Filter::Matches(const Attributes& attributes) const {
  int32_t next = first_;
  while (next >= 0) {
    const Step& step = steps_[static_cast<size_t>(next)];
    const std::string* const value = FindAttribute(attributes, step.key);
    const bool holds = value != nullptr &&
                       (step.kind == Step::Kind::kHas ||
                        (step.kind == Step::Kind::kEquals ? *value == step.value
                                                          : absl::StartsWith(*value, step.value)));
    next = holds ? step.if_true : step.if_false;
  }
  return next == kPass;
}

int32_t Filter::Add(const FilterExpression& expression, int32_t if_true, int32_t if_false) {
  using Kind = FilterExpression::Kind;
  const auto add_step = [&](Step::Kind kind) {
    steps_.push_back({kind, expression.key, expression.value, if_true, if_false});
    return static_cast<int32_t>(steps_.size()) - 1;
  };
  // From the last part to the first: each must know where to go on.
  const auto& parts = expression.parts;
  switch (expression.kind) {
    case Kind::kHas:
      return add_step(Step::Kind::kHas);
    case Kind::kEquals:
      return add_step(Step::Kind::kEquals);
    case Kind::kHasPrefix:
      return add_step(Step::Kind::kHasPrefix);
    case Kind::kNot:
      return Add(parts.front(), if_false, if_true);
    case Kind::kAnd:
      for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
        if_true = Add(*part, if_true, if_false);
      }
      return if_true;
    case Kind::kOr:
      for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
        if_false = Add(*part, if_true, if_false);
      }
      return if_false;
  }
  return kDrop;
}

}  // namespace trellis::queue
