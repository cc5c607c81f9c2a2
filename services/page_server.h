// httplib's routes and requests behind a port with the limits that httplib has not: of time and
// size for each request (http_connection.h), and of requests and connections for each network
// address.
#pragma once

#include <atomic>
#include <functional>
#include <httplib.h>
#include <memory>
#include <openssl/ssl.h>
#include <string>

#include "absl/status/status.h"
#include "base/clock.h"
#include "services/http_connection.h"
#include "services/listener.h"
#include "services/rate_limiter.h"
#include "services/tls.h"

namespace trellis::services {

// Threads that serve pages, each a connection. A page is rendered in about a millisecond, but a
// connection that is kept alive holds its thread for some seconds, a browser has several of them,
// and one that sends its request slowly holds its thread for longer: more than a few addresses may
// have together (RateLimits::pages).
inline constexpr int kPageThreads = 128;
// Connections that are accepted and wait for a thread; beyond that the newest is refused (503).
inline constexpr int kWaitingConnectionsMax = 64;

// Answers with the status's HTTP code and its text; with Retry-After where the status says when.
void Fail(const absl::Status& status, httplib::Response& response);

class PageServer final : public httplib::Server {
 public:
  // `clock` must outlive it. Speaks TLS if there are files for it.
  PageServer(const TlsFiles& tls, const Clock& clock, const RateLimit& limit);
  // Stops listening and finishes the requests that are being served.
  ~PageServer() override;

  // Serves there from its own threads, from now on; once, after all routes are set. Errors as of
  // Listener::Bind. httplib's own ways to listen are not for use.
  absl::Status Listen(const Address& address, const std::string& flag);
  // Once it listens.
  int port() const { return listener_->port(); }

 private:
  // Lets a thread serve it, unless there are too many.
  void Accept(int socket);
  void Serve(HttpConnection& connection);

  const RateLimit limit_;
  const std::shared_ptr<RateLimiter> connections_;
  const std::shared_ptr<RateLimiter> requests_;
  const std::function<bool(SSL_CTX&)> tls_setup_;
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
  std::atomic<bool> stopping_ = false;
  // Accepted, and without a thread yet.
  std::atomic<int> waiting_ = 0;
  httplib::ThreadPool threads_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace trellis::services
