#include "reports/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "reports/error.h"
#include "reports/json/strict_json.h"
#include "reports/utf8.h"

namespace meval {
namespace {

// A line is one of
//   {"key":K,"logprob":-1.25,"is_greedy":false,"num_tokens":3}
//   {"key":K,"sample":0,"text":"...","stop_reason":"stop","num_tokens":12}
// and a text that is not UTF-8 stands as "text_hex" instead.

constexpr std::int64_t kLinesPerSync = 512;
constexpr std::chrono::seconds kSyncInterval{2};

std::string ToHex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::optional<std::string> FromHex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  unsigned byte = 0;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const char c = hex[i];
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && (c < 'a' || c > 'f')) return std::nullopt;
    byte = byte * 16 + static_cast<unsigned>(is_digit ? c - '0' : c - 'a' + 10);
    if (i % 2 == 1) {
      bytes += static_cast<char>(byte);
      byte = 0;
    }
  }
  return bytes;
}

using Json = nlohmann::json;

const std::string* Text(const Json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_string() ? found->get_ptr<const std::string*>() : nullptr;
}

std::optional<std::int64_t> Integer(const Json& line, const char* key) {
  const auto found = line.find(key);
  if (found == line.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

bool ParseScore(const Json& line, const std::string& key, JournalContents& contents) {
  const auto logprob = line.find("logprob");
  const auto is_greedy = line.find("is_greedy");
  const std::optional<std::int64_t> num_tokens = Integer(line, "num_tokens");
  if (line.size() != 4 || !num_tokens || !logprob->is_number() || is_greedy == line.end() ||
      !is_greedy->is_boolean()) {
    return false;
  }
  contents.scores[key] = {logprob->get<double>(), is_greedy->get<bool>(), *num_tokens};
  return true;
}

bool ParseGeneration(const Json& line, const std::string& key, JournalContents& contents) {
  const std::optional<std::int64_t> sample = Integer(line, "sample");
  const std::optional<std::int64_t> num_tokens = Integer(line, "num_tokens");
  const std::string* stop_reason = Text(line, "stop_reason");
  const std::string* text = Text(line, "text");
  const std::string* hex = Text(line, "text_hex");
  if (line.size() != 5 || !sample || !num_tokens || stop_reason == nullptr) return false;
  std::optional<std::string> bytes;
  if (text != nullptr) bytes = *text;
  if (hex != nullptr) bytes = FromHex(*hex);
  if (!bytes) return false;
  contents.generations[key + "#" + std::to_string(*sample)] = {std::move(*bytes), *stop_reason,
                                                               *num_tokens};
  return true;
}

// False, leaving `contents` alone, if `text` is not a journal line.
bool ParseLine(std::string_view text, JournalContents& contents) {
  const Json line = Json::parse(text.begin(), text.end(), nullptr, false);
  if (!line.is_object()) return false;
  const std::string* key = Text(line, "key");
  if (key == nullptr) return false;
  return line.contains("logprob") ? ParseScore(line, *key, contents)
                                  : ParseGeneration(line, *key, contents);
}

void CheckIsUtf8(std::string_view text, const char* field) {
  if (IsUtf8(text)) return;
  throw std::logic_error("journal.jsonl: " + std::string(field) + ": expected UTF-8, found bytes " +
                         ToHex(text));
}

// The journal's length without a torn last line, reading back from its end.
std::int64_t IntactSize(int file, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(file, &status) != 0) ThrowSystemError(path, "cannot be examined");
  if (!S_ISREG(status.st_mode)) throw ReportError(path.string() + ": is not a regular file");
  std::string tail;  // the file's end, from `begin` on
  std::array<char, 65536> block{};
  for (off_t begin = status.st_size; begin > 0;) {
    const off_t size = std::min<off_t>(begin, static_cast<off_t>(block.size()));
    const ssize_t got = ::pread(file, block.data(), static_cast<std::size_t>(size), begin - size);
    if (got < 0) ThrowSystemError(path, "cannot be read");
    if (got != size) throw ReportError(path.string() + ": changed while it was read");
    begin -= size;
    tail.insert(0, block.data(), static_cast<std::size_t>(size));
    // The last line is whole in `tail` once the line end before it is there, or the file's start.
    const std::size_t end = tail.rfind('\n');
    if (end == std::string::npos) continue;
    const std::size_t before = end == 0 ? std::string::npos : tail.rfind('\n', end - 1);
    if (before == std::string::npos && begin > 0) continue;
    const std::size_t start = before == std::string::npos ? 0 : before + 1;
    JournalContents ignored;
    const bool has_open_end = end + 1 < tail.size();
    const bool is_intact =
        has_open_end || ParseLine(std::string_view(tail).substr(start, end - start), ignored);
    return begin + static_cast<std::int64_t>(is_intact ? end + 1 : start);
  }
  return 0;
}

}  // namespace

