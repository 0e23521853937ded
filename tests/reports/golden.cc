#include "tests/reports/golden.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

#include <gtest/gtest.h>

namespace meval::testing {

bool UpdatesGoldens() {
  const char* value = std::getenv("MEVAL_UPDATE_GOLDENS");
  return value != nullptr && std::string_view(value) == "1";
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path << " cannot be read";
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  EXPECT_TRUE(out) << path << " cannot be written";
}

void ExpectGolden(const std::string& name, const std::string& actual) {
  const std::string path = std::string(MEVAL_SOURCE_DIR) + "/tests/golden/reports/" + name;
  if (UpdatesGoldens()) {
    WriteFile(path, actual);
  } else {
    EXPECT_EQ(ReadFile(path), actual) << "if the change is meant: MEVAL_UPDATE_GOLDENS=1, and say "
                                         "why in the commit";
  }
}

}  // namespace meval::testing
