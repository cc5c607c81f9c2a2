// A gRPC server in the test's process that takes any method and answers as the test says.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "base/mutex.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/server.h"

namespace trellis::cli {

// Thread-safe. Serves on a free port until destroyed.
class FakeServer final : public grpc::CallbackGenericService {
 public:
  // One call as it came in.
  struct Call {
    // `/trellis.v1.SupportPlanService/Sign`.
    std::string method;
    std::map<std::string, std::string> metadata;
    std::string request;
  };
  struct Answer {
    // Sent with its payloads as google.rpc.Status.
    absl::Status status;
    std::string reply;
  };
  // Called on gRPC's threads.
  using Handler = std::function<Answer(const Call&)>;

  explicit FakeServer(Handler handler);
  ~FakeServer() override;

  std::string address() const;
  std::vector<Call> calls() const;

  // Used by the calls themselves.
  Answer Handle(Call call);

 private:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

  const Handler handler_;
  mutable Mutex mutex_;
  std::vector<Call> calls_ ABSL_GUARDED_BY(mutex_);
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace trellis::cli
