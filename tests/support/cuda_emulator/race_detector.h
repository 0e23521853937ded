#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_RACE_DETECTOR_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_RACE_DETECTOR_H_

// What ThreadSanitizer is told of the emulated threads, so that it sees the races of a kernel and
// not those of the emulator. Fibers run one at a time on one host thread; switching between them is
// no synchronisation (fiber.cc). What synchronises is what does so in CUDA: the start and the end
// of a launch, __syncthreads and __syncwarp. Shuffles, votes, ldmatrix and mma exchange registers
// and order no memory. In other builds all of this is empty.

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>

// For functions a fiber may leave for good: what they would note of their call is never taken back.
#define MEVAL_NO_TSAN __attribute__((no_sanitize("thread")))

extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
}
#else
#define MEVAL_NO_TSAN
#endif

namespace meval::cuda_emulator {

// A place where threads meet in time: what one does before Release comes before what another does
// after an Acquire that follows.
class SyncPoint {
 public:
  void Release() {
#ifdef __SANITIZE_THREAD__
    __tsan_release(this);
#endif
  }
  void Acquire() {
#ifdef __SANITIZE_THREAD__
    __tsan_acquire(this);
#endif
  }

 private:
  char address_ = 0;  // a SyncPoint is its address
};

// While one lives, what its fiber does with memory is the emulator's business and no kernel's.
class EmulatorsOwn {
 public:
  EmulatorsOwn() {
#ifdef __SANITIZE_THREAD__
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
#endif
  }
  ~EmulatorsOwn() {
#ifdef __SANITIZE_THREAD__
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
#endif
  }
  EmulatorsOwn(const EmulatorsOwn&) = delete;
  EmulatorsOwn& operator=(const EmulatorsOwn&) = delete;
};

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_RACE_DETECTOR_H_
