#include "services/listener.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/error.h"

namespace trellis::services {
namespace {

// Until somebody may have let go of a descriptor: the connection waits meanwhile.
constexpr int kRetryMilliseconds = 10;

void SetOption(int socket_fd, int level, int option, int value) {
  setsockopt(socket_fd, level, option, &value, sizeof(value));
}

// Listens there; the descriptor, or an errno as a negative number.
int ListenOn(const addrinfo& at, int port) {
  sockaddr_storage address{};
  std::memcpy(&address, at.ai_addr, at.ai_addrlen);
  if (at.ai_family == AF_INET) {
    reinterpret_cast<sockaddr_in&>(address).sin_port = htons(static_cast<uint16_t>(port));
  } else {
    reinterpret_cast<sockaddr_in6&>(address).sin6_port = htons(static_cast<uint16_t>(port));
  }
  const int made = socket(at.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) return -errno;
  SetOption(made, SOL_SOCKET, SO_REUSEADDR, 1);
  // `::` is every address of the machine, those of IPv4 too.
  if (at.ai_family == AF_INET6) SetOption(made, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (bind(made, reinterpret_cast<sockaddr*>(&address), at.ai_addrlen) == 0 &&
      listen(made, kBacklog) == 0) {
    return made;
  }
  const int error = errno;
  close(made);
  return -error;
}

int PortOf(int listening) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET
                   ? reinterpret_cast<const sockaddr_in&>(address).sin_port
                   : reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
}

// Whether a connection with this descriptor is one too many.
bool IsOneTooMany(int descriptor) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  return static_cast<rlim_t>(descriptor) >= std::min<rlim_t>(limit.rlim_cur / 2, kDescriptorsMax);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Listener>> Listener::Bind(const Address& address,
                                                         const std::string& flag) {
  const std::string shown = absl::StrCat(address.host, ":", address.port);
  const auto failed = [&] {
    return Error(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
                 absl::StrCat("cannot listen on ", shown, " (", flag,
                              "): it is in use, or not an address of this machine"),
                 {{"address", shown}});
  };
  // The brackets of an IPv6 address are an address's spelling, not the host's.
  const std::string host(absl::StripSuffix(absl::StripPrefix(address.host, "["), "]"));
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &wanted, &found) != 0) return failed();
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> all(found, freeaddrinfo);
  std::unique_ptr<Listener> made(new Listener());
  made->port_ = address.port;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    const int listening = ListenOn(*at, made->port_);
    // Only this process may listen there: two servers on one port would each get some calls.
    if (listening == -EADDRINUSE && address.port != 0) return failed();
    // A machine without ::1 has a localhost all the same.
    if (listening < 0) continue;
    made->listening_.push_back(listening);
    made->port_ = PortOf(listening);
  }
  if (made->listening_.empty()) return failed();
  return made;
}

Listener::Listener() : stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Listener::~Listener() {
  Stop();
  close(stop_);
}

void Listener::Start(OnConnection on_connection) {
  on_connection_ = std::move(on_connection);
  thread_ = std::thread([this] { Run(); });
}

void Listener::Stop() {
  eventfd_write(stop_, 1);
  if (thread_.joinable()) thread_.join();
  for (const int listening : listening_) close(listening);
  listening_.clear();
}

bool Listener::IsStoppedWithin(int milliseconds) const {
  pollfd stop{stop_, POLLIN, 0};
  return poll(&stop, 1, milliseconds) > 0;
}

void Listener::Run() {
  std::vector<pollfd> waits;
  for (const int listening : listening_) waits.push_back({listening, POLLIN, 0});
  waits.push_back({stop_, POLLIN, 0});
  for (;;) {
    poll(waits.data(), waits.size(), -1);
    if (waits.back().revents != 0) return;
    for (const pollfd& wait : waits) {
      if (wait.revents != 0) AcceptFrom(wait.fd);
    }
  }
}

void Listener::AcceptFrom(int listening) {
  const int connection = accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (connection < 0) {
    // Out of descriptors or memory. Whoever hung up again is no reason to wait.
    const bool is_short = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (is_short) IsStoppedWithin(kRetryMilliseconds);
    return;
  }
  if (IsOneTooMany(connection)) {
    close(connection);
    return;
  }
  // What is written in two parts would else wait for the first to be acknowledged, which a client
  // puts off for 40 ms.
  SetOption(connection, IPPROTO_TCP, TCP_NODELAY, 1);
  on_connection_(listening, connection);
}

}  // namespace trellis::services
