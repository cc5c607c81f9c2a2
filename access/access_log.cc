#include "access/access_log.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "access/access_store.h"
#include "access/entry_pruner.h"
#include "access/entry_writer.h"
#include "base/error.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "base/uuid.h"

namespace trellis::access {
namespace {

bool IsPerson(absl::string_view name) {
  constexpr absl::string_view kPeople = "people/";
  return absl::StartsWith(name, kPeople) && ParseUuid(name.substr(kPeople.size())).has_value();
}

absl::Status Malformed(absl::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "ACCESS_ENTRY_MALFORMED",
               absl::StrCat("entry of the access log: ", what));
}

absl::Status CheckName(absl::string_view field, absl::string_view value) {
  if (!value.empty() && value.size() <= kNameBytesMax) return absl::OkStatus();
  return Malformed(absl::StrCat(field, " of ", value.size(), " bytes, want 1 to ", kNameBytesMax));
}

absl::Status CheckSubjects(const v1::AccessEntry& entry) {
  const int count = entry.subjects_size();
  if (count < 1 || count > kSubjectsMax) {
    return Malformed(absl::StrCat(count, " subjects, want 1 to ", kSubjectsMax));
  }
  std::set<absl::string_view> seen;
  for (const std::string& subject : entry.subjects()) {
    // A name that is none may hold anything: it is not repeated here.
    if (!IsPerson(subject)) return Malformed("a subject is no person, want people/{uuid}");
    if (!seen.insert(subject).second) return Malformed(absl::StrCat(subject, " twice, want once"));
  }
  return absl::OkStatus();
}

absl::Status CheckEntry(const v1::AccessEntry& entry) {
  RETURN_IF_ERROR(CheckSubjects(entry));
  RETURN_IF_ERROR(CheckName("reader", entry.reader()));
  RETURN_IF_ERROR(CheckName("rpc", entry.rpc()));
  RETURN_IF_ERROR(CheckName("record", entry.record()));
  if (entry.outcome() != v1::AccessEntry::SEEN && entry.outcome() != v1::AccessEntry::REFUSED) {
    return Malformed(absl::StrCat("outcome ", entry.outcome(), ", want SEEN or REFUSED"));
  }
  if (entry.reason().size() > kReasonBytesMax) {
    return Malformed(absl::StrCat("reason of ", entry.reason().size(), " bytes, want at most ",
                                  kReasonBytesMax));
  }
  if (entry.access_grant().size() > kNameBytesMax) {
    return Malformed(absl::StrCat("access_grant of ", entry.access_grant().size(),
                                  " bytes, want at most ", kNameBytesMax));
  }
  if (!entry.on_behalf_of().empty() && !IsPerson(entry.on_behalf_of())) {
    return Malformed("on_behalf_of is no person, want people/{uuid}");
  }
  return absl::OkStatus();
}

int PageSize(int page_size) { return std::clamp(page_size, 1, kPageMax); }

}  // namespace

class AccessLog::Impl {
 public:
  Impl(std::unique_ptr<AccessStore> store, const Head& newest, absl::Time time,
       const AccessLogOptions& options, const Clock& clock)
      : store_(std::move(store)),
        writer_(*store_, newest, time,
                {.gather = options.gather,
                 .patience = options.patience,
                 .on_failure = options.on_failure},
                clock) {}

  AccessStore& store() { return *store_; }
  EntryWriter& writer() { return writer_; }
  // Held while something is taken out.
  Mutex& pruning() { return pruning_; }

 private:
  const std::unique_ptr<AccessStore> store_;
  Mutex pruning_;
  // After the store, which it writes to.
  EntryWriter writer_;
};

absl::StatusOr<std::unique_ptr<AccessLog>> AccessLog::Open(const AccessLogOptions& options,
                                                           const Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<AccessStore> store,
                   AccessStore::Open({.directory = options.directory,
                                      .ledger = options.ledger,
                                      .env = options.env,
                                      .spare_bytes = options.spare_bytes}));
  Head newest;
  absl::Time time = absl::UnixEpoch();
  {
    const EntryReader reader(*store);
    ASSIGN_OR_RETURN(const Head dropped, reader.Dropped());
    ASSIGN_OR_RETURN(newest, reader.Newest());
    if (newest.number > dropped.number) {
      ASSIGN_OR_RETURN(const v1::AccessEntry last, reader.Entry(newest.number));
      time = FromTimestamp(last.read_time());
    }
  }
  return std::unique_ptr<AccessLog>(
      new AccessLog(std::make_unique<Impl>(std::move(store), newest, time, options, clock)));
}

AccessLog::AccessLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AccessLog::~AccessLog() = default;

absl::Status AccessLog::Record(v1::AccessEntry entry) {
  RETURN_IF_ERROR(CheckEntry(entry));
  entry.clear_reason_digest();
  return impl_->writer().Record(std::move(entry));
}

absl::Status AccessLog::Flush() { return impl_->writer().Flush(); }

Head AccessLog::head() const { return impl_->writer().head(); }

absl::StatusOr<AccessPage> AccessLog::List(absl::string_view subject, int page_size,
                                           int64_t before) const {
  return EntryReader(impl_->store()).List(subject, PageSize(page_size), before);
}

absl::StatusOr<AccessPage> AccessLog::ListAll(int page_size, int64_t before) const {
  return EntryReader(impl_->store()).ListAll(PageSize(page_size), before);
}

absl::StatusOr<Head> AccessLog::Verify(int64_t first, int64_t last) const {
  return EntryReader(impl_->store()).Verify(first, last);
}

absl::Status AccessLog::LinkTo(const std::string& directory) {
  RETURN_IF_ERROR(impl_->writer().Flush());
  return impl_->store().LinkTo(directory);
}

absl::Status AccessLog::Compare(const Anchor& anchor) const {
  return EntryReader(impl_->store()).Compare(anchor);
}

absl::StatusOr<Head> AccessLog::Dropped() const { return EntryReader(impl_->store()).Dropped(); }

absl::StatusOr<int64_t> AccessLog::LastBefore(absl::Time time) const {
  return EntryReader(impl_->store()).LastBefore(time);
}

absl::StatusOr<int64_t> AccessLog::DropBefore(absl::Time time, int64_t last) {
  MutexLock lock(impl_->pruning());
  return access::DropBefore(impl_->store(), time, last);
}

absl::StatusOr<int64_t> AccessLog::ForgetReasons(absl::string_view subject) {
  MutexLock lock(impl_->pruning());
  RETURN_IF_ERROR(impl_->writer().Flush());
  return access::ForgetReasons(impl_->store(), subject);
}

}  // namespace trellis::access
