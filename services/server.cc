#include "services/server.h"

#include <chrono>
#include <filesystem>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "access/access_log.h"
#include "base/check.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "google/longrunning/operations.pb.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "grpc/health/v1/health.pb.h"
#include "queue/queue.h"
#include "relay/relay.h"
#include "services/access_keeper.h"
#include "services/access_service.h"
#include "services/action_plan_service.h"
#include "services/admin_service.h"
#include "services/audit_service.h"
#include "services/authenticator.h"
#include "services/backups.h"
#include "services/cloud_event.h"
#include "services/cosigner.h"
#include "services/data_keys.h"
#include "services/diary_service.h"
#include "services/directory_service.h"
#include "services/eraser.h"
#include "services/erasure_proposer.h"
#include "services/gate.h"
#include "services/http_server.h"
#include "services/induction_service.h"
#include "services/listener.h"
#include "services/looks.h"
#include "services/privacy_service.h"
#include "services/publisher_service.h"
#include "services/queue_service.h"
#include "services/reminder_timer.h"
#include "services/scrubber.h"
#include "services/signing_keys.h"
#include "services/standards_service.h"
#include "services/subject_export.h"
#include "services/subscriber_service.h"
#include "services/support_plan_service.h"
#include "trellis/v1/access_service.pb.h"
#include "trellis/v1/admin_service.pb.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/privacy_service.pb.h"
#include "trellis/v1/queue_service.pb.h"
#include "trellis/v1/standards_service.pb.h"

namespace trellis::services {
namespace {

constexpr std::chrono::seconds kDrainTime(10);

// Creates the directory, for this user alone: what it holds is personal.
absl::Status MakeDataDirectory(const std::string& data) {
  std::error_code error;
  std::filesystem::create_directories(data, error);
  if (!error) {
    std::filesystem::permissions(data, std::filesystem::perms::owner_all, error);
  }
  if (!error) return absl::OkStatus();
  return Error(absl::StatusCode::kUnavailable, "DATA_UNUSABLE",
               absl::StrCat("cannot use the data directory ", data, " (--data): ", error.message()),
               {{"data", data}});
}

void ShowCatchUp(eventstore::Position position, eventstore::Position last) {
  // Once in about 100,000 events: a line or so a second.
  if (position == last || position / 100'000 != (position + projections::kBatchEvents) / 100'000) {
    Log("views.catching_up", {{"position", absl::StrCat(position)}, {"of", absl::StrCat(last)}});
  }
}

std::vector<std::unique_ptr<RpcService>> MakeServices(const Rooms& rooms, const Gate& gate,
                                                      const Looks& looks, access::AccessLog& log,
                                                      queue::Queue& queue, Backups& backups,
                                                      Eraser& eraser) {
  // Naming a message of each file makes sure that its service is linked and known.
  const auto& plans = *v1::SupportPlanReply::descriptor()->file()->service(0);
  const auto& action_plans = *v1::ActionPlanReply::descriptor()->file()->service(0);
  const auto& directory = *v1::PersonReply::descriptor()->file()->service(0);
  const auto& inductions = *v1::InductionReply::descriptor()->file()->service(0);
  const auto& diary = *v1::ListDiaryRequest::descriptor()->file()->service(0);
  const auto& standards = *v1::GetTeachersStandardRequest::descriptor()->file()->service(0);
  const auto& audit = *v1::ListTrailRequest::descriptor()->file()->service(0);
  const auto& access = *v1::WhoAmIRequest::descriptor()->file()->service(0);
  const auto& privacy = *v1::Retention::descriptor()->file()->service(0);
  const auto& statuses = *v1::SubscriptionStatus::descriptor()->file()->service(0);
  const auto& admin = *v1::StartBackupRequest::descriptor()->file()->service(0);
  const auto& operations = *google::longrunning::Operation::descriptor()->file()->service(0);
  const auto& pubsub = *google::pubsub::v1::PubsubMessage::descriptor()->file();
  std::vector<std::unique_ptr<RpcService>> services;
  const auto add = [&](const google::protobuf::ServiceDescriptor& service, auto... handlers) {
    services.push_back(std::make_unique<RpcService>(service, gate, looks, std::move(handlers)...));
  };
  add(plans, SupportPlanHandlers(rooms));
  add(action_plans, ActionPlanHandlers(rooms));
  add(inductions, InductionHandlers(rooms));
  add(directory, DirectoryHandlers(rooms), DirectoryStreams(rooms));
  add(diary, DiaryHandlers(rooms));
  add(standards, StandardsHandlers());
  add(audit, AuditHandlers(rooms), std::map<std::string, StreamHandler>(), AuditStreams(rooms));
  add(access, AccessHandlers(rooms, log), std::map<std::string, StreamHandler>(),
      std::map<std::string, AnsweringHandler>{{"ExportSubject", SubjectHandler(rooms, log)}});
  add(privacy, PrivacyHandlers(rooms, eraser));
  add(statuses, QueueHandlers(queue, rooms.clock));
  add(admin, AdminHandlers(rooms, backups));
  add(operations, OperationsHandlers(backups, eraser));
  add(*pubsub.FindServiceByName("Publisher"), PublisherHandlers(queue));
  add(*pubsub.FindServiceByName("Subscriber"), SubscriberHandlers(queue), SubscriberStreams(queue));
  return services;
}

// Notices consumers that are gone without a word, and bears those who ask whether we are there.
void KeepAlive(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  // Pub/Sub's clients ask every 30 s; by default the third time would end the connection.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
}

// What connections may cost before anybody has said who they are.
void LimitConnections(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kRequestBytesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsOfAConnection);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                             static_cast<int>(absl::ToInt64Milliseconds(kHandshakeTime)));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS,
                             static_cast<int>(absl::ToInt64Milliseconds(kIdleTime)));
  // Requests that are being read hold no more than this together.
  builder.SetResourceQuota(grpc::ResourceQuota("calls").Resize(kCallBytesMax));
}

