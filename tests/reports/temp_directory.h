#ifndef MEVAL_TESTS_REPORTS_TEMP_DIRECTORY_H_
#define MEVAL_TESTS_REPORTS_TEMP_DIRECTORY_H_

#include <filesystem>
#include <string>

namespace meval::testing {

// A new directory that is removed with everything in it.
class TempDirectory {
 public:
  TempDirectory();
  ~TempDirectory();
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace meval::testing

#endif  // MEVAL_TESTS_REPORTS_TEMP_DIRECTORY_H_
