#include "access/entry_reader.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/timestamp.h"

namespace trellis::access {
namespace {

constexpr int64_t kBeyondAll = std::numeric_limits<int64_t>::max();

}  // namespace

bool Names(const v1::AccessEntry& entry, absl::string_view subject) {
  return std::any_of(entry.subjects().begin(), entry.subjects().end(),
                     [&](const std::string& named) { return named == subject; });
}

rocksdb::ReadOptions EntryReader::Options() const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_.snapshot();
  return options;
}

absl::StatusOr<std::optional<std::string>> EntryReader::Find(const std::string& key) const {
  std::string value;
  const rocksdb::Status status = store_.db().Get(Options(), key, &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return store_.Unreadable(status);
  return std::optional<std::string>(std::move(value));
}

absl::StatusOr<Head> EntryReader::Dropped() const {
  ASSIGN_OR_RETURN(const std::optional<std::string> row, Find(kDroppedKey));
  if (!row.has_value()) return Head{.number = 0, .digest = FirstDigest(store_.ledger())};
  const Head head = ParseHead(*row);
  if (head.number < 1) return store_.Damaged("the row of what was dropped");
  return head;
}

absl::StatusOr<Head> EntryReader::Newest() const {
  const std::unique_ptr<rocksdb::Iterator> rows(store_.db().NewIterator(Options()));
  rows->SeekForPrev(EntryKey(kBeyondAll));
  if (!rows->status().ok()) return store_.Unreadable(rows->status());
  if (!rows->Valid() || !absl::StartsWith(ToView(rows->key()), kEntryRows)) return Dropped();
  const int64_t number = NumberOfKey(ToView(rows->key()));
  ASSIGN_OR_RETURN(const Head dropped, Dropped());
  if (number <= dropped.number) {
    return store_.Damaged(
        absl::StrCat("entry ", number, " is there, and ", dropped.number, " were dropped"));
  }
  ASSIGN_OR_RETURN(const Digest digest, DigestOf(number));
  return Head{.number = number, .digest = digest};
}

absl::StatusOr<std::string> EntryReader::EntryRow(int64_t number) const {
  ASSIGN_OR_RETURN(std::optional<std::string> row, Find(EntryKey(number)));
  if (!row.has_value()) return store_.Damaged(absl::StrCat("entry ", number, " is not there"));
  if (row->size() < sizeof(Digest)) {
    return store_.Damaged(absl::StrCat("entry ", number, " has ", row->size(), " bytes"));
  }
  return *std::move(row);
}

absl::StatusOr<Digest> EntryReader::DigestOf(int64_t number) const {
  ASSIGN_OR_RETURN(const std::string row, EntryRow(number));
  Digest digest;
  std::copy_n(row.begin(), digest.size(), digest.begin());
  return digest;
}

absl::StatusOr<v1::AccessEntry> EntryReader::Next(int64_t number, Digest& digest) const {
  ASSIGN_OR_RETURN(const std::string row, EntryRow(number));
  const absl::string_view bytes = absl::string_view(row).substr(sizeof(Digest));
  digest = EntryDigest(digest, bytes);
  v1::AccessEntry entry;
  if (absl::string_view(row).substr(0, sizeof(Digest)) != AsBytes(digest) ||
      !entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      entry.number() != number) {
    return store_.Damaged(absl::StrCat("entry ", number, " is not what was written"));
  }
  RETURN_IF_ERROR(AddReason(entry));
  return entry;
}

absl::StatusOr<v1::AccessEntry> EntryReader::Entry(int64_t number) const {
  ASSIGN_OR_RETURN(const Head dropped, Dropped());
  Digest digest = dropped.digest;
  if (number - 1 > dropped.number) {
    ASSIGN_OR_RETURN(digest, DigestOf(number - 1));
  }
  return Next(number, digest);
}

absl::Status EntryReader::AddReason(v1::AccessEntry& entry) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> row, Find(ReasonKey(entry.number())));
  if (!row.has_value()) return absl::OkStatus();
  const absl::string_view bytes = *row;
  if (bytes.size() < kSaltBytes ||
      entry.reason_digest() !=
          AsBytes(ReasonDigest(bytes.substr(0, kSaltBytes), bytes.substr(kSaltBytes)))) {
    return store_.Damaged(
        absl::StrCat("the reason of entry ", entry.number(), " is not what was written"));
  }
  entry.set_reason(std::string(bytes.substr(kSaltBytes)));
  return absl::OkStatus();
}

absl::Status EntryReader::Compare(const Anchor& anchor) const {
  ASSIGN_OR_RETURN(const Head dropped, Dropped());
  ASSIGN_OR_RETURN(const Head newest, Newest());
  const int64_t number = anchor.head.number;
  const auto differs = [&](absl::string_view why) {
    return Error(absl::StatusCode::kDataLoss, "ACCESS_LOG_MISMATCH",
                 absl::StrCat("the access log has entries ", dropped.number + 1, " to ",
                              newest.number, ", and the ledger recorded that it ended with ",
                              number, ", of which ", anchor.dropped, " were dropped: ", why),
                 {{"first", absl::StrCat(dropped.number + 1)},
                  {"last", absl::StrCat(newest.number)},
                  {"anchored", absl::StrCat(number)}});
  };
  if (newest.number < number) return differs("its end was cut off");
  if (dropped.number > anchor.dropped) return differs("its beginning was cut off");
  Digest digest = dropped.digest;
  if (number > dropped.number) {
    ASSIGN_OR_RETURN(digest, DigestOf(number));
  }
  return digest == anchor.head.digest ? absl::OkStatus() : differs("it was made anew");
}

