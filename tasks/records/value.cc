#include "tasks/records/value.h"

#include <algorithm>
#include <utility>

namespace meval::tasks {
namespace {

constexpr std::size_t kQuotedBytes = 60;

void AppendLengthPrefixed(std::string_view text, std::string& out) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

void AppendCanonical(const Value& value, std::string& out) {
  switch (value.kind) {
    case Value::Kind::kNull:
      out += 'n';
      return;
    case Value::Kind::kBoolean:
    case Value::Kind::kInteger:
    case Value::Kind::kNumber:
      out += '#';
      AppendLengthPrefixed(value.text, out);
      return;
    case Value::Kind::kString:
      out += '"';
      AppendLengthPrefixed(value.text, out);
      return;
    case Value::Kind::kArray:
      out += '[' + std::to_string(value.items.size()) + ':';
      for (const Value& item : value.items) AppendCanonical(item, out);
      return;
    case Value::Kind::kObject: {
      std::vector<const Value::Member*> members;
      for (const Value::Member& member : value.members) members.push_back(&member);
      std::sort(members.begin(), members.end(),
                [](const auto* a, const auto* b) { return a->name < b->name; });
      out += '{' + std::to_string(members.size()) + ':';
      for (const Value::Member* member : members) {
        AppendLengthPrefixed(member->name, out);
        AppendCanonical(member->value, out);
      }
      return;
    }
  }
}

}  // namespace

Value Value::String(std::string text) {
  Value value;
  value.kind = Kind::kString;
  value.text = std::move(text);
  return value;
}

const Value* Value::Find(std::string_view name) const {
  for (const Member& member : members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

std::string Value::Describe() const {
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBoolean:
      return text;
    case Kind::kInteger:
      return "the integer " + text;
    case Kind::kNumber:
      return "the number " + text;
    case Kind::kString:
      return Quoted(text);
    case Kind::kArray:
      return "a list of " + std::to_string(items.size());
    case Kind::kObject:
      return "an object";
  }
  return "nothing";
}

const char* Describe(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::kNull:
      return "null";
    case Value::Kind::kBoolean:
      return "a boolean";
    case Value::Kind::kInteger:
      return "an integer";
    case Value::Kind::kNumber:
      return "a number";
    case Value::Kind::kString:
      return "a string";
    case Value::Kind::kArray:
      return "a list";
    case Value::Kind::kObject:
      return "an object";
  }
  return "nothing";
}

std::string Quoted(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  std::size_t taken = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool starts_character = (byte & 0xC0U) != 0x80U;
    if (taken >= kQuotedBytes && starts_character) return out + "\"...";
    ++taken;
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20) {
      out += "\\x";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + '"';
}

std::string Canonical(const Value& value) {
  std::string out;
  AppendCanonical(value, out);
  return out;
}

}  // namespace meval::tasks
