#ifndef MEVAL_EVALS_REPLACE_FILE_H_
#define MEVAL_EVALS_REPLACE_FILE_H_

#include <filesystem>
#include <functional>
#include <iosfwd>

namespace meval {

// Writes a file that `flag` names, or that lies in a directory it names. An earlier one is replaced
// only once the new contents are whole: a baseline is worth more than a half-written one. Throws
// UsageError if it cannot be written.
void ReplaceFile(const std::filesystem::path& path, const char* flag,
                 const std::function<void(std::ostream&)>& writer);

}  // namespace meval

#endif  // MEVAL_EVALS_REPLACE_FILE_H_
