#include "services/standards_service.h"

#include "absl/strings/ascii.h"
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
  if (const auto* const standard = domain::FindTeachersStandard(request.code())) {
    return call.Reply(*standard);
  }
  call.Fail(Error(absl::StatusCode::kNotFound, "TEACHERS_STANDARD_NOT_FOUND",
                  absl::StrCat("code: ", domain::WhyNoTeachersStandard(request.code())),
                  {{"code", request.code()}}));
}

absl::StatusOr<v1::ListTeachersStandardsResponse> List(
    const v1::ListTeachersStandardsRequest& request) {
  v1::ListTeachersStandardsResponse response;
  RETURN_IF_ERROR(CutPage(request, domain::TeachersStandards(), kStandardsByDefault,
                          response.mutable_teachers_standards(), response));
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
