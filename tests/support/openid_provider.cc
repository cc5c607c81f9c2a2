#include "tests/support/openid_provider.h"

#include <httplib.h>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "base/uuid.h"

namespace trellis::testing {
namespace {

using nlohmann::json;

constexpr char kJson[] = "application/json";
// As many may wait for its keys at a time.
constexpr size_t kThreads = 16;

// Of a name that no other has, not even after a restart on the same port.
SigningKey NewKey() { return SigningKey::P256(UuidText(RandomUuid())); }

void Refuse(const char* error, httplib::Response& response) {
  response.status = 400;
  response.set_content(json{{"error", error}}.dump(), kJson);
}

}  // namespace

absl::StatusOr<std::map<std::string, Registered>> ParseRegister(absl::string_view text) {
  std::map<std::string, Registered> registered;
  size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (words.empty() || words[0].front() == '#') continue;
    const bool client = words[0] == "client";
    const size_t named = client ? 3 : 2;
    if ((!client && words[0] != "user") || words.size() < named) {
      return absl::InvalidArgumentError(absl::StrCat(
          "line ", number, ": want user SUBJECT [SCOPE...] or client ID SECRET [SCOPE...]"));
    }
    Registered& entry = registered[words[1]];
    if (client) entry.secret = words[2];
    words.erase(words.begin(), words.begin() + static_cast<ptrdiff_t>(named));
    entry.scope = absl::StrJoin(words, " ");
  }
  return registered;
}

class OpenIdProvider::Impl {
 public:
  Impl(const Clock& clock, Options options) : clock_(clock), options_(std::move(options)) {
    keys_.push_back(NewKey());
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    // A client that has gone keeps no thread.
    server_.set_keep_alive_max_count(1);
    using httplib::Request, httplib::Response;
    server_.Get("/.well-known/openid-configuration",
                [this](const Request&, Response& response) { ServeDiscovery(response); });
    server_.Get("/keys", [this](const Request&, Response& response) { ServeKeys(response); });
    server_.Post("/token", [this](const Request& request, Response& response) {
      ServeToken(request, response);
    });
  }

