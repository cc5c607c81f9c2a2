// One file of a key store: slots that are added at its end, many with one sync.
//
// A power cut may tear what was not synced: slots of the last batch, of which nobody was told, and
// those whose erasure was under way. Both are emptied by the next start, and slots beside them
// stay. Anything else that cannot be read is damage.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "vault/directory.h"
#include "vault/slot.h"

namespace trellis::vault {

// Not thread-safe, but that Get goes beside Append and Sync.
class SlotFile {
 public:
  // Called for slots 1, 2, 3 and so on, but not for those that are none.
  using Visit = absl::FunctionRef<absl::Status(SlotNumber, const Slot&)>;

  // A file under this name with `head` as its slot 0: written, not synced.
  static absl::StatusOr<SlotFile> Create(Directory& directory, const std::string& name, Slot head);

  // The file of this name whose slot 0 has the subject `magic`. DATA_LOSS (KEY_STORE_DAMAGED) if
  // there is none, or its beginning is not right; errors of directory.h.
  static absl::StatusOr<SlotFile> Open(Directory& directory, const std::string& name,
                                       absl::string_view magic);

  // Empties the slots `erased` and those that are torn, visits the rest, and syncs, since what a
  // killed program wrote may be in memory alone. Call it once, first after Open. The errors of
  // `visit`; KEY_STORE_DAMAGED.
  absl::Status Recover(const absl::flat_hash_set<SlotNumber>& erased, Visit visit);

  // Visits all. The errors of `visit`; KEY_STORE_DAMAGED if one is none.
  absl::Status Read(Visit visit) const;

  const Slot& head() const { return head_; }
  // How many there are, without slot 0.
  SlotNumber size() const { return size_; }

  // What slot `number` holds: DATA_LOSS (KEY_STORE_DAMAGED) if it is none.
  absl::StatusOr<Slot> Get(SlotNumber number) const;
  // Writes `slots` as numbers size() + 1 and so on; sets their batch. Syncs only if told to.
  absl::Status Append(absl::Span<Slot> slots, bool sync);
  // Replaces slot `number`; syncs nothing.
  absl::Status Put(SlotNumber number, const Slot& slot);
  absl::Status Sync() { return file_->Sync(); }

 private:
  SlotFile(std::string path, std::unique_ptr<File> file, Slot head)
      : path_(std::move(path)), file_(std::move(file)), head_(std::move(head)) {}
  absl::Status Damaged(absl::string_view what) const;
  // The same, with a null for each that is none.
  absl::Status ReadAny(absl::FunctionRef<absl::Status(SlotNumber, const Slot*)> visit) const;

  std::string path_;
  std::unique_ptr<File> file_;
  Slot head_;
  SlotNumber size_ = 0;
};

}  // namespace trellis::vault
