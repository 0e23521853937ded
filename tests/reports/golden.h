#ifndef MEVAL_TESTS_REPORTS_GOLDEN_H_
#define MEVAL_TESTS_REPORTS_GOLDEN_H_

#include <sstream>
#include <string>

namespace meval::testing {

// Whether goldens are to be rewritten instead of compared: MEVAL_UPDATE_GOLDENS=1.
bool UpdatesGoldens();
// Whole file, or a failure of the test and "".
std::string ReadFile(const std::string& path);
void WriteFile(const std::string& path, const std::string& text);
// Compares with tests/golden/reports/<name>, or writes it.
void ExpectGolden(const std::string& name, const std::string& actual);

// What a writer of reports writes of values.
template <typename Writer, typename... Values>
std::string Text(Writer writer, const Values&... values) {
  std::ostringstream out;
  writer(values..., out);
  return out.str();
}

}  // namespace meval::testing

#endif  // MEVAL_TESTS_REPORTS_GOLDEN_H_
