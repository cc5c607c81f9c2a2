#include "tests/support/certificates.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "absl/strings/str_join.h"
#include "base/check.h"

namespace trellis::testing {
namespace {

using Key = std::shared_ptr<EVP_PKEY>;
using Signed = std::shared_ptr<X509>;

Key NewKey() { return Key(EVP_EC_gen("P-256"), EVP_PKEY_free); }

void SetName(X509_NAME* name, const std::string& text) {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, static_cast<int>(text.size()),
                                   -1, 0) == 1);
}

void AddExtension(X509& certificate, int kind, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()), X509_EXTENSION_free);
  CHECK(extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1);
}

// A certificate of `key` that is not signed yet.
Signed Unsigned(const std::string& name, const std::string& issuer, EVP_PKEY& key) {
  static long serial = 0;
  Signed made(X509_new(), X509_free);
  CHECK(X509_set_version(made.get(), X509_VERSION_3) == 1);
  CHECK(ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial) == 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  SetName(X509_get_subject_name(made.get()), name);
  SetName(X509_get_issuer_name(made.get()), issuer);
  CHECK(X509_set_pubkey(made.get(), &key) == 1);
  return made;
}

template <typename Write>
std::string Pem(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  CHECK(write(bio.get()) == 1);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &bytes);
  return std::string(bytes, static_cast<size_t>(size));
}

}  // namespace

CertificateAuthority::CertificateAuthority(const std::string& name)
    : name_(name), key_(NewKey()), root_(Unsigned(name, name, *key_)) {
  AddExtension(*root_, NID_basic_constraints, "critical,CA:TRUE");
  CHECK(X509_sign(root_.get(), key_.get(), EVP_sha256()) > 0);
}

std::string CertificateAuthority::root() const {
  return Pem([&](BIO* bio) { return PEM_write_bio_X509(bio, root_.get()); });
}

Certificate CertificateAuthority::Issue(const std::vector<std::string>& names) const {
  const Key key = NewKey();
  const Signed made = Unsigned("test", name_, *key);
  AddExtension(*made, NID_subject_alt_name, absl::StrJoin(names, ","));
  CHECK(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0);
  return {.certificate = Pem([&](BIO* bio) { return PEM_write_bio_X509(bio, made.get()); }),
          .key = Pem([&](BIO* bio) {
            return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace trellis::testing
