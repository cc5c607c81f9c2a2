#include "services/pages.h"

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/error.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;
constexpr size_t kMarkBytes = 8;

// What stands for the request's conditions in a token: all of it but its page fields.
std::string Mark(const pb::Message& request) {
  const std::unique_ptr<pb::Message> conditions(request.New());
  conditions->CopyFrom(request);
  for (const char* const name : {"page_size", "page_token"}) {
    conditions->GetReflection()->ClearField(conditions.get(),
                                            request.GetDescriptor()->FindFieldByName(name));
  }
  const Digest digest =
      Sha256(request.GetDescriptor()->full_name(), conditions->SerializeAsString());
  return std::string(AsBytes(digest).substr(0, kMarkBytes));
}

}  // namespace

int PageSize(int asked, int by_default) {
  return asked == 0 ? by_default : std::min(asked, kPageSizeMax);
}

absl::Status CheckPageSize(int asked) {
  if (asked >= 0) return absl::OkStatus();
  return InvalidRequest({{"page_size", absl::StrCat("got ", asked, ", want 0 or more")}});
}

std::string PageToken(const pb::Message& request, const std::string& cursor) {
  return absl::WebSafeBase64Escape(absl::StrCat(Mark(request), cursor));
}

absl::StatusOr<std::string> PageCursor(const pb::Message& request) {
  const std::string token = request.GetReflection()->GetString(
      request, request.GetDescriptor()->FindFieldByName("page_token"));
  if (token.empty()) return std::string();
  std::string decoded;
  if (absl::WebSafeBase64Unescape(token, &decoded) && decoded.size() > kMarkBytes &&
      decoded.substr(0, kMarkBytes) == Mark(request)) {
    return decoded.substr(kMarkBytes);
  }
  return InvalidRequest({{"page_token",
                          "got no token of this list, want next_page_token of the "
                          "page before, with all else unchanged"}},
                        "PAGE_TOKEN_INVALID");
}

}  // namespace trellis::services
