#ifndef MEVAL_ENGINE_LOADING_MAPPED_FILE_H_
#define MEVAL_ENGINE_LOADING_MAPPED_FILE_H_

#include <cstddef>
#include <filesystem>
#include <span>

namespace meval {

// A file seen as memory, read-only: nothing is read before it is touched, and nothing is copied.
class MappedFile {
 public:
  // Throws ModelError if the file cannot be opened or mapped, or is not a regular file.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  // Gives back the whole pages inside [data, data + size); they are read again if touched again.
  void Release(const std::byte* data, std::size_t size) const;

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_LOADING_MAPPED_FILE_H_
