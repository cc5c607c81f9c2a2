#include "clients/trellis/call.h"

#include <chrono>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "clients/trellis/errors.h"
#include "clients/trellis/stream.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/byte_buffer.h"

namespace trellis::cli {
namespace {

constexpr int kAnswerBytesMax = 64 * 1024 * 1024;

std::shared_ptr<grpc::ChannelCredentials> CredentialsFor(const Tls& tls) {
  if (!tls.on) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = tls.roots;
  options.pem_cert_chain = tls.certificate;
  options.pem_private_key = tls.key;
  return grpc::SslCredentials(options);
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address, const Tls& tls) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kAnswerBytesMax);
  // A proxy for the web is no way to a server on this machine.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, CredentialsFor(tls), arguments);
}

std::string PathOf(const google::protobuf::MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

// Waits for the one call on `queue`.
void Await(grpc::CompletionQueue& queue, const std::function<void(absl::Duration)>& on_wait) {
  const absl::Time start = absl::Now();
  bool told = false;
  for (;;) {
    void* tag = nullptr;
    bool ok = false;
    const auto next = std::chrono::system_clock::now() + std::chrono::seconds(1);
    if (queue.AsyncNext(&tag, &ok, next) != grpc::CompletionQueue::TIMEOUT) break;
    told = true;
    if (on_wait) on_wait(absl::Now() - start);
  }
  if (told && on_wait) on_wait(absl::ZeroDuration());
}

}  // namespace

std::string PercentEncoded(absl::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded.push_back(c);
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", byte);
    }
  }
  return encoded;
}

void AddCaller(const Caller& caller, grpc::ClientContext& context) {
  if (!caller.person.empty()) context.AddMetadata("trellis-actor", caller.person);
  if (!caller.name.empty()) {
    context.AddMetadata("trellis-actor-name", PercentEncoded(caller.name));
  }
  if (!caller.capacity.empty()) context.AddMetadata("trellis-capacity", caller.capacity);
  if (!caller.token.empty()) {
    context.AddMetadata("authorization", absl::StrCat("Bearer ", caller.token));
  }
}

absl::StatusOr<std::string> BytesOf(const grpc::ByteBuffer& buffer) {
  if (buffer.Length() == 0) return "";
  grpc::Slice slice;
  if (const grpc::Status status = buffer.DumpToSingleSlice(&slice); !status.ok()) {
    return FromGrpc(status);
  }
  return std::string(reinterpret_cast<const char*>(slice.begin()), slice.size());
}

Server::Server(Options options)
    : options_(std::move(options)), stub_(Connect(options_.address, options_.tls)) {}

absl::StatusOr<std::string> Server::Call(const google::protobuf::MethodDescriptor& method,
                                         const Caller& caller,
                                         const google::protobuf::Message& request) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + options_.timeout));
  AddCaller(caller, context);
  const grpc::Slice sent(request.SerializeAsString());
  const grpc::ByteBuffer body(&sent, 1);
  grpc::CompletionQueue queue;
  const auto call = stub_.PrepareUnaryCall(&context, PathOf(method), body, &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  Await(queue, options_.on_wait);
  if (status.ok()) return BytesOf(answer);
  return Explained(status);
}

std::unique_ptr<Stream> Server::Open(const google::protobuf::MethodDescriptor& method,
                                     const Caller& caller) {
  return std::make_unique<Stream>(stub_, PathOf(method), caller,
                                  [this](const grpc::Status& status) { return Explained(status); });
}

absl::Status Server::Explained(const grpc::Status& status) const {
  const absl::Status error = FromGrpc(status);
  // Details come from a server; without them it is the connection that failed.
  if (!status.error_details().empty()) return error;
  if (error.code() == absl::StatusCode::kUnavailable) {
    return WithMessage(error,
                       absl::StrCat("cannot reach ", options_.address, ": ", error.message()));
  }
  if (error.code() == absl::StatusCode::kDeadlineExceeded) {
    return WithMessage(error, absl::StrCat("no answer from ", options_.address, " within ",
                                           absl::FormatDuration(options_.timeout)));
  }
  return error;
}

}  // namespace trellis::cli
