#ifndef MEVAL_ENGINE_LOADING_JSON_FILE_H_
#define MEVAL_ENGINE_LOADING_JSON_FILE_H_

// Strict JSON from files other people wrote: every way it can be wrong is a ModelError that names
// the file and the place in it.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace meval {

// An object at the top level, UTF-8, no key twice in one object, no nesting deeper than 64 levels.
// `source` names the text in messages.
nlohmann::json ParseJsonObject(std::string_view text, const std::string& source);

// The whole file. Throws ModelError if it cannot be read or holds more than `max_bytes`.
std::string ReadFile(const std::filesystem::path& path, std::int64_t max_bytes);

// Both: configuration files and indices are far below 64 MiB.
nlohmann::json ReadJsonFile(const std::filesystem::path& path);

// A value as messages show it: its JSON text, shortened to about 60 characters.
std::string Shown(const nlohmann::json& value);

}  // namespace meval

#endif  // MEVAL_ENGINE_LOADING_JSON_FILE_H_
