#include "audit/index_check.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/uuid.h"
#include "eventstore/event_log.h"
#include "eventstore/keys.h"

namespace trellis::audit {

using eventstore::KnownRequest;
using eventstore::Position;
using eventstore::Revision;
using eventstore::ToSlice;

StreamsCheck::StreamsCheck(const RecordIndex& index, Findings& findings)
    : index_(index), findings_(findings), seen_(index.last(), false) {}

void StreamsCheck::Take(absl::string_view key, absl::string_view value) {
  const std::optional<Revision> revision = eventstore::RevisionOfKey(ToSlice(key));
  const std::optional<Position> position = eventstore::ParsePosition(ToSlice(value));
  if (!revision.has_value() || !position.has_value() ||
      key[key.size() - sizeof(Revision) - 1] != '\0') {
    findings_.Add(absl::StrCat("streams: the row with the key ", Shown(key), " is none"));
    return;
  }
  const absl::string_view stream = key.substr(0, key.size() - sizeof(Revision) - 1);
  const auto wrong = [&](absl::string_view what) {
    findings_.Add(absl::StrCat("streams: revision ", *revision, " of ", Shown(stream),
                               " is at position ", *position, ", ", what));
  };
  if (*position == 0 || *position > index_.last()) return wrong("where there is no record");
  const RecordIndex::Place& place = index_.places[*position - 1];
  if (place.revision == 0) return wrong("whose record cannot be read");
  if (place.revision != *revision || index_.streams[place.stream] != stream) {
    return wrong(absl::StrCat("which is revision ", place.revision, " of ",
                              Shown(index_.streams[place.stream])));
  }
  seen_[*position - 1] = true;
}

void StreamsCheck::Finish() {
  for (Position position = 1; position <= index_.last(); ++position) {
    const RecordIndex::Place& place = index_.places[position - 1];
    if (seen_[position - 1] || place.revision == 0) continue;
    findings_.Add(absl::StrCat("streams: revision ", place.revision, " of ",
                               Shown(index_.streams[place.stream]),
                               " is missing, it is at position ", position));
  }
}

RequestsCheck::RequestsCheck(const RecordIndex& index, Findings& findings)
    : index_(index), findings_(findings), seen_(index.commits.size(), false) {}

size_t RequestsCheck::CommitFrom(Position first) const {
  const auto found = std::lower_bound(
      index_.commits.begin(), index_.commits.end(), first,
      [](const RecordIndex::CommitRange& commit, Position at) { return commit.first < at; });
  if (found == index_.commits.end() || found->first != first) return index_.commits.size();
  return static_cast<size_t>(found - index_.commits.begin());
}

void RequestsCheck::Take(absl::string_view key, absl::string_view value) {
  Uuid id{};
  const std::optional<KnownRequest> request = eventstore::ParseRequest(ToSlice(value));
  if (key.size() != id.size() || !request.has_value()) {
    findings_.Add(absl::StrCat("requests: the row with the key ", Shown(key), " is none"));
    return;
  }
  std::copy(key.begin(), key.end(), id.begin());
  const Position first = request->first_position;
  const Position last = request->last_position;
  const auto wrong = [&](absl::string_view what) {
    findings_.Add(absl::StrCat("requests: ", UuidText(id), " has the positions ", first, " to ",
                               last, ", ", what));
  };
  // Its answer was signed with its group, which ends with a commit.
  const Position size = request->signed_size;
  if (size < last || (size != index_.last() && CommitFrom(size + 1) == index_.commits.size())) {
    return wrong(absl::StrCat("and was signed at ", size, ", where no commit ends after it"));
  }
  const size_t next = CommitFrom(first);
  if (first == last + 1) {
    ++without_events_;
    // It wrote nothing when the log ended with `last`: with the end of a commit.
    const bool at_end = last == index_.last();
    if (at_end || next < index_.commits.size()) return;
    return wrong("none, and no commit ends there");
  }
  if (next == index_.commits.size()) return wrong("and no commit begins there");
  const RecordIndex::CommitRange& commit = index_.commits[next];
  if (commit.last != last || commit.request_id != id) {
    return wrong(absl::StrCat("where the records have the request ", UuidText(commit.request_id),
                              " up to position ", commit.last));
  }
  seen_[next] = true;
}

void RequestsCheck::Finish() {
  for (size_t i = 0; i < index_.commits.size(); ++i) {
    if (seen_[i]) continue;
    const RecordIndex::CommitRange& commit = index_.commits[i];
    findings_.Add(absl::StrCat("requests: ", UuidText(commit.request_id),
                               " is missing, its positions are ", commit.first, " to ",
                               commit.last));
  }
}

}  // namespace trellis::audit
