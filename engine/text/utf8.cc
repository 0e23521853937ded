#include "engine/text/utf8.h"

#include <cstdint>
#include <cstring>

namespace meval {
namespace {

unsigned Byte(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

// Bytes of the character that `lead` begins; 0 for a byte that begins none.
std::size_t LengthByLead(unsigned lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

// The second byte has a narrower range after four of the lead bytes (Unicode, table 3-7).
bool MaySecond(unsigned lead, unsigned second) {
  const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
}

// The first offset from `offset` on that is not in a whole word of ASCII.
std::size_t SkipAscii(std::string_view text, std::size_t offset) {
  std::uint64_t word = 0;
  for (; offset + sizeof(word) <= text.size(); offset += sizeof(word)) {
    std::memcpy(&word, text.data() + offset, sizeof(word));
    if ((word & 0x8080808080808080U) != 0) break;
  }
  return offset;
}

}  // namespace

Utf8Start ClassifyUtf8(std::string_view text, std::size_t* length) {
  const unsigned lead = Byte(text, 0);
  const std::size_t whole = LengthByLead(lead);
  if (whole == 0) return Utf8Start::kInvalid;
  for (std::size_t i = 1; i < whole; ++i) {
    if (i == text.size()) return Utf8Start::kIncomplete;
    const unsigned next = Byte(text, i);
    const bool fits = i == 1 ? MaySecond(lead, next) : (next & 0xc0U) == 0x80U;
    if (!fits) return Utf8Start::kInvalid;
  }
  *length = whole;
  return Utf8Start::kCharacter;
}

std::size_t FindIllFormedUtf8(std::string_view text) {
  std::size_t offset = 0;
  while (offset < text.size()) {
    offset = SkipAscii(text, offset);
    if (offset == text.size()) break;
    std::size_t length = 0;
    if (ClassifyUtf8(text.substr(offset), &length) != Utf8Start::kCharacter) return offset;
    offset += length;
  }
  return std::string_view::npos;
}

}  // namespace meval
