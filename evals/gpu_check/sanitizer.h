#ifndef MEVAL_EVALS_GPU_CHECK_SANITIZER_H_
#define MEVAL_EVALS_GPU_CHECK_SANITIZER_H_

// NVIDIA's compute-sanitizer on the kernels: stray and misaligned accesses (memcheck), races in
// shared memory (racecheck), barriers that part of a block misses (synccheck). initcheck is not
// among them: the proof poisons outputs on purpose.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace meval::gpu_check {

struct SanitizerRun {
  std::string tool;     // "memcheck"
  std::string status;   // "ok", "failed", "skipped"
  std::string summary;  // what the tool said last, or why it did not run
  double seconds = 0;
};

// The program called compute-sanitizer in a directory of $PATH; empty where there is none.
std::filesystem::path FindSanitizer();

// Runs `program gpu-check --quick --only device` under each tool, in a process of its own, each for
// its share of `seconds` at most; one that takes longer is skipped. `note` gets a line before each.
std::vector<SanitizerRun> RunSanitizer(const std::filesystem::path& sanitizer,
                                       const std::filesystem::path& program, std::int64_t seed,
                                       double seconds,
                                       const std::function<void(const std::string&)>& note);

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_SANITIZER_H_
