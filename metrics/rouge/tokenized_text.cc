#include "metrics/rouge/tokenized_text.h"

#include <array>
#include <cstdint>

#include "metrics/porter_stemmer.h"

namespace meval::rouge {
namespace {

constexpr std::size_t kMinStemmedLength = 4;

// The lower-case letter or digit that an ASCII character is in a token; 0 for all else.
constexpr auto kTokenLetters = [] {
  std::array<char, 256> letters{};
  for (char c = '0'; c <= '9'; ++c) {
    letters[static_cast<std::size_t>(c)] = c;
  }
  for (char c = 'a'; c <= 'z'; ++c) {
    letters[static_cast<std::size_t>(c)] = c;
    letters[static_cast<std::size_t>(c - 'a' + 'A')] = c;
  }
  return letters;
}();

// The only two characters outside ASCII whose lower-case forms have letters of ASCII: U+0130 gives
// an i and a combining dot, U+212A gives a k.
constexpr std::string_view kDottedI = "\u0130";
constexpr std::string_view kKelvin = "\u212A";

}  // namespace

void TokenizedText::Read(std::string_view text, bool use_stemmer) {
  tokens_.clear();
  line_ends_.clear();
  // Tokens only get shorter, by lower-casing as by stemming.
  letters_.resize(text.size());
  char* const letters = letters_.data();
  std::size_t begin = 0;  // of the token being read, in letters_
  std::size_t end = 0;
  const auto end_token = [&] {
    if (end > begin) {
      if (use_stemmer && end - begin >= kMinStemmedLength) {
        end = begin + PorterStemInPlace({letters + begin, end - begin});
      }
      tokens_.emplace_back(letters + begin, end - begin);
      begin = end;
    }
  };
  const auto end_line = [&] {
    if (tokens_.size() > (line_ends_.empty() ? 0 : line_ends_.back())) {
      line_ends_.push_back(tokens_.size());
    }
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (kTokenLetters[byte] != 0) {
      letters[end++] = kTokenLetters[byte];
    } else if (byte >= 0x80 && text.substr(i).starts_with(kKelvin)) {
      letters[end++] = 'k';
      i += kKelvin.size() - 1;
    } else {
      if (byte >= 0x80 && text.substr(i).starts_with(kDottedI)) {
        letters[end++] = 'i';
      }
      end_token();
      if (byte == '\n') {
        end_line();
      }
    }
  }
  end_token();
  end_line();
}

}  // namespace meval::rouge
