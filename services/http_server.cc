#include "services/http_server.h"

#include <functional>
#include <httplib.h>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "domain/validate.h"
#include "rendering/plan_list.h"
#include "services/caseload.h"
#include "services/diary_feed.h"
#include "services/page_server.h"
#include "services/tile_pages.h"

namespace trellis::services {
namespace {

constexpr char kHtml[] = "text/html; charset=utf-8";
constexpr char kCalendar[] = "text/calendar; charset=utf-8";
constexpr char kText[] = "text/plain; charset=utf-8";
// Nothing but the page itself is ever loaded, framed or kept by a shared cache.
const httplib::Headers& PageHeaders() {
  static const auto& headers = *new httplib::Headers{
      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"},
      {"Cache-Control", "no-store"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"}};
  return headers;
}

// Answers like an rpc of the support plans: through the same gate, with the same words, recorded
// in the same way. `read` gives the reply, `show` makes a page of it.
template <typename Request, typename Read, typename Show>
absl::Status ServeRpc(const Gate& gate, const Looks& looks, const char* rpc, const Request& asked,
                      const httplib::Request& request, const Read& read, const Show& show) {
  const auto& service = *v1::SupportPlanReply::descriptor()->file()->service(0);
  const auto& method = *service.FindMethodByName(rpc);
  const auto& row = *policy::Policy::Get().Find(absl::StrCat(service.name(), "/", rpc));
  const Credentials credentials{
      .metadata =
          [&request](const std::string& key) { return request.get_header_value(key.c_str()); },
      .address = AddressOf(request.remote_addr)};
  ASSIGN_OR_RETURN(Visitor visitor, gate.Identify(credentials, method, row));
  RETURN_IF_ERROR(domain::Validate(asked));
  const absl::StatusOr<Admission> admission = gate.Admit(visitor, row, &asked);
  if (!admission.ok()) {
    looks.Refused(visitor, method);
    return admission.status();
  }
  ASSIGN_OR_RETURN(const auto reply, read(asked));
  RETURN_IF_ERROR(looks.Seen(*admission, method, &reply));
  show(reply);
  return absl::OkStatus();
}

void ServePlan(const Rooms& rooms, const Gate& gate, const Looks& looks,
               const httplib::Request& request, httplib::Response& response) {
  v1::RenderSupportPlanRequest render;
  render.set_name(absl::StrCat("supportPlans/", request.matches[1].str()));
  render.set_output_format(v1::RenderSupportPlanRequest::HTML);
  const absl::Status status = ServeRpc(
      gate, looks, "RenderSupportPlan", render, request,
      [&](const auto& asked) { return RenderSupportPlan(rooms, asked); },
      [&](const auto& page) { response.set_content(page.content(), kHtml); });
  if (!status.ok()) Fail(status, response);
}

void ServeIndex(const Rooms& rooms, const Gate& gate, const Looks& looks,
                const httplib::Request& request, httplib::Response& response) {
  v1::ListSupportPlansRequest list;
  list.set_page_size(1000);
  list.set_school_urn(request.get_param_value("school_urn"));
  const absl::Status status = ServeRpc(
      gate, looks, "ListSupportPlans", list, request,
      [&](const auto& asked) { return ListSupportPlans(rooms, asked); },
      [&](const auto& plans) { response.set_content(rendering::PlanListAsHtml(plans), kHtml); });
  if (!status.ok()) Fail(status, response);
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const Rooms& rooms, const Gate& gate, const Looks& looks, const Measured& measured,
       const TlsFiles& tls, const RateLimits& limits)
      : rooms_(rooms),
        gate_(gate),
        looks_(looks),
        measured_(measured),
        server_(tls, rooms.clock, limits.pages) {
    server_.set_default_headers(PageHeaders());
    server_.set_payload_max_length(1024);
    server_.Get("/", [this](const httplib::Request& request, httplib::Response& response) {
      ServeIndex(rooms_, gate_, looks_, request, response);
    });
    server_.Get("/supportPlans/([^/]*)",
                [this](const httplib::Request& request, httplib::Response& response) {
                  ServePlan(rooms_, gate_, looks_, request, response);
                });
    server_.Get(R"(/diary/([^/]*)/([^/]*)\.ics)",
                [this](const httplib::Request& request, httplib::Response& response) {
                  const absl::StatusOr<std::string> feed =
                      DiaryFeedOf(rooms_, request.matches[1].str(), request.matches[2].str());
                  if (!feed.ok()) return Fail(feed.status(), response);
                  response.set_content(*feed, kCalendar);
                });
    AddTilePages(rooms_, server_);
    server_.Get("/healthz", [this](const httplib::Request&, httplib::Response& response) {
      const absl::Status health = rooms_.views.health();
      if (!health.ok()) return Fail(health, response);
      const absl::Status scrubbed = measured_.scrubber.status().found;
      if (!scrubbed.ok()) return Fail(scrubbed, response);
      response.set_content("ok\n", kText);
    });
    server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(MetricsText(rooms_, measured_), kMetricsMediaType);
    });
  }

  absl::Status Listen(const Address& address) { return server_.Listen(address, "--http"); }
  int port() const { return server_.port(); }

 private:
  const Rooms rooms_;
  const Gate& gate_;
  const Looks& looks_;
  const Measured measured_;
  PageServer server_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;
int HttpServer::port() const { return impl_->port(); }

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const Rooms& rooms, const Gate& gate, const Looks& looks, const Measured& measured,
    const Address& address, const TlsFiles& tls, const RateLimits& limits) {
  auto impl = std::make_unique<Impl>(rooms, gate, looks, measured, tls, limits);
  if (absl::Status status = impl->Listen(address); !status.ok()) return status;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

}  // namespace trellis::services
