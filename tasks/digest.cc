#include "tasks/digest.h"

#include <array>
#include <stdexcept>

#include <openssl/evp.h>

#include "tasks/records/record_file.h"

namespace meval {
namespace {

class Sha256Hash {
 public:
  Sha256Hash() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    Check(context_ != nullptr ? 1 : 0);
    Check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
  }
  Sha256Hash(const Sha256Hash& other) : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    Check(context_ != nullptr ? 1 : 0);
    Check(EVP_MD_CTX_copy_ex(context_.get(), other.context_.get()));
  }
  Sha256Hash& operator=(const Sha256Hash&) = delete;
  void Update(std::string_view bytes) {
    Check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  }
  std::string Finish() {
    constexpr char kHex[] = "0123456789abcdef";
    std::array<unsigned char, 32> hash{};
    Check(EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr));
    std::string out;
    out.reserve(2 * hash.size());
    for (const unsigned char byte : hash) {
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    }
    return out;
  }

 private:
  static void Check(int ok) {
    if (ok != 1) throw std::runtime_error("OpenSSL refuses to compute SHA-256");
  }
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

struct DigestBuilder::Impl {
  Sha256Hash hash;
};

DigestBuilder::DigestBuilder() : impl_(std::make_unique<Impl>()) {}
DigestBuilder::DigestBuilder(const DigestBuilder& other)
    : impl_(std::make_unique<Impl>(*other.impl_)) {}
DigestBuilder::~DigestBuilder() = default;

DigestBuilder& DigestBuilder::Add(std::string_view part) {
  impl_->hash.Update(std::to_string(part.size()));
  impl_->hash.Update(":");
  impl_->hash.Update(part);
  return *this;
}

std::string DigestBuilder::Finish() { return impl_->hash.Finish(); }

std::string Sha256(std::string_view bytes) {
  Sha256Hash hash;
  hash.Update(bytes);
  return hash.Finish();
}

std::string Sha256File(const std::filesystem::path& path) {
  // A checkpoint's files are larger than the memory beside its weights.
  Sha256Hash hash;
  tasks::ReadFileBlocks(path, [&](std::string_view block) { hash.Update(block); });
  return hash.Finish();
}

}  // namespace meval
