// The stand-in's functions in place of the library's.

#include "kernels/cuda/cublas_lt_library.h"

namespace meval::cuda {

const CublasLtLibrary& LoadCublasLt() {
  static const CublasLtLibrary kLibrary = {
      .get_version = cublasLtGetVersion,
      .get_status_name = cublasLtGetStatusName,
      .create = cublasLtCreate,
      .destroy = cublasLtDestroy,
      .desc_create = cublasLtMatmulDescCreate,
      .desc_destroy = cublasLtMatmulDescDestroy,
      .desc_set_attribute = cublasLtMatmulDescSetAttribute,
      .layout_create = cublasLtMatrixLayoutCreate,
      .layout_destroy = cublasLtMatrixLayoutDestroy,
      .preference_create = cublasLtMatmulPreferenceCreate,
      .preference_destroy = cublasLtMatmulPreferenceDestroy,
      .preference_set_attribute = cublasLtMatmulPreferenceSetAttribute,
      .algo_get_heuristic = cublasLtMatmulAlgoGetHeuristic,
      .algo_check = cublasLtMatmulAlgoCheck,
      .algo_config_get_attribute = cublasLtMatmulAlgoConfigGetAttribute,
      .matmul = cublasLtMatmul,
  };
  return kLibrary;
}

}  // namespace meval::cuda
