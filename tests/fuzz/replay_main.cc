// Tries every file of a corpus: fuzz_TARGET FILE|DIRECTORY...
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "tests/fuzz/fuzz.h"

namespace {

int TryFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  // Said before: a crash cannot say it.
  std::cout << path.string() << ": " << bytes.size() << " bytes" << std::endl;
  trellis::fuzz::Try(bytes);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  int tried = 0;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      tried += TryFile(argv[i]);
      continue;
    }
    for (const auto& file : std::filesystem::directory_iterator(argv[i])) tried += TryFile(file);
  }
  if (tried > 0) return 0;
  std::cerr << "no file was tried, want a corpus\n";
  return 1;
}
