#ifndef MEVAL_TASKS_DIGEST_H_
#define MEVAL_TASKS_DIGEST_H_

// SHA-256 digests, in lower-case hexadecimal (64 characters).

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace meval {

std::string Sha256(std::string_view bytes);
// Of a file's contents. Throws DataError if it cannot be read.
std::string Sha256File(const std::filesystem::path& path);

// Digest of a sequence of strings; each is hashed with its length in bytes and a colon in front
// ("2:ab1:c"), so that ("ab", "c") differs from ("a", "bc").
class DigestBuilder {
 public:
  DigestBuilder();
  ~DigestBuilder();
  DigestBuilder(const DigestBuilder& other);  // goes on from what `other` was told
  DigestBuilder& operator=(const DigestBuilder&) = delete;
  DigestBuilder& Add(std::string_view part);
  std::string Finish();  // once

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace meval

#endif  // MEVAL_TASKS_DIGEST_H_