absl::StatusOr<int64_t> EntryReader::LastBefore(absl::Time time) const {
  ASSIGN_OR_RETURN(const Head dropped, Dropped());
  ASSIGN_OR_RETURN(const Head newest, Newest());
  // Times never go back. Entries up to `before` are from before the time, those from `after` on
  // not.
  int64_t before = dropped.number;
  int64_t after = newest.number + 1;
  while (before + 1 < after) {
    const int64_t middle = before + (after - before) / 2;
    ASSIGN_OR_RETURN(const v1::AccessEntry entry, Entry(middle));
    (FromTimestamp(entry.read_time()) < time ? before : after) = middle;
  }
  return before;
}

absl::StatusOr<AccessPage> EntryReader::List(absl::string_view subject, int page_size,
                                             int64_t before) const {
  AccessPage page;
  const std::string prefix = SubjectKeys(subject);
  const std::unique_ptr<rocksdb::Iterator> rows(store_.db().NewIterator(Options()));
  rows->SeekForPrev(SubjectKey(subject, before > 0 ? before - 1 : kBeyondAll));
  for (; rows->Valid() && absl::StartsWith(ToView(rows->key()), prefix); rows->Prev()) {
    if (static_cast<int>(page.entries.size()) == page_size) {
      page.next = page.entries.back().number();
      break;
    }
    const int64_t number = NumberOfKey(ToView(rows->key()));
    ASSIGN_OR_RETURN(v1::AccessEntry entry, Entry(number));
    if (!Names(entry, subject)) {
      return store_.Damaged(absl::StrCat("the index of subjects leads to entry ", number));
    }
    // Who else was on the same page is not theirs to know.
    entry.clear_subjects();
    entry.add_subjects(std::string(subject));
    page.entries.push_back(std::move(entry));
  }
  if (!rows->status().ok()) return store_.Unreadable(rows->status());
  return page;
}

absl::StatusOr<AccessPage> EntryReader::ListAll(int page_size, int64_t before) const {
  AccessPage page;
  ASSIGN_OR_RETURN(const Head dropped, Dropped());
  ASSIGN_OR_RETURN(const Head newest, Newest());
  int64_t number = before > 0 ? std::min(before - 1, newest.number) : newest.number;
  for (; number > dropped.number; --number) {
    if (static_cast<int>(page.entries.size()) == page_size) {
      page.next = number + 1;
      break;
    }
    ASSIGN_OR_RETURN(v1::AccessEntry entry, Entry(number));
    page.entries.push_back(std::move(entry));
  }
  return page;
}

absl::Status EntryReader::CheckIndex(const v1::AccessEntry& entry) const {
  for (const std::string& subject : entry.subjects()) {
    ASSIGN_OR_RETURN(const std::optional<std::string> row,
                     Find(SubjectKey(subject, entry.number())));
    if (!row.has_value() || !row->empty()) {
      return store_.Damaged(absl::StrCat("the index of subjects lacks entry ", entry.number()));
    }
  }
  return absl::OkStatus();
}

absl::Status EntryReader::CheckCount(absl::string_view rows, int64_t want) const {
  rocksdb::ReadOptions options = Options();
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> all(store_.db().NewIterator(options));
  int64_t count = 0;
  for (all->Seek(ToSlice(rows)); all->Valid(); all->Next()) {
    if (!absl::StartsWith(ToView(all->key()), rows)) break;
    ++count;
  }
  if (!all->status().ok()) return store_.Unreadable(all->status());
  if (count == want) return absl::OkStatus();
  return store_.Damaged(absl::StrCat("it has ", count, " rows ", rows, ", want ", want));
}

absl::StatusOr<Head> EntryReader::Verify(int64_t first, int64_t last) const {
  ASSIGN_OR_RETURN(const Head dropped, Dropped());
  ASSIGN_OR_RETURN(const Head newest, Newest());
  const bool all = first <= 0 && last <= 0;
  if (first <= 0) first = dropped.number + 1;
  if (last <= 0) last = newest.number;
  if (first <= dropped.number || last > newest.number || first > last + 1) {
    return Error(
        absl::StatusCode::kOutOfRange, "ACCESS_ENTRY_OUT_OF_RANGE",
        absl::StrCat("entries ", first, " to ", last, ", want ", dropped.number + 1, " to ",
                     newest.number),
        {{"first", absl::StrCat(dropped.number + 1)}, {"last", absl::StrCat(newest.number)}});
  }
  Head head{.number = first - 1, .digest = dropped.digest};
  if (head.number > dropped.number) {
    ASSIGN_OR_RETURN(head.digest, DigestOf(head.number));
  }
  int64_t subjects = 0;
  int64_t reasons = 0;
  absl::Time time = absl::InfinitePast();
  while (head.number < last) {
    ASSIGN_OR_RETURN(const v1::AccessEntry entry, Next(++head.number, head.digest));
    const absl::Time then = FromTimestamp(entry.read_time());
    if (then < time) return store_.Damaged(absl::StrCat("entry ", head.number, " goes back"));
    time = then;
    RETURN_IF_ERROR(CheckIndex(entry));
    subjects += entry.subjects_size();
    reasons += entry.reason().empty() ? 0 : 1;
  }
  if (all) {
    // Every row that belongs to an entry was seen: any other belongs to none.
    RETURN_IF_ERROR(CheckCount(kEntryRows, last - dropped.number));
    RETURN_IF_ERROR(CheckCount(kSubjectRows, subjects));
    RETURN_IF_ERROR(CheckCount(kReasonRows, reasons));
  }
  return head;
}

}  // namespace trellis::access
