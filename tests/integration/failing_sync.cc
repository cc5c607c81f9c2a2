// Loaded before the C library: once the file that $FAILING_SYNC names exists, no sync works.
#include <cerrno>
#include <cstdlib>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

bool Fails() {
  const char* const file = std::getenv("FAILING_SYNC");
  return file != nullptr && access(file, F_OK) == 0;
}

int Sync(long call, int file) {
  if (!Fails()) return static_cast<int>(syscall(call, file));
  errno = EIO;
  return -1;
}

}  // namespace

extern "C" int fdatasync(int file) { return Sync(SYS_fdatasync, file); }
extern "C" int fsync(int file) { return Sync(SYS_fsync, file); }
