#include "evals/replace_file.h"

#include <fstream>
#include <string>
#include <system_error>

#include "evals/flags.h"

namespace meval {

namespace fs = std::filesystem;

void ReplaceFile(const fs::path& path, const char* flag,
                 const std::function<void(std::ostream&)>& writer) {
  const fs::path temporary = path.string() + ".tmp";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  if (out) writer(out);
  out.close();
  std::error_code error;
  if (out) fs::rename(temporary, path, error);
  if (out && !error) return;
  fs::remove(temporary, error);
  throw UsageError(std::string(flag) + ": " + path.string() +
                   " cannot be written; name another file");
}

void MakeFolder(const fs::path& path, const char* flag) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) return;
  throw UsageError(std::string(flag) + ": the folder " + path.string() +
                   " cannot be made: " + error.message() + "; name another one");
}

}  // namespace meval
