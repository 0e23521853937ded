# The kernels and their host side, compiled by nvcc for the product and by g++ for the emulated tests.
set(MEVAL_CUDA_SOURCES
  attention.cc attention_decode.cu attention_plan.cc attention_probe.cc attention_tiles.cu attention_warpgroup_tiles.cu
  cuda_device.cc device_info.cu embedding.cu gemv.cu graph_cache.cc matrix_product.cc page_copy.cu read_all.cu residual_add.cu
  rmsnorm.cu rope_kv.cu sampling.cu silu_mul.cu staging.cc step_ops.cc tile_map.cc token_logprob.cu)
list(TRANSFORM MEVAL_CUDA_SOURCES PREPEND "${CMAKE_CURRENT_LIST_DIR}/")
