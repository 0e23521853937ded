#include "reports/html_records.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "reports/json/strict_json.h"
#include "reports/utf8.h"

namespace meval {
namespace {

constexpr std::size_t kLongestText = 16384;  // bytes of one text in the page
constexpr std::size_t kKeptTail = 4096;      // of those, from the end: answers stand there
constexpr std::size_t kLongestShared = 64;   // bytes of a choice that goes to the table

// A perplexity may be as large as a double can be; there decimals mean nothing.
double Rounded(double value) {
  return std::abs(value) < 1e9 ? std::round(value * 1e5) / 1e5 : value;
}

// Texts with their places, in the order in which they first come.
class Table {
 public:
  std::size_t Place(const std::string& text) {
    const auto [entry, is_new] = places_.try_emplace(text, texts_.size());
    if (is_new) texts_.push_back(RepairUtf8(text));
    return entry->second;
  }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::map<std::string, std::size_t> places_;
  std::vector<std::string> texts_;
};

// The nearest place not behind `at` where a UTF-8 sequence begins.
std::size_t SequenceBegin(std::string_view text, std::size_t at) {
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
  return at;
}

std::string Shortened(const std::string& raw) {
  const std::string text = RepairUtf8(raw);
  if (text.size() <= kLongestText) return text;
  const std::size_t head = SequenceBegin(text, kLongestText - kKeptTail);
  const std::size_t tail = SequenceBegin(text, text.size() - kKeptTail);
  return text.substr(0, head) + "\n[\u2026 " + std::to_string(tail - head) +
         " bytes are left out here; the sample log has them \u2026]\n" + text.substr(tail);
}

class Records {
 public:
  Records(const TaskResult& task, std::span<const SampleResult> samples, const PromptParts& parts)
      : task_(task), parts_(parts) {
    if (!task.metrics.empty()) headline_ = task.metrics.front().name;
    std::set<std::string> names;
    for (const SampleResult& sample : samples) {
      for (const auto& [name, value] : sample.metrics) names.insert(name);
    }
    metrics_.assign(names.begin(), names.end());
    for (const SampleResult& sample : samples) records_.push_back(Record(sample));
  }

  OrderedJson Finish() {
    OrderedJson signatures = OrderedJson::object();
    for (const MetricValue& metric : task_.metrics) signatures[metric.name] = metric.signature;
    OrderedJson exemplars = OrderedJson::array();
    for (const std::string& id : exemplars_.texts()) {
      const auto text = parts_.exemplars.find(id);
      exemplars.push_back(text == parts_.exemplars.end()
                              ? OrderedJson::array({RepairUtf8(id)})
                              : OrderedJson::array({RepairUtf8(id), Shortened(text->second)}));
    }
    return {{"task", task_.task},
            {"request", task_.request},
            {"chat", task_.settings.contains("chat_template")},
            {"headline", headline_},
            {"metrics", metrics_},
            {"groups", groups_.texts()},
            {"texts", texts_.texts()},
            {"exemplars", std::move(exemplars)},
            {"prefixes", std::move(prefixes_)},
            {"signatures", std::move(signatures)},
            {"records", std::move(records_)}};
  }

 private:
  OrderedJson Record(const SampleResult& sample) {
    OrderedJson record = {{"i", sample.index},
                          {"id", Shortened(sample.id)},
                          {"source", Shortened(sample.source)},
                          {"digest", sample.digest.substr(0, 16)},
                          {"question", Shortened(sample.question)}};
    if (!sample.group.empty()) record["group"] = groups_.Place(sample.group);
    if (const auto prefix = Prefix(sample)) record["prefix"] = *prefix;
    if (!sample.gold.empty()) record["gold"] = sample.gold;
    if (!sample.references.empty()) {
      record["references"] = OrderedJson::array();
      for (const std::string& text : sample.references) {
        record["references"].push_back(Shortened(text));
      }
    }
    AddAnswers(sample, record);
    AddScores(sample, record);
    AddFlags(sample, record);
    return record;
  }

  // What stands in front of the question; nothing where there is nothing.
  std::optional<std::size_t> Prefix(const SampleResult& sample) {
    const auto found = parts_.descriptions.find(sample.group);
    const std::string description = found == parts_.descriptions.end() ? "" : found->second;
    if (description.empty() && sample.exemplars.empty()) return {};
    const auto [entry, is_new] =
        prefix_places_.try_emplace({description, sample.exemplars}, prefixes_.size());
    if (is_new) {
      OrderedJson places = OrderedJson::array();
      for (const std::string& id : sample.exemplars) places.push_back(exemplars_.Place(id));
      prefixes_.push_back(OrderedJson::array({Shortened(description), std::move(places)}));
    }
    return entry->second;
  }

