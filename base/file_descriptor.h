// An open file that is closed with this object.
#pragma once

#include <unistd.h>

namespace trellis {

class FileDescriptor {
 public:
  // What open() and its like gave; negative: it failed, and errno says why.
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  ~FileDescriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return descriptor_; }

 private:
  const int descriptor_;
};

}  // namespace trellis
