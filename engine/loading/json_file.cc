#include "engine/loading/json_file.h"

#include <fstream>
#include <set>
#include <system_error>
#include <vector>

#include "engine/error.h"

namespace meval {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 64;
constexpr std::int64_t kMaxJsonBytes = std::int64_t{64} << 20;
constexpr std::size_t kShownBytes = 60;

// Watches the parse go by: the library keeps the last of two equal keys without a word, which in a
// header of tensors is a lie waiting to be believed.
class Watcher {
 public:
  explicit Watcher(const std::string& source) : source_(source) {}

  bool operator()(int depth, json::parse_event_t event, json& parsed) {
    if (depth > kMaxDepth) {
      throw ModelError(source_ + ": expected JSON of at most " + std::to_string(kMaxDepth) +
                       " levels, found deeper nesting; the file is not what its name says");
    }
    if (event == json::parse_event_t::object_start) keys_.emplace_back();
    if (event == json::parse_event_t::object_end) keys_.pop_back();
    if (event == json::parse_event_t::key) {
      const std::string& key = parsed.get_ref<const std::string&>();
      if (!keys_.back().insert(key).second) {
        throw ModelError(source_ + ": expected every key once, found " + Shown(parsed) +
                         " twice in one object; remove one of them");
      }
    }
    return true;
  }

 private:
  const std::string& source_;
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

std::string Shown(const json& value) {
  std::string text = value.dump(-1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace);
  if (text.size() > kShownBytes) text = text.substr(0, kShownBytes) + "...";
  return text;
}

json ParseJsonObject(std::string_view text, const std::string& source) {
  json value;
  try {
    Watcher watcher(source);
    value = json::parse(text.begin(), text.end(), std::ref(watcher));
  } catch (const json::parse_error& error) {
    throw ModelError(source + ": expected JSON, found a syntax error at offset " +
                     std::to_string(error.byte == 0 ? 0 : error.byte - 1) + " of " +
                     std::to_string(text.size()) +
                     " bytes; the file is damaged or incomplete, fetch it again");
  } catch (const json::exception& error) {
    throw ModelError(source + ": expected JSON, found a value it cannot hold (" + error.what() +
                     "); the file is damaged, fetch it again");
  }
  if (!value.is_object()) {
    throw ModelError(source + ": expected a JSON object {...}, found " + Shown(value) +
                     "; the file is not what its name says");
  }
  return value;
}

std::string ReadFile(const std::filesystem::path& path, std::int64_t max_bytes) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    throw ModelError(path.string() + ": expected a file, found nothing there; check the path");
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    throw ModelError(path.string() +
                     ": expected a file, found something else (a directory or a device); check "
                     "the path");
  }
  const auto size = std::filesystem::file_size(path, error);
  if (!error && static_cast<std::int64_t>(size) > max_bytes) {
    throw ModelError(path.string() + ": expected at most " + std::to_string(max_bytes) +
                     " bytes, found " + std::to_string(size) + "; is it the right file?");
  }
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in.is_open() || in.bad()) {
    throw ModelError(path.string() +
                     ": expected a readable file, found that it cannot be opened; check its "
                     "permissions");
  }
  return text;
}

json ReadJsonFile(const std::filesystem::path& path) {
  return ParseJsonObject(ReadFile(path, kMaxJsonBytes), path.string());
}

}  // namespace meval
