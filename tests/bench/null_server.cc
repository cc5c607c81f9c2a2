// A gRPC server that does nothing with the same messages: it parses the request, as every service
// must, and answers with one reply that it made before.
#include <fstream>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <iterator>
#include <signal.h>

#include "absl/synchronization/mutex.h"
#include "base/check.h"
#include "tests/bench/processes.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::bench {
namespace {

// The rpc of the command takes its request and answers with the reply that was given; that of the
// read likewise.
template <typename Request, typename Reply>
class NullService final : public grpc::Service {
 public:
  explicit NullService(const std::string& answer) {
    CHECK(answer_.ParseFromString(answer));
    AddMethod(new grpc::internal::RpcServiceMethod(kNullMethod,
                                                   grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRawCallback(
        0, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
               [this](grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes,
                      grpc::ByteBuffer* response) {
                 Request request;
                 grpc::ByteBuffer copy(*bytes);
                 grpc::ProtoBufferReader reader(&copy);
                 CHECK(request.ParseFromZeroCopyStream(&reader));
                 bool own_buffer = false;
                 grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
                 reactor->Finish(
                     grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::Message>(
                         answer_, response, &own_buffer));
                 return reactor;
               }));
  }

 private:
  Reply answer_;
};

std::string ContentOf(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

std::shared_ptr<grpc::ServerCredentials> Credentials(const std::string& certificate,
                                                     const std::string& key) {
  if (certificate.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({ContentOf(key), ContentOf(certificate)});
  return grpc::SslServerCredentials(options);
}

template <typename Service>
int Serve(Service service, const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", credentials, &port);
  builder.RegisterService(service.get());
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  std::printf("null grpc 127.0.0.1:%d\n", port);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}

}  // namespace

int ServeNull(const std::string& rpc, const std::string& answer, const std::string& certificate,
              const std::string& key) {
  // As trellisd does, so that the limit is as good as it can be.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (rpc == "read") {
    return Serve(std::make_unique<NullService<v1::GetSupportPlanRequest, v1::SupportPlan>>(answer),
                 Credentials(certificate, key));
  }
  return Serve(std::make_unique<NullService<v1::ReviseTargetRequest, v1::SupportPlanReply>>(answer),
               Credentials(certificate, key));
}

}  // namespace trellis::bench
