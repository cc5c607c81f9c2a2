// A directory under $TMPDIR for what a check makes.
#pragma once

#include <string>

namespace trellis::audit {

// An empty directory, for this user alone, that goes with everything in it.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // Empty if there could be none.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace trellis::audit
