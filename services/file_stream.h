// Answers a call with a file that is made in memory, in chunks of kFileChunkBytes.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "services/grpc_status.h"
#include "services/rpc_service.h"
#include "trellis/v1/file_chunk.pb.h"

namespace trellis::services {

inline constexpr size_t kFileChunkBytes = 64 * 1024;

inline absl::Status ExportsBusy(int most) {
  return Error(absl::StatusCode::kResourceExhausted, "EXPORTS_BUSY",
               absl::StrCat(most, " exports run, want fewer; try again later"));
}

// Sends a file, one chunk after the other. gRPC calls it from one thread at a time; deletes itself.
// Until it ends it counts in `running`.
class FileStream final : public Answering {
 public:
  // `running` has counted it already.
  explicit FileStream(std::shared_ptr<std::atomic<int>> running) : running_(std::move(running)) {}

  void Start(absl::StatusOr<std::string> file) {
    if (!file.ok()) return End(ToGrpcStatus(file.status()));
    file_ = *std::move(file);
    WriteNext();
  }

  void OnWriteDone(bool ok) override {
    if (ok) return WriteNext();
    End(ToGrpcStatus(absl::CancelledError("the caller has gone")));
  }
  void OnDone() override { delete this; }

 private:
  // It counts no longer before the caller can know of its end, and asks for another one.
  void End(const grpc::Status& status) {
    running_->fetch_sub(1);
    Finish(status);
  }

  void WriteNext() {
    if (sent_ == file_.size()) return End(grpc::Status::OK);
    v1::FileChunk chunk;
    const size_t size = std::min(kFileChunkBytes, file_.size() - sent_);
    chunk.set_data(file_.data() + sent_, size);
    sent_ += size;
    const grpc::Slice slice(chunk.SerializeAsString());
    response_ = grpc::ByteBuffer(&slice, 1);
    StartWrite(&response_);
  }

  const std::shared_ptr<std::atomic<int>> running_;
  std::string file_;
  size_t sent_ = 0;
  grpc::ByteBuffer response_;
};

// Answers with the file that `make` makes of the request, while fewer than `most` are made or sent
// at once; RESOURCE_EXHAUSTED (EXPORTS_BUSY) otherwise.
template <typename Request>
AnsweringHandler FileHandler(
    int most, std::function<absl::StatusOr<std::string>(const Admission&, const Request&)> make) {
  return [most, make = std::move(make), running = std::make_shared<std::atomic<int>>(0)](
             const Admission& admission, const google::protobuf::Message& request) {
    auto* const stream = new FileStream(running);
    if (running->fetch_add(1) >= most) {
      stream->Start(ExportsBusy(most));
    } else {
      stream->Start(make(admission, static_cast<const Request&>(request)));
    }
    return stream;
  };
}

}  // namespace trellis::services
