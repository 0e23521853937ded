#include "tasks/jinja/builtins.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <stdexcept>

#include "metrics/unicode_text.h"
#include "tasks/jinja/builtin_tests.h"
#include "tasks/jinja/rendering.h"

namespace meval::tasks::jinja {
namespace {

using Arguments = std::vector<Value>;

[[noreturn]] void Refuse(const std::string& expected, const Value& found) {
  throw std::invalid_argument("expected " + expected + ", found " + found.Kind());
}

const std::string& Text(const Value& value) {
  if (value.string() == nullptr) Refuse("a string", value);
  return *value.string();
}

std::int64_t Integer(const Value& value) {
  if (value.integer() == nullptr) Refuse("an int", value);
  return *value.integer();
}

const Members& MembersOf(const Value& value) {
  if (value.members() == nullptr) Refuse("a mapping", value);
  return *value.members();
}

enum class Side { kLeft, kRight, kBoth };

// Python's str.strip, lstrip and rstrip: whitespace, or any of the characters given.
std::string StripSide(const Value& value, const Value& characters, Side side) {
  const std::u32string text = ToCodePoints(Text(value));
  const bool is_whitespace = characters.is_undefined() || characters.is_none();
  const std::u32string set = is_whitespace ? std::u32string() : ToCodePoints(Text(characters));
  const auto goes = [&](char32_t c) {
    return is_whitespace ? IsWhitespace(c) : set.find(c) != std::u32string::npos;
  };
  std::size_t begin = 0;
  std::size_t end = text.size();
  while (side != Side::kRight && begin < end && goes(text[begin])) ++begin;
  while (side != Side::kLeft && end > begin && goes(text[end - 1])) --end;
  return ToUtf8(std::u32string_view(text).substr(begin, end - begin));
}

// str.split with a separator, or at runs of whitespace.
Value Split(const Value& value, const Value& separator) {
  List parts;
  if (separator.is_undefined() || separator.is_none()) {
    for (const std::string_view part : SplitWhitespace(Text(value))) {
      if (!part.empty()) parts.emplace_back(std::string(part));
    }
    return parts;
  }
  const std::string& text = Text(value);
  const std::string& by = Text(separator);
  if (by.empty()) throw std::invalid_argument("expected a separator to split at, found none");
  std::size_t begin = 0;
  for (std::size_t at = text.find(by); at != std::string::npos; at = text.find(by, begin)) {
    parts.emplace_back(text.substr(begin, at - begin));
    begin = at + by.size();
  }
  parts.emplace_back(text.substr(begin));
  return parts;
}

std::string Join(const Value& list, const std::string& between) {
  std::string joined;
  bool is_first = true;
  for (const Value& element : Elements(list)) {
    const std::string text = (is_first ? "" : between) + Print(element);
    Rendering::SpendText(text.size());
    joined += text;
    is_first = false;
  }
  return joined;
}

Value Replace(const Value& value, const Value& from, const Value& to) {
  if (Text(from).empty()) throw std::invalid_argument("expected a text to replace, found none");
  // Every place may take so many bytes.
  const std::string& text = Text(value);
  std::size_t places = 0;
  for (std::size_t at = text.find(Text(from)); at != std::string::npos;
       at = text.find(Text(from), at + Text(from).size())) {
    ++places;
  }
  Rendering::SpendText(text.size() + places * Text(to).size());
  return ReplaceAll(text, Text(from), Text(to));
}

Value Length(const Value& value) {
  if (value.string() != nullptr) return CountCodePoints(*value.string());
  return static_cast<std::int64_t>(Elements(value).size());
}

Value Pairs(const Value& mapping) {
  List pairs;
  for (const auto& [name, value] : MembersOf(mapping)) {
    pairs.emplace_back(List{Value(name), value});
  }
  return pairs;
}

Value Range(const Arguments& arguments) {
  const bool has_begin = !arguments[1].is_undefined();
  const std::int64_t begin = has_begin ? Integer(arguments[0]) : 0;
  const std::int64_t end = Integer(arguments[has_begin ? 1 : 0]);
  const std::int64_t step = arguments[2].is_undefined() ? 1 : Integer(arguments[2]);
  if (step == 0) throw std::invalid_argument("expected a step other than 0 of range, found 0");
  constexpr std::size_t kLongest = 100'000;  // Jinja's own limit in a sandbox
  List list;
  for (std::int64_t at = begin; step > 0 ? at < end : at > end;) {
    if (list.size() == kLongest) {
      throw std::invalid_argument("expected a range of at most 100000 numbers, found more");
    }
    list.emplace_back(at);
    if (__builtin_add_overflow(at, step, &at)) break;
  }
  return list;
}

Value ToInteger(const Value& value) {
  if (value.is_number()) return static_cast<std::int64_t>(value.AsDouble());
  std::int64_t number = 0;
  if (value.string() != nullptr) {
    const std::string_view text = Strip(*value.string());
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end.ec != std::errc() || end.ptr != text.data() + text.size()) number = 0;
  }
  return number;
}

// "a.b" of an element, as selectattr and map name it.
Value Attribute(const Value& element, const std::string& path) {
  Value value = element;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t dot = std::min(path.find('.', begin), path.size());
    value = Item(value, path.substr(begin, dot - begin));
    begin = dot + 1;
  }
  return value;
}

