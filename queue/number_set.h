// Which of a topic's messages are done: all up to a floor, and ranges above it.
#pragma once

#include <cstdint>

#include "absl/container/btree_map.h"

namespace trellis::queue {

// A message's place in its topic: 1, 2, 3 and so on. In the topic of the ledger, its position.
using Number = uint64_t;

// A set of numbers that starts dense and stays so: it costs memory for each hole, not for each
// number. Not thread-safe.
class NumberSet {
 public:
  NumberSet() = default;
  // Holds 1 to `floor`.
  explicit NumberSet(Number floor) : floor_(floor) {}

  // Every number up to here is in the set, the next one is not.
  Number floor() const { return floor_; }
  // The ranges above the floor, first to last; neither adjacent nor overlapping.
  const absl::btree_map<Number, Number>& ranges() const { return ranges_; }

  bool Contains(Number number) const;
  void Add(Number number) { AddRange(number, number); }
  // `first` is not beyond `last`.
  void AddRange(Number first, Number last);
  // Takes out every number above `last`.
  void CutAbove(Number last);

 private:
  Number floor_ = 0;
  absl::btree_map<Number, Number> ranges_;
};

}  // namespace trellis::queue
