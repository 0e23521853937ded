#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_ASYNC_COPIES_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_ASYNC_COPIES_H_

// The asynchronous copies of one thread: those not yet committed, and groups in order of
// commitment.

#include <cstddef>
#include <cstring>
#include <deque>
#include <utility>
#include <vector>

namespace meval::cuda_emulator {

class AsyncCopies {
 public:
  void Clear() {
    issued_.clear();
    committed_.clear();
  }

  // Of the 16 bytes at `shared`, `bytes` come from `global`; they are poison until they arrive.
  void Issue(void* shared, const void* global, int bytes) {
    std::memset(shared, 0xff, 16);
    issued_.push_back({shared, global, bytes});
  }

  void Commit() {
    committed_.push_back(std::move(issued_));
    issued_.clear();
  }

  // All groups but the latest `pending` arrive.
  void Wait(int pending) {
    while (static_cast<int>(committed_.size()) > pending) {
      for (const Copy& copy : committed_.front()) Arrive(copy);
      committed_.pop_front();
    }
  }

 private:
  struct Copy {
    void* shared;
    const void* global;
    int bytes;
  };

  static void Arrive(const Copy& copy) {
    const auto bytes = static_cast<std::size_t>(copy.bytes);
    if (bytes > 0) std::memcpy(copy.shared, copy.global, bytes);
    std::memset(static_cast<std::byte*>(copy.shared) + bytes, 0, 16 - bytes);
  }

  std::vector<Copy> issued_;
  std::deque<std::vector<Copy>> committed_;
};

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_ASYNC_COPIES_H_
