// The HTTP port of a witness.
//
//   POST /add-checkpoint                a request for a cosignature
//   GET  /{OriginHash}/checkpoint       what was cosigned last of a log
//
// A body over kRequestBytesMax is answered with 413, a multipart form with 415. There is no TLS and
// nobody is identified: whoever asks needs a checkpoint that its log signed, and what is served is
// for everybody.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "witness/witness.h"

namespace trellis::witness {

class HttpServer {
 public:
  // Listens on `host` (a name or an address, IPv6 with or without its brackets) and `port` (0: any
  // free port) and serves from its own threads; `witness` must outlive it. UNAVAILABLE
  // (CANNOT_LISTEN) if the address cannot be had.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(Witness& witness,
                                                           const std::string& host, int port);
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

}  // namespace trellis::witness
