#include "reports/checksum.h"

#include <array>
#include <cstddef>
#include <stdexcept>

#include <openssl/evp.h>

namespace meval {

std::string Checksum(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::size_t kBytes = 8;
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL refuses to compute SHA-256");
  }
  std::string text;
  for (std::size_t i = 0; i < kBytes; ++i) {
    text += kDigits[hash[i] >> 4U];
    text += kDigits[hash[i] & 0xFU];
  }
  return text;
}

}  // namespace meval
