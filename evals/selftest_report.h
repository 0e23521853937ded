#ifndef MEVAL_EVALS_SELFTEST_REPORT_H_
#define MEVAL_EVALS_SELFTEST_REPORT_H_

// What `mistral-eval selftest` has found, before it is a text or JSON.

#include <cstdint>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "engine/selftest.h"

namespace meval {

struct SelftestReport {
  // What was tried, by key: "cpu", "paths", "matmul", ...
  std::vector<std::pair<std::string, std::string>> machine;
  std::vector<SelftestCheck> checks;
  // The command that repeats a check, by its place in `checks`.
  std::vector<std::string> repeat;
  double seconds = 0;

  std::int64_t num_cases() const;
  std::int64_t num_failed() const;  // checks
  std::int64_t num_skipped() const;
};

// The libraries this program computes with, with their versions: "oneDNN 2.6.3 (avx512_core_bf16),
// sentencepiece 0.1.97".
std::string LibraryVersions();

// One object: {"passed", "num_checks", "num_failed", "num_skipped", "num_cases", "seconds",
// "machine": {...}, "checks": [{"name", "claim", "status": "ok" | "failed" | "skipped",
// "num_cases", "num_failures", "worst_error"?, "first_failure"?, "repeat"?, "why_skipped"?}]}.
void WriteJson(const SelftestReport& report, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_EVALS_SELFTEST_REPORT_H_
