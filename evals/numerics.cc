#include "evals/numerics.h"

#include <cstdlib>

#include <fmt/format.h>

namespace meval {
namespace {

// The widest instruction set that oneDNN finds here.
const char* OneDnnIsa() {
  const CpuFeatures& cpu = DetectCpuFeatures();
  if (cpu.amx_bf16) return "amx_bf16";
  if (cpu.avx512_bf16) return "avx512_bf16";
  if (cpu.avx512) return "avx512";
  return cpu.avx2_fma ? "avx2" : "sse41";
}

// The user's limit on it, where oneDNN looks for one.
std::string OneDnnIsaLimit() {
  for (const char* name : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return std::string(" within ") + value;
  }
  return "";
}

}  // namespace

std::string NumericsOf(const Context& context) {
  const bool is_reference = context.path() == CpuPath::kReference;
  std::string gemm = Name(context.gemm());
  if (context.gemm() == GemmProvider::kOneDnn) {
    gemm += fmt::format(" {} {}{}", OneDnnVersion(), OneDnnIsa(), OneDnnIsaLimit());
  }
  return fmt::format("v{}, {}, {}", kNumericsVersion, is_reference ? "reference" : "simd", gemm);
}

}  // namespace meval
