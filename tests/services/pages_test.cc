#include "services/pages.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/rpc_client.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::services {
namespace {

using testing::ReasonOf;

TEST(PageSize, IsTheOneAskedForWithinLimits) {
  EXPECT_EQ(PageSize(0, 50), 50);
  EXPECT_EQ(PageSize(1, 50), 1);
  EXPECT_EQ(PageSize(kPageSizeMax, 50), kPageSizeMax);
  EXPECT_EQ(PageSize(kPageSizeMax + 1, 50), kPageSizeMax);
}

TEST(PageCursor, ComesBackFromItsToken) {
  v1::ListTrailRequest request;
  request.set_parent("supportPlans/1");
  EXPECT_EQ(PageCursor(request).value(), "");
  for (const std::string& cursor : {std::string("17"), std::string("\x00\xff", 2)}) {
    request.set_page_token(PageToken(request, cursor));
    EXPECT_EQ(PageCursor(request).value(), cursor);
    // The size of a page may change from one to the next.
    request.set_page_size(request.page_size() + 1);
    EXPECT_EQ(PageCursor(request).value(), cursor);
  }
}

TEST(PageCursor, IsRefusedFromAnotherList) {
  v1::ListTrailRequest request;
  request.set_parent("supportPlans/1");
  const std::string token = PageToken(request, "17");
  request.set_parent("supportPlans/2");
  request.set_page_token(token);
  EXPECT_EQ(ReasonOf(PageCursor(request)), "PAGE_TOKEN_INVALID");

  v1::ListSupportPlansRequest other;
  other.set_page_token(token);
  EXPECT_EQ(ReasonOf(PageCursor(other)), "PAGE_TOKEN_INVALID");
}

TEST(PageCursor, IsRefusedFromADamagedToken) {
  v1::ListTrailRequest request;
  request.set_parent("supportPlans/1");
  const std::string token = PageToken(request, "17");
  const std::string without_cursor = PageToken(request, "");
  for (const std::string& damaged : {token.substr(1), "A" + token, std::string("!"),
                                     std::string("é"), without_cursor, std::string(100'000, 'A')}) {
    request.set_page_token(damaged);
    EXPECT_EQ(ReasonOf(PageCursor(request)), "PAGE_TOKEN_INVALID") << damaged;
  }
}

}  // namespace
}  // namespace trellis::services
