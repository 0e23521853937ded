#ifndef MEVAL_ENGINE_MEMORY_PLAN_H_
#define MEVAL_ENGINE_MEMORY_PLAN_H_

// Where an engine's memory goes, decided before any of it is taken.

#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/engine.h"
#include "engine/model_config.h"
#include "kernels/context.h"
#include "kernels/tensor.h"

namespace meval {

struct MemoryPlan {
  DType dtype = DType::kF32;         // of weights, keys and values
  std::int64_t available_bytes = 0;  // for all of the below
  std::int64_t weight_bytes = 0;
  std::int64_t workspace_bytes = 0;  // activations, logits, RoPE table
  std::int64_t page_bytes = 0;       // one KV page, all layers
  std::int64_t num_pages = 0;
  std::int64_t batch_tokens = 0;  // rows of a forward pass
  std::int64_t max_length = 0;    // positions of a sequence

  std::int64_t kv_bytes() const { return num_pages * page_bytes; }
  // A table for people.
  std::string Table() const;
};

// What the machine, or the control group this process is in (a container's limit), can still give;
// cached files count as given back. `root` is where /proc and /sys are found.
std::int64_t AvailableMemoryBytes(const std::filesystem::path& root = "/");

// The same of the device a model is to run on.
std::int64_t AvailableBytes(const DeviceTraits& traits);

// Bytes of a model's weights in `dtype`, before they are loaded.
std::int64_t EstimateWeightBytes(const ModelConfig& config, DType dtype);

// Fills in what `options` leaves open. KV pages: options.kv_memory_bytes, or half of what weights
// and workspace leave, or one sequence of max_length where that is more and fits; on a device that
// serves nobody else nearly all that is left; never more than one such sequence or 2048 positions
// for each row of a step. Where options leave the rows of a step open, they are halved until the
// pages have a position for each of them, or what is asked for pages fits. Throws DeviceError, with
// the table, if weights, workspace and one page do
// not fit, and std::invalid_argument on an option out of range.
MemoryPlan PlanMemory(const ModelConfig& config, DType dtype, std::int64_t weight_bytes,
                      const EngineOptions& options, std::int64_t available_bytes,
                      const DeviceTraits& traits = {});

}  // namespace meval

#endif  // MEVAL_ENGINE_MEMORY_PLAN_H_