JournalContents ReadJournal(const std::filesystem::path& path) {
  JournalContents contents;
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return contents;
  if (!std::filesystem::is_regular_file(status)) {
    throw ReportError(path.string() + ": is not a regular file");
  }
  std::ifstream in(path, std::ios::binary);
  const std::string text = ReadText(in, path.string());
  std::size_t begin = 0;
  for (std::int64_t number = 1; begin < text.size(); ++number) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;
    if (!ParseLine(std::string_view(text).substr(begin, end - begin), contents)) {
      if (end + 1 == text.size()) break;
      throw ReportError(path.string() + ":" + std::to_string(number) +
                        ": expected a journal line, found other text; delete the line to have its "
                        "request asked again, or choose another --out");
    }
    begin = end + 1;
  }
  contents.dropped_bytes = static_cast<std::int64_t>(text.size() - begin);
  return contents;
}

JournalWriter::JournalWriter(const std::filesystem::path& path)
    : path_(path), last_sync_(std::chrono::steady_clock::now()) {
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file_ < 0) ThrowSystemError(path_, "cannot be opened for appending");
  try {
    // File systems without locks answer with other codes; there the promise is the user's.
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      throw ReportError(path_.string() +
                        ": another process is writing it; wait for that run to end, or choose "
                        "another --out");
    }
    if (::ftruncate(file_, IntactSize(file_, path_)) != 0) ThrowSystemError(path_, "cannot be cut");
  } catch (...) {
    ::close(file_);
    throw;
  }
}

JournalWriter::~JournalWriter() {
  try {
    Sync();
  } catch (const std::exception&) {
    // The rest of the journal is lost; the next run asks those requests again.
  }
  ::close(file_);
}

void JournalWriter::Add(std::string_view key, const JournalScore& score) {
  CheckIsUtf8(key, "key");
  Append(DumpStrict({{"key", key},
                     {"logprob", score.logprob},
                     {"is_greedy", score.is_greedy},
                     {"num_tokens", score.num_tokens}},
                    "journal.jsonl", -1));
}

void JournalWriter::Add(std::string_view key, std::int64_t sample,
                        const JournalGeneration& generation) {
  CheckIsUtf8(key, "key");
  CheckIsUtf8(generation.stop_reason, "stop_reason");
  const bool is_utf8 = IsUtf8(generation.text);
  Append(DumpStrict(
      {{"key", key},
       {"sample", sample},
       {is_utf8 ? "text" : "text_hex", is_utf8 ? generation.text : ToHex(generation.text)},
       {"stop_reason", generation.stop_reason},
       {"num_tokens", generation.num_tokens}},
      "journal.jsonl", -1));
}

void JournalWriter::Sync() {
  last_sync_ = std::chrono::steady_clock::now();
  if (buffer_.empty()) return;
  std::size_t written = 0;
  while (written < buffer_.size()) {
    const ssize_t count = ::write(file_, buffer_.data() + written, buffer_.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      buffer_.erase(0, written);
      ThrowSystemError(path_, "cannot be written");
    }
    written += static_cast<std::size_t>(count);
  }
  buffer_.clear();
  buffered_lines_ = 0;
  if (::fsync(file_) != 0) ThrowSystemError(path_, "cannot be synced");
}

void JournalWriter::Append(std::string line) {
  buffer_ += line;
  buffer_ += '\n';
  ++buffered_lines_;
  if (buffered_lines_ >= kLinesPerSync ||
      std::chrono::steady_clock::now() - last_sync_ >= kSyncInterval) {
    Sync();
  }
}

}  // namespace meval
