#include "reports/result.h"

#include <algorithm>
#include <cstddef>

namespace meval {
namespace {

// A backslash, line end or, in a key, "=" inside the text would let two identities share one form.
std::string Escape(const std::string& text, bool is_key) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || (is_key && c == '=')) out += '\\';
      out += c;
    }
  }
  return out;
}

std::optional<double> Each(std::optional<double> joules, std::int64_t number) {
  if (!joules || number <= 0) return std::nullopt;
  return *joules / static_cast<double>(number);
}

}  // namespace

std::optional<double> Timing::JoulesPerTokenFed() const { return Each(joules, tokens_fed); }

std::optional<double> Timing::JoulesPerCorrectAnswer() const {
  return Each(joules, correct_answers.value_or(0));
}

std::string ToText(const RunIdentity& identity) {
  std::vector<std::string> lines;
  const auto add = [&](const std::string& key, const std::string& value) {
    lines.push_back(Escape(key, true) + "=" + Escape(value, false) + "\n");
  };
  add("model", identity.model);
  add("model_digest", identity.model_digest);
  add("tokenizer_digest", identity.tokenizer_digest);
  add("dtype", identity.dtype);
  // Absent from the records of runs that began before there was such a key.
  if (!identity.numerics.empty()) add("numerics", identity.numerics);
  add("seed", std::to_string(identity.seed));
  add("max_length", std::to_string(identity.max_length));
  for (const auto& [name, value] : identity.flags) add("flags." + name, value);
  for (std::size_t i = 0; i < identity.tasks.size(); ++i) {
    add("tasks[" + std::to_string(i) + "]", identity.tasks[i]);
  }
  for (const auto& [task, digest] : identity.prompts) add("prompts." + task, digest);
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

}  // namespace meval
