#include "tasks/records/require_utf8.h"

#include <algorithm>
#include <cstddef>

#include "metrics/unicode_text.h"
#include "tasks/error.h"

namespace meval::tasks {

void RequireUtf8(std::string_view text, const std::string& file) {
  const auto offset = FindInvalidUtf8(text);
  if (!offset) return;
  const std::string_view before = text.substr(0, *offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t last_break = before.rfind('\n');
  const std::size_t line_begin = last_break == before.npos ? 0 : last_break + 1;
  throw DataError(file + ":" + std::to_string(line) + ": byte " +
                  std::to_string(*offset - line_begin + 1) + ": not valid UTF-8");
}

}  // namespace meval::tasks
