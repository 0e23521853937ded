#include "kernels/context.h"

#ifdef MEVAL_HAVE_X86_PATHS
#include <cpuid.h>
#endif

#include <array>
#include <cstring>

namespace meval {
namespace {

#ifdef MEVAL_HAVE_X86_PATHS

std::string Brand() {
  std::array<unsigned, 12> words{};
  for (unsigned i = 0; i < 3; ++i) {
    unsigned* word = &words[4 * i];
    if (__get_cpuid(0x80000002U + i, word, word + 1, word + 2, word + 3) == 0) return "x86-64";
  }
  std::array<char, sizeof(words) + 1> text{};
  std::memcpy(text.data(), words.data(), sizeof(words));
  std::string brand(text.data());
  brand.erase(0, brand.find_first_not_of(' '));
  brand.erase(brand.find_last_not_of(' ') + 1);
  return brand.empty() ? "x86-64" : brand;
}

// The builtins also look at XCR0: an operating system that does not save the wide registers hides
// the instructions that use them.
CpuFeatures Detect() {
  __builtin_cpu_init();
  CpuFeatures features;
  features.avx2_fma = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
                      __builtin_cpu_supports("f16c") != 0;
  features.avx512 = features.avx2_fma && __builtin_cpu_supports("avx512f") != 0 &&
                    __builtin_cpu_supports("avx512bw") != 0 &&
                    __builtin_cpu_supports("avx512dq") != 0 &&
                    __builtin_cpu_supports("avx512vl") != 0;
  features.avx512_bf16 = features.avx512 && __builtin_cpu_supports("avx512bf16") != 0;
  features.amx_bf16 = features.avx512 && __builtin_cpu_supports("amx-bf16") != 0;
  features.brand = Brand();
  return features;
}

#else

CpuFeatures Detect() {
  CpuFeatures features;
  features.brand = "a processor without x86-64 instructions";
  return features;
}

#endif

}  // namespace

const CpuFeatures& DetectCpuFeatures() {
  static const CpuFeatures kFeatures = Detect();
  return kFeatures;
}

std::vector<CpuPath> AvailableCpuPaths() {
  std::vector<CpuPath> paths = {CpuPath::kReference};
#ifdef MEVAL_HAVE_X86_PATHS
  if (DetectCpuFeatures().avx2_fma) paths.push_back(CpuPath::kAvx2);
  if (DetectCpuFeatures().avx512) paths.push_back(CpuPath::kAvx512);
#endif
  return paths;
}

}  // namespace meval
