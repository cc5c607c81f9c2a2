// What several tests of the command line need.
#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/grammar/request.h"
#include "google/protobuf/message.h"

namespace trellis::cli {

inline constexpr char kUuid[] = "6f1c2d3e-4b5a-4978-8c6d-0a1b2c3d4e5f";

// Made once: reading the contract takes longer than most tests.
inline const Contract& TheContract() {
  static const Contract* const contract = new Contract();
  return *contract;
}

inline const CommandTree& TheTree() {
  static const CommandTree* const tree = new CommandTree(BuildCommandTree(TheContract()));
  return *tree;
}

inline absl::StatusOr<Invocation> Parse(const std::vector<std::string>& words) {
  return ParseArguments(TheTree(), words);
}

// The request that `words` ask for, with `input` on standard input.
inline absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Build(
    const std::vector<std::string>& words, const std::string& input = "") {
  const auto invocation = Parse(words);
  if (!invocation.ok()) return invocation.status();
  std::istringstream in(input);
  return BuildRequest(TheContract(), *invocation, in);
}

// The same as the generated `Type`.
template <typename Type>
absl::StatusOr<Type> BuildAs(const std::vector<std::string>& words, const std::string& input = "") {
  const auto request = Build(words, input);
  if (!request.ok()) return request.status();
  Type typed;
  if (!typed.ParseFromString((*request)->SerializeAsString())) {
    return absl::InternalError("the two have different bytes");
  }
  return typed;
}

// The error's text; empty if there is none.
template <typename Value>
std::string ErrorOf(const absl::StatusOr<Value>& value) {
  return std::string(value.status().message());
}

}  // namespace trellis::cli