// Who subscribes may read every event: the policy lets service accounts of every school alone.
bool MayRead(const google::pubsub::v1::Subscription&, const eventstore::Header&) { return true; }

}  // namespace

class Server::Impl {
 public:
  Impl(Settings settings, const Clock& clock, std::function<void()> on_log_failure)
      : settings_(std::move(settings)), clock_(clock), on_log_failure_(std::move(on_log_failure)) {}

  ~Impl() {
    if (reminders_ != nullptr) reminders_->Stop();
    if (eraser_ != nullptr) eraser_->Stop();
    if (proposer_ != nullptr) proposer_->Stop();
    if (scrubber_ != nullptr) scrubber_->Stop();
    if (queue_ != nullptr) queue_->Close();
    if (backups_ != nullptr) backups_->Stop();
    if (listener_ != nullptr) listener_->Stop();
    if (grpc_ != nullptr) {
      grpc_->GetHealthCheckService()->SetServingStatus(false);
      grpc_->Shutdown(std::chrono::system_clock::now() + kDrainTime);
    }
    http_.reset();
    if (access_keeper_ != nullptr) access_keeper_->Close();
    scrubber_.reset();
    relay_.reset();
    cosigner_.reset();
    if (log_ != nullptr) log_->Close();
    queue_.reset();
    views_.reset();
  }

  absl::Status Start() {
    RETURN_IF_ERROR(MakeDataDirectory(settings_.data));
    ASSIGN_OR_RETURN(keys_, SigningKeys::Open(settings_));
    ASSIGN_OR_RETURN(data_keys_, DataKeys::Open(settings_));
    ASSIGN_OR_RETURN(log_, eventstore::EventLog::Open({.directory = settings_.data + "/log",
                                                       .ledger = settings_.ledger,
                                                       .on_failure = on_log_failure_,
                                                       .key = keys_->current()},
                                                      clock_));
    RETURN_IF_ERROR(keys_->Attach(*log_));
    ASSIGN_OR_RETURN(views_, projections::Views::Open(settings_.data + "/views", *log_,
                                                      data_keys_->vault(), ShowCatchUp));
    pipeline_ = std::make_unique<CommandPipeline>(*log_, *views_, data_keys_->vault(), clock_);
    ASSIGN_OR_RETURN(queue_, queue::Queue::Open(
                                 {.directory = settings_.data + "/queue",
                                  .ledger = settings_.ledger,
                                  .format = CloudEventFormat(settings_.ledger, data_keys_->vault()),
                                  .may_read = MayRead},
                                 *log_, clock_));
    if (settings_.relay.has_value()) {
      ASSIGN_OR_RETURN(relay_, relay::Relay::Start(*settings_.relay, *queue_, clock_));
    }
    if (settings_.witnesses.has_value()) {
      ASSIGN_OR_RETURN(cosigner_, Cosigner::Start({.policy = *settings_.witnesses,
                                                   .file = settings_.data + "/log.cosigned",
                                                   .log_keys = keys_->verifiers(),
                                                   .tick = settings_.cosigning_tick},
                                                  *log_));
    }
    const Rooms rooms{
        *log_,           data_keys_->vault(),      *views_, clock_, *pipeline_, *keys_,
        cosigner_.get(), settings_.retention_years};
    reminders_ = std::make_unique<ReminderTimer>(rooms);
    proposer_ = std::make_unique<ErasureProposer>(rooms);
    ASSIGN_OR_RETURN(access_log_,
                     access::AccessLog::Open({.directory = settings_.data + "/access",
                                              .ledger = settings_.ledger,
                                              .on_failure = [] { Log("access.failed", {}); }},
                                             clock_));
    eraser_ = std::make_unique<Eraser>(rooms, *data_keys_, *queue_, *access_log_);
    RETURN_IF_ERROR(eraser_->DestroyRestored());
    access_keeper_ = std::make_unique<AccessKeeper>(rooms, *access_log_, settings_.ledger,
                                                    settings_.access_log_years);
    backups_ = std::make_unique<Backups>(settings_, *keys_, *data_keys_, *log_, *access_log_,
                                         *queue_, clock_);
    ASSIGN_OR_RETURN(authenticator_, Authenticator::Create(settings_.callers, *views_, clock_));
    gate_ =
        std::make_unique<Gate>(*authenticator_, *pipeline_, *views_, clock_, LimitsOf(settings_));
    looks_ = std::make_unique<Looks>(*access_log_);
    services_ = MakeServices(rooms, *gate_, *looks_, *access_log_, *queue_, *backups_, *eraser_);
    RETURN_IF_ERROR(StartGrpc());
    scrubber_ = std::make_unique<Scrubber>(*log_, clock_);
    ASSIGN_OR_RETURN(
        http_, HttpServer::Start(rooms, *gate_, *looks_,
                                 {*queue_, *reminders_, *scrubber_, *access_keeper_, relay_.get()},
                                 settings_.http, settings_.tls, LimitsOf(settings_)));
    if (settings_.callers.development) {
      Log("server.development", {{"warning",
                                  "callers are who they say they are; whoever says "
                                  "nothing may read everything"}});
    }
    reminders_->Start();
    eraser_->Start();
    proposer_->Start();
    scrubber_->Start();
    access_keeper_->Start();
    return absl::OkStatus();
  }

