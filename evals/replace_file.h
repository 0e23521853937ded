#ifndef MEVAL_EVALS_REPLACE_FILE_H_
#define MEVAL_EVALS_REPLACE_FILE_H_

// Files that a flag of the command line names. UsageError, naming the flag, where one cannot be
// written.

#include <filesystem>
#include <functional>
#include <iosfwd>

namespace meval {

// Replaces a file only once its new contents are whole: what stood there before is worth more than
// a half-written one.
void ReplaceFile(const std::filesystem::path& path, const char* flag,
                 const std::function<void(std::ostream&)>& writer);

// A folder and its parents, where they are not there yet.
void MakeFolder(const std::filesystem::path& path, const char* flag);

}  // namespace meval

#endif  // MEVAL_EVALS_REPLACE_FILE_H_
