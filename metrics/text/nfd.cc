#include "metrics/text/nfd.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include "metrics/text/utf8.h"
#include "metrics/unicode_text.h"

namespace meval::text {
namespace {

const UNormalizer2* Decomposer() {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* decomposer = unorm2_getNFDInstance(&status);
  if (U_FAILURE(status)) {
    throw std::logic_error(std::string("no NFD data: ") + u_errorName(status));
  }
  return decomposer;
}

void AppendDecomposed(char32_t c, const UNormalizer2* decomposer, std::u32string& out) {
  constexpr char32_t kFirstThatDecomposes = 0xC0;
  std::array<UChar, 32> units{};  // the longest canonical decomposition has 4 code points
  UErrorCode status = U_ZERO_ERROR;
  const std::int32_t length =
      c < kFirstThatDecomposes
          ? -1
          : unorm2_getDecomposition(decomposer, static_cast<UChar32>(c), units.data(),
                                    static_cast<std::int32_t>(units.size()), &status);
  if (U_FAILURE(status)) {
    throw std::logic_error(std::string("decomposition failed: ") + u_errorName(status));
  }
  if (length < 0) {
    out.push_back(c);
  }
  for (std::int32_t i = 0; i < length;) {
    UChar32 part = 0;
    U16_NEXT(units, i, length, part);
    out.push_back(static_cast<char32_t>(part));
  }
}

std::uint8_t CombiningClass(char32_t c) {
  constexpr char32_t kFirstMark = 0x300;
  return c < kFirstMark ? 0 : u_getCombiningClass(static_cast<UChar32>(c));
}

}  // namespace

std::string ToNfd(std::string_view text) {
  const UNormalizer2* decomposer = Decomposer();
  std::u32string characters;
  characters.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    AppendDecomposed(DecodeForward(text, i), decomposer, characters);
  }
  const auto is_starter = [](char32_t c) { return CombiningClass(c) == 0; };
  for (auto run = characters.begin(); run != characters.end();) {
    run = std::find_if_not(run, characters.end(), is_starter);
    const auto end = std::find_if(run, characters.end(), is_starter);
    std::stable_sort(run, end,
                     [](char32_t a, char32_t b) { return CombiningClass(a) < CombiningClass(b); });
    run = end;
  }
  return ToUtf8(characters);
}

}  // namespace meval::text
