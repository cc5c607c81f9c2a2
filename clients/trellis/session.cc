#include "clients/trellis/session.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "clients/trellis/errors.h"
#include "clients/trellis/grammar/request.h"
#include "clients/trellis/grammar/resource_names.h"
#include "google/pubsub/v1/pubsub.pb.h"

namespace trellis::cli {
namespace {

namespace pb = google::protobuf;

// The fields by which a list is read page by page; null where an rpc is none.
struct Paging {
  const pb::FieldDescriptor* size = nullptr;
  const pb::FieldDescriptor* token = nullptr;
  const pb::FieldDescriptor* next = nullptr;

  explicit Paging(const pb::MethodDescriptor& method)
      : size(method.input_type()->FindFieldByName("page_size")),
        token(method.input_type()->FindFieldByName("page_token")),
        next(method.output_type()->FindFieldByName("next_page_token")) {}

  // Whether `request` asks for all pages: it is a list's, and names neither a page nor its size.
  bool WantsAll(const pb::Message& request) const {
    if (size == nullptr || token == nullptr || next == nullptr) return false;
    const pb::Reflection& reflection = *request.GetReflection();
    return reflection.GetInt32(request, size) == 0 && reflection.GetString(request, token).empty();
  }
};

}  // namespace

Session::Session(const Contract& contract, Caller caller, Server::Options options)
    : contract_(contract), caller_(std::move(caller)), server_(std::move(options)) {}

absl::StatusOr<std::unique_ptr<pb::Message>> Session::Ask(const pb::MethodDescriptor& method,
                                                          pb::Message& typed) {
  RETURN_IF_ERROR(CompleteNames(typed));
  // Whoever calls may have the generated message; its fields are found in the contract's.
  const auto request = contract_.NewMessage(*method.input_type());
  if (!request->ParseFromString(typed.SerializeAsString())) return Unreadable(*method.input_type());
  auto answer = contract_.NewMessage(*method.output_type());
  const Paging paging(method);
  const bool all = paging.WantsAll(*request);
  for (;;) {
    ASSIGN_OR_RETURN(const std::string bytes, CallOnce(method, *request));
    const auto page = contract_.NewMessage(*method.output_type());
    if (!page->ParseFromString(bytes)) return Unreadable(*method.output_type());
    answer->MergeFrom(*page);
    if (!all) return answer;
    answer->GetReflection()->ClearField(answer.get(), paging.next);
    const std::string next = page->GetReflection()->GetString(*page, paging.next);
    if (next.empty()) return answer;
    if (next == request->GetReflection()->GetString(*request, paging.token)) {
      return Error(absl::StatusCode::kInternal, "PAGE_REPEATED",
                   "the server gave the same page_token twice, want another");
    }
    request->GetReflection()->SetString(request.get(), paging.token, next);
  }
}

absl::Status Session::Unreadable(const pb::Descriptor& type) {
  return Error(absl::StatusCode::kInternal, "ANSWER_UNREADABLE",
               absl::StrCat("the answer is no ", type.full_name()));
}

absl::StatusOr<std::string> Session::CallOnce(const pb::MethodDescriptor& method,
                                              const pb::Message& request) {
  auto bytes = server_.Call(method, caller_, request);
  const std::string id = RequestIdOf(request);
  const bool outcome_unknown =
      absl::IsUnavailable(bytes.status()) || absl::IsDeadlineExceeded(bytes.status());
  if (!outcome_unknown || id.empty()) return bytes;
  return WithMessage(bytes.status(),
                     absl::StrCat(bytes.status().message(),
                                  "; whether it was recorded is not known: run the same again "
                                  "with --request-id ",
                                  id));
}

absl::Status Session::CompleteNames(pb::Message& request) {
  if (!HasShortName(request)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string ledger, Ledger());
  ::trellis::cli::CompleteNames(ledger, request);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Session::Ledger() {
  if (!ledger_.empty()) return ledger_;
  google::pubsub::v1::ListTopicsRequest request;
  // Whatever ledger there is.
  request.set_project("projects/-");
  request.set_page_size(1);
  ASSIGN_OR_RETURN(const auto topics, Ask<google::pubsub::v1::ListTopicsResponse>(
                                          "google.pubsub.v1.Publisher.ListTopics", request));
  const std::vector<std::string> parts =
      absl::StrSplit(topics.topics().empty() ? "" : topics.topics(0).name(), '/');
  if (parts.size() != 4) return Unreadable(*google::pubsub::v1::ListTopicsResponse::descriptor());
  ledger_ = parts[1];
  return ledger_;
}

std::unique_ptr<Stream> Session::Open(absl::string_view method) {
  return server_.Open(*contract_.FindMethod(method), caller_);
}

}  // namespace trellis::cli
