#ifndef MEVAL_KERNELS_CUDA_STREAM_H_
#define MEVAL_KERNELS_CUDA_STREAM_H_

// What cudaStream_t is, so that the headers of the kernels need no CUDA header.

struct CUstream_st;

namespace meval::cuda {

using StreamHandle = ::CUstream_st*;

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_STREAM_H_
