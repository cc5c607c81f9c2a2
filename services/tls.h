// TLS on both ports: 1.2 and later, with a certificate that is read again when its files change.
#pragma once

#include <functional>
#include <grpcpp/security/server_credentials.h>
#include <memory>
#include <openssl/types.h>
#include <string>

#include "absl/status/status.h"

namespace trellis::services {

// Files, in PEM.
struct TlsFiles {
  // The certificate, with those that lead to its root.
  std::string certificate;
  std::string key;
  // The roots of client certificates, of service accounts; empty: none are asked for.
  std::string client_roots;

  bool is_set() const { return !certificate.empty(); }
};

// OK if the files can be used: the key is the certificate's. INVALID_ARGUMENT (TLS_UNUSABLE) says
// which flag is wrong, and why.
absl::Status CheckTls(const TlsFiles& files);

// What gRPC listens with: connections that are made later have what the files hold by then, those
// that there are go on. A client certificate that was asked for may be missing, not be wrong.
std::shared_ptr<grpc::ServerCredentials> GrpcCredentials(const TlsFiles& files);

// What the HTTP port listens with, likewise. Sets up a context of OpenSSL, which it must outlive;
// false if it cannot.
std::function<bool(SSL_CTX&)> HttpTls(const TlsFiles& files);

}  // namespace trellis::services
