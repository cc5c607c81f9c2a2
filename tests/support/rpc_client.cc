#include "tests/support/rpc_client.h"

#include <chrono>
#include <grpcpp/grpcpp.h>

#include "absl/strings/cord.h"
#include "absl/strings/str_format.h"
#include "base/check.h"
#include "domain/validate.h"
#include "google/rpc/status.pb.h"

namespace trellis::testing {
namespace {

constexpr std::chrono::seconds kDeadline(60);
constexpr int kAnswerBytesMax = 64 << 20;

std::shared_ptr<grpc::Channel> Connect(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kAnswerBytesMax);
  arguments.SetMaxSendMessageSize(-1);
  // The server is on this machine, whatever the environment says of proxies.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // No connection shared with another test's server at the same address.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

absl::Status StatusOf(const grpc::Status& status) {
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return result;
  for (const google::protobuf::Any& detail : details.details()) {
    result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return result;
}

// Waits for what was started on `queue`; false if it failed.
bool Next(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

std::string PercentEncoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) absl::StrAppendFormat(&encoded, "%%%02X", static_cast<uint8_t>(c));
  return encoded;
}

}  // namespace

Metadata MetadataOf(const Actor& actor) {
  return {{"trellis-actor", actor.party.person()},
          {"trellis-actor-name", PercentEncoded(actor.party.name())},
          {"trellis-capacity", v1::Capacity_Name(actor.capacity)}};
}

RpcClient::RpcClient(const std::string& address, Directory directory)
    : directory_(directory), stub_(Connect(address, grpc::InsecureChannelCredentials())) {}

RpcClient::RpcClient(const std::string& address,
                     const std::shared_ptr<grpc::ChannelCredentials>& credentials)
    : directory_(Directory::kAsItIs), stub_(Connect(address, credentials)) {}

void RpcClient::Introduce(const std::string& path, const Metadata& metadata,
                          const std::string& request) const {
  const auto actor = metadata.find("trellis-actor");
  const auto capacity = metadata.find("trellis-capacity");
  v1::Capacity acts = v1::CAPACITY_UNSPECIFIED;
  if (actor == metadata.end() || capacity == metadata.end() ||
      !v1::Capacity_Parse(capacity->second, &acts)) {
    return;
  }
  for (const auto* const method : AllMethods()) {
    if (PathOf(*method) != path) continue;
    // Queries have no request id, and nothing of them is looked up.
    if (method->input_type()->FindFieldByName("request_id") == nullptr) return;
    const std::unique_ptr<google::protobuf::Message> message(
        google::protobuf::MessageFactory::generated_factory()
            ->GetPrototype(method->input_type())
            ->New());
    if (!message->ParseFromString(request) || !domain::Validate(*message).ok()) return;
    return introductions_.Before(*message, actor->second, acts, KeeperGives());
  }
}

Introductions::Give RpcClient::KeeperGives() const {
  return [this](const google::protobuf::Message& command) {
    const Metadata keeper = {{"trellis-actor", "people/00000000-0000-4000-8000-00000000dddd"},
                             {"trellis-actor-name", "Keeper"},
                             {"trellis-capacity", "ADMINISTRATOR"}};
    // A test that needs it says why it is not there.
    CallAsItIs(PathOf(MethodFor(command)), keeper, command.SerializeAsString())
        .status()
        .IgnoreError();
  };
}

void RpcClient::IntroduceAll() const {
  const v1::OpenSupportPlanRequest request = OpenRequest();
  for (const Actor& actor : {Tutor(), Headteacher(), AppropriateBody(), Ect()}) {
    Introduce(PathOf(MethodFor(request)), MetadataOf(actor), request.SerializeAsString());
  }
  for (v1::PlayStep step : Lifecycle()) {
    Prepare(request.support_plan(), *step.mutable_command());
    const google::protobuf::Message& command = RequestOf(step.command());
    introductions_.Before(command, step.actor().person(), step.capacity(), KeeperGives());
  }
}

absl::StatusOr<std::string> RpcClient::CallBytes(const std::string& path, const Metadata& metadata,
                                                 const std::string& request) const {
  if (directory_ == Directory::kIntroduces) Introduce(path, metadata, request);
  return CallAsItIs(path, metadata, request);
}

absl::StatusOr<std::string> RpcClient::CallAsItIs(const std::string& path, const Metadata& metadata,
                                                  const std::string& request) const {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
  grpc::CompletionQueue queue;
  const auto call = stub_.PrepareUnaryCall(&context, path, BufferOf(request), &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  CHECK(Next(queue));
  if (!status.ok()) return StatusOf(status);
  return BytesOf(answer);
}

absl::StatusOr<std::string> RpcClient::CallStream(const std::string& path, const Metadata& metadata,
                                                  const std::string& request) const {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
  grpc::CompletionQueue queue;
  const auto call = stub_.PrepareCall(&context, path, &queue);
  call->StartCall(nullptr);
  bool ok = Next(queue);
  if (ok) call->WriteLast(BufferOf(request), grpc::WriteOptions(), nullptr);
  ok = ok && Next(queue);
  grpc::ByteBuffer answer;
  if (ok) call->Read(&answer, nullptr);
  ok = ok && Next(queue);
  grpc::Status status;
  call->Finish(&status, nullptr);
  Next(queue);
  if (!ok || !status.ok()) return StatusOf(status);
  return BytesOf(answer);
}

absl::StatusOr<std::string> RpcClient::CallBytes(const Actor& actor,
                                                 const google::protobuf::Message& request) const {
  return CallBytes(PathOf(MethodFor(request)), MetadataOf(actor), request.SerializeAsString());
}

std::string RpcClient::PathOf(const google::protobuf::MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

std::string ErrorMetadataOf(const absl::Status& status, const std::string& key) {
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  if (!info.has_value()) return "";
  const auto found = info->metadata().find(key);
  return found == info->metadata().end() ? "" : found->second;
}

std::vector<std::string> BadFieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  const auto bad = DetailOf<google::rpc::BadRequest>(status);
  if (!bad.has_value()) return fields;
  for (const auto& violation : bad->field_violations()) fields.push_back(violation.field());
  return fields;
}

}  // namespace trellis::testing
