// TLS on both ports: certificates that are read again when they change, and those of programs.
#include <fstream>
#include <httplib.h>

#include "base/clock.h"
#include "tests/services/service_fixture.h"
#include "tests/support/certificates.h"
#include "trellis/v1/access_service.pb.h"
#include "trellis/v1/standards_service.pb.h"

namespace trellis::services {
namespace {

using testing::Certificate;
using testing::CertificateAuthority;

// For what happens by itself within a second or so.
constexpr absl::Duration kPatience = absl::Seconds(30);

class TlsTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) const {
    // Whole, as whoever replaces a certificate should.
    std::ofstream(directory_ / (name + ".new")) << text;
    std::filesystem::rename((directory_ / (name + ".new")).c_str(), (directory_ / name).c_str());
  }
  void WriteCertificate(const CertificateAuthority& authority) const {
    const Certificate own = authority.Issue({"DNS:localhost", "IP:127.0.0.1"});
    Write("tls.key", own.key);
    Write("tls.pem", own.certificate);
  }
  Settings SettingsWithTls() const {
    Settings settings{.data = directory_ / "data", .callers = {.development = true}};
    settings.tls = {.certificate = directory_ / "tls.pem",
                    .key = directory_ / "tls.key",
                    .client_roots = directory_ / "clients.pem"};
    return settings;
  }

  static std::shared_ptr<grpc::ChannelCredentials> Trusting(const std::string& root,
                                                            const Certificate& own = {}) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = root;
    options.pem_private_key = own.key;
    options.pem_cert_chain = own.certificate;
    return grpc::SslCredentials(options);
  }

  // Whether a new connection that trusts `root` and shows `own` is answered.
  static absl::StatusOr<v1::WhoAmIResponse> WhoAmI(const testing::TestServer& server,
                                                   const std::string& root,
                                                   const Certificate& own = {}) {
    const testing::RpcClient client(server.grpc_address(), Trusting(root, own));
    return client.Read<v1::WhoAmIResponse>(v1::WhoAmIRequest());
  }

  std::string PageStatus(const testing::TestServer& server, const std::string& root) const {
    Write("root.pem", root);
    httplib::Client client(absl::StrCat("https://", server.http_address()));
    client.set_ca_cert_path((directory_ / "root.pem").c_str());
    const auto result = client.Get("/healthz");
    return result ? absl::StrCat(result->status) : httplib::to_string(result.error());
  }

  testing::TempDirectory directory_;
  testing::FakeClock clock_;
  const CertificateAuthority clients_{"clients"};
};

TEST_F(TlsTest, IsWhatBothPortsSpeakAndNothingElse) {
  const CertificateAuthority authority("one"), other("other");
  WriteCertificate(authority);
  Write("clients.pem", clients_.root());
  const testing::TestServer server(SettingsWithTls(), clock_);
  EXPECT_TRUE(WhoAmI(server, authority.root()).ok());
  EXPECT_FALSE(WhoAmI(server, other.root()).ok());
  const testing::RpcClient plain(server.grpc_address(), grpc::InsecureChannelCredentials());
  EXPECT_FALSE(plain.Read<v1::WhoAmIResponse>(v1::WhoAmIRequest()).ok());
  EXPECT_EQ(PageStatus(server, authority.root()), "200");
  EXPECT_NE(PageStatus(server, other.root()), "200");
  httplib::Client pages(absl::StrCat("http://", server.http_address()));
  EXPECT_FALSE(pages.Get("/healthz"));
}

TEST_F(TlsTest, TakesANewCertificateWithoutDroppingWhoIsThere) {
  const CertificateAuthority before("before"), after("after");
  WriteCertificate(before);
  Write("clients.pem", clients_.root());
  const testing::TestServer server(SettingsWithTls(), clock_);
  const testing::RpcClient there(server.grpc_address(), Trusting(before.root()));
  ASSERT_TRUE(there.Read<v1::WhoAmIResponse>(v1::WhoAmIRequest()).ok());
  ASSERT_EQ(PageStatus(server, before.root()), "200");

  WriteCertificate(after);
  const SystemClock machine;
  const absl::Time end = machine.Now() + kPatience;
  while (!WhoAmI(server, after.root()).ok()) ASSERT_LT(machine.Now(), end);
  EXPECT_FALSE(WhoAmI(server, before.root()).ok());
  EXPECT_EQ(PageStatus(server, after.root()), "200");
  EXPECT_TRUE(there.Read<v1::WhoAmIResponse>(v1::WhoAmIRequest()).ok());
}

TEST_F(TlsTest, KeepsTheCertificateUntilTheNewOneIsWhole) {
  const CertificateAuthority authority("one"), other("other");
  WriteCertificate(authority);
  Write("clients.pem", clients_.root());
  const testing::TestServer server(SettingsWithTls(), clock_);
  // A key that is not the certificate's, as between the two files' changes.
  Write("tls.key", other.Issue({"DNS:localhost"}).key);
  EXPECT_EQ(PageStatus(server, authority.root()), "200");
  Write("tls.pem", "no certificate");
  EXPECT_EQ(PageStatus(server, authority.root()), "200");
}

TEST_F(TlsTest, KnowsAProgramByItsCertificate) {
  const CertificateAuthority authority("one"), impostor("clients");
  WriteCertificate(authority);
  Write("clients.pem", clients_.root());
  const testing::TestServer server(SettingsWithTls(), clock_);
  const testing::RpcClient admin(server.grpc_address(), Trusting(authority.root()));
  v1::RecordServiceAccountRequest record;
  record.set_service_account_id(testing::NewId());
  record.set_request_id(testing::NewId());
  record.mutable_facts()->set_display_name("School information");
  record.mutable_facts()->set_every_school(true);
  record.mutable_facts()->set_reason("Asked for by the head.");
  record.mutable_facts()->add_certificate_names("mis.school.example");
  const auto reply = admin.Ask<v1::ServiceAccountReply>(testing::Administrator(), record);
  ASSERT_TRUE(reply.ok()) << reply.status();

  const auto known = WhoAmI(server, authority.root(), clients_.Issue({"DNS:mis.school.example"}));
  ASSERT_TRUE(known.ok()) << known.status();
  EXPECT_EQ(known->service_account(), reply->service_account().name());
  const auto other = WhoAmI(server, authority.root(), clients_.Issue({"DNS:other.example"}));
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ(other->service_account(), "");
  EXPECT_FALSE(WhoAmI(server, authority.root(), impostor.Issue({"DNS:mis.school.example"})).ok());
}

TEST_F(TlsTest, RefusesToStartWithFilesThatAreNone) {
  const CertificateAuthority authority("one"), other("other");
  WriteCertificate(authority);
  Write("clients.pem", clients_.root());
  Write("other.key", other.Issue({"DNS:localhost"}).key);
  Write("empty", "");
  const TlsFiles good = SettingsWithTls().tls;
  EXPECT_TRUE(CheckTls(good).ok()) << CheckTls(good);
  const auto expect = [&](TlsFiles files, const std::string& flag) {
    EXPECT_EQ(ReasonOf(CheckTls(files)), "TLS_UNUSABLE");
    EXPECT_THAT(std::string(CheckTls(files).message()), ::testing::HasSubstr(flag));
  };
  TlsFiles files = good;
  files.key = directory_ / "other.key";
  expect(files, "--tls-key");
  files.key.clear();
  expect(files, "--tls-key");
  files = good;
  files.certificate = directory_ / "none.pem";
  expect(files, "--tls-certificate");
  files = good;
  files.client_roots = directory_ / "empty";
  expect(files, "--tls-client-roots");
}

}  // namespace
}  // namespace trellis::services
