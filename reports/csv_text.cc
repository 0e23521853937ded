#include "reports/csv_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <ostream>
#include <stdexcept>

#include "reports/utf8.h"

namespace meval {
namespace {

std::string Quoted(std::string_view text) {
  const std::string repaired = RepairUtf8(text);
  if (repaired.find_first_of(",\"\r\n") == std::string::npos) return repaired;
  std::string out = "\"";
  for (const char c : repaired) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace

std::string CsvNumber(const std::string& field, std::optional<double> value) {
  if (!value) return "";
  if (!std::isfinite(*value)) {
    throw std::logic_error("csv report: " + field + " is not finite");
  }
  std::array<char, 64> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), *value);
  return {buffer.data(), result.ptr};
}

std::string CsvText(std::string_view text) {
  const bool is_formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  std::string out = is_formula ? "'" : "";
  for (;;) {
    const std::size_t end = text.find('\r');
    out += PresentableText(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\r';
    text.remove_prefix(end + 1);
  }
}

void WriteCsvRow(const std::vector<std::string>& fields, std::ostream& out) {
  const char* separator = "";
  for (const std::string& field : fields) {
    out << separator << Quoted(field);
    separator = ",";
  }
  out << '\n';
}

}  // namespace meval
