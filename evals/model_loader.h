#ifndef MEVAL_EVALS_MODEL_LOADER_H_
#define MEVAL_EVALS_MODEL_LOADER_H_

// From the model flags to a loaded engine and what a report says of it.

#include <iosfwd>
#include <memory>
#include <string>

#include "engine/engine.h"
#include "evals/run_options.h"
#include "kernels/context.h"
#include "reports/result.h"

namespace meval {

// A context and the engine on it; destroyed in the right order.
struct LoadedModel {
  std::unique_ptr<Context> context;
  std::unique_ptr<Engine> engine;
  bool is_demonstration = false;  // tiny or random weights: scores mean nothing
};

// What the flags say to an engine; the memory table goes to `notes` (null: nowhere). Throws
// DeviceError for a backend that is not there.
EngineOptions EngineOptionsOf(const ModelOptions& options, std::ostream* notes);

// Loads the model that `options` name. Notes for people go to `notes` (null: none). Throws
// UsageError, ModelError or DeviceError.
LoadedModel LoadModel(const ModelOptions& options, std::ostream* notes);

// SHA-256 over configuration and weight files, or over shape and seed of random weights. Reads
// every byte.
std::string ModelDigest(const Engine& engine);
std::string TokenizerDigest(const Engine& engine);

HostInfo DescribeHost(const Context& context);

}  // namespace meval

#endif  // MEVAL_EVALS_MODEL_LOADER_H_
