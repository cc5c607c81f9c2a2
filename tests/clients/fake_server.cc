#include "tests/clients/fake_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace trellis::cli {
namespace {

std::string Contents(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return "";
  std::string contents;
  for (const grpc::Slice& slice : slices) {
    contents.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return contents;
}

grpc::Status ToGrpc(const absl::Status& status) {
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(std::string(status.message()));
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    auto* const detail = details.add_details();
    detail->set_type_url(std::string(type_url));
    detail->set_value(std::string(payload));
  });
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      details.details().empty() ? "" : details.SerializeAsString());
}

// Reads one message, answers, and deletes itself.
class Reactor final : public grpc::ServerGenericBidiReactor {
 public:
  Reactor(FakeServer& server, FakeServer::Call call) : server_(server), call_(std::move(call)) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status(grpc::StatusCode::INTERNAL, "no request"));
    call_.request = Contents(request_);
    const FakeServer::Answer answer = server_.Handle(std::move(call_));
    if (!answer.status.ok()) return Finish(ToGrpc(answer.status));
    const grpc::Slice slice(answer.reply);
    reply_ = grpc::ByteBuffer(&slice, 1);
    StartWriteAndFinish(&reply_, grpc::WriteOptions(), grpc::Status::OK);
  }
  void OnDone() override { delete this; }

 private:
  FakeServer& server_;
  FakeServer::Call call_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer reply_;
};

}  // namespace

FakeServer::FakeServer(Handler handler) : handler_(std::move(handler)) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterCallbackGenericService(this);
  server_ = builder.BuildAndStart();
}

FakeServer::~FakeServer() { server_->Shutdown(); }

std::string FakeServer::address() const { return absl::StrCat("127.0.0.1:", port_); }

std::vector<FakeServer::Call> FakeServer::calls() const {
  MutexLock lock(mutex_);
  return calls_;
}

FakeServer::Answer FakeServer::Handle(Call call) {
  const Answer answer = handler_(call);
  MutexLock lock(mutex_);
  calls_.push_back(std::move(call));
  return answer;
}

grpc::ServerGenericBidiReactor* FakeServer::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  Call call;
  call.method = context->method();
  for (const auto& [key, value] : context->client_metadata()) {
    call.metadata.emplace(std::string(key.data(), key.size()),
                          std::string(value.data(), value.size()));
  }
  return new Reactor(*this, std::move(call));
}

}  // namespace trellis::cli
