#ifndef MEVAL_ENGINE_SELFTEST_H_
#define MEVAL_ENGINE_SELFTEST_H_

// The proof, on the user's own machine, that this build computes what it should:
//
//   for (const SelftestCheck& check : CheckKernels(options)) { ... }
//   for (const SelftestCheck& check : CheckEngine(options)) { ... }
//
//   for (const SelftestCheck& check : CheckDevice(options)) { ... }   where options.device is not
//   the cpu
//
// CheckKernels runs every op on random shapes, by every code path this machine has, against the
// reference path: within the tolerances of kernels/tolerance.h, without a stray write, and with the
// same bits on any number of threads, on both vector widths and, for matrix products, in any
// company. CheckEngine scores and generates random trees of requests on random small models, or on
// the user's own: the same bits whatever the schedule. What is tried is a function of the options
// alone, so the same options repeat a failure.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace meval {

enum class SelftestEffort { kQuick, kDefault, kFull };  // seconds, under 20 seconds, minutes

struct SelftestOptions {
  std::uint64_t seed = 1234;
  SelftestEffort effort = SelftestEffort::kDefault;
  // Of the schedule others are compared with; 0: one for random models, whose steps are too small
  // to gain by more, and all cores for the user's own. All cores are among the schedules tried.
  int num_threads = 0;
  WeightDType dtype = WeightDType::kAuto;  // of the random models; kAuto: both the device has
  Device device = Device::kCpu;            // what CheckEngine and CheckDevice run on
  // A tokenizer.model or its directory, for the random models.
  std::filesystem::path tokenizer;
  // The model to try in place of random ones; its batch_tokens and kv_memory_bytes belong to the
  // schedule that others are compared with.
  std::optional<EngineOptions> model;
  // Only checks whose name begins with this: "", "gemm", "score.batch".
  std::string only;
  // What is being tried now, for people; may be empty.
  std::function<void(const std::string&)> progress;
  // Once requested, CheckEngine and CheckDevice end after the case that runs, with what they have.
  std::stop_token stop;
  // Gets what CheckDevice has run on, once its last case has; may be empty.
  std::function<void(const Context&)> when_done;
};

struct SelftestCheck {
  std::string name;   // "score.batch": what `only` takes
  std::string claim;  // what is true where it passes: "any batch budget gives the same bits"
  std::int64_t num_cases = 0;  // comparisons made
  std::int64_t num_failures = 0;
  double worst = -1;          // largest error, as a share of what is allowed; -1: bits are compared
  std::string first_failure;  // which case, expected, found; empty where all passed
  std::string why_skipped;    // where no case could be tried here, the reason

  bool passed() const { return num_failures == 0; }
};

// Every name `only` can begin, kernels first.
std::vector<std::string> SelftestNames();

// Checks in the order of SelftestNames(). A check whose op or engine throws has failed, with the
// message as its first failure; what prevents the user's model from being loaded is thrown
// (ModelError, DeviceError), and so is std::invalid_argument where `only` begins no name.
std::vector<SelftestCheck> CheckKernels(const SelftestOptions& options);
std::vector<SelftestCheck> CheckEngine(const SelftestOptions& options);

// Every op of options.device, a CUDA device, on random shapes beside the cpu: within the roundings
// of its 16-bit formats, from inputs that are the same, into outputs that are poisoned, without a
// stray write; and the logits of random small models. A check whose op throws has failed; where the
// device is lost, the checks that it did not reach say so. Throws DeviceError where there is no
// such device.
std::vector<SelftestCheck> CheckDevice(const SelftestOptions& options);

}  // namespace meval

#endif  // MEVAL_ENGINE_SELFTEST_H_
