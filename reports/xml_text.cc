#include "reports/xml_text.h"

#include "reports/utf8.h"

namespace meval {

std::string EscapeXml(std::string_view text) {
  std::string out;
  const std::string printable = PrintableLine(text);
  std::string_view rest = printable;
  while (!rest.empty()) {
    const Utf8Step step = NextUtf8(rest);
    const std::string_view bytes = rest.substr(0, step.size);
    rest.remove_prefix(step.size);
    if (bytes == "&") {
      out += "&amp;";
    } else if (bytes == "<") {
      out += "&lt;";
    } else if (bytes == ">") {
      out += "&gt;";
    } else if (bytes == "\"") {
      out += "&quot;";
    } else if (step.code_point == 0xFFFE || step.code_point == 0xFFFF) {
      out += "\uFFFD";
    } else {
      out += bytes;
    }
  }
  return out;
}

std::string XmlAttribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + EscapeXml(value) + "\"";
}

}  // namespace meval
