#include "tasks/jinja/lexer.h"

#include <array>
#include <optional>

#include "metrics/unicode_text.h"

namespace meval::tasks::jinja {
namespace {

bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsDecimal(char c) { return c >= '0' && c <= '9'; }

// Line ends become "\n", and one at the very end goes, as Jinja reads a template.
std::string NormalizeNewlines(std::string_view source) {
  std::string text = ReplaceAll(ReplaceAll(source, "\r\n", "\n"), "\r", "\n");
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

// The value of up to `digits` hexadecimal digits at the start of `text`; nothing if there are
// fewer.
std::optional<char32_t> HexValue(std::string_view text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  char32_t value = 0;
  for (const char c : text.substr(0, digits)) {
    const std::string_view hex = "0123456789abcdef";
    const std::size_t digit = hex.find(static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c));
    if (digit == std::string_view::npos) return std::nullopt;
    value = value * 16 + static_cast<char32_t>(digit);
  }
  return value;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(NormalizeNewlines(source)) {}

  std::vector<Token> Run() {
    while (at_ < source_.size()) {
      LexText();
      if (at_ >= source_.size()) break;
      const std::string_view opening = Rest().substr(0, 2);
      if (opening == "{#") {
        SkipComment();
      } else {
        LexTag(opening == "{{");
      }
    }
    Add(Token::Kind::kEnd, "", at_);
    return std::move(tokens_);
  }

 private:
  std::string_view Rest() const { return std::string_view(source_).substr(at_); }

  Position PositionAt(std::size_t offset) {
    for (; counted_ < offset; ++counted_) {
      if (source_[counted_] == '\n') {
        position_ = {position_.line + 1, 1};
      } else if ((static_cast<unsigned char>(source_[counted_]) & 0xC0U) != 0x80U) {
        ++position_.column;
      }
    }
    return position_;
  }

  void Add(Token::Kind kind, std::string text, std::size_t begin) {
    tokens_.push_back({kind, std::move(text), PositionAt(begin)});
  }

  // Up to the next tag, without the whitespace that the tag takes away.
  void LexText() {
    const std::size_t begin = at_;
    std::size_t end = begin;
    for (; end < source_.size(); ++end) {
      if (source_[end] != '{' || end + 1 == source_.size()) continue;
      const char next = source_[end + 1];
      if (next == '{' || next == '%' || next == '#') break;
    }
    std::string_view text = std::string_view(source_).substr(begin, end - begin);
    const char sign = end + 2 < source_.size() ? source_[end + 2] : '\0';
    if (end < source_.size()) {
      if (sign == '-') {
        text = StripRight(text);
      } else if (sign != '+' && source_[end + 1] != '{') {
        text = WithoutIndentation(text, begin);
      }
    }
    if (!text.empty()) Add(Token::Kind::kText, std::string(text), begin);
    at_ = end;
  }

  // A block or comment that is the first on its line takes the line's indentation (lstrip_blocks).
  std::string_view WithoutIndentation(std::string_view text, std::size_t begin) const {
    const std::size_t newline = text.rfind('\n');
    const bool starts_line = begin == 0 || source_[begin - 1] == '\n';
    if (newline == std::string_view::npos && !starts_line) return text;
    const std::size_t line = newline == std::string_view::npos ? 0 : newline + 1;
    return Strip(text.substr(line)).empty() ? text.substr(0, line) : text;
  }

  // Behind a tag: "-" takes all whitespace that follows, a block or comment one line end
  // (trim_blocks).
  void SkipAfterTag(bool takes_all, bool takes_newline) {
    if (takes_all) {
      const std::string_view rest = Rest();
      at_ += static_cast<std::size_t>(Strip(rest).empty() ? rest.size()
                                                          : Strip(rest).data() - rest.data());
    } else if (takes_newline && Rest().starts_with('\n')) {
      ++at_;
    }
  }

  void SkipComment() {
    const std::size_t end = source_.find("#}", at_ + 2);
    if (end == std::string::npos) {
      throw TemplateError(PositionAt(at_), "expected \"#}\" after this \"{#\", found none");
    }
    const char sign = end > at_ + 2 ? source_[end - 1] : '\0';
    at_ = end + 2;
    SkipAfterTag(sign == '-', sign != '+');
  }

  // The length of the tag's end that stands here, or 0.
  std::size_t EndLength(bool is_print) const {
    const std::string_view end = is_print ? "}}" : "%}";
    if (Rest().starts_with(end)) return 2;
    const bool has_sign = Rest().starts_with('-') || (!is_print && Rest().starts_with('+'));
    return has_sign && Rest().substr(1).starts_with(end) ? 3 : 0;
  }

  void LexTag(bool is_print) {
    const std::size_t begin = at_;
    Add(is_print ? Token::Kind::kBeginPrint : Token::Kind::kBeginBlock, "", begin);
    at_ += 2;
    if (Rest().starts_with('-') || Rest().starts_with('+')) ++at_;
    int open_brackets = 0;
    for (;;) {
      while (!Rest().empty() &&
             (Rest().front() == ' ' || Rest().front() == '\n' || Rest().front() == '\t')) {
        ++at_;
      }
      if (Rest().empty()) {
        throw TemplateError(tokens_.back().position,
                            std::string("expected \"") + (is_print ? "}}" : "%}") +
                                "\" to end the tag, found the end of the template");
      }
      const std::size_t end_length = open_brackets > 0 ? 0 : EndLength(is_print);
      if (end_length > 0) {
        const char sign = end_length == 3 ? Rest().front() : '\0';
        Add(is_print ? Token::Kind::kEndPrint : Token::Kind::kEndBlock, "", at_);
        at_ += end_length;
        SkipAfterTag(sign == '-', !is_print && sign != '+');
        return;
      }
      LexToken();
      const Token& token = tokens_.back();
      if (token.Is("(") || token.Is("[") || token.Is("{")) ++open_brackets;
      if (token.Is(")") || token.Is("]") || token.Is("}")) --open_brackets;
    }
  }

  void LexToken() {
    const char c = Rest().front();
    if (IsNameStart(c)) {
      LexName();
    } else if (IsDecimal(c)) {
      LexNumber();
    } else if (c == '"' || c == '\'') {
      LexString(c);
    } else {
      LexOperator();
    }
  }

  void LexName() {
    std::size_t end = at_;
    while (end < source_.size() && (IsNameStart(source_[end]) || IsDecimal(source_[end]))) ++end;
    Add(Token::Kind::kName, source_.substr(at_, end - at_), at_);
    at_ = end;
  }

  void LexNumber() {
    std::size_t end = at_;
    while (end < source_.size() && IsDecimal(source_[end])) ++end;
    const bool is_float =
        end + 1 < source_.size() && source_[end] == '.' && IsDecimal(source_[end + 1]);
    if (is_float) {
      for (++end; end < source_.size() && IsDecimal(source_[end]);) ++end;
    }
    // Not a number of the subset ("1e9", "0x10", "1_000"): said so, rather than read as another.
    if (end < source_.size() && IsNameStart(source_[end])) {
      throw TemplateError(PositionAt(at_), "expected a decimal number, found \"" +
                                               source_.substr(at_, end - at_ + 1) + "\"");
    }
    constexpr std::size_t kMostDigits = 15;  // exact as a double, and far from overflow
    if (end - at_ > kMostDigits) {
      throw TemplateError(PositionAt(at_), "expected a number of at most 15 digits, found " +
                                               std::to_string(end - at_));
    }
    Add(is_float ? Token::Kind::kFloat : Token::Kind::kInteger, source_.substr(at_, end - at_),
        at_);
    at_ = end;
  }

  void LexString(char quote) {
    const std::size_t begin = at_++;
    std::string value;
    while (at_ < source_.size() && source_[at_] != quote) {
      if (source_[at_] == '\\' && at_ + 1 < source_.size()) {
        value += Escape();
      } else {
        value += source_[at_++];
      }
    }
    if (at_ >= source_.size()) {
      throw TemplateError(PositionAt(begin), "expected a quote that ends this string, found none");
    }
    ++at_;
    Add(Token::Kind::kString, std::move(value), begin);
  }

  // Python's escapes; a backslash before any other character stays.
  std::string Escape() {
    const char c = source_[at_ + 1];
    const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits > 0) {
      const std::optional<char32_t> value = HexValue(Rest().substr(2), digits);
      if (!value || *value > 0x10FFFF || (*value >= 0xD800 && *value < 0xE000)) {
        throw TemplateError(PositionAt(at_),
                            "expected the hexadecimal digits of a character, "
                            "found another text after \"\\" +
                                std::string(1, c) + "\"");
      }
      at_ += 2 + digits;
      return ToUtf8(std::u32string_view(&*value, 1));
    }
    constexpr std::string_view kFrom = "ntrabfv\\'\"\n";
    constexpr std::array<std::string_view, 11> kTo = {"\n", "\t", "\r", "\a", "\b", "\f",
                                                      "\v", "\\", "'",  "\"", ""};
    const std::size_t found = kFrom.find(c);
    if (IsDecimal(c)) {
      throw TemplateError(PositionAt(at_), "an escape by octal digits is not supported");
    }
    at_ += 2;
    return found == std::string_view::npos ? std::string("\\") + c : std::string(kTo.at(found));
  }

  void LexOperator() {
    for (const std::string_view op :
         {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
          "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ","}) {
      if (!Rest().starts_with(op)) continue;
      Add(Token::Kind::kOperator, std::string(op), at_);
      at_ += op.size();
      return;
    }
    const char c = Rest().front();
    const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
    throw TemplateError(PositionAt(at_),
                        "expected a part of an expression, found " +
                            (is_ascii ? std::string("\"") + c + '"' : "a letter outside ASCII"));
  }

  std::string source_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
  std::size_t counted_ = 0;  // position_ is that of this offset
  Position position_;
};

}  // namespace

std::string Shown(const Token& token) {
  switch (token.kind) {
    case Token::Kind::kEnd:
      return "the end of the template";
    case Token::Kind::kEndPrint:
    case Token::Kind::kEndBlock:
      return "the end of the tag";
    case Token::Kind::kText:
    case Token::Kind::kBeginPrint:
    case Token::Kind::kBeginBlock:
      return "text or another tag";
    case Token::Kind::kString:
      return "a string";
    default:
      return '"' + token.text + '"';
  }
}

std::vector<Token> Tokenize(std::string_view source) { return Lexer(source).Run(); }

}  // namespace meval::tasks::jinja
