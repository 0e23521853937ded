#ifndef MEVAL_KERNELS_CUDA_ROPE_KV_H_
#define MEVAL_KERNELS_CUDA_ROPE_KV_H_

#include <cstdint>

#include "kernels/cuda/stream.h"
#include "kernels/tensor.h"

namespace meval::cuda {

// Where keys and values lie on the device: for both
//
//   [page][kv_head][slot][head_dim],  kKvPageTokens slots a page
//
// so that a tile of keys or values is one dense run of memory. (The CPU keeps keys transposed: see
// kernels/attention.h. Here ldmatrix turns either way at no cost.)
//
// A position's slot number is page * kKvPageTokens + position % kKvPageTokens.

// RoPE of queries and keys, and the store of keys and values, in one pass over what the QKV product
// gave: the ops Rope and WriteKv of kernels/rope.h and kernels/attention.h.
//
// Every entry e names a row and a slot. The row's key is rotated and stored there, its value is
// stored there. The first num_rows entries are those of the rows themselves, in order, and rotate
// the row's query in place; further entries store a row once more for another sequence. Keys and
// values in `qkv` stay as they are. Rotation is in f32, rounded once.
struct RopeKvArgs {
  void* qkv = nullptr;          // [num_rows, (H + 2 K) * head_dim]: queries, keys, values
  std::int64_t qkv_stride = 0;  // elements
  DType dtype = DType::kBF16;   // bf16 | f16, of qkv and pages
  std::int64_t num_rows = 0;
  const std::int32_t* positions = nullptr;    // [num_rows]
  const float* cos = nullptr;                 // [max_positions, head_dim / 2], as RopeTable
  const float* sin = nullptr;                 // the same
  std::int64_t num_entries = 0;               // >= num_rows
  const std::int32_t* entry_rows = nullptr;   // [num_entries]
  const std::int64_t* entry_slots = nullptr;  // [num_entries]; -1: nothing is stored
  void* keys = nullptr;
  void* values = nullptr;
  int num_heads = 0;     // H
  int num_kv_heads = 0;  // K
  int head_dim = 0;      // a multiple of 8
};
// Throws std::invalid_argument on a head_dim or alignment it cannot take: rows and pages begin at
// multiples of 16 bytes.
void LaunchRopeKv(StreamHandle stream, const RopeKvArgs& args);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_ROPE_KV_H_
