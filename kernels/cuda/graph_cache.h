#ifndef MEVAL_KERNELS_CUDA_GRAPH_CACHE_H_
#define MEVAL_KERNELS_CUDA_GRAPH_CACHE_H_

// Launches recorded once and repeated.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "kernels/cuda/handles.h"

namespace meval::cuda {

class GraphCache {
 public:
  explicit GraphCache(StreamHandle stream) : stream_(stream) {}

  // Enqueues what body() enqueues on the stream. `key` is everything the launches of body depend
  // on. The first time body() is called as it is: libraries load their code and choose algorithms
  // then. The second time it is recorded, and from there on the recording is repeated.
  void Run(const std::vector<std::int64_t>& key, const std::function<void()>& body);

  // Recordings held at most; beyond it all are forgotten.
  static constexpr std::size_t kMaxGraphs = 64;

 private:
  struct Entry {
    bool seen = false;
    GraphExecOwner graph;
  };
  GraphExecOwner Record(const std::function<void()>& body);

  StreamHandle stream_;
  std::map<std::vector<std::int64_t>, Entry> entries_;
};

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_GRAPH_CACHE_H_
