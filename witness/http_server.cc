#include "witness/http_server.h"

#include <httplib.h>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "witness/request.h"

namespace trellis::witness {
namespace {

// A cosignature takes a synced write, and a connection that is kept alive holds its thread for up
// to kKeepAliveSeconds.
constexpr size_t kThreads = 16;
constexpr time_t kKeepAliveSeconds = 2;
constexpr int kUnreadable = 400;
constexpr int kTooLarge = 413;
constexpr int kNotThisType = 415;

// Reads the body, at most kRequestBytesMax; 0, or the status of the refusal. The library bounds
// only a body whose length is said at once. What is too much is read and dropped, as it would pass
// for the next request otherwise.
int ReadBody(const httplib::Request& request, const httplib::ContentReader& reader,
             std::string& body) {
  // A form's parts are no request, and the library takes them apart before anybody is asked.
  if (request.is_multipart_form_data()) {
    reader([](const httplib::MultipartFormData&) { return true; },
           [](const char*, size_t) { return true; });
    return kNotThisType;
  }
  bool too_large = false;
  const bool read = reader([&](const char* data, size_t size) {
    too_large = too_large || size > kRequestBytesMax - body.size();
    if (!too_large) body.append(data, size);
    return true;
  });
  const bool said_too_large =
      request.get_header_value<uint64_t>("Content-Length") > kRequestBytesMax;
  if (too_large || said_too_large) return kTooLarge;
  return read ? 0 : kUnreadable;
}

void Answer(const Reply& reply, httplib::Response& response) {
  response.status = reply.status;
  response.set_content(reply.body, reply.content_type);
}

}  // namespace

class HttpServer::Impl {
 public:
  explicit Impl(Witness& witness) : witness_(witness) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    // Only this process may listen there: two servers on one port would each get some requests.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    // The newest is asked for.
    server_.set_default_headers(
        {{"Cache-Control", "no-cache"}, {"X-Content-Type-Options", "nosniff"}});
    server_.set_keep_alive_timeout(kKeepAliveSeconds);
    server_.set_payload_max_length(kRequestBytesMax);
    server_.Post("/add-checkpoint",
                 [this](const httplib::Request& request, httplib::Response& response,
                        const httplib::ContentReader& reader) {
                   std::string body;
                   const int refused = ReadBody(request, reader, body);
                   if (refused == 0) return Answer(witness_.AddCheckpoint(body), response);
                   response.status = refused;
                 });
    server_.Get("/([0-9a-f]{64})/checkpoint",
                [this](const httplib::Request& request, httplib::Response& response) {
                  Answer(witness_.LastCheckpoint(request.matches[1].str()), response);
                });
  }

  ~Impl() {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Start(const std::string& host, int port) {
    // The brackets of an IPv6 address are an address's spelling, not the host's.
    const std::string name(absl::StripSuffix(absl::StripPrefix(host, "["), "]"));
    port_ =
        port == 0 ? server_.bind_to_any_port(name) : (server_.bind_to_port(name, port) ? port : -1);
    if (port_ < 0) {
      return Error(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
                   absl::StrCat("cannot listen on ", host, ":", port,
                                ": it is in use, or not an address of this machine"),
                   {{"address", absl::StrCat(host, ":", port)}});
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // stop() has an effect only on a server that runs.
    while (!server_.is_running()) std::this_thread::yield();
    return absl::OkStatus();
  }

  int port() const { return port_; }

 private:
  Witness& witness_;
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;
int HttpServer::port() const { return impl_->port(); }

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(Witness& witness,
                                                              const std::string& host, int port) {
  auto impl = std::make_unique<Impl>(witness);
  if (absl::Status status = impl->Start(host, port); !status.ok()) return status;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

}  // namespace trellis::witness
