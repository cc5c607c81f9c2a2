// What somebody can do who only opens connections: hold them half open, send slowly, send without
// an end. Odd requests and paths that lead out are in ports_test.cc.
#include <arpa/inet.h>
#include <httplib.h>
#include <map>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "services/http_connection.h"
#include "services/page_server.h"
#include "tests/services/service_fixture.h"

namespace trellis::services {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
// SETTINGS without any.
constexpr absl::string_view kSettings("\0\0\0\4\0\0\0\0\0", 9);

// A connection of its own.
class Socket {
 public:
  // From this address of the machine itself to HOST:PORT.
  Socket(const std::string& from, const std::string& to)
      : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, from.c_str(), &address.sin_addr);
    EXPECT_EQ(bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    Connect(to);
  }
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() { close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void Connect(const std::string& to) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(std::stoi(to.substr(to.rfind(':') + 1))));
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    EXPECT_EQ(connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  // As much of it as the other side takes.
  void Send(absl::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  // What comes until the other side hangs up, or there are so many bytes.
  std::string Receive(size_t most = 1 << 20) const {
    std::string got;
    char buffer[4096];
    while (got.size() < most) {
      const ssize_t size = recv(descriptor_, buffer, sizeof(buffer), 0);
      if (size <= 0) break;
      got.append(buffer, static_cast<size_t>(size));
    }
    return got;
  }

 private:
  const int descriptor_;
};

class AttackByConnectionsTest : public ::testing::Test {
 protected:
  static constexpr char kAttacker[] = "127.0.0.2";

  int PageStatus(const std::string& path = "/healthz") const {
    httplib::Client http(absl::StrCat("http://", server_.http_address()));
    const auto answer = http.Get(path.c_str());
    return answer ? answer->status : 0;
  }
  absl::Status Call() const {
    const testing::RpcClient fresh(server_.grpc_address());
    return fresh.Read<v1::ListSupportPlansResponse>(v1::ListSupportPlansRequest()).status();
  }

  testing::TempDirectory directory_;
  testing::FakeClock clock_;
  testing::TestServer server_{
      Settings{
          .data = directory_ / "data", .callers = {.development = true}, .limits = RateLimits()},
      clock_};
};

TEST_F(AttackByConnectionsTest, PagesAreServedBesideHundredsThatAreHalfOpen) {
  std::vector<std::unique_ptr<Socket>> slow;
  for (int i = 0; i < 300; ++i) {
    slow.push_back(std::make_unique<Socket>(kAttacker, server_.http_address()));
    slow.back()->Send("GET / HT");
  }
  EXPECT_EQ(PageStatus(), 200);
  EXPECT_TRUE(Call().ok());
  // Those beyond the limit are told so at once.
  const Socket one_more(kAttacker, server_.http_address());
  EXPECT_THAT(one_more.Receive(), StartsWith("HTTP/1.1 429 Too Many Requests\r\n"));
}

// From so many addresses that each keeps to its limit.
TEST_F(AttackByConnectionsTest, PagesThatNobodyIsThereToServeAreRefusedAtOnce) {
  std::vector<std::unique_ptr<Socket>> held;
  for (int i = 0; i < kPageThreads + kWaitingConnectionsMax; ++i) {
    const std::string from = absl::StrCat("127.0.1.", 1 + i / RateLimits().pages.at_once);
    held.push_back(std::make_unique<Socket>(from, server_.http_address()));
    if (i >= kPageThreads) continue;
    // Answered once, it has a thread, which then waits for the rest of another request.
    held.back()->Send("GET /healthz HTTP/1.1\r\n\r\n");
    ASSERT_THAT(held.back()->Receive(1), StartsWith("HTTP/1.1 200 OK\r\n"));
    held.back()->Send("GET / HT");
  }
  {
    const Socket one_more(kAttacker, server_.http_address());
    EXPECT_THAT(one_more.Receive(), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  }
  held.clear();
  EXPECT_EQ(PageStatus(), 200);
}

TEST_F(AttackByConnectionsTest, AnAddressAsksForSoManyPagesASecond) {
  int refused = 0;
  httplib::Client http(absl::StrCat("http://", server_.http_address()));
  http.set_keep_alive(true);
  for (int i = 0; i < 2'100 && refused == 0; ++i) {
    const auto answer = http.Get("/healthz");
    ASSERT_TRUE(answer);
    if (answer->status == 200) continue;
    refused = answer->status;
    EXPECT_EQ(answer->get_header_value("Retry-After"), "1");
  }
  EXPECT_EQ(refused, 429);
  const Socket other(kAttacker, server_.http_address());
  other.Send("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(other.Receive(), StartsWith("HTTP/1.1 200 OK\r\n"));
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(PageStatus(), 200);
}

TEST_F(AttackByConnectionsTest, AHeadWithoutAnEndIsNotKept) {
  for (const std::string& line :
       {std::string(200, 'a'), "x: " + std::string(200, 'b') + "\r\n", std::string("\r")}) {
    const Socket socket(kAttacker, server_.http_address());
    std::string head = "GET / HTTP/1.1\r\n";
    while (head.size() <= HttpConnection::kRequestBytesMax) head += line;
    socket.Send(head);
    EXPECT_THAT(socket.Receive(), StartsWith("HTTP/1.1 4")) << line;
  }
  EXPECT_EQ(PageStatus(), 200);
}

TEST_F(AttackByConnectionsTest, CallsAreAnsweredBesideHundredsThatAreHalfOpen) {
  std::vector<std::unique_ptr<Socket>> silent;
  for (int i = 0; i < 300; ++i) {
    silent.push_back(std::make_unique<Socket>(kAttacker, server_.grpc_address()));
    if (i % 2 == 0) silent.back()->Send(absl::string_view(kPreface).substr(0, 10));
  }
  EXPECT_TRUE(Call().ok());
}

// The server says the limits of a connection first; a client's library keeps them.
TEST_F(AttackByConnectionsTest, AConnectionIsToldItsLimits) {
  const Socket socket("127.0.0.1", server_.grpc_address());
  socket.Send(absl::StrCat(kPreface, kSettings));
  const std::string got = socket.Receive(9 + 6);
  ASSERT_GE(got.size(), 15u);
  const auto byte = [&](size_t at) { return static_cast<uint32_t>(static_cast<uint8_t>(got[at])); };
  ASSERT_EQ(byte(3), 4u) << "no frame of settings";
  const size_t size = byte(0) << 16 | byte(1) << 8 | byte(2);
  std::map<uint32_t, uint32_t> settings;
  for (size_t at = 9; at + 6 <= 9 + size && at + 6 <= got.size(); at += 6) {
    settings[byte(at) << 8 | byte(at + 1)] =
        byte(at + 2) << 24 | byte(at + 3) << 16 | byte(at + 4) << 8 | byte(at + 5);
  }
  // RFC 9113, 6.5.2: MAX_CONCURRENT_STREAMS and MAX_HEADER_LIST_SIZE.
  EXPECT_EQ(settings[3], static_cast<uint32_t>(kStreamsOfAConnection));
  EXPECT_EQ(settings[6], static_cast<uint32_t>(kMetadataBytesMax));
}

// As many connections as the process may have descriptors: whoever comes afterwards is served.
TEST_F(AttackByConnectionsTest, APortThatHadNoDescriptorsLeftServesAgain) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  for (const std::string& address : {server_.grpc_address(), server_.http_address()}) {
    const int used = dup(0);
    close(used);
    const rlimit few{static_cast<rlim_t>(used) + 100, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
    std::vector<std::unique_ptr<Socket>> flood;
    int next = 0;
    // Both ends are of this process.
    while ((next = socket(AF_INET, SOCK_STREAM, 0)) >= 0) {
      flood.push_back(std::make_unique<Socket>(next));
      flood.back()->Connect(address);
    }
    EXPECT_GE(flood.size(), 20u);
    flood.clear();
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_TRUE(Call().ok()) << address;
    EXPECT_EQ(PageStatus(), 200) << address;
  }
}

class HttpConnectionTest : public ::testing::Test {
 protected:
  HttpConnectionTest() {
    int ends[2] = {};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    client_ = std::make_unique<Socket>(ends[0]);
    server_ = ends[1];
  }

  // All that comes of a connection with these times.
  std::string ReadAll(HttpConnection& connection) {
    std::string all;
    char byte = 0;
    while (connection.read(&byte, 1) == 1) all.push_back(byte);
    return all;
  }

  std::unique_ptr<Socket> client_;
  int server_ = -1;
};

TEST_F(HttpConnectionTest, ARequestThatDoesNotComeToItsEndIsGivenUp) {
  {
    HttpConnection connection(server_, nullptr, [] { return false; },
                              {.request = absl::Milliseconds(20), .answer = absl::Seconds(1)});
    client_->Send("GET / HTTP");
    ASSERT_TRUE(connection.Begin());
    ASSERT_TRUE(connection.AwaitRequest(absl::Seconds(60)));
    EXPECT_EQ(ReadAll(connection), "GET / HTTP");
  }
  EXPECT_THAT(client_->Receive(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_F(HttpConnectionTest, WhoSendsAByteNowAndThenGetsNoMoreTime) {
  std::atomic<bool> over = false;
  std::thread dripping([&] {
    while (!over) client_->Send("x");
  });
  {
    HttpConnection connection(server_, nullptr, [] { return false; },
                              {.request = absl::Milliseconds(20), .answer = absl::Seconds(1)});
    ASSERT_TRUE(connection.AwaitRequest(absl::Seconds(60)));
    EXPECT_LE(ReadAll(connection).size(), HttpConnection::kRequestBytesMax);
  }
  over = true;
  dripping.join();
}

TEST_F(HttpConnectionTest, AnAnswerThatNobodyTakesIsGivenUp) {
  HttpConnection connection(server_, nullptr, [] { return false; },
                            {.request = absl::Seconds(60), .answer = absl::Milliseconds(20)});
  client_->Send("x");
  ASSERT_TRUE(connection.AwaitRequest(absl::Seconds(60)));
  const std::string page(1 << 16, 'y');
  int written = 0;
  while (written < 1000 && connection.write(page.data(), page.size()) > 0) ++written;
  EXPECT_LT(written, 1000);
  EXPECT_FALSE(connection.is_writable());
}

TEST_F(HttpConnectionTest, AServerThatStopsWaitsForNobody) {
  HttpConnection connection(
      server_, nullptr, [] { return true; }, HttpConnection::Times());
  EXPECT_FALSE(connection.AwaitRequest(absl::Seconds(60)));
}

}  // namespace
}  // namespace trellis::services
