#include "services/standards_service.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/teachers_standards.h"
#include "domain/validate.h"
#include "services/pages.h"
#include "trellis/v1/standards_service.pb.h"

namespace trellis::services {
namespace {

constexpr int kStandardsByDefault = 100;

void GetTeachersStandard(Call call, const v1::GetTeachersStandardRequest& request) {
  if (absl::Status status = domain::Validate(request); !status.ok()) return call.Fail(status);
  if (const auto* const standard = domain::FindTeachersStandard(request.code())) {
    return call.Reply(*standard);
  }
  call.Fail(Error(absl::StatusCode::kNotFound, "TEACHERS_STANDARD_NOT_FOUND",
                  absl::StrCat("code: ", domain::WhyNoTeachersStandard(request.code())),
                  {{"code", request.code()}}));
}

absl::StatusOr<v1::ListTeachersStandardsResponse> List(
    const v1::ListTeachersStandardsRequest& request) {
  RETURN_IF_ERROR(domain::Validate(request));
  ASSIGN_OR_RETURN(const std::string cursor, PageCursor(request));
  size_t next = 0;
  if (!cursor.empty() && !absl::SimpleAtoi(cursor, &next)) next = 0;
  const auto& standards = domain::TeachersStandards();
  const auto size = static_cast<size_t>(PageSize(request.page_size(), kStandardsByDefault));
  const size_t end = std::min(standards.size(), next + size);
  v1::ListTeachersStandardsResponse response;
  for (; next < end; ++next) *response.add_teachers_standards() = standards[next];
  if (end < standards.size()) {
    response.set_next_page_token(PageToken(request, absl::StrCat(end)));
  }
  return response;
}

}  // namespace

std::map<std::string, Handler> StandardsHandlers() {
  return {
      {"GetTeachersStandard", Unary<v1::GetTeachersStandardRequest>(GetTeachersStandard)},
      {"ListTeachersStandards", Unary<v1::ListTeachersStandardsRequest>(
                                    [](Call call, const v1::ListTeachersStandardsRequest& request) {
                                      call.Answer(List(request));
                                    })},
  };
}

}  // namespace trellis::services
