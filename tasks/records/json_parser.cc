#include "tasks/records/json_parser.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "metrics/unicode_text.h"
#include "tasks/error.h"

namespace meval::tasks {
namespace {

constexpr std::size_t kMaxDepth = 100;

// Walks the text for the JSON library and counts the bytes it has taken, so that every value knows
// where it stood.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* position, std::size_t* count) : position_(position), count_(count) {}
  reference operator*() const { return *position_; }
  CountingIterator& operator++() {
    ++position_;
    ++*count_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return position_ == other.position_; }
  bool operator!=(const CountingIterator& other) const { return position_ != other.position_; }

 private:
  const char* position_;
  std::size_t* count_;
};

// The library quotes what it read last, which may end within a character, as a shortened text may.
std::string WithoutCutCharacters(std::string text) {
  while (const auto cut = FindInvalidUtf8(text)) text.erase(*cut, 1);
  return text;
}

// Builds a Value from the parser's events.
class ValueBuilder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  explicit ValueBuilder(const std::size_t* bytes_taken) : bytes_taken_(bytes_taken) {}

  bool null() { return Add(Value::Kind::kNull, "null"); }
  bool boolean(bool value) { return Add(Value::Kind::kBoolean, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) {
    return Add(Value::Kind::kInteger, std::to_string(value));
  }
  bool number_unsigned(number_unsigned_t value) {
    return Add(Value::Kind::kInteger, std::to_string(value));
  }
  bool number_float(number_float_t, const string_t& spelled) {
    return Add(Value::Kind::kNumber, spelled);
  }
  bool string(string_t& value) { return Add(Value::Kind::kString, std::move(value)); }
  bool binary(binary_t&) { return false; }  // not in JSON text
  bool start_object(std::size_t) { return Open(Value::Kind::kObject); }
  bool start_array(std::size_t) { return Open(Value::Kind::kArray); }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }

  bool key(string_t& name) {
    Value& object = open_.back();
    if (object.Find(name) != nullptr) {
      throw JsonError(Offset(), "the name " + Quoted(name) + " occurs twice in one object");
    }
    object.members.push_back({std::move(name), Value()});
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception& error) {
    // "[json.exception...] parse error at line 1, column 2: what we want".
    std::string what = error.what();
    const std::size_t colon = what.find(": ");
    if (colon != std::string::npos) what.erase(0, colon + 2);
    if (what.size() > 200) what.resize(200);
    throw JsonError(position > 0 ? position - 1 : 0, WithoutCutCharacters(std::move(what)));
  }

  Value TakeResult() { return std::move(result_); }

 private:
  // The last byte taken belongs to the value, except that a number is only recognised with the
  // byte after it.
  std::size_t Offset() const { return *bytes_taken_ > 0 ? *bytes_taken_ - 1 : 0; }

  bool Add(Value::Kind kind, std::string text) {
    Value value;
    value.kind = kind;
    value.text = std::move(text);
    const bool is_number = kind == Value::Kind::kInteger || kind == Value::Kind::kNumber;
    value.offset = Offset();
    if (is_number && value.offset > 0) --value.offset;
    Place(std::move(value));
    return true;
  }

  bool Open(Value::Kind kind) {
    if (open_.size() == kMaxDepth) {
      throw JsonError(Offset(), "nested deeper than " + std::to_string(kMaxDepth) + " levels");
    }
    Value value;
    value.kind = kind;
    value.offset = Offset();
    open_.push_back(std::move(value));
    return true;
  }

  bool Close() {
    Value value = std::move(open_.back());
    open_.pop_back();
    Place(std::move(value));
    return true;
  }

  void Place(Value value) {
    if (open_.empty()) {
      result_ = std::move(value);
    } else if (open_.back().kind == Value::Kind::kArray) {
      open_.back().items.push_back(std::move(value));
    } else {
      open_.back().members.back().value = std::move(value);
    }
  }

  const std::size_t* bytes_taken_;
  std::vector<Value> open_;
  Value result_;
};

void AppendJson(const Value& value, std::string& out) {
  switch (value.kind) {
    case Value::Kind::kNull:
    case Value::Kind::kBoolean:
    case Value::Kind::kInteger:
    case Value::Kind::kNumber:
      out += value.text;
      return;
    case Value::Kind::kString:
      out += nlohmann::json(value.text).dump();
      return;
    case Value::Kind::kArray:
      out += '[';
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0) out += ',';
        AppendJson(value.items[i], out);
      }
      out += ']';
      return;
    case Value::Kind::kObject:
      out += '{';
      for (std::size_t i = 0; i < value.members.size(); ++i) {
        if (i > 0) out += ',';
        out += nlohmann::json(value.members[i].name).dump() + ':';
        AppendJson(value.members[i].value, out);
      }
      out += '}';
      return;
  }
}

}  // namespace

Value ParseJson(std::string_view text) {
  if (const auto offset = FindInvalidUtf8(text)) throw JsonError(*offset, "not valid UTF-8");
  // The JSON library takes a NUL byte for the end of the text and looks no further.
  if (const std::size_t nul = text.find('\0'); nul != text.npos) {
    throw JsonError(nul, "a NUL byte, which JSON writes \\u0000 in a string");
  }
  std::size_t bytes_taken = 0;
  ValueBuilder builder(&bytes_taken);
  const CountingIterator begin(text.data(), &bytes_taken);
  const CountingIterator end(text.data() + text.size(), &bytes_taken);
  nlohmann::json::sax_parse(begin, end, &builder);
  return builder.TakeResult();
}

Value ParseJsonFile(std::string_view text, const std::string& file, std::int64_t first_line) {
  try {
    return ParseJson(text);
  } catch (const JsonError& error) {
    const std::string_view before = text.substr(0, error.offset());
    const auto breaks = std::count(before.begin(), before.end(), '\n');
    const std::size_t last_break = before.rfind('\n');
    const std::size_t line_begin = last_break == before.npos ? 0 : last_break + 1;
    throw DataError(file + ":" + std::to_string(first_line + breaks) + ": byte " +
                    std::to_string(error.offset() - line_begin + 1) + ": " + error.what());
  }
}

std::string WriteJson(const Value& value) {
  std::string out;
  AppendJson(value, out);
  return out;
}

}  // namespace meval::tasks
