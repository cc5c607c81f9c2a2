#include "services/rpc_service.h"

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "services/grpc_status.h"

namespace trellis::services {

void Call::Reply(const google::protobuf::Message& reply) const {
  bool own_buffer = false;
  const grpc::Status status =
      grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::Message>(reply, response_,
                                                                                 &own_buffer);
  reactor_->Finish(status);
}

void Call::ReplyBytes(const std::string& bytes) const {
  const grpc::Slice slice(bytes);
  *response_ = grpc::ByteBuffer(&slice, 1);
  reactor_->Finish(grpc::Status::OK);
}

void Call::Fail(const absl::Status& error) const { reactor_->Finish(ToGrpcStatus(error)); }

std::string MetadataOf(const grpc::CallbackServerContext& context, const std::string& key) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(key);
  if (found == metadata.end()) return "";
  return std::string(found->second.data(), found->second.size());
}

absl::Status ParseRequest(const grpc::ByteBuffer& bytes, google::protobuf::Message& request) {
  // The reader consumes the buffer: a copy shares its bytes.
  grpc::ByteBuffer copy(bytes);
  grpc::ProtoBufferReader reader(&copy);
  if (reader.status().ok() && request.ParseFromZeroCopyStream(&reader)) return absl::OkStatus();
  const std::string& type = request.GetDescriptor()->full_name();
  return Error(absl::StatusCode::kInvalidArgument, "UNREADABLE_REQUEST",
               absl::StrCat("got ", bytes.Length(), " bytes that are no ", type,
                            ": damaged, or text in it is not UTF-8"),
               {{"type", type}});
}

RpcService::RpcService(const google::protobuf::ServiceDescriptor& service,
                       std::map<std::string, Handler> handlers,
                       std::map<std::string, StreamHandler> stream_handlers,
                       std::map<std::string, AnsweringHandler> answering_handlers) {
  CHECK(static_cast<size_t>(service.method_count()) ==
        handlers.size() + stream_handlers.size() + answering_handlers.size());
  for (int i = 0; i < service.method_count(); ++i) {
    names_.push_back(absl::StrCat("/", service.full_name(), "/", service.method(i)->name()));
  }
  for (int i = 0; i < service.method_count(); ++i) {
    const std::string& name = service.method(i)->name();
    if (service.method(i)->client_streaming()) {
      CHECK(stream_handlers.count(name) == 1);
      AddStream(i, std::move(stream_handlers[name]));
    } else if (service.method(i)->server_streaming()) {
      CHECK(answering_handlers.count(name) == 1);
      AddAnswering(i, std::move(answering_handlers[name]));
    } else {
      CHECK(handlers.count(name) == 1);
      AddUnary(i, std::move(handlers[name]));
    }
  }
}

void RpcService::AddUnary(int index, Handler handler) {
  AddMethod(new grpc::internal::RpcServiceMethod(names_[static_cast<size_t>(index)].c_str(),
                                                 grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
  MarkMethodRawCallback(
      index, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                 [handler = std::move(handler)](grpc::CallbackServerContext* context,
                                                const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* response) {
                   const Call call(context, response);
                   handler(call, *request);
                   return call.reactor();
                 }));
}

void RpcService::AddStream(int index, StreamHandler handler) {
  AddMethod(new grpc::internal::RpcServiceMethod(names_[static_cast<size_t>(index)].c_str(),
                                                 grpc::internal::RpcMethod::BIDI_STREAMING,
                                                 nullptr));
  MarkMethodRawCallback(index,
                        new grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                            std::move(handler)));
}

void RpcService::AddAnswering(int index, AnsweringHandler handler) {
  AddMethod(new grpc::internal::RpcServiceMethod(names_[static_cast<size_t>(index)].c_str(),
                                                 grpc::internal::RpcMethod::SERVER_STREAMING,
                                                 nullptr));
  MarkMethodRawCallback(
      index, new grpc::internal::CallbackServerStreamingHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                 [handler = std::move(handler)](grpc::CallbackServerContext* context,
                                                const grpc::ByteBuffer* request) {
                   return handler(context, *request);
                 }));
}

}  // namespace trellis::services
