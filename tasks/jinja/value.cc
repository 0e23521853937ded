#include "tasks/jinja/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "metrics/unicode_text.h"
#include "tasks/jinja/rendering.h"

namespace meval::tasks::jinja {
namespace {

[[noreturn]] void Refuse(const std::string& expected, const Value& found) {
  throw std::invalid_argument("expected " + expected + ", found " + found.Kind());
}

std::int64_t Index(const Value& value, const std::string& what) {
  if (value.integer() == nullptr) Refuse(what, value);
  return *value.integer();
}

// Python's repr of a float: the shortest digits that read back, always with a point or exponent.
std::string PrintDouble(double value) {
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  std::string text(buffer.data(), end);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          constexpr std::string_view kHex = "0123456789abcdef";
          out += "\\u00";
          out += kHex[static_cast<unsigned char>(c) >> 4U];
          out += kHex[static_cast<unsigned char>(c) & 0xFU];
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

// The places Python's slice visits in a sequence of `size`.
std::vector<std::size_t> SlicePlaces(std::int64_t size, const Value& begin, const Value& end,
                                     const Value& step) {
  const std::int64_t stride = step.is_none() ? 1 : Index(step, "an int as the step of a slice");
  if (stride == 0) throw std::invalid_argument("expected a step other than 0 of a slice, found 0");
  const std::int64_t lowest = stride > 0 ? 0 : -1;
  const std::int64_t highest = stride > 0 ? size : size - 1;
  const auto bound = [&](const Value& value, std::int64_t fallback) {
    if (value.is_none()) return fallback;
    std::int64_t at = Index(value, "an int as the bound of a slice");
    if (at < 0) at += size;
    return std::clamp(at, lowest, highest);
  };
  const std::int64_t first = bound(begin, stride > 0 ? lowest : highest);
  const std::int64_t last = bound(end, stride > 0 ? highest : lowest);
  std::vector<std::size_t> places;
  for (std::int64_t at = first; stride > 0 ? at < last : at > last; at += stride) {
    places.push_back(static_cast<std::size_t>(at));
  }
  return places;
}

Value ItemOfSequence(const Value& value, std::int64_t at) {
  if (const List* list = value.list()) {
    const auto size = static_cast<std::int64_t>(list->size());
    if (at < 0) at += size;
    if (at < 0 || at >= size) return Undefined{"element " + std::to_string(at)};
    return (*list)[static_cast<std::size_t>(at)];
  }
  const std::u32string text = ToCodePoints(*value.string());
  const auto size = static_cast<std::int64_t>(text.size());
  if (at < 0) at += size;
  if (at < 0 || at >= size) return Undefined{"character " + std::to_string(at)};
  return ToUtf8(std::u32string_view(text).substr(static_cast<std::size_t>(at), 1));
}

// A list or mapping of so many elements at this depth is made.
void CountLevel(int depth, std::size_t size) {
  Rendering::Spend(static_cast<std::int64_t>(size));
  if (depth > Value::kDeepest) {
    throw std::invalid_argument("expected at most " + std::to_string(Value::kDeepest) +
                                " lists and mappings in each other, found more");
  }
}

}  // namespace

TemplateError::TemplateError(const Position& where, const std::string& what)
    : std::runtime_error("line " + std::to_string(where.line) + ", column " +
                         std::to_string(where.column) + ": " + what) {}

const List* Value::list() const {
  const auto* list = As<std::shared_ptr<const List>>();
  return list == nullptr ? nullptr : list->get();
}

const Members* Value::members() const {
  if (const auto* names = As<Namespace>()) return names->members.get();
  const auto* members = As<std::shared_ptr<const Members>>();
  return members == nullptr ? nullptr : members->get();
}

bool Value::is_number() const {
  return As<bool>() != nullptr || integer() != nullptr || As<double>() != nullptr;
}

double Value::AsDouble() const {
  if (const bool* value = As<bool>()) return *value ? 1 : 0;
  if (integer() != nullptr) return static_cast<double>(*integer());
  if (const double* value = As<double>()) return *value;
  Refuse("a number", *this);
}

bool Value::IsTrue() const {
  if (is_undefined() || is_none()) return false;
  if (string() != nullptr) return !string()->empty();
  if (list() != nullptr) return !list()->empty();
  if (As<Namespace>() != nullptr) return true;
  if (members() != nullptr) return !members()->empty();
  return AsDouble() != 0;
}

std::string Value::Kind() const {
  if (const auto* undefined = As<Undefined>()) {
    return undefined->name.empty() ? "an undefined value" : "undefined " + undefined->name;
  }
  if (is_none()) return "None";
  if (As<bool>() != nullptr) return "a bool";
  if (integer() != nullptr) return "an int";
  if (As<double>() != nullptr) return "a float";
  if (string() != nullptr) return "a string";
  if (list() != nullptr) return "a list";
  return As<Namespace>() != nullptr ? "a namespace" : "a mapping";
}

Value::Value(List list) {
  for (const Value& element : list) depth_ = std::max(depth_, element.depth_);
  CountLevel(++depth_, list.size());
  variant_ = std::make_shared<const List>(std::move(list));
}

Value::Value(Members members) {
  for (const auto& [name, member] : members) depth_ = std::max(depth_, member.depth_);
  CountLevel(++depth_, members.size());
  variant_ = std::make_shared<const Members>(std::move(members));
}

bool operator==(const Value& a, const Value& b) {
  Rendering::Spend(1);
  if (a.is_number() && b.is_number()) {
    if (a.integer() != nullptr && b.integer() != nullptr) return *a.integer() == *b.integer();
    return a.AsDouble() == b.AsDouble();
  }
  if (a.string() != nullptr && b.string() != nullptr) return *a.string() == *b.string();
  if (a.list() != nullptr && b.list() != nullptr) return *a.list() == *b.list();
  if (a.As<Namespace>() != nullptr || b.As<Namespace>() != nullptr) {
    return a.members() == b.members();
  }
  if (const Members* left = a.members(), *right = b.members();
      left != nullptr && right != nullptr) {
    return left->size() == right->size() &&
           std::all_of(left->begin(), left->end(), [&](const auto& member) {
             return std::find(right->begin(), right->end(), member) != right->end();
           });
  }
  return (a.is_none() && b.is_none()) || (a.is_undefined() && b.is_undefined());
}

Value Member(const Members& members, std::string_view name) {
  for (const auto& [key, value] : members) {
    if (key == name) return value;
  }
  return Undefined{"member \"" + std::string(name) + "\""};
}

std::string Print(const Value& value) {
  if (value.is_undefined()) return "";
  if (value.is_none()) return "None";
  if (value.string() != nullptr) return *value.string();
  if (const bool* truth = value.As<bool>()) return *truth ? "True" : "False";
  if (value.integer() != nullptr) return std::to_string(*value.integer());
  if (const double* number = value.As<double>()) return PrintDouble(*number);
  Refuse("a value to print as text (a string or a number)", value);
}

std::string ToJson(const Value& value) {
  Rendering::Spend(1);
  if (value.string() != nullptr) {
    Rendering::SpendText(value.string()->size());
    return JsonString(*value.string());
  }
  if (value.is_none()) return "null";
  if (const bool* truth = value.As<bool>()) return *truth ? "true" : "false";
  if (value.is_number()) return Print(value);
  std::string out;
  if (const List* list = value.list()) {
    for (const Value& element : *list) out += (out.empty() ? "" : ", ") + ToJson(element);
    return "[" + out + "]";
  }
  if (value.members() == nullptr || value.As<Namespace>() != nullptr) {
    Refuse("a value to write as JSON", value);
  }
  for (const auto& [name, member] : *value.members()) {
    out += (out.empty() ? "" : ", ") + JsonString(name) + ": " + ToJson(member);
  }
  return "{" + out + "}";
}

int Compare(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    return a.AsDouble() < b.AsDouble() ? -1 : a.AsDouble() > b.AsDouble() ? 1 : 0;
  }
  if (a.string() == nullptr || b.string() == nullptr) {
    throw std::invalid_argument("expected two numbers or two strings to compare, found " +
                                a.Kind() + " and " + b.Kind());
  }
  // UTF-8 sorts as its code points do.
  return a.string()->compare(*b.string());
}

bool Contains(const Value& container, const Value& element) {
  if (container.string() != nullptr) {
    if (element.string() == nullptr) Refuse("a string to look for in a string", element);
    Rendering::SpendText(container.string()->size());
    return container.string()->find(*element.string()) != std::string::npos;
  }
  const List elements = Elements(container);
  return std::find(elements.begin(), elements.end(), element) != elements.end();
}

Value Item(const Value& value, const Value& key) {
  if (value.is_undefined()) {
    throw std::invalid_argument("expected a value to take an item of, found " + value.Kind());
  }
  if (const Members* members = value.members(); members != nullptr && key.string() != nullptr) {
    return Member(*members, *key.string());
  }
  const bool is_sequence = value.list() != nullptr || value.string() != nullptr;
  if (is_sequence && key.integer() != nullptr) return ItemOfSequence(value, *key.integer());
  return Undefined{"item of " + value.Kind()};
}

Value Slice(const Value& value, const Value& begin, const Value& end, const Value& step) {
  if (const List* list = value.list()) {
    List part;
    for (const std::size_t at :
         SlicePlaces(static_cast<std::int64_t>(list->size()), begin, end, step)) {
      part.push_back((*list)[at]);
    }
    return part;
  }
  if (value.string() == nullptr) Refuse("a list or a string to slice", value);
  const std::u32string text = ToCodePoints(*value.string());
  std::u32string part;
  for (const std::size_t at :
       SlicePlaces(static_cast<std::int64_t>(text.size()), begin, end, step)) {
    part += text[at];
  }
  return ToUtf8(part);
}

List Elements(const Value& value) {
  if (value.is_undefined()) return {};
  if (value.list() != nullptr) {
    Rendering::Spend(static_cast<std::int64_t>(value.list()->size()));
    return *value.list();
  }
  List elements;
  if (value.members() != nullptr && value.As<Namespace>() == nullptr) {
    for (const auto& member : *value.members()) elements.emplace_back(member.first);
    return elements;
  }
  if (value.string() == nullptr) Refuse("a list, a mapping or a string to go through", value);
  Rendering::Spend(static_cast<std::int64_t>(value.string()->size()));
  for (const char32_t c : ToCodePoints(*value.string())) {
    elements.emplace_back(ToUtf8(std::u32string_view(&c, 1)));
  }
  return elements;
}

}  // namespace meval::tasks::jinja
