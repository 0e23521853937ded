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
    case GoldRule::Kind::kLabel:
      return "the label of one of the " + std::to_string(count) + " choices";
    case GoldRule::Kind::kIndexOrText:
      return "an integer 0.." + std::to_string(count - 1) + " or the text of a choice";
    case GoldRule::Kind::kFlags:
      return "a list of " + std::to_string(count) + " of 0 and 1, with a 1";
  }
  return "";
}

// `texts`: of the choices, or their labels.
std::optional<std::int64_t> ReadOne(const GoldRule& rule, const Value& value,
                                    const FilterSet& filters,
                                    const std::vector<std::string>& texts) {
  const auto count = static_cast<std::int64_t>(texts.size());
  const bool is_numbered = rule.kind == GoldRule::Kind::kIndex ||
                           rule.kind == GoldRule::Kind::kNumber ||
                           rule.kind == GoldRule::Kind::kIndexOrText;
  const bool is_number = is_numbered && value.kind == Value::Kind::kInteger;
  const bool is_scalar = value.kind == Value::Kind::kBoolean || value.kind == Value::Kind::kInteger;
  const bool is_text = value.is_string() || (rule.field.accepts_scalars() && is_scalar);
  if (!is_number && !is_text) return std::nullopt;
  const std::string text = is_number ? value.text : rule.field.Text(value, filters);
  std::optional<std::int64_t> index;
  switch (rule.kind) {
    case GoldRule::Kind::kFlags:  // read as a whole
      break;
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
    case GoldRule::Kind::kIndexOrText:
      index = Digits(text);
      if (index) break;
      [[fallthrough]];
    case GoldRule::Kind::kText:
    case GoldRule::Kind::kLabel: {
      const auto found = std::find(texts.begin(), texts.end(), text);
      if (found != texts.end()) index = found - texts.begin();
      break;
    }
  }
  return index && *index >= 0 && *index < count ? index : std::nullopt;
}

// One text for each choice.
std::vector<std::string> ReadLabels(const Placeholder& field, const FieldScope& scope,
                                    const FilterSet& filters, std::size_t count) {
  const Value& list = field.Resolve(scope);
  if (list.kind != Value::Kind::kArray || list.items.size() != count) {
    throw FieldError("field \"" + field.path().text() + "\": expected a list of " +
                     std::to_string(count) + " labels, found " + list.Describe());
  }
  std::vector<std::string> labels;
  for (const Value& item : list.items) labels.push_back(field.Text(item, filters));
  return labels;
}

// The places of the ones; nothing if the list is none of zeros and ones, a flag for each choice.
std::vector<std::int64_t> ReadFlags(const Value& list, std::size_t count) {
  std::vector<std::int64_t> gold;
  if (list.kind != Value::Kind::kArray || list.items.size() != count) return gold;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& flag = list.items[i].text;
    if (flag == "1" || flag == "true") {
      gold.push_back(static_cast<std::int64_t>(i));
    } else if (flag != "0" && flag != "false") {
      return {};
    }
  }
  return gold;
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
  if (rule.kind == GoldRule::Kind::kFlags) {
    std::vector<std::int64_t> flagged = ReadFlags(value, choices.size());
    if (flagged.empty()) fail_expected(value.Describe());
    return flagged;
  }
  const std::vector<std::string> labels =
      rule.labels ? ReadLabels(*rule.labels, scope, filters, choices.size()) : choices;
  const std::vector<Value> one = {value};
  const std::vector<Value>& values = value.kind == Value::Kind::kArray ? value.items : one;
  if (values.empty()) fail_expected("an empty list");
  std::vector<std::int64_t> gold;
  for (const Value& item : values) {
    const std::optional<std::int64_t> index = ReadOne(rule, item, filters, labels);
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
