#include "services/rpc_service.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/validate.h"
#include "services/grpc_status.h"
#include "services/refused.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::services {

namespace {

// Whether it reads: what is done is recorded by its events.
bool IsRead(const google::protobuf::MethodDescriptor& method) {
  return method.input_type()->FindFieldByName("request_id") == nullptr;
}

// Whether these are the bytes of a command's reply whose receipt has no events. The state before it
// is passed over unread.
bool WroteNothing(const std::string& reply) {
  using google::protobuf::internal::WireFormatLite;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(reply.data()),
                                            static_cast<int>(reply.size()));
  while (const uint32_t tag = in.ReadTag()) {
    if (WireFormatLite::GetTagFieldNumber(tag) != v1::SupportPlanReply::kReceiptFieldNumber) {
      if (!WireFormatLite::SkipField(&in, tag)) return false;
      continue;
    }
    std::string bytes;
    v1::Receipt receipt;
    return WireFormatLite::ReadBytes(&in, &bytes) && receipt.ParseFromString(bytes) &&
           receipt.event_ids().empty();
  }
  return false;
}

}  // namespace

void Call::Reply(const google::protobuf::Message& reply) const {
  if (looks_ != nullptr && IsRead(*method_)) {
    if (absl::Status status = looks_->Seen(*admission_, *method_, &reply); !status.ok()) {
      return Fail(status);
    }
  }
  bool own_buffer = false;
  const grpc::Status status =
      grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::Message>(reply, response_,
                                                                                 &own_buffer);
  Finish(status);
}

void Call::ReplyBytes(const std::string& bytes) const {
  const bool shows = looks_ != nullptr && (IsRead(*method_) || WroteNothing(bytes));
  if (shows) {
    if (absl::Status status = looks_->Seen(*admission_, *method_, nullptr); !status.ok()) {
      return Fail(status);
    }
  }
  const grpc::Slice slice(bytes);
  *response_ = grpc::ByteBuffer(&slice, 1);
  Finish(grpc::Status::OK);
}

void Call::Fail(const absl::Status& error) const { Finish(ToGrpcStatus(error)); }

void Call::Finish(const grpc::Status& status) const {
  if (admission_ != nullptr && admission_->place != nullptr) admission_->place->Leave();
  reactor_->Finish(status);
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

namespace {

std::string MetadataOf(const grpc::CallbackServerContext& context, const std::string& key) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(key);
  if (found == metadata.end()) return "";
  return std::string(found->second.data(), found->second.size());
}

Credentials CredentialsOf(const grpc::CallbackServerContext& context) {
  Credentials credentials{
      .metadata = [&context](const std::string& key) { return MetadataOf(context, key); },
      .address = AddressOf(context.peer())};
  const auto auth = context.auth_context();
  if (auth == nullptr || !auth->IsPeerAuthenticated()) return credentials;
  for (const grpc::string_ref& name : auth->FindPropertyValues("x509_subject_alternative_name")) {
    credentials.certificate_names.emplace_back(name.data(), name.size());
  }
  return credentials;
}

// The rules of fields are ours: Google's requests have none.
absl::Status Validated(const google::protobuf::Message& request) {
  const bool is_ours = request.GetDescriptor()->file()->package() == "trellis.v1";
  return is_ours ? domain::Validate(request) : absl::OkStatus();
}

// An empty request of the method.
std::unique_ptr<google::protobuf::Message> NewRequest(
    const google::protobuf::MethodDescriptor& method) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(method.input_type())
          ->New());
}

}  // namespace

absl::StatusOr<Admission> RpcService::LetIn(size_t index,
                                            const grpc::CallbackServerContext& context,
                                            const grpc::ByteBuffer& bytes,
                                            google::protobuf::Message& request) const {
  ASSIGN_OR_RETURN(Visitor visitor,
                   gate_.Identify(CredentialsOf(context), method(index), *rows_[index]));
  RETURN_IF_ERROR(ParseRequest(bytes, request));
  RETURN_IF_ERROR(Validated(request));
  return LetIn(index, std::move(visitor), &request);
}

