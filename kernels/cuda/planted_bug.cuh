#ifndef MEVAL_KERNELS_CUDA_PLANTED_BUG_CUH_
#define MEVAL_KERNELS_CUDA_PLANTED_BUG_CUH_

// Mistakes that are easy to make in a kernel or around it and hard to see. tests/kernels/cuda and
// tests/engine/cuda build each of them on purpose, with -DMEVAL_PLANTED_BUG=kName, and show that
// the emulated tests catch it. In every other build there is none.

#ifndef MEVAL_PLANTED_BUG
#define MEVAL_PLANTED_BUG kNone
#endif

namespace meval::cuda {

enum class PlantedBug {
  kNone,
  kMissingBarrier,          // of a block reduction, between writing the sums and reading them
  kReadBehindTheRow,        // of what is not used: no number is another one
  kMissingTrailingBarrier,  // before a stage of K and V is filled again
  kWrongWaitGroup,          // one group too many left under way
  kWrongFragmentIndex,      // rows and columns of an mma operand exchanged
  kWindowOffByOne,          // W + 1 keys instead of W
  kStaleSlots,              // those behind the last key are used as they are
  kStalePage,               // the entry of the page table that the tile before had
  kDroppedPartial,          // the last of those that the merge adds up
  kWrongSlot,               // a row stored twice goes to its first slot both times
  kCutOffByOne,             // the last of the equal tokens that stay is not drawn
  kForgottenLayer,          // of a page that is copied
  kForgottenKey,            // of a recorded step: how many items its launches have
  kDivergentBarrier,        // only threads with work come to it
  kMissingProductWait,      // a warpgroup's product is read before it is waited for
  kMissingProductFence,     // or begins before its registers may be read
  kWrongBarrierPhase,       // of a bulk copy: that of the one before
  kWrongDescriptorStride,   // of a tile in shared memory
  kMissingProxyFence,       // between ordinary stores and products that read them
};

inline constexpr PlantedBug kPlantedBug = PlantedBug::MEVAL_PLANTED_BUG;

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_PLANTED_BUG_CUH_
