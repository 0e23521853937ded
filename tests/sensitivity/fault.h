#ifndef MEVAL_TESTS_SENSITIVITY_FAULT_H_
#define MEVAL_TESTS_SENSITIVITY_FAULT_H_

// Faults that a test plants in the program, one at a time, to see which checks notice them. The
// program under test is mistral-eval itself, linked so that calls from one file of it into another
// pass through the functions of planted_faults*.cc (the linker's --wrap): its sources know nothing
// of faults.

#include <array>
#include <string_view>

namespace meval::sensitivity {

enum class Fault {
  kNone,
  kRopeBaseDoubled,
  kRopePairing,
  kRopePositionOff,
  kWindowPlusOne,
  kWindowMinusOne,
  kWindowIgnored,
  kKvHeadModulo,
  kNormEpsilon,
  kMissingResidual,
  kSoftmaxScale,
  kResidualBf16,
  kKvPagesSwapped,
  kStaleFork,
  kBosMissing,
  kBosDoubled,
  kBoundaryScored,
  kBoundarySkipped,
  kStopOffByOne,
  kSharedSampleSeed,
  kWeightExponent,
  kLogSoftmaxBf16,
  kGoldOffByOne,
  kNormByBytes,
};

struct FaultInfo {
  Fault fault;
  std::string_view name;
  std::string_view meaning;
};

inline constexpr std::array<FaultInfo, 24> kFaults = {{
    {Fault::kNone, "none", "nothing is planted"},
    {Fault::kRopeBaseDoubled, "rope-base", "RoPE base doubled"},
    {Fault::kRopePairing, "rope-pairing", "RoPE turns neighbours instead of halves"},
    {Fault::kRopePositionOff, "rope-position", "RoPE position of queries off by one"},
    {Fault::kWindowPlusOne, "window-plus", "sliding window one key longer"},
    {Fault::kWindowMinusOne, "window-minus", "sliding window one key shorter"},
    {Fault::kWindowIgnored, "window-ignored", "no sliding window"},
    {Fault::kKvHeadModulo, "kv-head", "query head h reads kv head h mod K, not h / group"},
    {Fault::kNormEpsilon, "norm-epsilon", "RMSNorm epsilon times 1000"},
    {Fault::kMissingResidual, "missing-residual", "layer 1 does not add what it attended to"},
    {Fault::kSoftmaxScale, "softmax-scale", "attention scaled by sqrt(2/D), not sqrt(1/D)"},
    {Fault::kResidualBf16, "residual-bf16", "residual stream rounded to bf16"},
    {Fault::kKvPagesSwapped, "kv-pages", "two requests of a step read each other's KV page"},
    {Fault::kStaleFork, "stale-fork", "a forked sequence's own page is not copied"},
    {Fault::kBosMissing, "bos-missing", "no BOS"},
    {Fault::kBosDoubled, "bos-doubled", "BOS twice"},
    {Fault::kBoundaryScored, "boundary-scored", "last token of the context scored too"},
    {Fault::kBoundarySkipped, "boundary-skipped", "first token of a continuation not scored"},
    {Fault::kStopOffByOne, "stop-string", "text cut one byte behind the stop string's place"},
    {Fault::kSharedSampleSeed, "sampler-seed", "samples of one prompt share their random numbers"},
    {Fault::kWeightExponent, "weight-exponent", "one weight times 2^16: a bit of its exponent"},
    {Fault::kLogSoftmaxBf16, "log-softmax-bf16", "log-softmax over logits in bf16"},
    {Fault::kGoldOffByOne, "gold-index", "the gold answer is the next one"},
    {Fault::kNormByBytes, "norm-by-bytes", "acc_norm divides by bytes, not characters"},
}};

// Whether the environment variable MEVAL_FAULT names this fault; kNone where it is not set. An
// unknown name ends the program with exit code 2.
bool Is(Fault fault);

}  // namespace meval::sensitivity

#endif  // MEVAL_TESTS_SENSITIVITY_FAULT_H_
