// A shared library under the name of cuBLASLt, whole or with a part missing, by macros: the
// functions that kernels/cuda/cublas_lt_library.cc looks for, which nobody calls but for the first.

#include <cstddef>

#define MEVAL_STUB(name) \
  void name();           \
  void name() {}

extern "C" {

std::size_t cublasLtGetVersion();
std::size_t cublasLtGetVersion() { return MEVAL_STUB_VERSION; }

MEVAL_STUB(cublasLtGetStatusName)
MEVAL_STUB(cublasLtCreate)
MEVAL_STUB(cublasLtDestroy)
MEVAL_STUB(cublasLtMatmulDescCreate)
MEVAL_STUB(cublasLtMatmulDescDestroy)
MEVAL_STUB(cublasLtMatmulDescSetAttribute)
MEVAL_STUB(cublasLtMatrixLayoutCreate)
MEVAL_STUB(cublasLtMatrixLayoutDestroy)
MEVAL_STUB(cublasLtMatmulPreferenceCreate)
MEVAL_STUB(cublasLtMatmulPreferenceDestroy)
MEVAL_STUB(cublasLtMatmulPreferenceSetAttribute)
MEVAL_STUB(cublasLtMatmulAlgoGetHeuristic)
MEVAL_STUB(cublasLtMatmulAlgoConfigGetAttribute)
MEVAL_STUB(cublasLtMatmul)
#ifndef MEVAL_STUB_LACKS_CHECK
MEVAL_STUB(cublasLtMatmulAlgoCheck)
#endif

#ifdef MEVAL_STUB_NEEDS_MORE
void function_of_a_library_that_is_absent();
void call_it();
void call_it() { function_of_a_library_that_is_absent(); }
#endif

}  // extern "C"
