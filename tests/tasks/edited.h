#ifndef MEVAL_TESTS_TASKS_EDITED_H_
#define MEVAL_TESTS_TASKS_EDITED_H_

#include <stdexcept>
#include <string>

namespace meval::testing {

// `text` with the first `from` replaced; a test whose edit finds nothing would test nothing.
inline std::string Edited(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == text.npos) throw std::logic_error("nothing to edit: " + from);
  return text.replace(at, from.size(), to);
}

}  // namespace meval::testing

#endif  // MEVAL_TESTS_TASKS_EDITED_H_
