#ifndef MEVAL_TESTS_E2E_RUN_FILES_H_
#define MEVAL_TESTS_E2E_RUN_FILES_H_

// What a run leaves behind, ready to be compared with another run's.

#include <filesystem>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/temp_directory.h"

namespace meval::testing {

// results.json without what may differ between two runs of the same command: timing and host. The
// text, not only the values, is compared: the same keys in the same order.
inline std::string ComparableResults(const std::filesystem::path& run) {
  nlohmann::ordered_json results =
      nlohmann::ordered_json::parse(ReadWholeFile(run / "results.json"));
  for (const char* key : {"timing", "host"}) {
    if (results.erase(key) != 1) throw std::runtime_error(std::string("results.json lacks ") + key);
  }
  return results.dump(1);
}

// samples_*.jsonl, byte for byte, by file name.
inline std::map<std::string, std::string> SampleFiles(const std::filesystem::path& run) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(run)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("samples_")) files[name] = ReadWholeFile(entry.path());
  }
  return files;
}

}  // namespace meval::testing

#endif  // MEVAL_TESTS_E2E_RUN_FILES_H_
