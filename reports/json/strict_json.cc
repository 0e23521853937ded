#include "reports/json/strict_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <istream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "reports/error.h"
#include "reports/utf8.h"

namespace meval {
namespace {

constexpr char kReplacement[] = "\uFFFD";

// Where in the tree the walk is; a chain on the stack, spelled out only when somebody asks.
struct Place {
  const Place* parent = nullptr;
  const std::string* key = nullptr;  // nothing: an array's element
  std::size_t index = 0;
};

std::string Spell(const Place& place) {
  if (place.parent == nullptr) return "";
  const std::string before = Spell(*place.parent);
  if (place.key == nullptr) return before + "[" + std::to_string(place.index) + "]";
  return before.empty() ? *place.key : before + "." + *place.key;
}

// An object whose keys are UTF-8: one that is not is repaired, and told from those that are there.
void RepairKeys(OrderedJson& value, const Place& place, std::vector<std::string>& repaired) {
  const auto& object = value.get_ref<const OrderedJson::object_t&>();
  const auto is_utf8 = [](const auto& member) { return IsUtf8(member.first); };
  if (std::all_of(object.begin(), object.end(), is_utf8)) return;
  OrderedJson whole = OrderedJson::object();
  for (const auto& [key, member] : object) {
    std::string name = RepairUtf8(key);
    if (name != key) {
      while (object.count(name) + whole.count(name) > 0) name += kReplacement;
      repaired.push_back(Spell({&place, &name, 0}));
    }
    whole[name] = member;
  }
  value = std::move(whole);
}

void Check(OrderedJson& value, const Place& place, std::string_view file,
           std::vector<std::string>& repaired) {
  if (value.is_object()) {
    RepairKeys(value, place, repaired);
    for (auto& [key, member] : value.get_ref<OrderedJson::object_t&>()) {
      Check(member, {&place, &key, 0}, file, repaired);
    }
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      Check(value[i], {&place, nullptr, i}, file, repaired);
    }
  } else if (value.is_number_float()) {
    if (!std::isfinite(value.get<double>())) {
      throw std::logic_error(std::string(file) + ": " + Spell(place) +
                             ": expected a finite number, found " +
                             std::to_string(value.get<double>()));
    }
  } else if (value.is_string() && !IsUtf8(value.get_ref<const std::string&>())) {
    value = RepairUtf8(value.get_ref<const std::string&>());
    repaired.push_back(Spell(place));
  }
}

}  // namespace

std::string DumpStrict(OrderedJson object, std::string_view file, int indent) {
  std::vector<std::string> repaired;
  Check(object, {}, file, repaired);
  if (!repaired.empty()) object["invalid_utf8"] = std::move(repaired);
  return object.dump(indent);
}

std::string ReadText(std::istream& in, const std::string& file) {
  std::string text;
  std::array<char, 65536> block{};
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    text.append(block.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad() || !in.eof()) throw ReportError(file + ": cannot be read; choose another --out");
  return text;
}

}  // namespace meval
