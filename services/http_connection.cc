#include "services/http_connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <utility>

#include "absl/strings/str_cat.h"

namespace trellis::services {
namespace {

// How often a wait looks whether the server stops.
constexpr int kLookMilliseconds = 200;
// How long, and how much, somebody who has sent too much is listened to, to read why.
constexpr absl::Duration kLingerTime = absl::Seconds(1);
constexpr size_t kLingerBytesMax = 64 * 1024;

void AddressIn(const sockaddr_storage& address, socklen_t size, std::string& ip, int& port) {
  char host[NI_MAXHOST] = {}, service[NI_MAXSERV] = {};
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host, sizeof(host), service,
                  sizeof(service), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return;
  }
  ip = host;
  port = std::atoi(service);
}

}  // namespace

HttpConnection::HttpConnection(int socket_fd, SSL_CTX* tls, std::function<bool()> stopping,
                               Times times)
    : socket_(socket_fd),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      tls_(tls == nullptr ? nullptr : SSL_new(tls)),
      stopping_(std::move(stopping)),
      times_(times) {
  fcntl(socket_, F_SETFL, fcntl(socket_, F_GETFL) | O_NONBLOCK);
  // Out of descriptors, or of memory.
  failed_ = timer_ < 0 || (tls != nullptr && (tls_ == nullptr || SSL_set_fd(tls_, socket_) != 1));
}

HttpConnection::~HttpConnection() {
  if (tls_ != nullptr) {
    if (!failed_) SSL_shutdown(tls_);
    SSL_free(tls_);
  }
  shutdown(socket_, SHUT_RDWR);
  close(socket_);
  if (timer_ >= 0) close(timer_);
}

bool HttpConnection::Begin() {
  if (failed_ || tls_ == nullptr) return !failed_;
  Allow(times_.request);
  int result = 0;
  do {
    ERR_clear_error();
    result = SSL_accept(tls_);
  } while (result != 1 && WaitForTls(result));
  failed_ = result != 1;
  return !failed_;
}

bool HttpConnection::AwaitRequest(absl::Duration time) {
  if (failed_) return false;
  answering_ = false;
  bytes_left_ = kRequestBytesMax;
  if (begin_ == end_ && (tls_ == nullptr || SSL_pending(tls_) == 0)) {
    Allow(time);
    if (!Wait(POLLIN)) return false;
  }
  Allow(times_.request);
  return true;
}

void HttpConnection::Refuse(const char* status) {
  if (failed_) return;
  const std::string answer = absl::StrCat("HTTP/1.1 ", status,
                                          "\r\nConnection: close\r\nContent-Length: 0\r\n"
                                          "Retry-After: 1\r\n\r\n");
  Send(answer.data(), answer.size());
  failed_ = true;
}

// A socket that is closed with bytes unread takes back what it has sent.
void HttpConnection::Linger() {
  shutdown(socket_, SHUT_WR);
  Allow(kLingerTime);
  char unread[4096];
  for (size_t read = 0; read < kLingerBytesMax && Wait(POLLIN);) {
    const ssize_t got = recv(socket_, unread, sizeof(unread), 0);
    if (got <= 0) break;
    read += static_cast<size_t>(got);
  }
}

ssize_t HttpConnection::read(char* to, size_t size) {
  if (failed_) return -1;
  if (begin_ == end_) {
    if (bytes_left_ == 0) {
      Refuse("431 Request Header Fields Too Large");
      Linger();
      return -1;
    }
    const ssize_t got = Receive(buffer_.data(), std::min(buffer_.size(), bytes_left_));
    if (got <= 0) return got;
    begin_ = 0;
    end_ = static_cast<size_t>(got);
    bytes_left_ -= end_;
  }
  const size_t taken = std::min(size, end_ - begin_);
  std::memcpy(to, buffer_.data() + begin_, taken);
  begin_ += taken;
  return static_cast<ssize_t>(taken);
}

ssize_t HttpConnection::write(const char* from, size_t size) {
  if (failed_) return -1;
  if (!answering_) Allow(times_.answer);
  answering_ = true;
  const ssize_t sent = Send(from, size);
  if (sent < 0) failed_ = true;
  return sent;
}

void HttpConnection::get_remote_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    AddressIn(address, size, ip, port);
  }
}

void HttpConnection::get_local_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    AddressIn(address, size, ip, port);
  }
}

void HttpConnection::Allow(absl::Duration time) {
  itimerspec after{};
  after.it_value = absl::ToTimespec(time);
  timerfd_settime(timer_, 0, &after, nullptr);
}

bool HttpConnection::Wait(short events) {
  for (;;) {
    pollfd waits[] = {{socket_, events, 0}, {timer_, POLLIN, 0}};
    const int ready = poll(waits, 2, kLookMilliseconds);
    if (ready < 0 && errno != EINTR) return false;
    if (ready > 0 && waits[1].revents != 0) return false;
    if (ready > 0 && waits[0].revents != 0) return true;
    if (!answering_ && stopping_()) return false;
  }
}

bool HttpConnection::WaitForTls(int result) {
  switch (SSL_get_error(tls_, result)) {
    case SSL_ERROR_WANT_READ:
      return Wait(POLLIN);
    case SSL_ERROR_WANT_WRITE:
      return Wait(POLLOUT);
    default:
      return false;
  }
}

ssize_t HttpConnection::Receive(char* to, size_t size) {
  // Whoever sends without a pause does not get around the time either.
  pollfd timer{timer_, POLLIN, 0};
  const auto too_late = [&] {
    Refuse("408 Request Timeout");
    return ssize_t{-1};
  };
  if (poll(&timer, 1, 0) > 0) return too_late();
  for (;;) {
    if (tls_ == nullptr) {
      const ssize_t got = recv(socket_, to, size, 0);
      if (got >= 0 || (errno != EAGAIN && errno != EINTR)) return got;
      if (!Wait(POLLIN)) return too_late();
      continue;
    }
    ERR_clear_error();
    const int got = SSL_read(tls_, to, static_cast<int>(size));
    if (got > 0) return got;
    if (SSL_get_error(tls_, got) == SSL_ERROR_ZERO_RETURN) return 0;
    const bool waits = SSL_get_error(tls_, got) == SSL_ERROR_WANT_READ;
    if (!WaitForTls(got)) return waits ? too_late() : -1;
  }
}

ssize_t HttpConnection::Send(const char* from, size_t size) {
  // OpenSSL counts in int.
  const size_t most = std::min<size_t>(size, 1 << 20);
  for (;;) {
    if (tls_ == nullptr) {
      const ssize_t sent = send(socket_, from, most, MSG_NOSIGNAL);
      if (sent >= 0 || (errno != EAGAIN && errno != EINTR)) return sent;
      if (!Wait(POLLOUT)) return -1;
      continue;
    }
    ERR_clear_error();
    const int sent = SSL_write(tls_, from, static_cast<int>(most));
    if (sent > 0) return sent;
    if (!WaitForTls(sent)) return -1;
  }
}

}  // namespace trellis::services
