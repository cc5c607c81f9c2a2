#include "clients/trellis/grammar/command_tree.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "clients/trellis/grammar/admin_commands.h"
#include "clients/trellis/grammar/queue_commands.h"
#include "google/api/field_behavior.pb.h"
#include "tests/clients/testing.h"

namespace trellis::cli {
namespace {

namespace pb = google::protobuf;
using ::testing::ElementsAre;

std::vector<const Command*> Rpcs() {
  std::vector<const Command*> rpcs;
  for (const Command& command : TheTree().commands) {
    if (command.method != nullptr) rpcs.push_back(&command);
  }
  return rpcs;
}

bool IsOutputOnly(const pb::FieldDescriptor& field) {
  const auto& behaviors = field.options().GetRepeatedExtension(google::api::field_behavior);
  return std::find(behaviors.begin(), behaviors.end(), google::api::OUTPUT_ONLY) != behaviors.end();
}

// Every field that can be set, as the paths of its flags begin.
void ExpectFlags(const Command& command, const pb::Descriptor& message, FieldPath path) {
  for (int i = 0; i < message.field_count(); ++i) {
    path.push_back(message.field(i));
    const bool has_flag =
        std::any_of(command.flags.begin(), command.flags.end(), [&](const Flag& flag) {
          return flag.path.size() >= path.size() &&
                 std::equal(path.begin(), path.end(), flag.path.begin());
        });
    // The bytes of a file come from the file.
    const bool of_file = command.method->client_streaming() && message.field(i)->name() == "data";
    EXPECT_EQ(has_flag, !IsOutputOnly(*message.field(i)) && !of_file)
        << command.Path() << " " << message.field(i)->full_name();
    path.pop_back();
  }
}

TEST(CommandTree, HasEveryRpcOnce) {
  size_t methods = std::size(kPubsubCommands) + std::size(kOperationsCommands);
  std::set<std::string> paths;
  for (const pb::ServiceDescriptor* const service : TheContract().services()) {
    methods += static_cast<size_t>(service->method_count());
  }
  for (const Command* const command : Rpcs()) paths.insert(command->Path());
  EXPECT_GE(methods, 32u);
  EXPECT_EQ(Rpcs().size(), methods);
  EXPECT_EQ(paths.size(), methods);
}

TEST(CommandTree, HasShortNamesForWhatIsTypedMost) {
  EXPECT_THAT(TheTree().Groups(),
              ElementsAre("plan", "standards", "queue", "admin", "access", "action-plan", "diary",
                          "directory", "induction", "privacy", "policy"));
  for (const char* const name : {"who-am-i", "grant", "revoke", "break-glass"}) {
    EXPECT_NE(TheTree().Find("access", name), nullptr) << name;
  }
  EXPECT_NE(TheTree().Find("policy", "show"), nullptr);
  for (const char* const name : {"hold", "release", "retention", "due", "erase"}) {
    EXPECT_NE(TheTree().Find("privacy", name), nullptr) << name;
  }
  for (const char* const name :
       {"open", "get", "list", "show", "trail", "raise-concern", "resolve-concern", "set-target",
        "sign", "decline-to-sign", "close", "pause", "resume", "renew"}) {
    EXPECT_NE(TheTree().Find("plan", name), nullptr) << name;
  }
  for (const char* const name : {"register", "get", "roles", "join", "separate", "set-trn"}) {
    EXPECT_NE(TheTree().Find("directory", name), nullptr) << name;
  }
  EXPECT_NE(TheTree().Find("standards", "list"), nullptr);
  EXPECT_NE(TheTree().Find("standards", "get"), nullptr);
  EXPECT_NE(TheTree().Find("", "play"), nullptr);
  EXPECT_EQ(TheTree().Find("plan", "play"), nullptr);
  for (const char* const name : {"backup", "list-backups", "operations", "operation", "cancel"}) {
    EXPECT_NE(TheTree().Find("admin", name), nullptr) << name;
  }
  for (const char* const name : {"list", "show", "tail", "dead", "dead-letter", "redrive", "create",
                                 "delete", "seek", "snapshot", "snapshots", "topics"}) {
    EXPECT_NE(TheTree().Find("queue", name), nullptr) << name;
  }
}

TEST(CommandTree, HasAFlagForEveryFieldThatCanBeSet) {
  for (const Command* const command : Rpcs()) {
    const pb::Descriptor& request = *command->method->input_type();
    ExpectFlags(*command, request, {});
    for (const Flag& flag : command->flags) {
      if (flag.path.size() < 2) continue;
      FieldPath parent(flag.path.begin(), flag.path.end() - 1);
      ExpectFlags(*command, *parent.back()->message_type(), parent);
    }
  }
}

TEST(CommandTree, NamesEveryFlagOnceAndBesideTheGlobals) {
  for (const Command* const command : Rpcs()) {
    std::set<std::string> names;
    for (const Flag& flag : TheTree().globals) names.insert(flag.name);
    for (const Flag& flag : command->flags) {
      EXPECT_TRUE(names.insert(flag.name).second) << command->Path() << " --" << flag.name;
      for (const std::string& alias : flag.aliases) {
        EXPECT_TRUE(names.insert(alias).second) << command->Path() << " --" << alias;
      }
    }
  }
}

TEST(CommandTree, ExplainsEveryCommandAndFlag) {
  for (const Command& command : TheTree().commands) {
    EXPECT_FALSE(command.description.empty()) << command.Path();
    for (const Flag& flag : command.flags) {
      EXPECT_FALSE(flag.help.empty()) << command.Path() << " --" << flag.name;
    }
  }
}

TEST(CommandTree, FlattensByTheShortestNameThatIsUnambiguous) {
  const std::vector<Flag>& target = TheTree().Find("plan", "set-target")->flags;
  EXPECT_EQ(FindFlag(target, "target.statement"), FindFlag(target, "statement"));
  EXPECT_NE(FindFlag(target, "statement"), nullptr);
  EXPECT_EQ(FindFlag(target, "target-id"), nullptr) << "only Trellis sets it";

  const std::vector<Flag>& open = TheTree().Find("plan", "open")->flags;
  EXPECT_EQ(FindFlag(open, "name"), nullptr) << "four parties and a school have one";
  EXPECT_NE(FindFlag(open, "ect.name"), nullptr);
  EXPECT_EQ(FindFlag(open, "support-plan.ect.name"), FindFlag(open, "ect.name"));
  EXPECT_EQ(FindFlag(open, "support-plan.starts-on"), FindFlag(open, "starts-on"));
}

TEST(CommandTree, KeepsTheProgramsOwnFlagsApart) {
  const std::vector<Flag>& flags = TheTree().Find("plan", "mark-signature-unavailable")->flags;
  EXPECT_EQ(FindFlag(flags, "capacity"), nullptr);
  EXPECT_NE(FindFlag(flags, "signatory"), nullptr);
  EXPECT_EQ(FindFlag(flags, "request.capacity"), FindFlag(flags, "signatory"));
}

TEST(CommandTree, LetsThePlanStandWithoutItsFlag) {
  const Command& trail = *TheTree().Find("plan", "trail");
  EXPECT_EQ(trail.positional, "PLAN");
  EXPECT_EQ(FindFlag(trail.flags, "name"), FindFlag(trail.flags, "parent"));
  EXPECT_EQ(TheTree().Find("standards", "get")->positional, "CODE");
  EXPECT_EQ(TheTree().Find("queue", "show")->Positionals(), "SUBSCRIPTION");
  EXPECT_EQ(TheTree().Find("queue", "dead")->Positionals(), "[TOPIC]");
  EXPECT_EQ(TheTree().Find("queue", "redrive")->Positionals(), "TOPIC [NUMBER...]");
  EXPECT_EQ(TheTree().Find("queue", "list")->Positionals(), "");
  EXPECT_EQ(TheTree().Find("plan", "open")->positional, "");
  EXPECT_EQ(TheTree().Find("plan", "list")->positional, "");
}

TEST(CommandTree, KnowsTheWordsOfAnEnum) {
  const Flag& reason = *FindFlag(TheTree().Find("plan", "pause")->flags, "reason");
  EXPECT_THAT(reason.choices,
              ElementsAre("statutory-leave", "absence", "induction-on-hold", "other"));
  EXPECT_TRUE(reason.required);
}

}  // namespace
}  // namespace trellis::cli
