#include "tasks/render/gold.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace meval::tasks {
namespace {

std::optional<std::int64_t> Digits(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole ? std::optional<std::int64_t>(number) : std::nullopt;
}

std::string Letter(std::int64_t index) { return std::string(1, static_cast<char>('A' + index)); }

std::string Expected(GoldRule::Kind kind, std::int64_t count) {
  switch (kind) {
    case GoldRule::Kind::kIndex:
      return "an integer 0.." + std::to_string(count - 1);
    case GoldRule::Kind::kNumber:
      return "an integer 1.." + std::to_string(count);
    case GoldRule::Kind::kLetter:
      return "a letter A.." + Letter(count - 1);
    case GoldRule::Kind::kText:
      return "the text of one of the " + std::to_string(count) + " choices";
  }
  return "";
}

std::optional<std::int64_t> ReadOne(const GoldRule& rule, const Value& value,
                                    const FilterSet& filters,
                                    const std::vector<std::string>& choices) {
  const auto count = static_cast<std::int64_t>(choices.size());
  const bool is_integer = value.kind == Value::Kind::kInteger;
  const bool may_be_integer =
      rule.kind == GoldRule::Kind::kIndex || rule.kind == GoldRule::Kind::kNumber;
  if (!value.is_string() && !(is_integer && may_be_integer)) return std::nullopt;
  const std::string text = is_integer ? value.text : rule.field.Text(value, filters);
  std::optional<std::int64_t> index;
  switch (rule.kind) {
    case GoldRule::Kind::kIndex:
      index = Digits(text);
      break;
    case GoldRule::Kind::kNumber:
      index = Digits(text);
      if (index && *index > 0) {
        --*index;
      } else {
        index.reset();
      }
      break;
    case GoldRule::Kind::kLetter:
      if (text.size() == 1) index = text[0] - 'A';
      break;
    case GoldRule::Kind::kText: {
      const auto found = std::find(choices.begin(), choices.end(), text);
      if (found != choices.end()) index = found - choices.begin();
      break;
    }
  }
  return index && *index >= 0 && *index < count ? index : std::nullopt;
}

}  // namespace

std::vector<std::int64_t> ReadGold(const GoldRule& rule, const FieldScope& scope,
                                   const FilterSet& filters,
                                   const std::vector<std::string>& choices) {
  const Value& value = rule.field.Resolve(scope);
  const auto fail = [&](const std::string& what) {
    throw FieldError("field \"" + rule.field.path().text() + "\": " + what);
  };
  const auto fail_expected = [&](const std::string& found) {
    const auto count = static_cast<std::int64_t>(choices.size());
    fail("expected " + Expected(rule.kind, count) + ", found " + found);
  };
  const std::vector<Value> one = {value};
  const std::vector<Value>& values = value.kind == Value::Kind::kArray ? value.items : one;
  if (values.empty()) fail_expected("an empty list");
  std::vector<std::int64_t> gold;
  for (const Value& item : values) {
    const std::optional<std::int64_t> index = ReadOne(rule, item, filters, choices);
    if (!index) {
      fail_expected(item.Describe());
    } else if (std::find(gold.begin(), gold.end(), *index) != gold.end()) {
      fail(item.Describe() + " is listed twice");
    } else {
      gold.push_back(*index);
    }
  }
  return gold;
}

}  // namespace meval::tasks
