#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_DEVICE_MEMORY_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_DEVICE_MEMORY_H_

// The memory behind cudaMalloc: runtime.h says how it behaves.

#include <cstddef>
#include <map>

namespace meval::cuda_emulator {

class DeviceMemory {
 public:
  DeviceMemory() = default;
  ~DeviceMemory();
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  // Null if the system has none. Poisoned, at a multiple of 256.
  void* Allocate(std::size_t bytes);
  // False if `pointer` did not come from Allocate or has been freed. Throws EmulatorError if the
  // bytes behind the block have been written.
  bool Free(void* pointer);
  // Whether [pointer, pointer + bytes) lies in one block.
  bool Contains(const void* pointer, std::size_t bytes) const;
  std::size_t allocated_bytes() const { return allocated_bytes_; }

  // While one lives, the blocks can be read and written, by its own thread at least.
  class Access {
   public:
    explicit Access(DeviceMemory& memory);
    ~Access();
    Access(const Access&) = delete;
    Access& operator=(const Access&) = delete;

   private:
    DeviceMemory& memory_;
  };

 private:
  struct Block {
    std::byte* pages = nullptr;  // what is opened and closed; a closed page follows
    std::size_t page_bytes = 0;
    std::size_t bytes = 0;  // asked for
  };
  void Protect(int protection);

  std::map<std::byte*, Block> blocks_;  // by the pointer given out
  std::size_t allocated_bytes_ = 0;
  int accesses_ = 0;  // where there is no protection key
};

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_DEVICE_MEMORY_H_
