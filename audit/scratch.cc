#include "audit/scratch.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace trellis::audit {

Scratch::Scratch() {
  std::error_code error;
  std::string path = (std::filesystem::temp_directory_path(error) / "trellis-verify.XXXXXX");
  if (mkdtemp(path.data()) != nullptr) path_ = path;
}

Scratch::~Scratch() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace trellis::audit
