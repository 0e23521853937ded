#include "kernels/cuda/graph_cache.h"

namespace meval::cuda {

void GraphCache::Run(const std::vector<std::int64_t>& key, const std::function<void()>& body) {
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    if (entries_.size() >= kMaxGraphs) entries_.clear();
    found = entries_.emplace(key, Entry{}).first;
  }
  Entry& entry = found->second;
  if (!entry.seen) {
    entry.seen = true;
    return body();
  }
  if (entry.graph == nullptr) entry.graph = Record(body);
  CheckCuda(cudaGraphLaunch(entry.graph.get(), stream_), "cudaGraphLaunch");
}

GraphExecOwner GraphCache::Record(const std::function<void()>& body) {
  CheckCuda(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal),
            "cudaStreamBeginCapture");
  cudaGraph_t graph = nullptr;
  try {
    body();
  } catch (...) {
    (void)cudaStreamEndCapture(stream_, &graph);
    const GraphOwner unfinished(graph);
    throw;
  }
  CheckCuda(cudaStreamEndCapture(stream_, &graph), "cudaStreamEndCapture");
  const GraphOwner recorded(graph);
  cudaGraphExec_t executable = nullptr;
  CheckCuda(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
  return GraphExecOwner(executable);
}

}  // namespace meval::cuda
