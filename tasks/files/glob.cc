#include "tasks/files/glob.h"

#include <algorithm>
#include <cstddef>
#include <system_error>

namespace meval::tasks {

bool MatchesGlob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  // Where to go on when a mismatch shows that the last star must swallow one byte more.
  std::size_t after_star = pattern.npos;
  std::size_t star_end = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_end = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (after_star != pattern.npos) {
      p = after_star;
      t = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == pattern.npos;
}

bool HasWildcard(std::string_view pattern) {
  return pattern.find_first_of("*?") != std::string_view::npos;
}

std::vector<std::string> ExpandBraces(const std::string& pattern) {
  const std::size_t open = pattern.find('{');
  const std::size_t close = open == pattern.npos ? open : pattern.find('}', open);
  if (close == pattern.npos) return {pattern};
  std::vector<std::string> patterns;
  std::size_t begin = open + 1;
  while (begin <= close) {
    const std::size_t end = std::min(pattern.find(',', begin), close);
    const std::string one = pattern.substr(0, open) + pattern.substr(begin, end - begin);
    for (const std::string& rest : ExpandBraces(pattern.substr(close + 1))) {
      patterns.push_back(one + rest);
    }
    begin = end + 1;
  }
  return patterns;
}

std::vector<std::filesystem::path> ExpandGlob(const std::filesystem::path& base,
                                              const std::string& pattern) {
  std::vector<std::filesystem::path> found = {
      std::filesystem::path(pattern).is_absolute() ? std::filesystem::path() : base};
  for (const std::filesystem::path& part : std::filesystem::path(pattern)) {
    const std::string name = part.string();
    std::vector<std::filesystem::path> next;
    for (const std::filesystem::path& place : found) {
      std::error_code error;
      if (!HasWildcard(name)) {
        next.push_back(place / part);
        continue;
      }
      const std::filesystem::path directory = place.empty() ? "." : place;
      for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end;
           it.increment(error)) {
        const std::string entry = it->path().filename().string();
        const bool is_hidden = entry.starts_with('.') && !name.starts_with('.');
        if (!is_hidden && MatchesGlob(name, entry)) next.push_back(place / entry);
      }
    }
    found = std::move(next);
  }
  std::erase_if(found, [](const std::filesystem::path& path) {
    std::error_code error;
    return !std::filesystem::exists(path, error) || std::filesystem::is_directory(path, error);
  });
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.string() < b.string(); });
  return found;
}

}  // namespace meval::tasks
