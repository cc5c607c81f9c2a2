// Certificates for tests of TLS: of an authority of their own, in PEM.
#pragma once

#include <memory>
#include <string>
#include <vector>

struct evp_pkey_st;
struct x509_st;

namespace trellis::testing {

struct Certificate {
  std::string certificate;
  std::string key;
};

// Thread-safe.
class CertificateAuthority {
 public:
  explicit CertificateAuthority(const std::string& name);

  // Its own certificate: the root that others trust.
  std::string root() const;
  // A new key's, valid for an hour, with these alternative names: `DNS:...`, `IP:...`, `URI:...`.
  Certificate Issue(const std::vector<std::string>& names) const;

 private:
  const std::string name_;
  const std::shared_ptr<evp_pkey_st> key_;
  const std::shared_ptr<x509_st> root_;
};

}  // namespace trellis::testing
