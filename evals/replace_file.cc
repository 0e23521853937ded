#include "evals/replace_file.h"

#include <fstream>
#include <string>
#include <system_error>

#include "evals/flags.h"

namespace meval {

void ReplaceFile(const std::filesystem::path& path, const char* flag,
                 const std::function<void(std::ostream&)>& writer) {
  const std::filesystem::path temporary = path.string() + ".tmp";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  if (out) writer(out);
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(temporary, path, error);
  if (out && !error) return;
  std::filesystem::remove(temporary, error);
  throw UsageError(std::string(flag) + ": " + path.string() +
                   " cannot be written; name another file");
}

}  // namespace meval
