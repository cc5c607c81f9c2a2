// Bytes as a filter of a subscription: NOT turns it round, and a pair of parentheses changes
// nothing.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "queue/filter.h"
#include "tests/fuzz/fuzz.h"

namespace trellis::fuzz {

void Try(absl::string_view bytes) {
  const auto filter = queue::Filter::Parse(bytes);
  // Filters come in requests, which are UTF-8; what is said of others may not be.
  if (!proofs::IsUtf8(bytes)) return;
  CheckError(filter.status());
  if (!filter.ok()) return;
  CHECK(bytes.size() <= queue::kFilterBytesMax);
  const auto turned = queue::Filter::Parse(absl::StrCat("NOT(", bytes, ")"));
  const auto within = queue::Filter::Parse(absl::StrCat("(", bytes, ")"));
  const bool blank = absl::StripAsciiWhitespace(bytes).empty();
  const bool fits = bytes.size() + sizeof("NOT()") - 1 <= queue::kFilterBytesMax;
  if (fits) CHECK(turned.ok() == !blank && within.ok() == !blank);
  const queue::Attributes none;
  const queue::Attributes some = {
      {"ce-subject", "supportPlans/17"}, {"ce-type", "trellis.v1.ConcernRaised"}, {"x", ""}};
  for (const auto& attributes : {none, some}) {
    const bool matches = filter->Matches(attributes);
    if (blank) CHECK(matches);
    if (turned.ok()) CHECK(turned->Matches(attributes) != matches);
    if (within.ok()) CHECK(within->Matches(attributes) == matches);
  }
}

}  // namespace trellis::fuzz
