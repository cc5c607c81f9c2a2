#include "queue/cursor.h"

#include <algorithm>
#include <vector>

namespace trellis::queue {

v1::Cursor ToCursor(const Progress& progress) {
  v1::Cursor cursor;
  cursor.set_floor(progress.done.floor());
  Number end = progress.done.floor();
  for (const auto& [first, last] : progress.done.ranges()) {
    cursor.add_done(first - end - 1);
    cursor.add_done(last - first + 1);
    end = last;
  }
  std::vector<Number> failed;
  for (const auto& [number, failures] : progress.failures) failed.push_back(number);
  std::sort(failed.begin(), failed.end());
  for (const Number number : failed) {
    const Failures& failures = progress.failures.find(number)->second;
    v1::FailedMessage& message = *cursor.add_failed();
    message.set_number(number);
    message.set_failures(failures.count);
    message.set_last_reason(failures.last_reason);
  }
  for (const Number number : progress.redriven) cursor.add_redriven(number);
  return cursor;
}

Progress FromCursor(const v1::Cursor& cursor) {
  Progress progress{.done = NumberSet(cursor.floor()), .failures = {}, .redriven = {}};
  Number end = cursor.floor();
  for (int i = 0; i + 1 < cursor.done_size(); i += 2) {
    const Number first = end + cursor.done(i) + 1;
    if (cursor.done(i + 1) == 0) break;
    end = first + cursor.done(i + 1) - 1;
    progress.done.AddRange(first, end);
  }
  for (const v1::FailedMessage& message : cursor.failed()) {
    progress.failures[message.number()] = {.count = message.failures(),
                                           .last_reason = message.last_reason()};
  }
  progress.redriven.insert(cursor.redriven().begin(), cursor.redriven().end());
  return progress;
}

void CutAbove(Number last, Progress& progress) {
  progress.done.CutAbove(last);
  absl::erase_if(progress.failures, [&](const auto& failed) { return failed.first > last; });
  progress.redriven.erase(progress.redriven.upper_bound(last), progress.redriven.end());
}

}  // namespace trellis::queue
