#include "tests/relay/nats_server.h"

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "gtest/gtest.h"

extern char** environ;

namespace trellis::relay {
namespace {

constexpr char kPath[] = "/usr/sbin/nats-server";
constexpr int kPatienceMs = 60'000;
// How long it waits before it looks again, if nothing is announced.
constexpr int kLookMs = 100;

jsStreamConfig ConfigOf(const std::string& stream, const char** subjects,
                        const NatsClient::Limits& limits) {
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  config.Name = stream.c_str();
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  config.MaxMsgs = limits.max_messages;
  config.MaxMsgSize = limits.max_bytes;
  config.Discard = js_DiscardNew;
  config.Duplicates = limits.window_ms * 1'000'000;
  return config;
}

Stored StoredOf(natsMsg* message) {
  Stored stored;
  stored.subject = natsMsg_GetSubject(message);
  stored.data.assign(natsMsg_GetData(message), static_cast<size_t>(natsMsg_GetDataLength(message)));
  const char** keys = nullptr;
  int count = 0;
  if (natsMsgHeader_Keys(message, &keys, &count) != NATS_OK) return stored;
  for (int i = 0; i < count; ++i) {
    const char* value = nullptr;
    if (natsMsgHeader_Get(message, keys[i], &value) == NATS_OK) stored.headers[keys[i]] = value;
  }
  free(keys);
  return stored;
}

}  // namespace

bool NatsServer::IsThere() {
  if (access(kPath, X_OK) == 0) return true;
  std::printf("Skipped: %s is not there (Debian's package nats-server).\n", kPath);
  return false;
}

NatsServer::NatsServer(std::vector<std::string> more) : more_(std::move(more)) { Start(); }

NatsServer::~NatsServer() {
  if (process_ > 0) Kill();
}

std::string NatsServer::url(const std::string& user) const {
  return absl::StrCat("nats://", user, user.empty() ? "" : "@", "127.0.0.1:", port_);
}

void NatsServer::Kill() {
  CHECK(kill(process_, SIGKILL) == 0);
  CHECK(waitpid(process_, nullptr, 0) == process_);
  process_ = -1;
  close(log_fd_);
}

void NatsServer::Start() {
  int pipe_fds[2];
  CHECK(pipe2(pipe_fds, O_CLOEXEC) == 0);
  log_fd_ = pipe_fds[0];
  posix_spawn_file_actions_t actions;
  CHECK(posix_spawn_file_actions_init(&actions) == 0);
  CHECK(posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], STDERR_FILENO) == 0);
  std::vector<std::string> words = {kPath, "-a",  "127.0.0.1",      "-p", absl::StrCat(port_),
                                    "-js", "-sd", directory_.path()};
  words.insert(words.end(), more_.begin(), more_.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  CHECK(posix_spawn(&process_, argv[0], &actions, nullptr, argv.data(), environ) == 0);
  CHECK(posix_spawn_file_actions_destroy(&actions) == 0);
  close(pipe_fds[1]);
  std::string log;
  while (log.find("Server is ready") == std::string::npos) {
    pollfd readable{log_fd_, POLLIN, 0};
    char buffer[4096];
    const ssize_t got =
        poll(&readable, 1, kPatienceMs) > 0 ? read(log_fd_, buffer, sizeof(buffer)) : 0;
    if (got <= 0) Crash(absl::StrCat("nats-server does not start: ", log));
    log.append(buffer, static_cast<size_t>(got));
  }
  constexpr absl::string_view kListening = "Listening for client connections on 127.0.0.1:";
  const size_t at = log.find(kListening.data());
  CHECK(at != std::string::npos);
  const size_t port = at + kListening.size();
  CHECK(absl::SimpleAtoi(log.substr(port, log.find('\n', port) - port), &port_));
}

NatsClient::NatsClient(const NatsServer& server) {
  CHECK(natsConnection_ConnectTo(&connection_, server.url().c_str()) == NATS_OK);
  CHECK(natsConnection_JetStream(&context_, connection_, nullptr) == NATS_OK);
  CHECK(natsConnection_SubscribeSync(&changes_, connection_,
                                     "$JS.EVENT.ADVISORY.STREAM.CREATED.*") == NATS_OK);
}