// The elements of a list of which an attribute passes (or fails) a test; without a test, is true.
Value SelectByAttribute(const Arguments& arguments, bool wanted) {
  const Builtin* test = nullptr;
  if (!arguments[2].is_undefined()) {
    test = FindByName(BuiltinTests(), Text(arguments[2]));
    if (test == nullptr) {
      throw std::invalid_argument("expected the name of a test that is supported, found \"" +
                                  Text(arguments[2]) + "\"");
    }
    if (test->parameters.size() == 1 && arguments[3].is_undefined()) {
      throw std::invalid_argument("expected a value for the test \"" + test->name +
                                  "\", found none");
    }
  }
  List selected;
  for (const Value& element : Elements(arguments[0])) {
    const Value attribute = Attribute(element, Text(arguments[1]));
    const bool holds =
        test == nullptr ? attribute.IsTrue() : test->call({attribute, arguments[3]}).IsTrue();
    if (holds == wanted) selected.push_back(element);
  }
  return selected;
}

Value FirstOrLast(const Value& value, bool is_first) {
  const List elements = Elements(value);
  if (elements.empty()) return Undefined{is_first ? "first element" : "last element"};
  return is_first ? elements.front() : elements.back();
}

std::span<const Builtin> Functions() {
  static const std::vector<Builtin> functions = {
      {"raise_exception",
       {"message"},
       1,
       [](const Arguments& a) -> Value {
         throw std::invalid_argument("the template refuses this conversation: " + Print(a[0]));
       }},
      {"range", {"start", "stop", "step"}, 1, Range},
      {"strftime_now",
       {"format"},
       1,
       [](const Arguments&) -> Value {
         throw std::invalid_argument(
             "the template asks for the day's date (strftime_now): prompts would differ from day "
             "to day, so it is not supported");
       }},
  };
  return functions;
}

std::span<const Builtin> Methods() {
  static const std::vector<Builtin> methods = {
      {"strip",
       {"chars"},
       0,
       [](const Arguments& a) { return StripSide(a[0], a[1], Side::kBoth); }},
      {"lstrip",
       {"chars"},
       0,
       [](const Arguments& a) { return StripSide(a[0], a[1], Side::kLeft); }},
      {"rstrip",
       {"chars"},
       0,
       [](const Arguments& a) { return StripSide(a[0], a[1], Side::kRight); }},
      {"split", {"sep"}, 0, [](const Arguments& a) { return Split(a[0], a[1]); }},
      {"startswith",
       {"prefix"},
       1,
       [](const Arguments& a) { return Value(Text(a[0]).starts_with(Text(a[1]))); }},
      {"endswith",
       {"suffix"},
       1,
       [](const Arguments& a) { return Value(Text(a[0]).ends_with(Text(a[1]))); }},
      {"replace", {"old", "new"}, 2, [](const Arguments& a) { return Replace(a[0], a[1], a[2]); }},
      {"lower", {}, 0, [](const Arguments& a) { return Value(Lower(Text(a[0]))); }},
      {"capitalize", {}, 0, [](const Arguments& a) { return Value(Capitalize(Text(a[0]))); }},
      {"join", {"iterable"}, 1, [](const Arguments& a) { return Value(Join(a[1], Text(a[0]))); }},
      {"get",
       {"key", "default"},
       1,
       [](const Arguments& a) {
         const Value found = Member(MembersOf(a[0]), Text(a[1]));
         if (!found.is_undefined()) return found;
         return a[2].is_undefined() ? Value(None{}) : a[2];
       }},
      {"items", {}, 0, [](const Arguments& a) { return Pairs(a[0]); }},
      {"keys",
       {},
       0,
       [](const Arguments& a) {
         MembersOf(a[0]);
         return Value(Elements(a[0]));
       }},
  };
  return methods;
}

