#include "reports/json/journal_line.h"

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>

#include "reports/checksum.h"
#include "reports/json/strict_json.h"
#include "reports/utf8.h"

namespace meval {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kProgram = "mistral-eval";
constexpr std::string_view kCheckKey = ",\"check\":\"";
constexpr std::size_t kCheckDigits = 16;

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

void CheckIsUtf8(std::string_view text, const char* field) {
  if (IsUtf8(text)) return;
  throw std::logic_error("journal.jsonl: " + std::string(field) + ": expected UTF-8, found bytes " +
                         ToHex(text));
}

// `object` on one line with its checksum as the last key.
std::string Sign(OrderedJson object) {
  std::string line = DumpStrict(std::move(object), "journal.jsonl", -1);
  line.pop_back();  // the brace
  const std::string check = Checksum(line);
  return line.append(kCheckKey).append(check).append("\"}");
}

// The bytes that `line`'s checksum is of; nothing if it does not end as a signed line does.
std::optional<std::string_view> SignedPart(std::string_view line) {
  const std::size_t tail = kCheckKey.size() + kCheckDigits + 2;
  if (line.size() < tail || !line.ends_with("\"}")) return std::nullopt;
  if (line.substr(line.size() - tail, kCheckKey.size()) != kCheckKey) return std::nullopt;
  return line.substr(0, line.size() - tail);
}

// Why a line's checksum does not hold; "" if it does.
std::string CheckSignature(std::string_view line) {
  const std::optional<std::string_view> part = SignedPart(line);
  if (!part) return "expected a journal line that ends with its checksum, found other text";
  const std::string_view written = line.substr(line.size() - kCheckDigits - 2, kCheckDigits);
  const std::string actual = Checksum(*part);
  if (written == actual) return "";
  return "the line is damaged: its checksum is " + actual + ", it says " + std::string(written);
}

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
  if (line.size() != 5 || !num_tokens || !logprob->is_number() || is_greedy == line.end() ||
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
  if (line.size() != 6 || !sample || !num_tokens || stop_reason == nullptr) return false;
  std::optional<std::string> bytes;
  if (text != nullptr) bytes = *text;
  if (hex != nullptr) bytes = FromHex(*hex);
  if (!bytes) return false;
  contents.generations[key + "#" + std::to_string(*sample)] = {std::move(*bytes), *stop_reason,
                                                               *num_tokens};
  return true;
}

}  // namespace

std::string HeaderLine(std::string_view run) {
  CheckIsUtf8(run, "run");
  return Sign({{"journal", kProgram}, {"format", kJournalFormat}, {"run", run}});
}

std::string ScoreLine(std::string_view key, const JournalScore& score) {
  CheckIsUtf8(key, "key");
  return Sign({{"key", key},
               {"logprob", score.logprob},
               {"is_greedy", score.is_greedy},
               {"num_tokens", score.num_tokens}});
}

std::string GenerationLine(std::string_view key, std::int64_t sample,
                           const JournalGeneration& generation) {
  CheckIsUtf8(key, "key");
  CheckIsUtf8(generation.stop_reason, "stop_reason");
  const bool is_utf8 = IsUtf8(generation.text);
  return Sign({{"key", key},
               {"sample", sample},
               {is_utf8 ? "text" : "text_hex", is_utf8 ? generation.text : ToHex(generation.text)},
               {"stop_reason", generation.stop_reason},
               {"num_tokens", generation.num_tokens}});
}

std::string ParseLine(std::string_view text, JournalContents& contents) {
  const std::string problem = CheckSignature(text);
  if (!problem.empty()) return problem;
  const std::string other = "expected a score or a completion, found other text";
  const Json line = Json::parse(text.begin(), text.end(), nullptr, false);
  if (!line.is_object()) return other;
  const std::string* key = Text(line, "key");
  if (key == nullptr) return other;
  const bool is_parsed = line.contains("logprob") ? ParseScore(line, *key, contents)
                                                  : ParseGeneration(line, *key, contents);
  return is_parsed ? "" : other;
}

JournalHeader ParseHeader(std::string_view text) {
  JournalHeader header;
  const Json line = Json::parse(text.begin(), text.end(), nullptr, false);
  // The first format began with a result, and its lines had no checksum.
  if (line.is_object() && line.contains("key") && !line.contains("check")) {
    header.format = 1;
    return header;
  }
  const std::string* program = line.is_object() ? Text(line, "journal") : nullptr;
  const std::optional<std::int64_t> format =
      line.is_object() ? Integer(line, "format") : std::nullopt;
  if (program == nullptr || *program != kProgram || !format) {
    header.problem = "expected the journal's first line, which names its format and run";
    return header;
  }
  header.format = *format;
  if (header.format != kJournalFormat) return header;  // its other keys are not known here
  header.problem = CheckSignature(text);
  if (const std::string* run = Text(line, "run")) {
    header.run = *run;
  } else if (header.problem.empty()) {
    header.problem = "expected the digest of a run's identity as \"run\", found none";
  }
  return header;
}

}  // namespace meval
