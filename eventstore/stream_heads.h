// The revisions that the streams in use are at.
#pragma once

#include <list>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "eventstore/record.h"

namespace trellis::eventstore {

// Keeps the `capacity` streams used last.
class StreamHeads {
 public:
  explicit StreamHeads(size_t capacity) : capacity_(capacity) {}

  // The revision set last, or nothing if it is not kept.
  std::optional<Revision> Find(absl::string_view stream);

  void Set(absl::string_view stream, Revision revision);

 private:
  struct Head {
    std::string stream;
    Revision revision;
  };
  using ByUse = std::list<Head>;

  const size_t capacity_;
  // The one used last comes first.
  ByUse by_use_;
  // The keys are views of the list's strings, which stay where they are.
  absl::flat_hash_map<absl::string_view, ByUse::iterator> heads_;
};

}  // namespace trellis::eventstore
