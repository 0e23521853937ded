#ifndef MEVAL_TESTS_SUPPORT_SHARED_DATA_H_
#define MEVAL_TESTS_SUPPORT_SHARED_DATA_H_

// Real benchmark data and tokenizers are not committed (their licences vary). Tests that use them
// look below $MISTRAL_EVAL_SHARED (default: `shared` beside the checkout) and say SKIPPED where it
// is absent.

#include <cstdlib>
#include <filesystem>
#include <string>

namespace meval::testing {

inline std::filesystem::path SharedPath(const std::string& relative) {
  const char* root = std::getenv("MISTRAL_EVAL_SHARED");
  const std::filesystem::path base =
      root != nullptr ? std::filesystem::path(root)
                      : std::filesystem::path(MEVAL_SOURCE_DIR) / ".." / "shared";
  return base / relative;
}

}  // namespace meval::testing

// Use at the top of a TEST body: path to the file, or the test is skipped.
#define MEVAL_SHARED_OR_SKIP(variable, relative)                                   \
  const std::filesystem::path variable = ::meval::testing::SharedPath(relative);   \
  if (!std::filesystem::exists(variable)) {                                        \
    GTEST_SKIP() << (variable).string() << " is absent (set MISTRAL_EVAL_SHARED)"; \
  }

#endif  // MEVAL_TESTS_SUPPORT_SHARED_DATA_H_
