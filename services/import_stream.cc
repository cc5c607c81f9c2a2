#include "services/import_stream.h"

#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "domain/person_rules.h"
#include "domain/requires.h"
#include "services/grpc_status.h"
#include "services/import.h"

namespace trellis::services {
namespace {

// Rows between two messages of progress.
constexpr int64_t kRowsPerMessage = 1000;

// gRPC calls it from its threads; the import runs on one of its own, which waits for both sides:
// the next chunk is read once the one before is worked on.
class ImportStream final : public StreamReactor, public std::enable_shared_from_this<ImportStream> {
 public:
  ImportStream(const Rooms& rooms, std::vector<ImportKind> kinds,
               std::shared_ptr<std::atomic<int>> running)
      : rooms_(rooms), kinds_(std::move(kinds)), running_(std::move(running)) {}

  void Start(absl::StatusOr<Caller> caller) {
    self_ = shared_from_this();
    absl::Status status = caller.ok() ? MayImport(*caller) : caller.status();
    if (status.ok() && running_->fetch_add(1) >= kImportsMax) {
      running_->fetch_sub(1);
      status = Error(absl::StatusCode::kResourceExhausted, "IMPORTS_BUSY",
                     absl::StrCat(kImportsMax, " imports run, want fewer; try again later"));
    }
    if (!status.ok()) return Finish(ToGrpcStatus(status));
    StartRead(&request_);
    std::thread([self = self_, caller = *std::move(caller)] { self->Run(caller); }).detach();
  }

  void OnReadDone(bool ok) override {
    Note([&] { (ok ? read_ : ended_) = true; });
  }
  void OnWriteDone(bool ok) override {
    Note([&] {
      writing_ = false;
      if (!ok) cancelled_ = true;
    });
  }
  void OnCancel() override {
    Note([&] { cancelled_ = true; });
  }
  void OnDone() override { self_.reset(); }

 private:
  template <typename Change>
  void Note(const Change& change) {
    MutexLock lock(mutex_);
    change();
    changed_.NotifyAll();
  }

  // Every command is refused to others too: here it is said once, and not for each row.
  absl::Status MayImport(const Caller& caller) const {
    domain::Context context;
    context.capacity = caller.capacity;
    return domain::RequireOneOf(context, domain::kRegistrars, "import into the directory");
  }

  void Run(const Caller& caller) {
    const absl::Status status = Work(caller);
    // No import is counted once its caller can know that it has ended.
    running_->fetch_sub(1);
    Finish(ToGrpcStatus(status));
  }

  absl::Status Work(const Caller& caller) {
    std::optional<Import> import;
    absl::Status status;
    while (status.ok() && AwaitChunk()) {
      v1::ImportChunk chunk;
      RETURN_IF_ERROR(ParseRequest(request_, chunk));
      if (!import.has_value()) {
        RETURN_IF_ERROR(domain::Validate(chunk));
        import.emplace(rooms_, caller, kinds_, chunk);
      }
      status = import->Read(chunk.data());
      if (status.ok()) StartRead(&request_);
      ShowProgress(*import);
    }
    if (!import.has_value()) import.emplace(rooms_, caller, kinds_, v1::ImportChunk());
    if (IsCancelled() || (import->in_row() && !IsCallerThere(*import))) {
      return absl::CancelledError("the caller has gone");
    }
    if (status.ok()) status = import->End();
    ShowRest(*import, status.ok());
    return status;
  }

  // Waits for the next message; false if there is none.
  bool AwaitChunk() {
    MutexLock lock(mutex_);
    while (!read_ && !ended_ && !cancelled_) changed_.Wait(mutex_);
    return std::exchange(read_, false) && !cancelled_;
  }
  bool IsCancelled() {
    MutexLock lock(mutex_);
    return cancelled_;
  }

  // Waits until nothing is being written; false if nothing can be.
  bool AwaitWritten() {
    MutexLock lock(mutex_);
    while (writing_ && !cancelled_) changed_.Wait(mutex_);
    return !cancelled_;
  }

  // A read fails alike where all was sent and where the caller has gone, of which OnCancel may tell
  // later. Half of a row is none: that something can still be written says that it is whole.
  bool IsCallerThere(Import& import) {
    if (!AwaitWritten()) return false;
    Write(import.TakeProgress());
    return AwaitWritten();
  }

  // A caller who does not read holds the import up only where many rows are refused.
  void ShowProgress(Import& import) {
    if (import.error_bytes() >= kImportErrorBytes && !AwaitWritten()) return;
    {
      MutexLock lock(mutex_);
      if (writing_ || cancelled_) return;
    }
    const bool due = import.rows_read() - shown_rows_ >= kRowsPerMessage;
    if (due || import.error_bytes() >= kImportErrorBytes) Write(import.TakeProgress());
  }

  void ShowRest(Import& import, bool finished) {
    bool more = true;
    while (more && AwaitWritten()) {
      v1::ImportProgress progress = import.TakeProgress();
      more = import.error_bytes() > 0;
      progress.set_finished(!more && finished);
      // One that failed before its first row has nothing to show.
      if (!finished && progress.rows_read() == 0) return;
      Write(progress);
    }
    AwaitWritten();
  }

  void Write(const v1::ImportProgress& progress) {
    shown_rows_ = progress.rows_read();
    const grpc::Slice slice(progress.SerializeAsString());
    response_ = grpc::ByteBuffer(&slice, 1);
    {
      MutexLock lock(mutex_);
      writing_ = true;
    }
    StartWrite(&response_);
  }

  const Rooms rooms_;
  const std::vector<ImportKind> kinds_;
  const std::shared_ptr<std::atomic<int>> running_;
  // Held until OnDone.
  std::shared_ptr<ImportStream> self_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  int64_t shown_rows_ = 0;

  Mutex mutex_;
  CondVar changed_;
  bool read_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

StreamHandler ImportHandler(const Rooms& rooms, std::vector<ImportKind> kinds,
                            std::shared_ptr<std::atomic<int>> running) {
  return
      [rooms, kinds = std::move(kinds), running = std::move(running)](const Admission& admission) {
        const auto stream = std::make_shared<ImportStream>(rooms, kinds, running);
        stream->Start(admission.caller);
        return stream.get();
      };
}

}  // namespace trellis::services
