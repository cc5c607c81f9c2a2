// One connection of the HTTP port, with limits that httplib's own has not: a request that is sent a
// byte at a time, or a line that never ends, would hold a thread and memory for as long as its
// sender likes.
//
// Concurrency. Not thread-safe: each has a thread of its own.
// Limits.      A request has kRequestBytesMax bytes and must be there Times::request after its
//              first byte, as must the handshake of TLS; its answer must have been taken
//              Times::answer after its own first byte. Beyond that whoever sent it is told so
//              (408, 431) and hung up on.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <httplib.h>
#include <openssl/ssl.h>
#include <string>

#include "absl/time/time.h"

namespace trellis::services {

class HttpConnection final : public httplib::Stream {
 public:
  // A token in a header, which httplib takes up to 8 KiB of, beside what browsers send.
  static constexpr size_t kRequestBytesMax = 32 * 1024;

  struct Times {
    absl::Duration request = absl::Seconds(10);
    // A page of 1,000 plans has 300 KiB.
    absl::Duration answer = absl::Seconds(30);
  };

  // Owns the socket. `tls` is null for a connection without, and must outlive it, as must
  // `stopping`, which says that no request is waited for any more.
  HttpConnection(int socket_fd, SSL_CTX* tls, std::function<bool()> stopping, Times times);
  ~HttpConnection() override;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // Shakes hands, if that is wanted; false if the connection is of no use.
  bool Begin();
  // Waits for a request's first byte, at most `time`; false if none comes.
  bool AwaitRequest(absl::Duration time);
  // Answers with this status and nothing else, and is of no use any more.
  void Refuse(const char* status);

  bool is_readable() const override { return !failed_; }
  bool is_writable() const override { return !failed_; }
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  // Takes what is still sent, and drops it.
  void Linger();
  // Starts the time anew in which all must be done.
  void Allow(absl::Duration time);
  // Waits for POLLIN or POLLOUT; false once the time is over.
  bool Wait(short events);
  // What the transport does once it can, as of recv and send: -1 if it cannot.
  ssize_t Receive(char* to, size_t size);
  ssize_t Send(const char* from, size_t size);
  // Whether to try again what OpenSSL could not do, when the socket is ready.
  bool WaitForTls(int result);

  const int socket_;
  // Becomes readable when the time is over: no clock is asked.
  const int timer_;
  SSL* const tls_;
  const std::function<bool()> stopping_;
  const Times times_;
  std::array<char, 4096> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t bytes_left_ = 0;
  bool answering_ = false;
  bool failed_ = false;
};

}  // namespace trellis::services
