#include "relay/jet_stream.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <nats/nats.h>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "base/status_macros.h"

namespace trellis::relay {
namespace {

constexpr char kIdHeader[] = "Nats-Msg-Id";
// JetStream's code of an error: the stream's last message has another id than the expected.
constexpr int kWrongLastId = 10070;
// A broker whose machine is gone is noticed after as many unanswered pings.
constexpr absl::Duration kPing = absl::Seconds(10);
constexpr int kPingsUnanswered = 2;

template <auto destroy>
struct Destroy {
  template <typename T>
  void operator()(T* object) const {
    destroy(object);
  }
};
using Options = std::unique_ptr<natsOptions, Destroy<natsOptions_Destroy>>;
using Connection = std::unique_ptr<natsConnection, Destroy<natsConnection_Destroy>>;
using NatsSubscription = std::unique_ptr<natsSubscription, Destroy<natsSubscription_Destroy>>;
using Context = std::unique_ptr<jsCtx, Destroy<jsCtx_Destroy>>;
using NatsMessage = std::unique_ptr<natsMsg, Destroy<natsMsg_Destroy>>;
using StreamInfo = std::unique_ptr<jsStreamInfo, Destroy<jsStreamInfo_Destroy>>;

// What `call` puts into its argument, owned.
template <typename Owner, typename Call>
natsStatus Make(Owner& owner, Call call) {
  typename Owner::pointer made = nullptr;
  const natsStatus status = call(&made);
  owner.reset(made);
  return status;
}

// The library's longer texts are left out: they might hold a URL with its password.
absl::Status ToStatus(natsStatus status, absl::string_view doing, int code = 0) {
  if (status == NATS_OK) return absl::OkStatus();
  const std::string error = code == 0 ? "" : absl::StrCat(" (JetStream error ", code, ")");
  return absl::UnavailableError(absl::StrCat(doing, ": ", natsStatus_GetText(status), error));
}

// What the answer to a message that was published says.
absl::Status StatusOfAnswer(natsMsg* answer) {
  if (natsMsg_IsNoResponders(answer)) {
    return absl::UnavailableError("publishing: no stream takes the subject");
  }
  google::protobuf::Struct json;
  const std::string text(natsMsg_GetData(answer),
                         static_cast<size_t>(natsMsg_GetDataLength(answer)));
  if (!google::protobuf::util::JsonStringToMessage(text, &json).ok()) {
    return absl::UnavailableError("publishing: the answer is not JetStream's");
  }
  const auto error = json.fields().find("error");
  if (error == json.fields().end()) {
    return json.fields().contains("seq")
               ? absl::OkStatus()
               : absl::UnavailableError("publishing: the answer has no sequence");
  }
  auto details = error->second.struct_value().fields();
  const std::string why = absl::StrCat("publishing: ", details["description"].string_value());
  if (details["err_code"].number_value() == kWrongLastId) return absl::AbortedError(why);
  return absl::UnavailableError(why);
}

}  // namespace

struct JetStream::State {
  std::string stream;
  std::function<void()> ring;
  // Where answers come: this, a dot and the number of the message.
  std::string inbox;
  Connection connection;
  NatsSubscription subscription;
  Context context;

  mutable Mutex mutex;
  CondVar changed;
  std::vector<Answer> answers ABSL_GUARDED_BY(mutex);
  bool lost ABSL_GUARDED_BY(mutex) = false;
  // The library will call for answers no more.
  bool complete ABSL_GUARDED_BY(mutex) = false;

  absl::Status Connect(const Brokers& brokers, const std::string& ledger);
  absl::Status AwaitAnswers();
  absl::Status OpenStream(const std::string& subjects);

