#include "services/tls.h"

#include <filesystem>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status_macros.h"

namespace trellis::services {
namespace {

// How often gRPC looks at the files.
constexpr unsigned int kLookSeconds = 1;

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

absl::Status Unusable(absl::string_view flag, const std::string& file, absl::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, "TLS_UNUSABLE",
               absl::StrCat(flag, ": ", file, " ", why), {{"flag", std::string(flag)}});
}

// A context with what the files hold.
absl::StatusOr<Context> Load(const TlsFiles& files) {
  Context context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // What OpenSSL has to say would come up in another connection of this thread.
  ERR_clear_error();
  absl::Status status = absl::OkStatus();
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    status = Unusable("--tls-certificate", files.certificate, "holds no certificate in PEM");
  } else if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
             SSL_CTX_check_private_key(context.get()) != 1) {
    status = Unusable("--tls-key", files.key, "holds no key in PEM that is the certificate's");
  } else if (!files.client_roots.empty() &&
             SSL_CTX_load_verify_locations(context.get(), files.client_roots.c_str(), nullptr) !=
                 1) {
    status = Unusable("--tls-client-roots", files.client_roots, "holds no certificates in PEM");
  }
  ERR_clear_error();
  if (!status.ok()) return status;
  return context;
}

// The newest context that could be loaded.
class Newest {
 public:
  // Of files that can be used.
  explicit Newest(TlsFiles files) : files_(std::move(files)) {
    MutexLock lock(mutex_);
    LoadIfChanged();
  }

  // Gives the connection, which is being made, the certificate of now.
  bool Give(SSL* connection) {
    MutexLock lock(mutex_);
    LoadIfChanged();
    return context_ != nullptr && SSL_set_SSL_CTX(connection, context_.get()) != nullptr;
  }

 private:
  void LoadIfChanged() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto changed = std::pair(TimeOf(files_.certificate), TimeOf(files_.key));
    if (context_ != nullptr && changed == loaded_) return;
    absl::StatusOr<Context> fresh = Load(files_);
    // Between the two files' changes they do not fit: the old ones serve until they do.
    if (fresh.ok()) context_ = *std::move(fresh);
    if (!fresh.ok()) Log("tls.unusable", {{"why", std::string(fresh.status().message())}});
    loaded_ = changed;
  }

  static std::filesystem::file_time_type TimeOf(const std::string& file) {
    std::error_code error;
    return std::filesystem::last_write_time(file, error);
  }

  const TlsFiles files_;
  Mutex mutex_;
  Context context_ ABSL_GUARDED_BY(mutex_);
  std::pair<std::filesystem::file_time_type, std::filesystem::file_time_type> loaded_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::Status CheckTls(const TlsFiles& files) {
  if (files.key.empty() || files.certificate.empty()) {
    return Error(absl::StatusCode::kInvalidArgument, "TLS_UNUSABLE",
                 "got one of --tls-certificate and --tls-key, want both");
  }
  return Load(files).status();
}

std::shared_ptr<grpc::ServerCredentials> GrpcCredentials(const TlsFiles& files) {
  using grpc::experimental::FileWatcherCertificateProvider;
  grpc::experimental::TlsServerCredentialsOptions options(
      std::make_shared<FileWatcherCertificateProvider>(files.key, files.certificate,
                                                       files.client_roots, kLookSeconds));
  options.watch_identity_key_cert_pairs();
  if (files.client_roots.empty()) {
    options.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  } else {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  // That its chain leads to the roots is checked before; a client has no host name to compare.
  options.set_certificate_verifier(std::make_shared<grpc::experimental::NoOpCertificateVerifier>());
  return grpc::experimental::TlsServerCredentials(options);
}

std::function<bool(SSL_CTX&)> HttpTls(const TlsFiles& files) {
  return [newest = std::make_shared<Newest>(files)](SSL_CTX& context) {
    SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION);
    SSL_CTX_set_cert_cb(
        &context,
        [](SSL* connection, void* argument) {
          return static_cast<Newest*>(argument)->Give(connection) ? 1 : 0;
        },
        newest.get());
    return true;
  };
}

}  // namespace trellis::services