  ~Impl() {
    SetHeld(false);
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Start() {
    port_ = options_.port;
    if (port_ == 0) {
      port_ = server_.bind_to_any_port(options_.host);
    } else if (!server_.bind_to_port(options_.host, port_)) {
      port_ = -1;
    }
    if (port_ < 0) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", options_.host, ":", options_.port));
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // stop() before it runs would be no stop.
    while (!server_.is_running()) std::this_thread::yield();
    return absl::OkStatus();
  }

  std::string issuer() const { return absl::StrCat("http://", options_.host, ":", port_); }

  std::string Issue(const std::string& subject, const std::string& client,
                    const std::string& scope) const {
    const int64_t now = absl::ToUnixSeconds(clock_.Now());
    const json claims = {{"iss", issuer()},
                         {"sub", subject},
                         {"aud", options_.audience},
                         {"client_id", client},
                         {"scope", scope},
                         {"iat", now},
                         {"exp", now + absl::ToInt64Seconds(options_.lifetime)}};
    MutexLock lock(mutex_);
    const SigningKey& key = keys_.front();
    const json header = {{"alg", key.algorithm()}, {"kid", key.kid()}, {"typ", "at+jwt"}};
    return Compact(header.dump(), claims.dump(), key);
  }

  void SetKeys(std::vector<SigningKey> keys) {
    MutexLock lock(mutex_);
    keys_ = std::move(keys);
  }
  void Rotate() {
    MutexLock lock(mutex_);
    keys_ = {NewKey()};
  }
  void SetCacheControl(const std::string& value) {
    MutexLock lock(mutex_);
    cache_control_ = value;
  }
  void SetAnswers(std::optional<Answer> Impl::*which, std::optional<Answer> answer) {
    MutexLock lock(mutex_);
    this->*which = std::move(answer);
  }
  void SetHeld(bool held) {
    MutexLock lock(mutex_);
    held_ = held;
    changed_.NotifyAll();
  }
  int fetches() const {
    MutexLock lock(mutex_);
    return fetches_;
  }
  void AwaitFetches(int count) const {
    MutexLock lock(mutex_);
    while (fetches_ < count) changed_.Wait(mutex_);
  }

  std::optional<Answer> keys_answer_;
  std::optional<Answer> discovery_answer_;

 private:
  static void Send(const Answer& answer, httplib::Response& response) {
    response.status = answer.status;
    if (!answer.location.empty()) response.set_header("Location", answer.location);
    response.set_content(answer.body, kJson);
  }

  void ServeDiscovery(httplib::Response& response) {
    const json document = {{"issuer", issuer()},
                           {"jwks_uri", issuer() + "/keys"},
                           {"token_endpoint", issuer() + "/token"}};
    MutexLock lock(mutex_);
    Send(discovery_answer_.value_or(Answer{200, document.dump(), ""}), response);
  }

  void ServeKeys(httplib::Response& response) {
    MutexLock lock(mutex_);
    ++fetches_;
    changed_.NotifyAll();
    while (held_) changed_.Wait(mutex_);
    std::vector<json> jwks;
    for (const SigningKey& key : keys_) jwks.push_back(key.PublicJwk());
    if (!cache_control_.empty()) response.set_header("Cache-Control", cache_control_);
    Send(keys_answer_.value_or(Answer{200, KeySetOf(jwks), ""}), response);
  }

  void ServeToken(const httplib::Request& request, httplib::Response& response) const {
    const std::string grant = request.get_param_value("grant_type");
    const bool for_itself = grant == "client_credentials";
    if (!for_itself && grant != "subject") return Refuse("unsupported_grant_type", response);
    const std::string client = request.get_param_value("client_id");
    const std::string subject = for_itself ? client : request.get_param_value("subject");
    const auto found = options_.registered.find(subject);
    if (found == options_.registered.end() || found->second.secret.has_value() != for_itself) {
      return Refuse(for_itself ? "invalid_client" : "invalid_grant", response);
    }
    if (for_itself && found->second.secret != request.get_param_value("client_secret")) {
      return Refuse("invalid_client", response);
    }
    const std::string& scope = found->second.scope;
    response.set_header("Cache-Control", "no-store");
    response.set_content(json{{"access_token", Issue(subject, client, scope)},
                              {"token_type", "Bearer"},
                              {"expires_in", absl::ToInt64Seconds(options_.lifetime)},
                              {"scope", scope}}
                             .dump(),
                         kJson);
  }

  const Clock& clock_;
  const Options options_;
  httplib::Server server_;
  int port_ = -1;
  std::thread thread_;

  mutable Mutex mutex_;
  mutable CondVar changed_;
  std::vector<SigningKey> keys_ ABSL_GUARDED_BY(mutex_);
  std::string cache_control_ ABSL_GUARDED_BY(mutex_);
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  int fetches_ ABSL_GUARDED_BY(mutex_) = 0;
};

OpenIdProvider::OpenIdProvider(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OpenIdProvider::~OpenIdProvider() = default;

absl::StatusOr<std::unique_ptr<OpenIdProvider>> OpenIdProvider::Start(const Clock& clock,
                                                                      Options options) {
  auto impl = std::make_unique<Impl>(clock, std::move(options));
  if (absl::Status started = impl->Start(); !started.ok()) return started;
  return std::unique_ptr<OpenIdProvider>(new OpenIdProvider(std::move(impl)));
}

std::string OpenIdProvider::issuer() const { return impl_->issuer(); }
std::string OpenIdProvider::keys_address() const { return impl_->issuer() + "/keys"; }
std::string OpenIdProvider::Issue(const std::string& subject, const std::string& client,
                                  const std::string& scope) const {
  return impl_->Issue(subject, client, scope);
}
void OpenIdProvider::SetKeys(std::vector<SigningKey> keys) { impl_->SetKeys(std::move(keys)); }
void OpenIdProvider::Rotate() { impl_->Rotate(); }
void OpenIdProvider::SetCacheControl(const std::string& value) { impl_->SetCacheControl(value); }
void OpenIdProvider::AnswerKeys(std::optional<Answer> answer) {
  impl_->SetAnswers(&Impl::keys_answer_, std::move(answer));
}
void OpenIdProvider::AnswerDiscovery(std::optional<Answer> answer) {
  impl_->SetAnswers(&Impl::discovery_answer_, std::move(answer));
}
void OpenIdProvider::Hold() { impl_->SetHeld(true); }
void OpenIdProvider::Release() { impl_->SetHeld(false); }
int OpenIdProvider::fetches() const { return impl_->fetches(); }
void OpenIdProvider::AwaitFetches(int count) const { impl_->AwaitFetches(count); }

}  // namespace trellis::testing
