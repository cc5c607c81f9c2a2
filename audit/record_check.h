// The records, one after the other: that each is whole, and follows the one before.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "audit/findings.h"
#include "audit/tree_check.h"
#include "eventstore/record.h"

namespace trellis::audit {

// What the indexes must say, as the records have it: some 8 bytes for a record, and 32 for a
// commit.
struct RecordIndex {
  // An event in its stream; revision 0: no record that can be read stands there.
  struct Place {
    uint32_t stream = 0;
    uint32_t revision = 0;
  };
  struct CommitRange {
    Uuid request_id{};
    eventstore::Position first = 0;
    eventstore::Position last = 0;
  };

  // The last position; places[p - 1] is of position p.
  eventstore::Position last() const { return places.size(); }

  std::vector<Place> places;
  // By Place::stream.
  std::vector<std::string> streams;
  // Ordered by position.
  std::vector<CommitRange> commits;
};

// Not thread-safe.
class RecordCheck {
 public:
  // Positions that may be missing in a row. Behind a larger gap nothing is looked at: one row with
  // a wrong key must not make 2^63 missing ones.
  static constexpr eventstore::Position kGapMax = 100'000;

  // `tree` gets the leaf of each position in order. Where there is none it gets one of zeros, so
  // that it shows which tiles the loss is under. Both must outlive this.
  RecordCheck(TreeCheck& tree, Findings& findings) : tree_(tree), findings_(findings) {}

  // A row of `log`, in the order of the keys.
  void Take(absl::string_view key, absl::string_view value);
  // There are no more rows.
  void Finish();

  RecordIndex& index() { return index_; }

 private:
  struct Stream {
    uint32_t number = 0;
    eventstore::Revision last = 0;
  };

  void SkipTo(eventstore::Position position);
  // Checks record_, which decoded.
  void Check(eventstore::Position position);
  bool CheckCommit(eventstore::Position position);
  void CheckTime(eventstore::Position position);
  void CheckRevision(eventstore::Position position);
  void Add(eventstore::Position position, absl::string_view what);

  TreeCheck& tree_;
  Findings& findings_;
  RecordIndex index_;
  // Reused, so that it keeps the memory of its texts.
  eventstore::Record record_;
  absl::Time recorded_at_ = absl::InfinitePast();
  // The header of the first record of the present commit that was read; a commit_size of 0 after
  // damage: the next record says which commit it is of.
  eventstore::Header commit_;
  absl::flat_hash_map<std::string, Stream> streams_;
};

}  // namespace trellis::audit
