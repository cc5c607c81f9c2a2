// Bytes sent to the HTTP port, as they are: it answers in HTTP or hangs up, soon.
#include <arpa/inet.h>
#include <cerrno>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "absl/strings/match.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_server.h"

namespace trellis::fuzz {
namespace {

// Far more than any answer takes: a page is rendered in a millisecond.
constexpr timeval kPatience = {.tv_sec = 20, .tv_usec = 0};

class Port {
 public:
  Port() {
    const testing::RpcClient& client = server_.client();
    client.IntroduceAll();
    CHECK(client.Give(testing::Tutor(), testing::OpenRequest()).ok());
    const std::string address = server_.http_address();
    address_.sin_family = AF_INET;
    address_.sin_port =
        htons(static_cast<uint16_t>(std::stoi(address.substr(address.find(':') + 1))));
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }

  // All that comes back until the port hangs up. No more follows these bytes, which it sees.
  // libFuzzer's clock interrupts calls.
  std::string Send(absl::string_view bytes) const {
    const int connection = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connection >= 0);
    CHECK(setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience)) == 0);
    const auto* const address = reinterpret_cast<const sockaddr*>(&address_);
    CHECK(TEMP_FAILURE_RETRY(connect(connection, address, sizeof(address_))) == 0);
    // It may have heard enough before the end of it, and hung up.
    if (TEMP_FAILURE_RETRY(send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL)) >= 0) {
      shutdown(connection, SHUT_WR);
    }
    std::string answer;
    char buffer[65536];
    ssize_t got = 0;
    while ((got = TEMP_FAILURE_RETRY(recv(connection, buffer, sizeof(buffer), 0))) > 0) {
      answer.append(buffer, static_cast<size_t>(got));
    }
    CHECK(got == 0 || errno == ECONNRESET);
    close(connection);
    return answer;
  }

 private:
  const testing::TempDirectory directory_;
  const testing::FakeClock clock_;
  const testing::TestServer server_{directory_ / "data", clock_};
  sockaddr_in address_{};
};

// One for the whole program. At its end what is thread_local is gone in the first thread, which
// therefore lets another one stop the server.
class LastingPort {
 public:
  ~LastingPort() {
    std::thread([this] { port_.reset(); }).join();
  }
  const Port& port() const { return *port_; }

 private:
  std::unique_ptr<const Port> port_ = std::make_unique<const Port>();
};

}  // namespace

void Try(absl::string_view bytes) {
  static const LastingPort lasting;
  const Port& port = lasting.port();
  const std::string answer = port.Send(bytes);
  CHECK(answer.empty() || absl::StartsWith(answer, "HTTP/1."));
  // Nothing of what is sent makes it write: no method of those that change things is one of its.
  if (absl::StartsWith(bytes, "POST ") || absl::StartsWith(bytes, "PUT ")) {
    CHECK(!absl::StartsWith(answer, "HTTP/1.1 200"));
  }
}

}  // namespace trellis::fuzz
