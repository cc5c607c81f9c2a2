#include "clients/trellis/stream.h"

#include <chrono>
#include <utility>

namespace trellis::cli {
namespace {

// How often a person who wants to stop is noticed.
constexpr std::chrono::milliseconds kStopCheck(100);

}  // namespace

Stream::Stream(grpc::GenericStub& stub, const std::string& path, const Caller& caller,
               Explain explain)
    : explain_(std::move(explain)) {
  AddCaller(caller, context_);
  call_ = stub.PrepareCall(&context_, path, &queue_);
  call_->StartCall(TagOf(Step::kStart));
  Await(Step::kStart);
}

Stream::~Stream() {
  if (ended_.has_value()) return;
  context_.TryCancel();
  Finish().IgnoreError();
}

void Stream::Send(const google::protobuf::Message& message) {
  if (ended_.has_value()) return;
  const grpc::Slice bytes(message.SerializeAsString());
  call_->Write(grpc::ByteBuffer(&bytes, 1), TagOf(Step::kSend));
  while (done_.count(Step::kSend) == 0) {
    Next(/*briefly=*/false);
    KeepReceived();
  }
  Await(Step::kSend);
}

void Stream::StartReceiving() {
  if (!std::exchange(receiving_, true)) call_->Read(&received_, TagOf(Step::kReceive));
}

void Stream::KeepReceived() {
  const auto received = done_.find(Step::kReceive);
  if (received == done_.end() || !received->second) return;
  absl::StatusOr<std::string> bytes = BytesOf(received_);
  // One that cannot be read is left to Receive(), which says so.
  if (!bytes.ok()) return;
  kept_.push_back(*std::move(bytes));
  done_.erase(received);
  receiving_ = false;
  StartReceiving();
}

absl::StatusOr<std::optional<std::string>> Stream::Poll() {
  if (!ended_.has_value()) StartReceiving();
  if (kept_.empty() && done_.count(Step::kReceive) == 0) return std::optional<std::string>();
  return Receive(nullptr);
}

void Stream::EndSending() {
  if (ended_.has_value()) return;
  call_->WritesDone(TagOf(Step::kSend));
  Await(Step::kSend);
}

absl::StatusOr<std::optional<std::string>> Stream::Receive(const std::function<bool()>& stop) {
  if (!kept_.empty()) {
    std::optional<std::string> first = std::move(kept_.front());
    kept_.pop_front();
    return first;
  }
  if (ended_.has_value()) return std::optional<std::string>();
  StartReceiving();
  while (done_.count(Step::kReceive) == 0) {
    if (!Next(/*briefly=*/true) && stop && stop()) {
      return std::optional<std::string>();
    }
  }
  const bool received = Await(Step::kReceive);
  receiving_ = false;
  if (received) {
    absl::StatusOr<std::string> bytes = BytesOf(received_);
    if (!bytes.ok()) return bytes.status();
    return std::optional<std::string>(*std::move(bytes));
  }
  if (const absl::Status status = Finish(); !status.ok()) return status;
  return std::optional<std::string>();
}

absl::Status Stream::Close() {
  if (ended_.has_value()) return *ended_;
  EndSending();
  while (!ended_.has_value()) Receive(nullptr).IgnoreError();
  return *ended_;
}

bool Stream::Await(Step step) {
  while (done_.count(step) == 0) Next(/*briefly=*/false);
  const bool ok = done_[step];
  done_.erase(step);
  return ok;
}

bool Stream::Next(bool briefly) {
  const auto deadline = briefly ? std::chrono::system_clock::now() + kStopCheck
                                : std::chrono::system_clock::time_point::max();
  void* tag = nullptr;
  bool ok = false;
  if (queue_.AsyncNext(&tag, &ok, deadline) != grpc::CompletionQueue::GOT_EVENT) return false;
  done_[static_cast<Step>(reinterpret_cast<intptr_t>(tag))] = ok;
  return true;
}

absl::Status Stream::Finish() {
  if (std::exchange(receiving_, false)) Await(Step::kReceive);
  grpc::Status status;
  call_->Finish(&status, TagOf(Step::kFinish));
  Await(Step::kFinish);
  ended_ = status.ok() ? absl::OkStatus() : explain_(status);
  return *ended_;
}

}  // namespace trellis::cli
