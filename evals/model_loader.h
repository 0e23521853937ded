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
  bool is_demonstration = false;  // the shipped model or random weights
};

// Loads the model that `options` name. Notes for people go to `notes` (null: none); to `warnings`
// (null: with the notes) what --quiet must not hide, that a device is there and is not used. Throws
// UsageError, ModelError or DeviceError.
LoadedModel LoadModel(const ModelOptions& options, std::ostream* notes,
                      std::ostream* warnings = nullptr);

// Where the model is to run: --backend cpu, cuda, or with auto the first CUDA device where there is
// one that can be used, and the cpu where not. Throws DeviceError where cuda was asked for and is
// not to be had, and SettingError where the environment says how to compute in words unknown.
std::unique_ptr<Context> OpenContext(const ModelOptions& options, std::ostream* notes,
                                     std::ostream* warnings = nullptr);

// The engine's options for the model flags; the shipped tokenizer is looked for where a model has
// no other. Throws ModelError if it is not there.
EngineOptions ToEngineOptions(const ModelOptions& options);

// SHA-256 over configuration and weight files, or over shape and seed of random weights. Reads
// every byte.
std::string ModelDigest(const Engine& engine);
std::string TokenizerDigest(const Engine& engine);

HostInfo DescribeHost(const Context& context);

}  // namespace meval

#endif  // MEVAL_EVALS_MODEL_LOADER_H_