  ReminderTimer& reminders() { return *reminders_; }
  ErasureProposer& proposer() { return *proposer_; }
  AccessKeeper& access_keeper() { return *access_keeper_; }

  std::string grpc_address() const {
    return absl::StrCat(settings_.listen.host, ":", listener_->port());
  }
  std::string http_address() const { return absl::StrCat(settings_.http.host, ":", http_->port()); }

 private:
  absl::Status StartGrpc() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    // Links what reflection says of the health service, which gRPC brings without a description.
    grpc::health::v1::HealthCheckRequest::descriptor();
    grpc::ServerBuilder builder;
    LimitConnections(builder);
    KeepAlive(builder);
    ASSIGN_OR_RETURN(listener_, Listener::Bind(settings_.listen, "--listen"));
    connections_ = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        settings_.tls.is_set() ? GrpcCredentials(settings_.tls)
                               : grpc::InsecureServerCredentials());
    for (const auto& service : services_) builder.RegisterService(service.get());
    grpc_ = builder.BuildAndStart();
    CHECK(grpc_ != nullptr);
    grpc_->GetHealthCheckService()->SetServingStatus(true);
    listener_->Start([this](int listening, int connection) {
      grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters made;
      made.listener_fd = listening;
      made.fd = connection;
      connections_->HandleNewConnection(&made);
    });
    return absl::OkStatus();
  }

  const Settings settings_;
  const Clock& clock_;
  const std::function<void()> on_log_failure_;
  std::unique_ptr<SigningKeys> keys_;
  std::unique_ptr<DataKeys> data_keys_;
  std::unique_ptr<eventstore::EventLog> log_;
  std::unique_ptr<projections::Views> views_;
  std::unique_ptr<CommandPipeline> pipeline_;
  std::unique_ptr<queue::Queue> queue_;
  std::unique_ptr<relay::Relay> relay_;
  std::unique_ptr<Cosigner> cosigner_;
  std::unique_ptr<ReminderTimer> reminders_;
  std::unique_ptr<ErasureProposer> proposer_;
  std::unique_ptr<access::AccessLog> access_log_;
  std::unique_ptr<Eraser> eraser_;
  std::unique_ptr<AccessKeeper> access_keeper_;
  std::unique_ptr<Backups> backups_;
  std::unique_ptr<Scrubber> scrubber_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Looks> looks_;
  std::vector<std::unique_ptr<RpcService>> services_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> connections_;
  std::unique_ptr<grpc::Server> grpc_;
  std::unique_ptr<HttpServer> http_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;
std::string Server::grpc_address() const { return impl_->grpc_address(); }
std::string Server::http_address() const { return impl_->http_address(); }
ReminderTimer& Server::reminders() { return impl_->reminders(); }
ErasureProposer& Server::proposer() { return impl_->proposer(); }
AccessKeeper& Server::access_keeper() { return impl_->access_keeper(); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const Settings& settings, const Clock& clock,
                                                      std::function<void()> on_log_failure) {
  auto impl = std::make_unique<Impl>(settings, clock, std::move(on_log_failure));
  if (absl::Status status = impl->Start(); !status.ok()) return status;
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

}  // namespace trellis::services
