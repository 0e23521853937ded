#ifndef MEVAL_REPORTS_XML_TEXT_H_
#define MEVAL_REPORTS_XML_TEXT_H_

// Text as XML 1.0 can hold it, whatever a model or a file said.

#include <string>
#include <string_view>

namespace meval {

// One line, to stand between tags or in an attribute's double quotes: markup is escaped, control
// characters and the others that XML cannot hold (U+FFFE, U+FFFF) become U+FFFD, line ends a space.
std::string EscapeXml(std::string_view text);

// ` name="value"`, the value escaped.
std::string XmlAttribute(std::string_view name, std::string_view value);

}  // namespace meval

#endif  // MEVAL_REPORTS_XML_TEXT_H_