  // The library's callbacks, on its threads.
  static void OnAnswer(natsConnection*, natsSubscription*, natsMsg* message, void* closure);
  static void OnComplete(void* closure);
  static void OnClosed(natsConnection*, void* closure);
  // Without one the library prints errors itself; those that matter end in OnClosed.
  static void OnError(natsConnection*, natsSubscription*, natsStatus, void*) {}
};

void JetStream::State::OnAnswer(natsConnection*, natsSubscription*, natsMsg* message,
                                void* closure) {
  const NatsMessage owned(message);
  State& state = *static_cast<State*>(closure);
  Answer answer;
  absl::string_view subject = natsMsg_GetSubject(message);
  subject.remove_prefix(subject.rfind('.') + 1);
  if (!absl::SimpleAtoi(subject, &answer.number)) return;
  answer.status = StatusOfAnswer(message);
  {
    MutexLock lock(state.mutex);
    state.answers.push_back(std::move(answer));
  }
  state.ring();
}

void JetStream::State::OnComplete(void* closure) {
  State& state = *static_cast<State*>(closure);
  MutexLock lock(state.mutex);
  state.complete = true;
  state.changed.NotifyAll();
}

void JetStream::State::OnClosed(natsConnection*, void* closure) {
  State& state = *static_cast<State*>(closure);
  // All of it under the lock: when it is given up, the state may go.
  MutexLock lock(state.mutex);
  state.lost = true;
  state.ring();
  state.changed.NotifyAll();
}

absl::Status JetStream::State::Connect(const Brokers& brokers, const std::string& ledger) {
  Options options;
  natsStatus status = Make(options, natsOptions_Create);
  std::vector<const char*> urls;
  for (const std::string& url : brokers.urls) urls.push_back(url.c_str());
  const std::string name = absl::StrCat("trellisd, ledger ", ledger);
  const int64_t patience = absl::ToInt64Milliseconds(kBrokerPatience);
  natsOptions* const to = options.get();
  const auto set = [&status](natsStatus next) {
    if (status == NATS_OK) status = next;
  };
  set(natsOptions_SetServers(to, urls.data(), static_cast<int>(urls.size())));
  set(natsOptions_SetName(to, name.c_str()));
  set(natsOptions_SetTimeout(to, patience));
  set(natsOptions_SetWriteDeadline(to, patience));
  set(natsOptions_SetPingInterval(to, absl::ToInt64Milliseconds(kPing)));
  set(natsOptions_SetMaxPingsOut(to, kPingsUnanswered));
  // The library would send some of what it holds again, without regard to what was acknowledged.
  set(natsOptions_SetAllowReconnect(to, false));
  set(natsOptions_SetErrorHandler(to, OnError, nullptr));
  set(natsOptions_SetClosedCB(to, OnClosed, this));
  RETURN_IF_ERROR(ToStatus(status, "options"));
  status =
      Make(connection, [to](natsConnection** made) { return natsConnection_Connect(made, to); });
  return ToStatus(status, "connecting");
}

absl::Status JetStream::State::AwaitAnswers() {
  natsInbox* made = nullptr;
  RETURN_IF_ERROR(ToStatus(natsInbox_Create(&made), "inbox"));
  inbox = made;
  natsInbox_Destroy(made);
  const std::string subjects = absl::StrCat(inbox, ".*");
  RETURN_IF_ERROR(ToStatus(Make(subscription,
                                [&](natsSubscription** sub) {
                                  return natsConnection_Subscribe(sub, connection.get(),
                                                                  subjects.c_str(), OnAnswer, this);
                                }),
                           "subscribing"));
  const natsStatus status = natsSubscription_SetOnCompleteCB(subscription.get(), OnComplete, this);
  if (status != NATS_OK) {
    // The connection is lost already, and nothing was published that an answer could come to.
    MutexLock lock(mutex);
    complete = true;
  }
  return ToStatus(status, "subscribing");
}

absl::Status JetStream::State::OpenStream(const std::string& subjects) {
  jsOptions options;
  jsOptions_Init(&options);
  options.Wait = absl::ToInt64Milliseconds(kBrokerPatience);
  RETURN_IF_ERROR(ToStatus(Make(context,
                                [&](jsCtx** made) {
                                  return natsConnection_JetStream(made, connection.get(), &options);
                                }),
                           "JetStream"));
  jsErrCode code{};
  StreamInfo info;
  natsStatus status = Make(info, [&](jsStreamInfo** made) {
    return js_GetStreamInfo(made, context.get(), stream.c_str(), nullptr, &code);
  });
  if (status != NATS_NOT_FOUND) return ToStatus(status, "looking for the stream", code);
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  const char* const all[] = {subjects.c_str()};
  config.Name = stream.c_str();
  config.Subjects = const_cast<const char**>(all);
  config.SubjectsLen = 1;
  config.Storage = js_FileStorage;
  config.Duplicates = absl::ToInt64Nanoseconds(kDuplicateWindow);
  status = js_AddStream(nullptr, context.get(), &config, nullptr, &code);
  return ToStatus(status, "making the stream", code);
}

JetStream::JetStream(std::unique_ptr<State> state) : state_(std::move(state)) {}

absl::StatusOr<std::unique_ptr<JetStream>> JetStream::Connect(const Brokers& brokers,
                                                              const std::string& ledger,
                                                              std::function<void()> ring) {
  auto state = std::make_unique<State>();
  state->stream = StreamName(ledger);
  state->ring = std::move(ring);
  std::unique_ptr<JetStream> made(new JetStream(std::move(state)));
  RETURN_IF_ERROR(made->state_->Connect(brokers, ledger));
  RETURN_IF_ERROR(made->state_->AwaitAnswers());
  RETURN_IF_ERROR(made->state_->OpenStream(StreamSubjects(ledger)));
  return made;
}

JetStream::~JetStream() {
  State& state = *state_;
  if (state.connection == nullptr) return;
  natsConnection_Close(state.connection.get());
  MutexLock lock(state.mutex);
  while (!state.lost || (state.subscription != nullptr && !state.complete)) {
    state.changed.Wait(state.mutex);
  }
}

absl::StatusOr<std::string> JetStream::LastId() {
  jsErrCode code{};
  StreamInfo info;
  natsStatus status = Make(info, [&](jsStreamInfo** made) {
    return js_GetStreamInfo(made, state_->context.get(), state_->stream.c_str(), nullptr, &code);
  });
  RETURN_IF_ERROR(ToStatus(status, "looking at the stream", code));
  if (info->State.Msgs == 0) return std::string();
  NatsMessage last;
  status = Make(last, [&](natsMsg** made) {
    return js_GetMsg(made, state_->context.get(), state_->stream.c_str(), info->State.LastSeq,
                     nullptr, &code);
  });
  // Somebody took it out of the stream.
  if (status == NATS_NOT_FOUND) return std::string();
  RETURN_IF_ERROR(ToStatus(status, "reading the stream's last message", code));
  const char* id = nullptr;
  return natsMsgHeader_Get(last.get(), kIdHeader, &id) == NATS_OK ? std::string(id) : "";
}

absl::Status JetStream::Publish(queue::Number number, const Outgoing& outgoing,
                                const std::string& after) {
  const std::string reply = absl::StrCat(state_->inbox, ".", number);
  NatsMessage message;
  natsStatus status = Make(message, [&](natsMsg** made) {
    return natsMsg_Create(made, outgoing.subject.c_str(), reply.c_str(), outgoing.data.data(),
                          static_cast<int>(outgoing.data.size()));
  });
  const auto set = [&](const std::string& key, const std::string& value) {
    if (status == NATS_OK) {
      status = natsMsgHeader_Set(message.get(), key.c_str(), value.c_str());
    }
  };
  for (const auto& [key, value] : outgoing.headers) set(key, value);
  set(kIdHeader, outgoing.id);
  set("Nats-Expected-Stream", state_->stream);
  if (!after.empty()) set("Nats-Expected-Last-Msg-Id", after);
  if (status == NATS_OK) {
    status = natsConnection_PublishMsg(state_->connection.get(), message.get());
  }
  return ToStatus(status, absl::StrCat("publishing event ", number));
}

std::vector<Answer> JetStream::TakeAnswers() {
  MutexLock lock(state_->mutex);
  return std::exchange(state_->answers, {});
}

absl::Status JetStream::Lost() const {
  MutexLock lock(state_->mutex);
  return state_->lost ? absl::UnavailableError("the connection was lost") : absl::OkStatus();
}

}  // namespace trellis::relay
