#include "kernels/cuda/cublas_lt_library.h"

#include <dlfcn.h>

#include <string>

#include "kernels/check.h"

namespace meval::cuda {
namespace {

// The library of the toolkit this build was made with; another major version has other structures.
const std::string kFileName = "libcublasLt.so." + std::to_string(CUBLAS_VER_MAJOR);

void* Open() {
  // The loader's own places first (LD_LIBRARY_PATH, ldconfig, a bundle's rpath), then the
  // toolkit's.
  for (const std::string& path : {kFileName, "/usr/local/cuda/lib64/" + kFileName}) {
    if (void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
  }
  const char* reason = dlerror();
  throw DeviceError("cuda: " + kFileName + " does not load (" +
                    (reason == nullptr ? std::string("no reason given") : std::string(reason)) +
                    "); install cuBLAS of the CUDA Toolkit " + std::to_string(CUBLAS_VER_MAJOR) +
                    " or put its folder on LD_LIBRARY_PATH");
}

template <typename Function>
void Find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) {
    throw DeviceError("cuda: " + kFileName + " has no function " + name +
                      "; it is of another version than this build");
  }
}

CublasLtLibrary Load() {
  void* library = Open();
  CublasLtLibrary lt;
  Find(library, "cublasLtGetVersion", lt.get_version);
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

}  // namespace

const CublasLtLibrary& LoadCublasLt() {
  static const CublasLtLibrary kLibrary = Load();
  return kLibrary;
}

}  // namespace meval::cuda
