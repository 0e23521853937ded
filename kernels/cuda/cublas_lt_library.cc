#include "kernels/cuda/cublas_lt_library.h"

#include <dlfcn.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "kernels/check.h"

namespace meval::cuda {
namespace {

// The library of the toolkit this build was made with; another major version has other structures.
const std::string kFileName = "libcublasLt.so." + std::to_string(CUBLAS_VER_MAJOR);

void* Open(std::span<const std::string> paths) {
  std::string reasons;
  for (const std::string& path : paths) {
    if (void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
    // All of them: that the last place has no file does not say what is wrong with the first one's.
    const char* reason = dlerror();
    reasons += (reasons.empty() ? "" : "; ") + (reason == nullptr ? path : std::string(reason));
  }
  throw DeviceError("cuda: " + kFileName + " does not load (" + reasons +
                    "); install cuBLAS of the CUDA Toolkit " + std::to_string(CUBLAS_VER_MAJOR) +
                    " or put its folder on LD_LIBRARY_PATH");
}

// Which file the loader has taken.
std::string FileOf(void* function) {
  Dl_info info{};
  return dladdr(function, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : kFileName;
}

template <typename Function>
void Find(void* library, const char* name, Function& function) {
  void* const found = dlsym(library, name);
  if (found == nullptr) {
    void* const version = dlsym(library, "cublasLtGetVersion");
    throw DeviceError("cuda: " + (version == nullptr ? kFileName : FileOf(version)) +
                      " has no function " + name + "; it is of another version than this build");
  }
  function = reinterpret_cast<Function>(found);
}

// A file may have the name of another version.
void CheckVersion(const CublasLtLibrary& lt) {
  const std::size_t version = lt.get_version();  // 130100 is 13.1.0
  if (version / 10000 == CUBLAS_VER_MAJOR) return;
  throw DeviceError("cuda: " + FileOf(reinterpret_cast<void*>(lt.get_version)) +
                    " is cuBLASLt of version number " + std::to_string(version) +
                    ", and this build needs " + std::to_string(CUBLAS_VER_MAJOR) + "0000 to " +
                    std::to_string(CUBLAS_VER_MAJOR) + "9999; install cuBLAS of the CUDA Toolkit " +
                    std::to_string(CUBLAS_VER_MAJOR));
}

}  // namespace

CublasLtLibrary LoadCublasLtFrom(std::span<const std::string> paths) {
  void* library = Open(paths);
  CublasLtLibrary lt;
  Find(library, "cublasLtGetVersion", lt.get_version);
  CheckVersion(lt);
  Find(library, "cublasLtGetStatusName", lt.get_status_name);
  Find(library, "cublasLtCreate", lt.create);
  Find(library, "cublasLtDestroy", lt.destroy);
  Find(library, "cublasLtMatmulDescCreate", lt.desc_create);
  Find(library, "cublasLtMatmulDescDestroy", lt.desc_destroy);
  Find(library, "cublasLtMatmulDescSetAttribute", lt.desc_set_attribute);
  Find(library, "cublasLtMatrixLayoutCreate", lt.layout_create);
  Find(library, "cublasLtMatrixLayoutDestroy", lt.layout_destroy);
  Find(library, "cublasLtMatmulPreferenceCreate", lt.preference_create);
  Find(library, "cublasLtMatmulPreferenceDestroy", lt.preference_destroy);
  Find(library, "cublasLtMatmulPreferenceSetAttribute", lt.preference_set_attribute);
  Find(library, "cublasLtMatmulAlgoGetHeuristic", lt.algo_get_heuristic);
  Find(library, "cublasLtMatmulAlgoCheck", lt.algo_check);
  Find(library, "cublasLtMatmulAlgoConfigGetAttribute", lt.algo_config_get_attribute);
  Find(library, "cublasLtMatmul", lt.matmul);
  return lt;
}

const CublasLtLibrary& LoadCublasLt() {
  // The loader's own places first (LD_LIBRARY_PATH, ldconfig, a bundle's rpath), then the
  // toolkit's.
  static const CublasLtLibrary kLibrary =
      LoadCublasLtFrom(std::array{kFileName, "/usr/local/cuda/lib64/" + kFileName});
  return kLibrary;
}

}  // namespace meval::cuda
