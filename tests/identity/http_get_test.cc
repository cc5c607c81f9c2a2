#include "identity/http_get.h"

#include <httplib.h>
#include <memory>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/file_descriptor.h"
#include "gtest/gtest.h"

namespace trellis::identity {
namespace {

TEST(Address, MayBeAskedOrNot) {
  struct Row {
    const char* address;
    bool ok;
  };
  const Row rows[] = {
      {"https://login.example", true},
      {"https://login.example:8443/realms/schools/keys", true},
      {"https://[2001:db8::1]:8443/keys", true},
      {"http://127.0.0.1:7491/keys", true},
      {"http://localhost/keys", true},
      {"http://[::1]:7491", true},
      {"http://login.example/keys", false},
      {"http://127.0.0.1.example/keys", false},
      {"http://127.0.0.1@login.example/keys", false},
      {"http://localhost.example/keys", false},
      {"http://10.0.0.1/keys", false},
      {"https://user:secret@login.example/keys", false},
      {"https://login.example/keys?x=1", false},
      {"https://login.example/keys#x", false},
      {"https://login.example/a b", false},
      {"https://login.example\\@other.example/", false},
      {"https://login.example:0/keys", false},
      {"https://login.example:65536/keys", false},
      {"https://login.example:/keys", false},
      {"https://login.example:80x/keys", false},
      {"https://", false},
      {"https:///keys", false},
      {"https://:8443/keys", false},
      {"HTTPS://login.example", false},
      {"ftp://login.example", false},
      {"file:///etc/passwd", false},
      {"login.example", false},
      {"", false},
  };
  for (const Row& row : rows) EXPECT_EQ(CheckAddress(row.address).ok(), row.ok) << row.address;
}

// A key, and a certificate for 127.0.0.1 that nobody vouches for but itself.
struct Certified {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  std::unique_ptr<X509, decltype(&X509_free)> certificate{X509_new(), X509_free};

  Certified() {
    X509* const x509 = certificate.get();
    CHECK(X509_set_version(x509, X509_VERSION_3) == 1);
    CHECK(ASN1_INTEGER_set(X509_get_serialNumber(x509), 1) == 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_NAME* const name = X509_get_subject_name(x509);
    const auto* const text = reinterpret_cast<const unsigned char*>("127.0.0.1");
    CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1);
    CHECK(X509_set_issuer_name(x509, name) == 1);
    CHECK(X509_set_pubkey(x509, key.get()) == 1);
    CHECK(X509_sign(x509, key.get(), EVP_sha256()) > 0);
  }
};

TEST(HttpGet, WantsACertificateThatTheMachineTrusts) {
  const Certified certified;
  httplib::SSLServer server(certified.certificate.get(), certified.key.get());
  bool asked = false;
  server.Get("/keys", [&](const httplib::Request&, httplib::Response&) { asked = true; });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread thread([&] { server.listen_after_bind(); });
  while (!server.is_running()) std::this_thread::yield();
  const auto document = HttpGet(absl::StrCat("https://127.0.0.1:", port, "/keys"), {});
  server.stop();
  thread.join();
  ASSERT_FALSE(document.ok());
  EXPECT_TRUE(absl::StrContains(document.status().message(), "SSL")) << document.status();
  EXPECT_FALSE(asked);
}

// Sends a header line a second for ever, so that no single read takes long. The test takes the five
// seconds that a fetch may.
TEST(HttpGet, EndsThoughEachReadIsQuick) {
  const FileDescriptor listening(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(listening.get(), any, size), 0);
  ASSERT_EQ(listen(listening.get(), 1), 0);
  ASSERT_EQ(getsockname(listening.get(), any, &size), 0);
  std::thread server([&] {
    const FileDescriptor connection(accept(listening.get(), nullptr, nullptr));
    std::string line = "HTTP/1.1 200 OK\r\n";
    pollfd gone{connection.get(), POLLRDHUP, 0};
    while (gone.revents == 0) {
      if (send(connection.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0) break;
      line = "X-More: to come\r\n";
      if (poll(&gone, 1, /*milliseconds=*/1000) < 0) break;
    }
  });
  const SystemClock machine;
  const absl::Time begin = machine.Now();
  const auto document =
      HttpGet(absl::StrCat("http://127.0.0.1:", ntohs(address.sin_port), "/keys"), {});
  EXPECT_FALSE(document.ok());
  EXPECT_LT(machine.Now() - begin, 2 * kFetchPatience);
  server.join();
}

TEST(HttpGet, SaysWhyThereIsNoDocument) {
  // Nobody listens on the first port without being root.
  for (const char* const address : {"http://127.0.0.1:1/keys", "http://login.example/keys"}) {
    const auto document = HttpGet(address, {});
    ASSERT_FALSE(document.ok());
    EXPECT_TRUE(absl::StartsWith(document.status().message(), address)) << document.status();
  }
}

}  // namespace
}  // namespace trellis::identity
