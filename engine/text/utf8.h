#ifndef MEVAL_ENGINE_TEXT_UTF8_H_
#define MEVAL_ENGINE_TEXT_UTF8_H_

#include <cstddef>
#include <string_view>

namespace meval {

// What the first bytes of a string are in UTF-8 (RFC 3629: shortest forms only, no surrogates,
// nothing above U+10FFFF).
enum class Utf8Start {
  kCharacter,   // a whole character
  kIncomplete,  // the string ends inside what may become one
  kInvalid,     // no character begins like this, whatever follows
};

// `text` must not be empty. For kCharacter, *length is its number of bytes, 1 to 4.
Utf8Start ClassifyUtf8(std::string_view text, std::size_t* length);

// Offset of the first byte that is not part of a whole character; npos if there is none.
std::size_t FindIllFormedUtf8(std::string_view text);

}  // namespace meval

#endif  // MEVAL_ENGINE_TEXT_UTF8_H_
