// The small read-only HTTP port: plans as pages, and whether the server is well.
//
//   GET /                        the plans, as links
//   GET /supportPlans/{uuid}     the plan as the form
//   GET /checkpoint, /tile/...   the ledger's tree: see tile_pages.h
//   GET /healthz                 200 "ok"; or not, and why the views stopped, or what is damaged
//   GET /metrics                 the numbers of metrics.h
//
// Limits.  Those of http_connection.h for each request, and for each network address those of
//          RateLimits: beyond them 429 with Retry-After.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/gate.h"
#include "services/looks.h"
#include "services/metrics.h"
#include "services/settings.h"
#include "services/support_plan_service.h"

namespace trellis::services {

class HttpServer {
 public:
  // Listens on `address` (port 0: any free port) and serves from its own threads, with TLS if there
  // are files for it; the gate and what `measured` holds must outlive it. UNAVAILABLE
  // (CANNOT_LISTEN) if the address cannot be had.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const Rooms& rooms, const Gate& gate, const Looks& looks, const Measured& measured,
      const Address& address, const TlsFiles& tls, const RateLimits& limits);
  // Stops listening and finishes the requests that are being served.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace trellis::services