  void AddAnswers(const SampleResult& sample, OrderedJson& record) {
    if (!sample.choices.empty()) {
      OrderedJson& choices = record["choices"] = OrderedJson::array();
      for (const ChoiceResult& choice : sample.choices) {
        const std::string shown = choice.Shown();
        OrderedJson text = shown.size() <= kLongestShared ? OrderedJson(texts_.Place(shown))
                                                          : OrderedJson(Shortened(shown));
        choices.push_back(OrderedJson::array({std::move(text), Rounded(choice.logprob),
                                              choice.num_tokens, choice.is_greedy ? 1 : 0}));
      }
      record["confidence"] = Rounded(TopProbability(sample.choices));
    }
    if (!sample.completions.empty()) {
      OrderedJson& completions = record["completions"] = OrderedJson::array();
      for (const CompletionResult& completion : sample.completions) {
        OrderedJson extracted = OrderedJson::object();
        for (const auto& [name, text] : completion.extracted) {
          // A score of the whole text extracts the whole text: it is not told twice.
          extracted[name] =
              text == completion.text ? OrderedJson(nullptr) : OrderedJson(Shortened(text));
        }
        OrderedJson shown =
            OrderedJson::array({Shortened(completion.text), texts_.Place(completion.stop_reason),
                                completion.num_tokens, std::move(extracted)});
        if (!completion.verdict.empty()) {
          shown.push_back(completion.verdict);
          shown.push_back(Shortened(completion.verdict_detail));
        }
        completions.push_back(std::move(shown));
      }
    }
    if (sample.rolling) {
      record["rolling"] =
          OrderedJson::array({Rounded(sample.rolling->logprob), sample.rolling->num_words,
                              sample.rolling->num_bytes, sample.rolling->num_tokens});
    }
  }

  void AddScores(const SampleResult& sample, OrderedJson& record) const {
    const auto headline = sample.metrics.find(headline_);
    if (headline != sample.metrics.end()) record["score"] = Rounded(headline->second);
    OrderedJson& values = record["metrics"] = OrderedJson::array();
    for (const std::string& name : metrics_) {
      const auto value = sample.metrics.find(name);
      values.push_back(value == sample.metrics.end() ? OrderedJson(nullptr)
                                                     : OrderedJson(Rounded(value->second)));
    }
    if (sample.margin) record["margin"] = Rounded(*sample.margin);
    if (sample.gold_probability) record["gold_p"] = Rounded(*sample.gold_probability);
  }

  void AddFlags(const SampleResult& sample, OrderedJson& record) const {
    std::set<std::string> flags;
    if (sample.truncated) flags.insert("truncated");
    if (sample.boundary_merge) flags.insert("boundary");
    if (!sample.scored) flags.insert("unscored");
    if (HasInvalidAnswer(sample, headline_)) flags.insert("invalid");
    for (const CompletionResult& completion : sample.completions) {
      if (completion.text.empty()) flags.insert("empty");
      if (completion.stop_reason == "length") flags.insert("length");
      if (completion.verdict == "timed out") flags.insert("timeout");
      if (completion.verdict == "killed") flags.insert("killed");
      if (completion.verdict == "not extracted") flags.insert("invalid");
    }
    if (!flags.empty()) record["flags"] = flags;
    if (sample.truncated) {
      record["cut"] = {sample.truncated->shots_dropped, sample.truncated->chars_dropped,
                       sample.truncated->tokens_dropped};
    }
  }

  const TaskResult& task_;
  const PromptParts& parts_;
  std::string headline_;
  std::vector<std::string> metrics_;
  Table groups_;
  Table texts_;
  Table exemplars_;
  std::map<std::pair<std::string, std::vector<std::string>>, std::size_t> prefix_places_;
  OrderedJson prefixes_ = OrderedJson::array();
  OrderedJson records_ = OrderedJson::array();
};

}  // namespace

double TopProbability(std::span<const ChoiceResult> choices) {
  if (choices.empty()) return 0;
  double best = choices.front().logprob;
  for (const ChoiceResult& choice : choices) best = std::max(best, choice.logprob);
  double sum = 0;
  for (const ChoiceResult& choice : choices) sum += std::exp(choice.logprob - best);
  return 1 / sum;
}

bool HasInvalidAnswer(const SampleResult& sample, const std::string& headline) {
  return std::any_of(sample.completions.begin(), sample.completions.end(),
                     [&](const CompletionResult& completion) {
                       const auto answer = completion.extracted.find(headline);
                       return answer != completion.extracted.end() && answer->second == "[invalid]";
                     });
}

std::string EscapeForScript(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else if (c == '>') {
      out += "\\u003e";
    } else if (c == '&') {
      out += "\\u0026";
    } else {
      out += c;
    }
  }
  return out;
}

std::string FlipsJson(std::span<const Flip> flips) {
  constexpr std::size_t kMostBytes = 4096;
  OrderedJson by_id = OrderedJson::object();
  for (const Flip& flip : flips) {
    std::string answer = RepairUtf8(Beginning(flip.baseline_answer, kMostBytes));
    by_id[RepairUtf8(flip.id)] = OrderedJson::array({std::move(answer), flip.baseline_score});
  }
  return EscapeForScript(DumpStrict(std::move(by_id), "flips", -1));
}

std::string RecordsJson(const TaskResult& task, std::span<const SampleResult> samples,
                        const PromptParts& parts) {
  return EscapeForScript(
      DumpStrict(Records(task, samples, parts).Finish(), "records of " + task.task, -1));
}

}  // namespace meval
