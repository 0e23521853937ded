#ifndef MEVAL_TASKS_RECORDS_REQUIRE_UTF8_H_
#define MEVAL_TASKS_RECORDS_REQUIRE_UTF8_H_

#include <string>
#include <string_view>

namespace meval::tasks {

// Throws DataError "file:line: byte N: not valid UTF-8" (line and byte from 1, the byte within the
// line) for the first ill-formed sequence of a file's text.
void RequireUtf8(std::string_view text, const std::string& file);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RECORDS_REQUIRE_UTF8_H_
