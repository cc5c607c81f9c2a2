#include "services/page_server.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "services/grpc_status.h"

namespace trellis::services {
namespace {

constexpr absl::Duration kKeepAliveTime = absl::Seconds(2);
constexpr int kRequestsOfAConnection = 100;

int HttpCode(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    default:
      return 500;
  }
}

}  // namespace

void Fail(const absl::Status& status, httplib::Response& response) {
  response.status = HttpCode(status);
  response.set_content(absl::StrCat(status.message(), "\n"), "text/plain; charset=utf-8");
  if (const auto delay = RetryDelay(status); delay.has_value()) {
    // The header has whole seconds.
    response.set_header("Retry-After",
                        absl::StrCat(absl::ToInt64Seconds(absl::Ceil(*delay, absl::Seconds(1)))));
  }
}

PageServer::PageServer(const TlsFiles& tls, const Clock& clock, const RateLimit& limit)
    : limit_(limit),
      connections_(RateLimiter::Create(clock)),
      requests_(RateLimiter::Create(clock)),
      tls_setup_(tls.is_set() ? HttpTls(tls) : nullptr),
      tls_(tls.is_set() ? SSL_CTX_new(TLS_server_method()) : nullptr, SSL_CTX_free),
      threads_(kPageThreads) {
  if (tls_ != nullptr) {
    SSL_CTX_set_options(tls_.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    CHECK(tls_setup_(*tls_));
  }
  set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
    const absl::Status status = requests_->Take(AddressOf(request.remote_addr), limit_);
    if (status.ok()) return HandlerResponse::Unhandled;
    Fail(status, response);
    return HandlerResponse::Handled;
  });
}

PageServer::~PageServer() {
  listener_.reset();
  stopping_ = true;
  threads_.shutdown();
}

absl::Status PageServer::Listen(const Address& address, const std::string& flag) {
  ASSIGN_OR_RETURN(listener_, Listener::Bind(address, flag));
  listener_->Start([this](int, int connection) { Accept(connection); });
  return absl::OkStatus();
}

void PageServer::Accept(int socket) {
  // Shared, since a task of httplib's can be copied.
  const auto connection = std::make_shared<HttpConnection>(
      socket, tls_.get(), [this] { return stopping_.load(); }, HttpConnection::Times());
  std::string ip;
  int port = 0;
  connection->get_remote_ip_and_port(ip, port);
  auto place = connections_->Enter(AddressOf(ip), {.at_once = limit_.at_once});
  if (!place.ok() || waiting_ >= kWaitingConnectionsMax) {
    // Nothing can be said before hands are shaken.
    if (tls_ != nullptr) return;
    connection->Refuse(place.ok() ? "503 Service Unavailable" : "429 Too Many Requests");
    return;
  }
  ++waiting_;
  threads_.enqueue([this, connection, place = *std::move(place)] {
    --waiting_;
    Serve(*connection);
  });
}

void PageServer::Serve(HttpConnection& connection) {
  if (!connection.Begin()) return;
  bool closed = false;
  for (int left = kRequestsOfAConnection; left > 0 && !closed && !stopping_; --left) {
    if (!connection.AwaitRequest(kKeepAliveTime)) return;
    if (!process_request(connection, left == 1, closed, nullptr)) return;
  }
}

}  // namespace trellis::services
