// The least that a gRPC server can do: take bytes, answer bytes. Nothing is parsed, so it is a
// stricter limit than any service with messages.
#include <cstdio>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <signal.h>

#include "absl/synchronization/mutex.h"
#include "tests/bench/load.h"
#include "tests/bench/processes.h"

namespace trellis::bench {
namespace {

class NullService final : public grpc::Service {
 public:
  explicit NullService(size_t answer_bytes) : answer_(BufferOf(std::string(answer_bytes, 'x'))) {
    AddMethod(new grpc::internal::RpcServiceMethod(kNullMethod,
                                                   grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRawCallback(
        0, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
               [this](grpc::CallbackServerContext* context, const grpc::ByteBuffer*,
                      grpc::ByteBuffer* response) {
                 *response = answer_;
                 grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
                 reactor->Finish(grpc::Status::OK);
                 return reactor;
               }));
  }

 private:
  const grpc::ByteBuffer answer_;
};

}  // namespace

int ServeNull(size_t answer_bytes) {
  // As trellisd does, so that the limit is as good as it can be.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  NullService service(answer_bytes);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  std::printf("null grpc 127.0.0.1:%d\n", port);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}

}  // namespace trellis::bench
