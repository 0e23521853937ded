#include "tasks/jinja/builtin_tests.h"

#include <stdexcept>
#include <vector>

#include "tasks/jinja/arithmetic.h"

namespace meval::tasks::jinja {
namespace {

using Arguments = std::vector<Value>;

std::int64_t Remainder(const Value& value) {
  if (value.integer() == nullptr) {
    throw std::invalid_argument("expected an int to be odd or even, found " + value.Kind());
  }
  return *value.integer() % 2;
}

}  // namespace

std::span<const Builtin> BuiltinTests() {
  static const std::vector<Builtin> tests = [] {
    std::vector<Builtin> made;
    const auto is = [&](const char* name, bool (*holds)(const Value&)) {
      made.push_back({name, {}, 0, [holds](const Arguments& a) { return Value(holds(a[0])); }});
    };
    const auto compare = [&](std::vector<const char*> names,
                             bool (*holds)(const Value&, const Value&)) {
      for (const char* name : names) {
        made.push_back(
            {name, {"other"}, 1, [holds](const Arguments& a) { return Value(holds(a[0], a[1])); }});
      }
    };
    is("defined", [](const Value& v) { return !v.is_undefined(); });
    is("undefined", [](const Value& v) { return v.is_undefined(); });
    is("none", [](const Value& v) { return v.is_none(); });
    is("string", [](const Value& v) { return v.string() != nullptr; });
    is("mapping",
       [](const Value& v) { return v.members() != nullptr && v.As<Namespace>() == nullptr; });
    const auto is_iterable = [](const Value& v) {
      return v.string() != nullptr || v.list() != nullptr || v.is_undefined() ||
             (v.members() != nullptr && v.As<Namespace>() == nullptr);
    };
    is("iterable", is_iterable);
    is("sequence", is_iterable);
    is("boolean", [](const Value& v) { return v.As<bool>() != nullptr; });
    is("number", [](const Value& v) { return v.is_number(); });
    is("integer", [](const Value& v) { return v.integer() != nullptr; });
    is("float", [](const Value& v) { return v.As<double>() != nullptr; });
    is("true", [](const Value& v) { return v.As<bool>() != nullptr && v.IsTrue(); });
    is("false", [](const Value& v) { return v.As<bool>() != nullptr && !v.IsTrue(); });
    is("odd", [](const Value& v) { return Remainder(v) != 0; });
    is("even", [](const Value& v) { return Remainder(v) == 0; });
    compare({"divisibleby"},
            [](const Value& a, const Value& b) { return !Arithmetic("%", a, b).IsTrue(); });
    compare({"eq", "equalto"}, [](const Value& a, const Value& b) { return a == b; });
    compare({"ne"}, [](const Value& a, const Value& b) { return !(a == b); });
    compare({"lt", "lessthan"}, [](const Value& a, const Value& b) { return Compare(a, b) < 0; });
    compare({"le"}, [](const Value& a, const Value& b) { return Compare(a, b) <= 0; });
    compare({"gt", "greaterthan"},
            [](const Value& a, const Value& b) { return Compare(a, b) > 0; });
    compare({"ge"}, [](const Value& a, const Value& b) { return Compare(a, b) >= 0; });
    compare({"in"}, [](const Value& a, const Value& b) { return Contains(b, a); });
    return made;
  }();
  return tests;
}

const Builtin* FindByName(std::span<const Builtin> builtins, std::string_view name) {
  for (const Builtin& builtin : builtins) {
    if (builtin.name == name) return &builtin;
  }
  return nullptr;
}

}  // namespace meval::tasks::jinja
