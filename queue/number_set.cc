#include "queue/number_set.h"

#include <algorithm>
#include <iterator>

namespace trellis::queue {

bool NumberSet::Contains(Number number) const {
  if (number <= floor_) return true;
  const auto after = ranges_.upper_bound(number);
  return after != ranges_.begin() && std::prev(after)->second >= number;
}

void NumberSet::AddRange(Number first, Number last) {
  if (last <= floor_) return;
  first = std::max(first, floor_ + 1);
  // Those that touch [first, last] become one with it.
  auto it = ranges_.upper_bound(first);
  if (it != ranges_.begin() && std::prev(it)->second + 1 >= first) --it;
  while (it != ranges_.end() && it->first <= last + 1) {
    first = std::min(first, it->first);
    last = std::max(last, it->second);
    it = ranges_.erase(it);
  }
  if (first == floor_ + 1) {
    floor_ = last;
  } else {
    ranges_.emplace_hint(it, first, last);
  }
}

void NumberSet::CutAbove(Number last) {
  floor_ = std::min(floor_, last);
  ranges_.erase(ranges_.upper_bound(last), ranges_.end());
  if (!ranges_.empty()) {
    Number& end = std::prev(ranges_.end())->second;
    end = std::min(end, last);
  }
}

}  // namespace trellis::queue