absl::StatusOr<Admission> RpcService::LetIn(size_t index,
                                            const grpc::CallbackServerContext& context) const {
  ASSIGN_OR_RETURN(Visitor visitor,
                   gate_.Identify(CredentialsOf(context), method(index), *rows_[index]));
  return LetIn(index, std::move(visitor), nullptr);
}

absl::StatusOr<Admission> RpcService::LetIn(size_t index, Visitor visitor,
                                            const google::protobuf::Message* request) const {
  absl::StatusOr<Admission> admission = gate_.Admit(visitor, *rows_[index], request);
  if (!admission.ok()) looks_.Refused(visitor, method(index));
  return admission;
}

RpcService::RpcService(const google::protobuf::ServiceDescriptor& service, const Gate& gate,
                       const Looks& looks, std::map<std::string, Handler> handlers,
                       std::map<std::string, StreamHandler> stream_handlers,
                       std::map<std::string, AnsweringHandler> answering_handlers)
    : service_(service), gate_(gate), looks_(looks) {
  CHECK(static_cast<size_t>(service.method_count()) ==
        handlers.size() + stream_handlers.size() + answering_handlers.size());
  for (int i = 0; i < service.method_count(); ++i) {
    const std::string& name = service.method(i)->name();
    names_.push_back(absl::StrCat("/", service.full_name(), "/", name));
    rows_.push_back(policy::Policy::Get().Find(absl::StrCat(service.name(), "/", name)));
    if (rows_.back() == nullptr) Crash(absl::StrCat("the policy has no line for ", names_.back()));
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
  const auto at = static_cast<size_t>(index);
  AddMethod(new grpc::internal::RpcServiceMethod(names_[at].c_str(),
                                                 grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
  MarkMethodRawCallback(
      index, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                 [this, at, handler = std::move(handler)](
                     grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes,
                     grpc::ByteBuffer* response) -> grpc::ServerUnaryReactor* {
                   const auto request = NewRequest(method(at));
                   auto admission = LetIn(at, *context, *bytes, *request);
                   if (!admission.ok()) {
                     return new Refused<grpc::ServerUnaryReactor>(admission.status());
                   }
                   Call call(context, response);
                   call.Admit(*std::move(admission));
                   call.Record(looks_, method(at));
                   handler(call, *request);
                   return call.reactor();
                 }));
}

void RpcService::AddStream(int index, StreamHandler handler) {
  const auto at = static_cast<size_t>(index);
  AddMethod(new grpc::internal::RpcServiceMethod(
      names_[at].c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
  MarkMethodRawCallback(index,
                        new grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                            [this, at, handler = std::move(handler)](
                                grpc::CallbackServerContext* context) -> StreamReactor* {
                              const auto admission = LetIn(at, *context);
                              if (!admission.ok())
                                return new Refused<StreamReactor>(admission.status());
                              StreamReactor* const reactor = handler(*admission);
                              // gRPC lets it go no sooner than it has it.
                              reactor->Hold(admission->place);
                              return reactor;
                            }));
}

void RpcService::AddAnswering(int index, AnsweringHandler handler) {
  const auto at = static_cast<size_t>(index);
  AddMethod(new grpc::internal::RpcServiceMethod(
      names_[at].c_str(), grpc::internal::RpcMethod::SERVER_STREAMING, nullptr));
  MarkMethodRawCallback(
      index,
      new grpc::internal::CallbackServerStreamingHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
          [this, at, handler = std::move(handler)](grpc::CallbackServerContext* context,
                                                   const grpc::ByteBuffer* bytes) -> Answering* {
            const auto request = NewRequest(method(at));
            const auto admission = LetIn(at, *context, *bytes, *request);
            if (!admission.ok()) return new Refused<Answering>(admission.status());
            const absl::Status seen = looks_.Seen(*admission, method(at), nullptr);
            if (!seen.ok()) return new Refused<Answering>(seen);
            Answering* const reactor = handler(*admission, *request);
            reactor->Hold(admission->place);
            return reactor;
          }));
}

}  // namespace trellis::services
