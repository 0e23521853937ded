#ifndef MEVAL_EVALS_GPU_CHECK_PARTS_H_
#define MEVAL_EVALS_GPU_CHECK_PARTS_H_

// The parts of `mistral-eval gpu-check` and their shares of its 8 minutes.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace meval::gpu_check {

struct Part {
  std::string_view name;
  double ends;  // seconds from the start at which it ends what it is at
};

// In the order in which they run.
inline constexpr std::array<Part, 6> kParts = {{{"device", 60},
                                                {"engine", 120},
                                                {"model", 150},
                                                {"speed", 230},
                                                {"workloads", 420},
                                                {"sanitizer", 480}}};

// When `part` ends, of the parts that run: the last of them may take all that is left.
inline double EndOf(const std::string& part, const std::vector<std::string>& running) {
  if (!running.empty() && part == running.back()) return kParts.back().ends;
  const auto* const found =
      std::find_if(kParts.begin(), kParts.end(), [&](const Part& one) { return one.name == part; });
  return found == kParts.end() ? 0 : found->ends;
}

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_PARTS_H_
