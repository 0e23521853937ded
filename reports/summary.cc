#include "reports/summary.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <map>

#include "reports/quantity_text.h"

namespace meval {
namespace {

bool IsPercent(const MetricValue& metric) {
  return metric.unit == "fraction" || metric.unit == "percent";
}

// In the unit shown.
std::string Shown(const MetricValue& metric, double value) {
  return ShownInUnit(metric.unit, value);
}

// "1 document was", "3 documents were".
std::string Count(std::int64_t number, const std::string& singular, const std::string& plural) {
  return Grouped(number) + " " + (number == 1 ? singular : plural);
}

ScoreRow MakeRow(const MetricValue& metric) {
  ScoreRow row;
  row.n = std::to_string(metric.n);
  row.metric = IsPercent(metric) ? metric.name : metric.name + " (" + metric.unit + ")";
  row.value = Shown(metric, metric.value);
  row.is_headline = metric.is_headline;
  if (metric.standard_error) row.error = Shown(metric, *metric.standard_error);
  if (metric.ci_low && metric.ci_high) {
    row.interval = Shown(metric, *metric.ci_low) + " \u2013 " + Shown(metric, *metric.ci_high);
  }
  return row;
}

// The number of `note` among the footnotes, which it joins if it is new.
std::size_t Footnote(std::vector<std::string>& footnotes, const std::string& note) {
  for (std::size_t i = 0; i < footnotes.size(); ++i) {
    if (footnotes[i].substr(footnotes[i].find(' ') + 1) == note) return i + 1;
  }
  footnotes.push_back("[" + std::to_string(footnotes.size() + 1) + "] " + note);
  return footnotes.size();
}

// The first published value of a metric; a footnote lists all of them, each with its variant and
// source.
std::string PublishedCell(const TaskResult& task, const std::string& metric, ScoreTable& table) {
  std::string first;
  std::string note = task.task + " " + metric + ", published:";
  for (const PublishedComparison& published : task.published) {
    if (published.metric != metric) continue;
    const std::string value = Fixed(published.value, 2);
    if (first.empty()) first = value;
    note += (value == first && note.back() == ':' ? " " : "; ") + value + " (" + published.model +
            ", " + published.variant + ", " + published.source + ")";
  }
  if (first.empty()) return "";
  return first + " [" + std::to_string(Footnote(table.footnotes, note)) + "]";
}

bool IsShown(const SubsetResult& subset, SubsetRows subsets) {
  if (subsets == SubsetRows::kGroups) return subset.kind == "group";
  if (subsets == SubsetRows::kCategories) return subset.kind != "group";
  return subsets == SubsetRows::kAll;
}

void AddCounter(std::int64_t number, const std::string& sentence, std::vector<std::string>& notes) {
  if (number != 0) notes.push_back(sentence);
}

// How much text a perplexity stands on: the details of a rolling task.
void AddTextSizes(const TaskResult& task, std::vector<std::string>& notes) {
  std::map<std::string, std::int64_t> sizes;
  for (const MetricValue& metric : task.metrics) {
    if (metric.is_detail) sizes[metric.name] = std::llround(metric.value);
  }
  if (sizes.empty()) return;
  notes.push_back(Count(sizes["words"], "word", "words") + ", " +
                  Count(sizes["bytes"], "byte", "bytes") + ", " +
                  Count(sizes["tokens"], "token", "tokens") + ", of which " +
                  Count(sizes["scored_tokens"], "was", "were") + " scored in " +
                  Count(task.num_requests, "window", "windows") + ".");
}

// "164 completions as programs: 50 passed, 110 failed, 4 timed out."
void AddVerdicts(const std::map<std::string, std::int64_t>& verdicts,
                 std::vector<std::string>& notes) {
  std::int64_t total = 0;
  std::string text;
  for (const char* verdict : {"passed", "failed", "timed out", "killed", "not extracted"}) {
    const auto count = verdicts.find(verdict);
    if (count == verdicts.end()) continue;
    total += count->second;
    text += (text.empty() ? "" : ", ") + Grouped(count->second) + " " + verdict;
  }
  if (total > 0) {
    notes.push_back(Count(total, "completion", "completions") + " as programs: " + text + ".");
  }
}

// Means over several tasks, behind them.
void AddGroupRows(const RunReport& run, ScoreTable& table) {
  for (const GroupResult& group : run.groups) {
    bool is_first = true;
    for (const MetricValue& metric : group.metrics) {
      ScoreRow row = MakeRow(metric);
      row.metric = metric.name + " mean";
      if (is_first)
        row.task = group.group + " (" + std::to_string(group.members.size()) + " tasks)";
      is_first = false;
      table.rows.push_back(std::move(row));
    }
  }
}

}  // namespace

std::string Fixed(double value, int decimals) {
  char buffer[512];  // the longest double has 309 digits before the point
  std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
  const std::string text = buffer;
  const bool is_zero = text.find_first_not_of("-0.") == std::string::npos;
  return is_zero && text.front() == '-' ? text.substr(1) : text;
}

std::string ShownNumber(double number) {
  const bool is_whole = number == std::floor(number) && std::abs(number) < 1e15;
  return is_whole ? Grouped(static_cast<std::int64_t>(number)) : Fixed(number, 4);
}

std::string ShownInUnit(const std::string& unit, double value) {
  // Perplexities are compared to the third digit after the point and beyond.
  const int decimals = unit == "ppl" || unit == "bits" ? 4 : 2;
  return Fixed(unit == "fraction" ? value * 100 : value, decimals);
}

ScoreTable BuildScoreTable(const RunReport& run, SubsetRows subsets) {
  ScoreTable table;
  for (const TaskResult& task : run.tasks) {
    const std::size_t first = table.rows.size();
    if (subsets != SubsetRows::kGroups) {
      for (const MetricValue& metric : task.metrics) {
        if (metric.is_detail) continue;
        ScoreRow row = MakeRow(metric);
        row.published = PublishedCell(task, metric.name, table);
        table.rows.push_back(row);
      }
    }
    for (const SubsetResult& subset : task.subsets) {
      if (!IsShown(subset, subsets)) continue;
      for (const MetricValue& metric : subset.metrics) {
        if (metric.is_detail) continue;
        ScoreRow row = MakeRow(metric);
        row.subset = subset.name;
        row.is_headline = false;
        table.rows.push_back(row);
      }
    }
    if (table.rows.size() == first) continue;
    table.rows[first].task = task.task;
    table.rows[first].version = std::to_string(task.version);
    table.rows[first].shots = std::to_string(task.shots);
  }
  if (subsets != SubsetRows::kGroups) AddGroupRows(run, table);
  return table;
}

std::string Headline(const RunReport& run) {
  return "mistral-eval " + run.version + ": model " + run.identity.model + ", " +
         run.identity.dtype + ", seed " + std::to_string(run.identity.seed);
}

std::vector<std::string> BannerSentences(const RunReport& run) {
  std::vector<std::string> sentences;
  if (run.is_demonstration_model) {
    sentences.push_back(
        run.identity.model.starts_with("random:")
            ? "The model is for demonstration: its weights are random, and its scores mean nothing."
            : "The model is for demonstration: it knows the small invented world of the shipped "
              "sample records, and nothing else.");
  }
  std::string names;
  for (const TaskResult& task : run.tasks) {
    if (task.is_demonstration) names += (names.empty() ? "" : ", ") + task.task;
  }
  if (!names.empty()) {
    sentences.push_back("The data are the shipped sample records, not the benchmark (" + names +
                        "): the scores compare with nothing published. --data DIR reads the real "
                        "sets.");
  }
  return sentences;
}

std::vector<std::string> NoteSentences(const TaskResult& task) {
  const TaskCounters& counters = task.counters;
  std::vector<std::string> notes;
  if (task.request == "rolling") AddTextSizes(task, notes);
  AddVerdicts(task.verdicts, notes);
  if (task.num_documents < task.num_documents_total) {
    notes.push_back("A subset: " + Grouped(task.num_documents) + " of " +
                    Grouped(task.num_documents_total) + " documents were evaluated.");
  }
  AddCounter(counters.unscored,
             Count(counters.unscored, "document has", "documents have") +
                 " no result: this run is not finished.",
             notes);
  AddCounter(counters.truncated_prompts,
             Grouped(counters.truncated_prompts) + " of " +
                 Count(task.num_documents, "prompt", "prompts") +
                 (counters.truncated_prompts == 1 ? " was" : " were") +
                 " truncated to fit the model's context.",
             notes);
  AddCounter(counters.invalid_answers,
             Count(counters.invalid_answers, "completion holds", "completions hold") +
                 " no answer that the main score could extract: counted as wrong.",
             notes);
  AddCounter(counters.empty_completions,
             Count(counters.empty_completions, "completion is", "completions are") + " empty.",
             notes);
  AddCounter(counters.length_stops,
             Count(counters.length_stops, "completion was", "completions were") +
                 " cut at the limit of new tokens.",
             notes);
  AddCounter(counters.boundary_merges,
             Count(counters.boundary_merges, "document has", "documents have") +
                 " a token that spans the end of the prompt and the start of a choice.",
             notes);
  AddCounter(counters.duplicate_questions,
             Count(counters.duplicate_questions, "document repeats", "documents repeat") +
                 " an earlier question.",
             notes);
  for (const std::string& warning : task.warnings) notes.push_back("Warning: " + warning);
  return notes;
}

std::string CostSentence(const Timing& timing) {
  std::string text = Grouped(timing.tokens_requested) + " tokens asked for, " +
                     Grouped(timing.tokens_fed) + " fed";
  // After a resume the fed tokens are those of the last attempt only: no ratio to speak of.
  if (timing.requests_from_journal == 0 && timing.tokens_fed > 0 &&
      timing.tokens_requested > timing.tokens_fed) {
    const double factor =
        static_cast<double>(timing.tokens_requested) / static_cast<double>(timing.tokens_fed);
    text += ", " + Grouped(timing.tokens_requested - timing.tokens_fed) + " avoided (\u00d7" +
            Fixed(factor, 2) + ")";
  }
  if (timing.tokens_generated > 0) text += ", " + Grouped(timing.tokens_generated) + " generated";
  text += "; " + Fixed(timing.seconds, 1) + " seconds";
  if (timing.seconds > 0) {
    const double rate = static_cast<double>(timing.tokens_fed) / timing.seconds;
    text += ", " + Fixed(rate, rate < 100 ? 1 : 0) + " fed tokens/s";
  }
  if (timing.ceiling_seconds && timing.model_seconds > 0) {
    text += "; " + Fixed(100 * *timing.ceiling_seconds / timing.model_seconds, 0) +
            "% of this machine's measured ceiling (predicted " + Fixed(*timing.ceiling_seconds, 1) +
            " seconds of model time, taken " + Fixed(timing.model_seconds, 1) + ")";
  }
  if (timing.joules) {
    text += "; " + ShownJoules(*timing.joules);
    if (const auto each = timing.JoulesPerTokenFed()) {
      text += ", " + ShownJoules(*each) + " a token fed";
    }
    if (const auto each = timing.JoulesPerCorrectAnswer()) {
      text += ", " + ShownJoules(*each) + " a right answer";
    }
  }
  if (timing.requests_from_journal > 0) {
    text += "; " +
            Count(timing.requests_from_journal, "request was finished", "requests were finished") +
            " in an earlier attempt";
  }
  return text;
}

Timing Total(const std::vector<TaskResult>& tasks) {
  Timing total;
  bool has_ceiling = true;
  double ceiling_seconds = 0;
  bool has_energy = true;
  double joules = 0;
  for (const TaskResult& task : tasks) {
    total.seconds += task.timing.seconds;
    total.tokens_requested += task.timing.tokens_requested;
    total.tokens_fed += task.timing.tokens_fed;
    total.tokens_generated += task.timing.tokens_generated;
    total.requests_from_journal += task.timing.requests_from_journal;
    total.model_seconds += task.timing.model_seconds;
    total.steps += task.timing.steps;
    total.rows_scored += task.timing.rows_scored;
    total.tokens_refed += task.timing.tokens_refed;
    total.peak_kv_pages = std::max(total.peak_kv_pages, task.timing.peak_kv_pages);
    total.flops += task.timing.flops;
    total.bytes += task.timing.bytes;
    // The whole has a prediction, or energy, where every part has it. Right answers of different
    // tasks are no sum.
    if (!task.timing.ceiling_seconds) has_ceiling = false;
    ceiling_seconds += task.timing.ceiling_seconds.value_or(0);
    if (!task.timing.joules) has_energy = false;
    joules += task.timing.joules.value_or(0);
  }
  if (has_ceiling) total.ceiling_seconds = ceiling_seconds;
  if (has_energy) total.joules = joules;
  return total;
}

std::string Grouped(std::int64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && digits[i - 1] != '-' && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

}  // namespace meval
