#ifndef MEVAL_REPORTS_HTML_PAGE_DATA_H_
#define MEVAL_REPORTS_HTML_PAGE_DATA_H_

// What the writers of pages have in common. Private to reports/: it shows mustache's type.

#include <kainjow/mustache.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

using PageFields = std::vector<std::pair<const char*, std::string>>;

// An object of texts that the template shows.
inline kainjow::mustache::data PageObject(const PageFields& fields) {
  kainjow::mustache::data object;
  for (const auto& [key, text] : fields) object.set(key, PresentableText(text));
  return object;
}

// A list of objects with one "text" each.
template <typename Range>
kainjow::mustache::data PageSentences(const Range& sentences) {
  kainjow::mustache::data list(kainjow::mustache::data::type::list);
  for (const std::string& sentence : sentences) list.push_back(PageObject({{"text", sentence}}));
  return list;
}

}  // namespace meval

#endif  // MEVAL_REPORTS_HTML_PAGE_DATA_H_