NatsClient::~NatsClient() {
  natsSubscription_Destroy(changes_);
  jsCtx_Destroy(context_);
  natsConnection_Destroy(connection_);
}

void NatsClient::AwaitMessages(const std::string& stream, size_t count) const {
  uint64_t there = 0;
  for (int waited = 0; waited < kPatienceMs; waited += kLookMs) {
    jsStreamInfo* info = nullptr;
    if (js_GetStreamInfo(&info, context_, stream.c_str(), nullptr, nullptr) == NATS_OK) {
      there = info->State.LastSeq;
      jsStreamInfo_Destroy(info);
      if (there >= count) return;
    }
    natsMsg* change = nullptr;
    if (natsSubscription_NextMsg(&change, changes_, kLookMs) == NATS_OK) natsMsg_Destroy(change);
  }
  ADD_FAILURE() << "stream " << stream << " has " << there << " of " << count << " messages";
}

// One by one: to end a subscription while messages come in can leave the client's library waiting
// for itself for ever. And once they are there: to ask for a message of a stream that is still
// being made ends the broker (2.9.10) by a null pointer of its own.
std::vector<Stored> NatsClient::Read(const std::string& stream, size_t count) const {
  AwaitMessages(stream, count);
  std::vector<Stored> all;
  while (all.size() < count) {
    natsMsg* message = nullptr;
    const natsStatus status =
        js_GetMsg(&message, context_, stream.c_str(), all.size() + 1, nullptr, nullptr);
    EXPECT_EQ(status, NATS_OK) << natsStatus_GetText(status);
    if (status != NATS_OK) break;
    all.push_back(StoredOf(message));
    natsMsg_Destroy(message);
  }
  return all;
}

uint64_t NatsClient::Count(const std::string& stream) const {
  jsStreamInfo* info = nullptr;
  EXPECT_EQ(js_GetStreamInfo(&info, context_, stream.c_str(), nullptr, nullptr), NATS_OK);
  const uint64_t count = info == nullptr ? 0 : info->State.Msgs;
  jsStreamInfo_Destroy(info);
  return count;
}

void NatsClient::Make(const std::string& stream, const std::string& subjects,
                      const Limits& limits) const {
  const char* all[] = {subjects.c_str()};
  jsStreamConfig config = ConfigOf(stream, all, limits);
  EXPECT_EQ(js_AddStream(nullptr, context_, &config, nullptr, nullptr), NATS_OK);
}

void NatsClient::Change(const std::string& stream, const std::string& subjects,
                        const Limits& limits) const {
  const char* all[] = {subjects.c_str()};
  jsStreamConfig config = ConfigOf(stream, all, limits);
  EXPECT_EQ(js_UpdateStream(nullptr, context_, &config, nullptr, nullptr), NATS_OK);
}

void NatsClient::AwaitForgotten(int64_t window_ms) const {
  Make("probe", "probe", {.window_ms = window_ms});
  jsPubOptions options;
  jsPubOptions_Init(&options);
  options.MsgId = "probe";
  // The first is no duplicate; the others are, until that is forgotten.
  int stored = 0;
  while (stored < 2) {
    jsPubAck* answer = nullptr;
    ASSERT_EQ(js_Publish(&answer, context_, "probe", "x", 1, &options, nullptr), NATS_OK);
    stored += answer->Duplicate ? 0 : 1;
    jsPubAck_Destroy(answer);
  }
}

void NatsClient::Publish(const std::string& subject) const {
  EXPECT_EQ(js_Publish(nullptr, context_, subject.c_str(), "x", 1, nullptr, nullptr), NATS_OK);
}

void NatsClient::Delete(const std::string& stream) const {
  EXPECT_EQ(js_DeleteStream(context_, stream.c_str(), nullptr, nullptr), NATS_OK);
}

}  // namespace trellis::relay
