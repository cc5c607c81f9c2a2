#include "services/scrubber.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "proofs/tile.h"
#include "proofs/tree_edge.h"

namespace trellis::services {

using eventstore::Position;
using eventstore::Record;

namespace {

absl::Status Mismatch(Position position, absl::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "SCRUB_MISMATCH",
               absl::StrCat("position ", position, ": ", what),
               {{"position", absl::StrCat(position)}});
}

// Whether the indexes have the record.
absl::Status CheckIndexes(const eventstore::EventLog& log, const eventstore::Header& header) {
  ASSIGN_OR_RETURN(const auto indexed,
                   log.ReadStream(header.stream, header.revision, header.revision));
  if (indexed.size() != 1 || indexed.front().header.position != header.position) {
    return Mismatch(header.position, absl::StrCat("revision ", header.revision, " of stream ",
                                                  header.stream, " is not there"));
  }
  ASSIGN_OR_RETURN(const auto request, log.FindRequest(header.origin.request_id));
  if (!request.has_value() || request->first_position != header.commit_first ||
      request->last_position + 1 != header.commit_first + header.commit_size) {
    return Mismatch(header.position, absl::StrCat("request ", UuidText(header.origin.request_id),
                                                  " is not known, or with other positions"));
  }
  return absl::OkStatus();
}

}  // namespace

// One reading of all that is signed.
class Scrubber::Pass {
 public:
  explicit Pass(const eventstore::EventLog& log)
      : log_(log), checkpoint_(log.checkpoint()), size_(log.tree_size()) {
    if (checkpoint_ != nullptr) size_ = checkpoint_->size;
  }

  Position size() const { return size_; }
  Position position() const { return edge_.size(); }
  bool done() const { return position() == size_; }

  // Reads the records of the next tile.
  absl::Status ReadTile() {
    const uint64_t index = position() / proofs::kTileWidth;
    const Position last = std::min(size_, position() + proofs::kTileWidth);
    std::vector<Digest> leaves;
    std::string hashes;
    RETURN_IF_ERROR(log_.ReadAll(position() + 1, last, [&](const Record& record) {
      leaves.push_back(record.leaf_digest);
      absl::StrAppend(&hashes, AsBytes(record.leaf_digest));
      return CheckIndexes(log_, record.header);
    }));
    const int width = static_cast<int>(leaves.size());
    ASSIGN_OR_RETURN(const std::string tile, log_.ReadTile({0, index, width}));
    if (tile.substr(0, hashes.size()) != hashes) {
      return Mismatch(last, absl::StrCat("tile ", index, " does not hold the records' leaves"));
    }
    edge_.Append(leaves);
    return absl::OkStatus();
  }

  absl::Status CheckRoot() const {
    if (checkpoint_ == nullptr || edge_.Root() == checkpoint_->root) return absl::OkStatus();
    return Mismatch(size_, "the records up to here are not those that were signed");
  }

 private:
  const eventstore::EventLog& log_;
  const std::shared_ptr<const eventstore::SignedCheckpoint> checkpoint_;
  Position size_;
  proofs::TreeEdge edge_;
};

void Scrubber::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Scrubber::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    stopped_changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status Scrubber::RunOnce() { return MakePass(/*slowly=*/false); }

ScrubStatus Scrubber::status() const {
  MutexLock lock(mutex_);
  return status_;
}

void Scrubber::Run() {
  do {
    if (absl::IsCancelled(MakePass(/*slowly=*/true))) return;
  } while (Rest(kScrubEvery));
}

absl::Status Scrubber::MakePass(bool slowly) {
  Pass pass(log_);
  absl::Status status;
  while (status.ok() && !pass.done()) {
    if (slowly && !Rest(absl::Seconds(proofs::kTileWidth / kScrubRecordsPerSecond))) {
      return absl::CancelledError();
    }
    status = pass.ReadTile();
    MutexLock lock(mutex_);
    status_.position = pass.position();
    status_.size = pass.size();
  }
  if (status.ok()) status = pass.CheckRoot();
  if (!status.ok()) Log("scrub.found", {{"what", std::string(status.message())}});
  MutexLock lock(mutex_);
  status_.found = status;
  if (status.ok()) status_.complete_at = clock_.Now();
  return status;
}

bool Scrubber::Rest(absl::Duration time) {
  MutexLock lock(mutex_);
  // To wake too early does no harm.
  if (!stopped_) stopped_changed_.WaitFor(mutex_, time);
  return !stopped_;
}

}  // namespace trellis::services
