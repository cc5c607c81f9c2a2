// Bytes as a page token, and as the cursor in one: only a token of this list gives a cursor, and
// the one that was put in.
#include "services/pages.h"
#include "tests/fuzz/fuzz.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::fuzz {

void Try(absl::string_view bytes) {
  v1::ListSupportPlansRequest request;
  request.set_page_token(std::string(bytes));
  const auto cursor = services::PageCursor(request);
  CheckError(cursor.status());
  if (cursor.ok() && !bytes.empty()) {
    v1::ListSupportPlansRequest again;
    again.set_page_token(services::PageToken(request, *cursor));
    CHECK(services::PageCursor(again).value() == *cursor);
  }

  request.set_page_token(services::PageToken(request, std::string(bytes)));
  CHECK(proofs::IsUtf8(request.page_token()));
  const auto back = services::PageCursor(request);
  // A token without a cursor is none: lists give none at their end.
  CHECK(back.ok() == !bytes.empty());
  if (back.ok()) CHECK(*back == bytes);
  request.set_page_size(7);
  CHECK(services::PageCursor(request).ok() == back.ok());
  request.set_state(v1::SupportPlan::PAUSED);
  CHECK(!services::PageCursor(request).ok());
}

}  // namespace trellis::fuzz
