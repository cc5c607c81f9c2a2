#include "base/log.h"

#include <cstdio>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace trellis {

void Log(absl::string_view event,
         std::initializer_list<std::pair<absl::string_view, std::string>> fields) {
  std::string line = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone());
  absl::StrAppend(&line, " ", event);
  for (const auto& [key, value] : fields) {
    const std::string escaped = absl::Utf8SafeCEscape(value);
    const bool quote = escaped.find(' ') != std::string::npos || escaped.empty();
    absl::StrAppend(&line, " ", key, "=", quote ? "\"" : "", escaped, quote ? "\"" : "");
  }
  line.push_back('\n');
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace trellis