std::span<const Builtin> Filters() {
  static const std::vector<Builtin> filters = [] {
    std::vector<Builtin> made = {
        {"trim",
         {"chars"},
         0,
         [](const Arguments& a) { return StripSide(a[0], a[1], Side::kBoth); }},
        {"lower", {}, 0, [](const Arguments& a) { return Value(Lower(Print(a[0]))); }},
        {"capitalize", {}, 0, [](const Arguments& a) { return Value(Capitalize(Print(a[0]))); }},
        {"replace",
         {"old", "new"},
         2,
         [](const Arguments& a) { return Replace(a[0], a[1], a[2]); }},
        {"join",
         {"d"},
         0,
         [](const Arguments& a) {
           return Value(Join(a[0], a[1].is_undefined() ? "" : Text(a[1])));
         }},
        {"first", {}, 0, [](const Arguments& a) { return FirstOrLast(a[0], true); }},
        {"last", {}, 0, [](const Arguments& a) { return FirstOrLast(a[0], false); }},
        {"list", {}, 0, [](const Arguments& a) { return Value(Elements(a[0])); }},
        {"string", {}, 0, [](const Arguments& a) { return Value(Print(a[0])); }},
        {"safe", {}, 0, [](const Arguments& a) { return a[0]; }},
        {"int", {}, 0, [](const Arguments& a) { return ToInteger(a[0]); }},
        {"items", {}, 0, [](const Arguments& a) { return Pairs(a[0]); }},
        {"tojson", {}, 0, [](const Arguments& a) { return Value(ToJson(a[0])); }},
        {"selectattr",
         {"attribute", "test", "value"},
         1,
         [](const Arguments& a) { return SelectByAttribute(a, true); }},
        {"rejectattr",
         {"attribute", "test", "value"},
         1,
         [](const Arguments& a) { return SelectByAttribute(a, false); }},
        {"map",
         {"attribute"},
         1,
         [](const Arguments& a) {
           List mapped;
           for (const Value& element : Elements(a[0])) {
             mapped.push_back(Attribute(element, Text(a[1])));
           }
           return Value(std::move(mapped));
         }},
        {"reverse",
         {},
         0,
         [](const Arguments& a) {
           if (a[0].list() == nullptr) Refuse("a list to reverse", a[0]);
           return Value(List(a[0].list()->rbegin(), a[0].list()->rend()));
         }},
    };
    for (const char* name : {"length", "count"}) {
      made.push_back({name, {}, 0, [](const Arguments& a) { return Length(a[0]); }});
    }
    for (const char* name : {"default", "d"}) {
      made.push_back({name, {"default_value", "boolean"}, 0, [](const Arguments& a) {
                        const bool is_missing =
                            a[0].is_undefined() || (a[2].IsTrue() && !a[0].IsTrue());
                        if (!is_missing) return a[0];
                        return a[1].is_undefined() ? Value(std::string()) : a[1];
                      }});
    }
    return made;
  }();
  return filters;
}

const Builtin* FindOrRefuse(std::span<const Builtin> builtins, const std::string& kind,
                            const std::string& name, const Position& where) {
  if (const Builtin* found = FindByName(builtins, name)) return found;
  std::string known;
  for (const Builtin& builtin : builtins) known += (known.empty() ? "" : ", ") + builtin.name;
  throw TemplateError(
      where, "the " + kind + " \"" + name + "\" is not supported; those that are: " + known);
}

}  // namespace

const Builtin* FindFunction(const std::string& name, const Position& where) {
  return FindOrRefuse(Functions(), "function", name, where);
}
const Builtin* FindMethod(const std::string& name, const Position& where) {
  return FindOrRefuse(Methods(), "method", name, where);
}
const Builtin* FindFilter(const std::string& name, const Position& where) {
  return FindOrRefuse(Filters(), "filter", name, where);
}
const Builtin* FindTest(const std::string& name, const Position& where) {
  return FindOrRefuse(BuiltinTests(), "test", name, where);
}

std::vector<Expression> OrderArguments(const Builtin& builtin,
                                       const std::vector<NamedExpression>& arguments,
                                       const Position& where) {
  std::vector<Expression> ordered(builtin.parameters.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::size_t place = i;
    if (!arguments[i].name.empty()) {
      const auto found =
          std::find(builtin.parameters.begin(), builtin.parameters.end(), arguments[i].name);
      place = static_cast<std::size_t>(found - builtin.parameters.begin());
    }
    if (place >= ordered.size() || ordered[place]) {
      throw TemplateError(where,
                          "\"" + builtin.name + "\" with argument " + std::to_string(i + 1) +
                              (arguments[i].name.empty() ? "" : " (" + arguments[i].name + ")") +
                              " is not supported");
    }
    ordered[place] = arguments[i].expression;
  }
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    if (ordered[i]) continue;
    if (i < builtin.num_required) {
      throw TemplateError(where, "\"" + builtin.name + "\": expected the argument \"" +
                                     builtin.parameters[i] + "\", found none");
    }
    ordered[i] = [](const Scope&) { return Value(); };
  }
  return ordered;
}

}  // namespace meval::tasks::jinja
