#ifndef MEVAL_REPORTS_HTML_PAGE_DATA_H_
#define MEVAL_REPORTS_HTML_PAGE_DATA_H_

// What the writers of pages have in common. Private to reports/: it shows mustache's type.

#include <kainjow/mustache.hpp>
#include <string>
#include <string_view>

#include "reports/utf8.h"

namespace meval {

// A text that the template shows, and whose section it passes over where it is empty.
inline void SetOrFalse(kainjow::mustache::data& object, const std::string& key,
                       std::string_view text) {
  if (text.empty()) {
    object.set(key, false);
  } else {
    object.set(key, PresentableText(text));
  }
}

}  // namespace meval

#endif  // MEVAL_REPORTS_HTML_PAGE_DATA_H_
