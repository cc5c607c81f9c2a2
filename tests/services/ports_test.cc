// Both ports beside the services: health, reflection, and the pages.
#include <httplib.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/services/service_fixture.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class PortsTest : public ServiceTest {
 protected:
  httplib::Client Http() const { return httplib::Client("http://" + server_.http_address()); }

  // Sends these bytes to the HTTP port, as they are; hangs up without an answer.
  void SendAndGo(const std::string& bytes) const { close(Connect(bytes)); }
  // Likewise, with what it answers; it does not always hang up then.
  std::string Raw(const std::string& bytes) const {
    const int socket_fd = Connect(bytes);
    std::string answer;
    char buffer[4096];
    while (!IsWhole(answer)) {
      const ssize_t got = recv(socket_fd, buffer, sizeof(buffer), 0);
      if (got <= 0) break;
      answer.append(buffer, static_cast<size_t>(got));
    }
    close(socket_fd);
    return answer;
  }

 private:
  // The answer has all that its head says.
  static bool IsWhole(const std::string& answer) {
    const size_t head = answer.find("\r\n\r\n");
    const size_t length = answer.find("Content-Length: ");
    if (head == std::string::npos || length > head) return false;
    return answer.size() >= head + 4 + std::stoul(answer.substr(length + 16));
  }
  // A socket over which these bytes were sent.
  int Connect(const std::string& bytes) const {
    const int port = std::stoi(server_.http_address().substr(server_.http_address().find(':') + 1));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(connect(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(send(socket_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    return socket_fd;
  }
};

TEST_F(PortsTest, TheHealthServiceSaysServing) {
  // SERVING is 1 in field 1.
  EXPECT_EQ(client().CallBytes("/grpc.health.v1.Health/Check", {}, "").value_or("none"),
            "\x08\x01");
  // Field 1 names a service.
  EXPECT_EQ(client().CallBytes("/grpc.health.v1.Health/Check", {}, "\x0a\x04none").status().code(),
            StatusCode::kNotFound);
}

TEST_F(PortsTest, ReflectionListsTheServices) {
  const std::string path = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  // Field 7, empty: list_services.
  const auto list = client().CallStream(path, std::string("\x3a\x00", 2));
  ASSERT_TRUE(list.ok()) << list.status();
  for (const char* const service :
       {"trellis.v1.SupportPlanService", "trellis.v1.StandardsService", "trellis.v1.AuditService",
        "trellis.v1.QueueService", "google.pubsub.v1.Publisher", "google.pubsub.v1.Subscriber"}) {
    EXPECT_THAT(*list, HasSubstr(service));
  }
  // Field 4: file_containing_symbol.
  const std::string symbol = "trellis.v1.AuditService";
  const auto file =
      client().CallStream(path, "\x22" + std::string(1, static_cast<char>(symbol.size())) + symbol);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT(*file, HasSubstr("ListTrailRequest"));
}

TEST_F(PortsTest, PlansAreServedAsPages) {
  httplib::Client http = Http();
  EXPECT_EQ(http.Get("/")->status, 200);
  const v1::SupportPlan plan = Open();
  const auto index = http.Get("/");
  ASSERT_TRUE(index);
  EXPECT_EQ(index->status, 200);
  EXPECT_EQ(index->get_header_value("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(index->body, HasSubstr("href=\"/" + plan.name() + "\""));
  const auto page = http.Get("/" + plan.name());
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(page->get_header_value("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(page->body, HasSubstr("Sam Okafor"));
  EXPECT_EQ(http.Get("/healthz")->status, 200);
  EXPECT_EQ(http.Get("/healthz")->body, "ok\n");
  EXPECT_EQ(http.Head("/" + plan.name())->body, "");
}

TEST_F(PortsTest, WhatIsNotThereIsNotFound) {
  httplib::Client http = Http();
  EXPECT_EQ(http.Get("/supportPlans/" + testing::NewId())->status, 404);
  for (const std::string path : {"/supportPlans", "/supportPlans/a/b", "/favicon.ico", "/healthz/",
                                 "/index.html", "/trellis.v1.SupportPlanService/GetSupportPlan"}) {
    EXPECT_EQ(http.Get(path)->status, 404) << path;
  }
  for (const std::string id : {"", "x", "../../etc/passwd", "%00", "<script>"}) {
    const auto answer = http.Get("/supportPlans/" + id);
    ASSERT_TRUE(answer) << id;
    EXPECT_THAT(answer->status, ::testing::AnyOf(400, 404)) << id;
    EXPECT_THAT(answer->get_header_value("Content-Type"), Not(HasSubstr("html"))) << id;
  }
}

TEST_F(PortsTest, PathsDoNotLeadOut) {
  for (const std::string path :
       {"/../../../../etc/passwd", "/supportPlans/../../../etc/passwd",
        "/supportPlans/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd",
        "/supportPlans/..%5c..%5cetc"}) {
    const std::string answer = Raw("GET " + path + " HTTP/1.1\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 40")) << path;
    EXPECT_THAT(answer, Not(HasSubstr("root:"))) << path;
  }
}

TEST_F(PortsTest, OnlyReadingIsPossible) {
  httplib::Client http = Http();
  const v1::SupportPlan plan = Open();
  const std::string path = "/" + plan.name();
  for (const auto& answer :
       {http.Post(path), http.Put(path), http.Delete(path), http.Patch(path)}) {
    ASSERT_TRUE(answer);
    EXPECT_GE(answer->status, 400);
    EXPECT_LT(answer->status, 500);
  }
  EXPECT_EQ(client().Get(plan.name())->DebugString(), plan.DebugString());
}

TEST_F(PortsTest, OddRequestsDoNoHarm) {
  EXPECT_THAT(Raw("BREW / HTTP/1.1\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 4"));
  EXPECT_THAT(Raw("GET / HTTP/9.9\r\nConnection: close\r\n\r\n"), Not(HasSubstr("200 OK")));
  SendAndGo("");
  SendAndGo("GET / HT");
  SendAndGo("\r\n\r\n");
  SendAndGo("\x16\x03\x01\x02\r\n\r\n");
  SendAndGo("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_THAT(
      Raw("GET /supportPlans/" + std::string(8000, 'a') + " HTTP/1.1\r\nConnection: close\r\n\r\n"),
      StartsWith("HTTP/1.1 4"));
  EXPECT_THAT(Raw("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 4"));
  EXPECT_THAT(Raw("POST / HTTP/1.1\r\nContent-Length: 2000\r\nConnection: close\r\n\r\n" +
                  std::string(2000, 'x')),
              StartsWith("HTTP/1.1 4"));
  EXPECT_EQ(Http().Get("/healthz")->status, 200);
}

TEST_F(PortsTest, EveryAnswerHasTheSecurityHeaders) {
  httplib::Client http = Http();
  const v1::SupportPlan plan = Open();
  for (const std::string& path : {std::string("/"), "/" + plan.name(), std::string("/healthz"),
                                  std::string("/none"), std::string("/supportPlans/none")}) {
    const auto answer = http.Get(path);
    ASSERT_TRUE(answer) << path;
    EXPECT_THAT(answer->get_header_value("Content-Security-Policy"),
                StartsWith("default-src 'none'"))
        << path;
    EXPECT_EQ(answer->get_header_value("Cache-Control"), "no-store") << path;
    EXPECT_EQ(answer->get_header_value("X-Content-Type-Options"), "nosniff") << path;
    EXPECT_EQ(answer->get_header_value("X-Frame-Options"), "DENY") << path;
    EXPECT_EQ(answer->get_header_value("Referrer-Policy"), "no-referrer") << path;
    EXPECT_EQ(answer->get_header_value_count("Cache-Control"), 1u) << path;
  }
}

TEST_F(PortsTest, ABusyPortIsSaid) {
  const std::string address = server_.http_address();
  const int port = std::stoi(address.substr(address.find(':') + 1));
  for (const bool grpc : {true, false}) {
    Settings settings{.data = directory_ / "other",
                      .listen = {"127.0.0.1", grpc ? port : 0},
                      .http = {"127.0.0.1", grpc ? 0 : port},
                      .callers = {.development = true}};
    const auto server = Server::Start(settings, clock_);
    EXPECT_EQ(ReasonOf(server), "CANNOT_LISTEN");
    EXPECT_THAT(std::string(server.status().message()), HasSubstr(address));
    EXPECT_THAT(std::string(server.status().message()), HasSubstr(grpc ? "--listen" : "--http"));
  }
}

TEST_F(PortsTest, EveryLoopbackHostCanBeListenedOn) {
  for (const char* const host : {"127.0.0.1", "localhost", "[::1]"}) {
    if (host[0] == '[') {
      const int socket_fd = socket(AF_INET6, SOCK_STREAM, 0);
      sockaddr_in6 address{};
      address.sin6_family = AF_INET6;
      address.sin6_addr = in6addr_loopback;
      const bool there =
          bind(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
      close(socket_fd);
      if (!there) GTEST_SKIP() << "this machine has no ::1";
    }
    const Settings settings{.data = directory_ / "other",
                            .listen = {host, 0},
                            .http = {host, 0},
                            .callers = {.development = true}};
    const auto server = Server::Start(settings, clock_);
    ASSERT_TRUE(server.ok()) << host << ": " << server.status();
    const testing::RpcClient other((*server)->grpc_address());
    EXPECT_TRUE(other.Read<v1::ListSupportPlansResponse>(v1::ListSupportPlansRequest()).ok());
  }
}

}  // namespace
}  // namespace trellis::services
