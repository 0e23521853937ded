#ifndef MEVAL_KERNELS_CUDA_CUBLAS_LT_LIBRARY_H_
#define MEVAL_KERNELS_CUDA_CUBLAS_LT_LIBRARY_H_

// The functions of cuBLASLt that matrix_product.cc calls. The library is half a gigabyte that only
// CUDA runs need, so it is loaded when the first of them begins, and the program starts on machines
// that do not have it.

#include <span>
#include <string>

#include <cublasLt.h>

namespace meval::cuda {

struct CublasLtLibrary {
  decltype(&::cublasLtGetVersion) get_version = nullptr;
  decltype(&::cublasLtGetStatusName) get_status_name = nullptr;
  decltype(&::cublasLtCreate) create = nullptr;
  decltype(&::cublasLtDestroy) destroy = nullptr;
  decltype(&::cublasLtMatmulDescCreate) desc_create = nullptr;
  decltype(&::cublasLtMatmulDescDestroy) desc_destroy = nullptr;
  decltype(&::cublasLtMatmulDescSetAttribute) desc_set_attribute = nullptr;
  decltype(&::cublasLtMatrixLayoutCreate) layout_create = nullptr;
  decltype(&::cublasLtMatrixLayoutDestroy) layout_destroy = nullptr;
  decltype(&::cublasLtMatmulPreferenceCreate) preference_create = nullptr;
  decltype(&::cublasLtMatmulPreferenceDestroy) preference_destroy = nullptr;
  decltype(&::cublasLtMatmulPreferenceSetAttribute) preference_set_attribute = nullptr;
  decltype(&::cublasLtMatmulAlgoGetHeuristic) algo_get_heuristic = nullptr;
  decltype(&::cublasLtMatmulAlgoCheck) algo_check = nullptr;
  decltype(&::cublasLtMatmulAlgoConfigGetAttribute) algo_config_get_attribute = nullptr;
  decltype(&::cublasLtMatmul) matmul = nullptr;
};

// Loads the library at the first call. Throws DeviceError if it is absent, of another major version
// than this build, or lacks a function.
const CublasLtLibrary& LoadCublasLt();

// The same from the first of these files that loads.
CublasLtLibrary LoadCublasLtFrom(std::span<const std::string> paths);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_CUBLAS_LT_LIBRARY_H_
