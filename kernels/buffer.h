#ifndef MEVAL_KERNELS_BUFFER_H_
#define MEVAL_KERNELS_BUFFER_H_

// The one owner of raw memory: of the host, 64-byte aligned, uninitialised, with a
// transparent-huge-page hint when large; or of a device (Context::Allocate), where host code may
// not touch it.

#include <cstddef>
#include <cstdint>

namespace meval {

class Buffer {
 public:
  Buffer() = default;
  // Throws DeviceError naming the bytes asked for.
  explicit Buffer(std::size_t bytes);
  // Takes over memory that release(data) gives back.
  Buffer(void* data, std::size_t bytes, void (*release)(void*))
      : data_(data), bytes_(bytes), release_(release) {}
  ~Buffer();
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  template <typename T>
  T* As() const {
    return static_cast<T*>(data_);
  }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
  void (*release_)(void*) = nullptr;  // null: of the host
};

}  // namespace meval

#endif  // MEVAL_KERNELS_BUFFER_H_
