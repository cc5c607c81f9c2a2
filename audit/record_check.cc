#include "audit/record_check.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "eventstore/event_log.h"
#include "eventstore/keys.h"
#include "eventstore/record_format.h"

namespace trellis::audit {

using eventstore::Header;
using eventstore::Position;

namespace {

Position LastOf(const Header& commit) { return commit.commit_first + commit.commit_size - 1; }

bool IsSameOrigin(const Header& a, const Header& b) {
  return a.origin.request_id == b.origin.request_id && a.origin.actor == b.origin.actor &&
         a.origin.capacity == b.origin.capacity && a.recorded_at == b.recorded_at;
}

}  // namespace

void RecordCheck::Add(Position position, absl::string_view what) {
  findings_.Add(absl::StrCat("position ", position, ": ", what));
}

void RecordCheck::Take(absl::string_view key, absl::string_view value) {
  const std::optional<Position> position = eventstore::ParsePosition(eventstore::ToSlice(key));
  if (!position.has_value() || *position == 0) {
    findings_.Add(absl::StrCat("log: the key ", Shown(key), " is no position"));
    return;
  }
  if (*position - index_.last() > kGapMax) {
    Add(*position, absl::StrCat("a record stands there, and none from position ", index_.last() + 1,
                                " on before it"));
    return;
  }
  SkipTo(*position);
  index_.places.emplace_back();
  const absl::Status decoded = eventstore::DecodeRecord(value, record_);
  if (decoded.ok()) {
    tree_.Add(record_.leaf_digest);
    return Check(*position);
  }
  Add(*position, decoded.message());
  commit_.commit_size = 0;
  Digest leaf{};
  if (value.size() >= leaf.size()) {
    const absl::string_view bytes = eventstore::LeafBytesOf(value);
    std::copy(bytes.begin(), bytes.end(), leaf.begin());
  }
  tree_.Add(leaf);
}

void RecordCheck::SkipTo(Position position) {
  const Position first = index_.last() + 1;
  if (first == position) return;
  Add(first, first + 1 == position
                 ? "holds no record, and a later one does"
                 : absl::StrCat("holds no record, nor does any up to position ", position - 1));
  for (Position missing = first; missing < position; ++missing) {
    index_.places.emplace_back();
    tree_.Add(Digest{});
  }
  commit_.commit_size = 0;
}

void RecordCheck::Check(Position position) {
  const Header& header = record_.header;
  if (header.position != position) {
    commit_.commit_size = 0;
    return Add(position, absl::StrCat("holds the record of position ", header.position));
  }
  if (!eventstore::IsStreamName(header.stream) || header.type.empty()) {
    Add(position, "has no stream's name or no type");
    commit_.commit_size = 0;
    return;
  }
  CheckTime(position);
  if (!CheckCommit(position)) commit_.commit_size = 0;
  CheckRevision(position);
}

void RecordCheck::CheckTime(Position position) {
  const absl::Time recorded_at = record_.header.recorded_at;
  if (recorded_at < recorded_at_) {
    Add(position,
        absl::StrCat("was recorded at ", absl::FormatTime(recorded_at, absl::UTCTimeZone()),
                     ", before the position before it"));
  }
  recorded_at_ = recorded_at;
}

bool RecordCheck::CheckCommit(Position position) {
  const Header& header = record_.header;
  if (header.commit_size == 0 || header.commit_size > eventstore::kCommitEventsMax ||
      header.commit_first == 0 || header.commit_first > position || LastOf(header) < position) {
    Add(position, absl::StrCat("says that it is of a commit of ", header.commit_size,
                               " events from position ", header.commit_first));
    return false;
  }
  const bool first_seen = commit_.commit_size == 0;
  const bool begins = header.commit_first == position;
  if (!begins && !first_seen) {
    if (header.commit_first == commit_.commit_first && header.commit_size == commit_.commit_size &&
        IsSameOrigin(header, commit_)) {
      return true;
    }
    Add(position, absl::StrCat("is of a commit from position ", header.commit_first,
                               ", the position before it of another, or of another request"));
    return false;
  }
  if (begins && !first_seen && LastOf(commit_) != position - 1) {
    Add(position, absl::StrCat("begins a commit, and the one before it ends with position ",
                               LastOf(commit_)));
  }
  commit_ = header;
  // One that has a damaged record in its middle is met twice.
  if (index_.commits.empty() || header.commit_first > index_.commits.back().last) {
    index_.commits.push_back({header.origin.request_id, header.commit_first, LastOf(header)});
  }
  return true;
}

void RecordCheck::CheckRevision(Position position) {
  const Header& header = record_.header;
  const auto [found, is_new] = streams_.try_emplace(header.stream);
  Stream& stream = found->second;
  if (is_new) {
    stream.number = static_cast<uint32_t>(index_.streams.size());
    index_.streams.push_back(header.stream);
  }
  if (header.revision != stream.last + 1) {
    Add(position, absl::StrCat("is revision ", header.revision, " of ", Shown(header.stream),
                               ", want ", stream.last + 1));
  }
  if (header.revision == 0 || header.revision > eventstore::kStreamEventsMax) return;
  stream.last = header.revision;
  index_.places.back() = {stream.number, static_cast<uint32_t>(header.revision)};
}

void RecordCheck::Finish() {
  if (commit_.commit_size == 0 || LastOf(commit_) == index_.last()) return;
  Add(index_.last(),
      absl::StrCat("is the last, and its commit ends with position ", LastOf(commit_)));
}

}  // namespace trellis::audit
