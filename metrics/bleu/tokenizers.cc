#include "metrics/bleu/tokenizers.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <unicode/uchar.h>

#include "metrics/text/utf8.h"
#include "metrics/unicode_text.h"

namespace meval::bleu {
namespace {

using Tokens = std::vector<std::string_view>;

// What a character is to the passes of a tokenizer. The first two do not end a token.
enum class Kind : std::uint8_t {
  kWord,
  kNumber,
  kSpace,
  kAlone,  // always a token of its own
  kMark,   // a token of its own unless numbers are next to it
  kDash,   // a token of its own behind a number
  kWide,   // a byte of a character outside ASCII
};

using ByteKinds = std::array<Kind, 256>;

constexpr ByteKinds MakeByteKinds(std::string_view alone, std::string_view marks,
                                  std::string_view dashes) {
  ByteKinds kinds{};
  const auto set = [&](std::string_view characters, Kind kind) {
    for (const char c : characters) {
      kinds[static_cast<std::size_t>(c)] = kind;
    }
  };
  set("\t\n\v\f\r\x1C\x1D\x1E\x1F ", Kind::kSpace);
  set("0123456789", Kind::kNumber);
  set(alone, Kind::kAlone);
  set(marks, Kind::kMark);
  set(dashes, Kind::kDash);
  std::fill(kinds.begin() + 0x80, kinds.end(), Kind::kWide);
  return kinds;
}

// mteval-v13a and the Chinese tokenizer: all punctuation but ' , - . stands alone.
constexpr ByteKinds kWestern = MakeByteKinds("!\"#$%&()*+/:;<=>?@[\\]^_`{|}~", ".,", "-");
// mteval-v14: symbols (S) stand alone, punctuation (P) does so away from numbers.
constexpr ByteKinds kInternational = MakeByteKinds("$+<=>^`|~", "!\"#%&'()*,-./:;?@[\\]_{}", "");

// Finds tokens as three passes over a text would separate them, each of which replaces pairs of
// neighbouring characters, from left to right and without overlap:
//
//   1. "x."  (x no number)           the mark gets spaces on both sides
//   2. ".x"  (x no number)           likewise
//   3. "5-"  (number and dash)       likewise
//
// Spaces around what stands alone come earlier or later; as a neighbour it is no number, just as a
// space. In a row of marks pass 1 pairs every other one with the mark before it, which leaves no
// two marks side by side. So pass 2 leaves a mark in its place only where pass 1 did and a number
// follows. `edge` is what the ends of the text are to a mark: a number where they make no pair.
template <typename KindOfWide>
void Scan(std::string_view line, const ByteKinds& kinds, KindOfWide kind_of_wide, Kind edge,
          Tokens& tokens) {
  const auto kind_of_byte = [&](std::size_t i) {
    return kinds[static_cast<unsigned char>(line[i])];
  };
  // The kind of the character at `i`, which moves behind it.
  const auto next_kind = [&](std::size_t& i) {
    if (i == line.size()) {
      return edge;
    }
    const Kind kind = kind_of_byte(i);
    if (kind == Kind::kWide) {
      return kind_of_wide(text::DecodeForward(line, i));
    }
    ++i;
    return kind;
  };
  std::size_t begin = 0;  // of the token being read
  const auto end_token = [&](std::size_t end) {
    if (end > begin) {
      tokens.push_back(line.substr(begin, end - begin));
    }
    begin = end;
  };
  Kind previous = edge;
  bool is_paired = false;  // the mark before, in pass 1
  for (std::size_t next = 0; next < line.size();) {
    if (const Kind inside = kind_of_byte(next); inside <= Kind::kNumber) {
      previous = inside;
      ++next;
      continue;
    }
    const std::size_t at = next;
    const Kind kind = next_kind(next);
    bool is_apart = kind == Kind::kAlone;
    if (kind == Kind::kSpace) {
      end_token(at);
      begin = next;
    } else if (kind == Kind::kMark) {
      is_paired = previous == Kind::kMark ? !is_paired : previous != Kind::kNumber;
      std::size_t behind = next;
      is_apart = is_paired || next_kind(behind) != Kind::kNumber;
    } else if (kind == Kind::kDash) {
      is_apart = previous == Kind::kNumber && at > 0;
    }
    if (is_apart) {
      end_token(at);
      end_token(next);
    }
    previous = kind;
  }
  end_token(line.size());
}

struct Range {
  char32_t low;
  char32_t high;
};

// The ranges sacrebleu isolates. Two of them, 2001-2A6D and 2F81-2FA1, are a slip of its source,
// which meant the supplementary planes 20010-2A6D6 and 2F800-2FA1D; scores depend on it.
constexpr std::array<Range, 22> kChinese = {{
    {0x3400, 0x4DB5}, {0x4E00, 0x9FA5}, {0x9FA6, 0x9FBB}, {0xF900, 0xFA2D}, {0xFA30, 0xFA6A},
    {0xFA70, 0xFAD9}, {0x2001, 0x2A6D}, {0x2F81, 0x2FA1}, {0xFF00, 0xFFEF}, {0x2E80, 0x2EFF},
    {0x3000, 0x303F}, {0x31C0, 0x31EF}, {0x2F00, 0x2FDF}, {0x2FF0, 0x2FFF}, {0x3100, 0x312F},
    {0x31A0, 0x31BF}, {0xFE10, 0xFE1F}, {0xFE30, 0xFE4F}, {0x2600, 0x26FF}, {0x2700, 0x27BF},
    {0x3200, 0x32FF}, {0x3300, 0x33FF},
}};

bool IsChinese(char32_t c) {
  return std::any_of(kChinese.begin(), kChinese.end(),
                     [&](const Range& range) { return c >= range.low && c <= range.high; });
}

// The text 13a separates: without <skipped> and hyphenation, with entities replaced.
std::string_view Clean13a(std::string_view line, std::string& buffer) {
  if (line.find("<skipped>") == std::string_view::npos &&
      line.find("-\n") == std::string_view::npos && line.find('&') == std::string_view::npos) {
    return line;
  }
  buffer = ReplaceAll(line, "<skipped>", "");
  buffer = ReplaceAll(buffer, "-\n", "");
  buffer = ReplaceAll(buffer, "&quot;", "\"");
  buffer = ReplaceAll(buffer, "&amp;", "&");
  buffer = ReplaceAll(buffer, "&lt;", "<");
  buffer = ReplaceAll(buffer, "&gt;", ">");
  return buffer;
}

// 13a puts a space at both ends, so that marks there have a neighbour.
void Tokenize13a(std::string_view line, std::string& buffer, Tokens& tokens) {
  const auto kind_of_wide = [](char32_t c) { return IsWhitespace(c) ? Kind::kSpace : Kind::kWord; };
  Scan(Clean13a(line, buffer), kWestern, kind_of_wide, Kind::kSpace, tokens);
}

void TokenizeZh(std::string_view line, Tokens& tokens) {
  const auto kind_of_wide = [](char32_t c) {
    return IsWhitespace(c) ? Kind::kSpace : IsChinese(c) ? Kind::kAlone : Kind::kWord;
  };
  Scan(Strip(line), kWestern, kind_of_wide, Kind::kNumber, tokens);
}

void TokenizeIntl(std::string_view line, Tokens& tokens) {
  const auto kind_of_wide = [](char32_t c) {
    const std::uint32_t category = U_GET_GC_MASK(static_cast<UChar32>(c));
    return IsWhitespace(c)                 ? Kind::kSpace
           : (category & U_GC_N_MASK) != 0 ? Kind::kNumber
           : (category & U_GC_P_MASK) != 0 ? Kind::kMark
           : (category & U_GC_S_MASK) != 0 ? Kind::kAlone
                                           : Kind::kWord;
  };
  Scan(line, kInternational, kind_of_wide, Kind::kNumber, tokens);
}

void TokenizeChar(std::string_view line, Tokens& tokens) {
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t begin = i;
    if (!IsWhitespace(text::DecodeForward(line, i))) {
      tokens.push_back(line.substr(begin, i - begin));
    }
  }
}

}  // namespace

void Tokenize(std::string_view line, BleuTokenizer tokenizer, std::string& buffer,
              std::vector<std::string_view>& tokens) {
  tokens.clear();
  switch (tokenizer) {
    case BleuTokenizer::kNone:
      tokens = SplitWhitespace(line);
      return;
    case BleuTokenizer::kChar:
      return TokenizeChar(line, tokens);
    case BleuTokenizer::k13a:
      return Tokenize13a(line, buffer, tokens);
    case BleuTokenizer::kZh:
      return TokenizeZh(line, tokens);
    case BleuTokenizer::kIntl:
      return TokenizeIntl(line, tokens);
  }
}

}  // namespace meval::bleu
