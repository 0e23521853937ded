#ifndef MEVAL_TESTS_SUPPORT_TEMP_DIR_H_
#define MEVAL_TESTS_SUPPORT_TEMP_DIR_H_

// A directory of a test's own, gone when the test is over.

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace meval::testing {

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "meval-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace meval::testing

#endif  // MEVAL_TESTS_SUPPORT_TEMP_DIR_H_
