#ifndef MEVAL_ENGINE_MODEL_SOURCE_H_
#define MEVAL_ENGINE_MODEL_SOURCE_H_

// What the name of a model stands for.

#include <cstdint>
#include <filesystem>
#include <string>

namespace meval {

struct ModelSource {
  std::filesystem::path directory;  // of the checkpoint; empty for random weights
  std::string shape;                // of random weights, "tiny,layers=1"; empty for a checkpoint
  std::uint64_t seed = 0;           // of random weights
  std::filesystem::path tokenizer;  // a tokenizer.model or a directory
};

// `model`: a checkpoint directory; "tiny", the shipped checkpoint, which is in `tiny_dir`;
// "random:NAME[,layers=N][,seed=N]"; or org/name in the local Hugging Face cache, which is
// $HF_HUB_CACHE, else $HF_HOME/hub, else ~/.cache/huggingface/hub. `tokenizer` replaces the model's
// own; random weights have none and need it, except those of the shape "tiny", which take the
// shipped model's. Throws ModelError listing what was tried.
ModelSource ResolveModel(const std::string& model, const std::string& tokenizer,
                         const std::filesystem::path& tiny_dir);

}  // namespace meval

#endif  // MEVAL_ENGINE_MODEL_SOURCE_H_
