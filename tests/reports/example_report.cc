#include "tests/reports/example_report.h"

#include <string>

namespace meval::testing {
namespace {

std::string Digest(char c) { return std::string(64, c); }

MetricValue Fraction(const std::string& name, double value, double standard_error, std::int64_t n) {
  MetricValue metric;
  metric.name = name;
  metric.value = value;
  metric.standard_error = standard_error;
  metric.standard_error_method = "sample";
  metric.ci_low = value - 1.96 * standard_error;
  metric.ci_high = value + 1.96 * standard_error;
  metric.ci_method = "wilson";
  metric.n = n;
  metric.signature = "norm:none|ties:first|version:mistral-eval-1";
  return metric;
}

TaskResult Mmlu() {
  TaskResult task;
  task.task = "mmlu";
  task.version = 1;
  task.title = "Massive Multitask Language Understanding, 57 subjects";
  task.request = "loglikelihood";
  task.shots = 5;
  task.fewshot_mode = "task";
  task.num_documents = 240;
  task.num_documents_total = 14042;
  task.num_requests = 960;
  task.is_demonstration = true;
  task.settings = {{"boundary", "split"}, {"truncation", "shots"}};
  task.metrics = {Fraction("acc", 0.625, 0.03125, 240)};
  task.metrics[0].is_headline = true;
  task.subsets = {
      {"abstract_algebra", "group", 100, {Fraction("acc", 0.29, 0.0456, 100)}},
      {"anatomy", "group", 139, {Fraction("acc", 120.0 / 139, 0.0292, 139)}},
      {"high_school_government_and_politics", "group", 1, {Fraction("acc", 1, 0, 1)}},
      {"stem", "category", 100, {Fraction("acc", 0.29, 0.0456, 100)}},
      {"social sciences", "category", 140, {Fraction("acc", 121.0 / 140, 0.0290, 140)}},
      {"micro", "micro", 240, {Fraction("acc", 0.625, 0.03125, 240)}},
      {"macro", "macro", 240, {Fraction("acc", (0.29 + 120.0 / 139 + 1) / 3, 0.018, 240)}}};
  // A set of one has no standard error.
  MetricValue& single = task.subsets[2].metrics[0];
  single.standard_error.reset();
  single.standard_error_method = "";
  single.ci_low.reset();
  single.ci_high.reset();
  single.ci_method = "";
  task.subsets[5].metrics[0].is_headline = true;
  task.published = {{"Mistral-7B-v0.1", "5-shot", "acc", 62.5, "arXiv:2310.06825, Table 2"}};
  task.counters.truncated_prompts = 12;
  task.counters.boundary_merges = 1;
  task.counters.duplicate_questions = 3;
  task.warnings = {"the dev file of anatomy has 4 records, expected 5"};
  task.inputs = {{"test", "/data/mmlu/test/anatomy_test.csv", 139, Digest('1'), "headerless"},
                 {"exemplars", "anatomy_dev.csv", 4, Digest('2'), "headerless"}};
  task.data_digest = Digest('3');
  task.exemplar_digest = Digest('4');
  task.prompt_digest = Digest('5');
  task.definition_digest = Digest('6');
  task.samples_digest = Digest('0');
  task.timing = {.seconds = 12.5, .tokens_requested = 1234567, .tokens_fed = 234567};
  return task;
}

TaskResult Gsm8k() {
  TaskResult task;
  task.task = "gsm8k_cot_maj8";
  task.version = 2;
  task.title = "Grade-school math, chain of thought, majority of 8";
  task.request = "generation";
  task.shots = 8;
  task.fewshot_mode = "fixed";
  task.num_documents = 1319;
  task.num_documents_total = 1319;
  task.num_requests = 10552;
  task.settings = {{"num_samples", "8"}, {"temperature", "0.7"}, {"until", R"(["Q:","</s>"])"}};
  task.metrics = {Fraction("maj@8", 0.5223654283548143, 0.01376, 1319),
                  Fraction("maj@1", 0.3874147081122062, 0.01342, 1319),
                  Fraction("pass@8", 0.7869598180439727, 0.01128, 1319)};
  task.metrics[0].is_headline = true;
  task.metrics[2].ci_method = "normal";
  for (MetricValue& metric : task.metrics) {
    metric.signature =
        "nrefs:1|samples:8|filter:regex[is ([0-9]+)]|ignore:[,]|version:mistral-eval-1";
  }
  task.published = {
      {"Mistral-7B-v0.1", "8-shot, maj@8", "maj@8", 52.1, "arXiv:2310.06825, Table 2"}};
  task.counters.invalid_answers = 41;
  task.counters.empty_completions = 2;
  task.counters.length_stops = 1;
  task.counters.unscored = 1;
  task.inputs = {{"test", "test.jsonl", 1319, Digest('7'), "native"}};
  task.data_digest = Digest('7');
  task.prompt_digest = Digest('8');
  task.definition_digest = Digest('9');
  task.samples_digest = Digest('0');
  task.timing = {.seconds = 360,
                 .tokens_requested = 11000000,
                 .tokens_fed = 2000000,
                 .tokens_generated = 1055200,
                 .requests_from_journal = 552,
                 .model_seconds = 350,
                 .steps = 4100,
                 .rows_scored = 1055200,
                 .tokens_refed = 0,
                 .peak_kv_pages = 310,
                 .flops = 2.8e16,
                 .bytes = 5.9e13,
                 .ceiling_seconds = 315};
  return task;
}

TaskResult Samsum() {
  TaskResult task;
  task.task = "samsum";
  task.version = 1;
  task.title = "Dialogue summaries: \u201cHow are you, Zo\u00eb?\u201d";
  task.request = "generation";
  task.fewshot_mode = "task";
  task.num_documents = 819;
  task.num_documents_total = 819;
  task.num_requests = 819;
  task.is_demonstration = true;
  task.metrics = {Fraction("rougeL", 0.3141592653589793, 0.005, 819),
                  Fraction("bleu", 9.876, 0.25, 819), Fraction("length", 23.4, 0.5, 819)};
  task.metrics[0].is_headline = true;
  task.metrics[0].ci_method = "normal";
  task.metrics[1].unit = "percent";
  task.metrics[1].standard_error_method = "bootstrap";
  task.metrics[1].ci_method = "bootstrap";
  task.metrics[0].signature = "nrefs:1|stem:porter|version:mistral-eval-1";
  task.metrics[1].signature = "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:mistral-eval-1";
  task.metrics[2].unit = "tokens";
  task.metrics[2].signature = "unit:tokens|version:mistral-eval-1";
  task.metrics[2].higher_is_better = false;
  task.metrics[2].ci_method = "normal";
  task.inputs = {{"test", "samsum/test.json", 819, Digest('a'), "native"}};
  task.data_digest = Digest('a');
  task.prompt_digest = Digest('b');
  task.definition_digest = Digest('c');
  task.samples_digest = Digest('0');
  task.timing = {.seconds = 99.96,
                 .tokens_requested = 200000,
                 .tokens_fed = 200000,
                 .tokens_generated = 19165};
  return task;
}

RunReport BaseReport() {
  RunReport run;
  run.identity = {.model = "models/mistral-7b",
                  .model_digest = Digest('d'),
                  .tokenizer_digest = Digest('e'),
                  .dtype = "bf16",
                  .numerics = "v1, simd, onednn 2.6.3 avx512_bf16",
                  .seed = 1234,
                  .max_length = 4096,
                  .flags = {{"truncation", "shots"}},
                  .tasks = {"gsm8k_cot_maj8 v2 " + Digest('9')},
                  .prompts = {{"gsm8k_cot_maj8", Digest('8')}}};
  run.version = "0.1.0";
  run.command = {"mistral-eval", "--task", "gsm8k_cot_maj8"};
  run.started_at = "2026-01-31T10:00:00Z";
  run.seconds = 361.5;
  run.host = {"node-7", "AMD EPYC 9554", 64,
              "avx512", "onednn 2.6.3",  "0.1.0, g++ 12.2.0, Release"};
  run.ceiling = {.read_bytes_per_second = 2e11, .matmul_flops_per_second = 9e13};
  run.model_summary = "MistralForCausalLM, 32 layers";
  run.definitions = {
      {"gsm8k_cot_maj8", "{\n  \"task\": \"gsm8k_cot_maj8\",\n  \"version\": 2\n}\n"}};
  run.numbers = {{"bits_per_weight", 16}, {"parameters", 7'241'732'096}};
  return run;
}

MetricValue Mean(const std::string& name, double value) {
  MetricValue metric = Fraction(name, value, 0.0125, 319);
  metric.standard_error_method = name == "macro" ? "independent" : "pooled";
  metric.ci_method = "normal";
  metric.is_headline = name == "macro";
  metric.signature = name == "macro" ? "pool:tasks|tasks:2|version:mistral-eval-1"
                                     : "pool:documents|tasks:2|version:mistral-eval-1";
  if (name == "macro") return metric;
  // As where one of the tasks has no standard error.
  metric.standard_error.reset();
  metric.ci_low.reset();
  metric.ci_high.reset();
  metric.standard_error_method = metric.ci_method = "";
  return metric;
}

// One group that is averaged, and one that has a table.
std::vector<GroupResult> Groups() {
  GroupResult mean = {.group = "exams",
                      .title = "Two of a kind",
                      .members = {"mmlu acc", "gsm8k_cot_maj8 maj@8"},
                      .metrics = {Mean("macro", 0.5), Mean("micro", 0.5625)},
                      .published = {}};
  GroupResult table = {
      .group = "paper",
      .title = "All of the paper",
      .members = {"exams", "samsum rougeL"},
      .metrics = {},
      .published = PublishedTableResult{
          "Table 2 of a paper", "Mistral-7B-v0.1", "arXiv:2310.06825, Table 2", {}}};
  table.published->rows = {
      {"MMLU", "mmlu", "acc", 62.5, 3.125, 240, 60.1, "5-shot", "here 240 of 14042 documents"},
      {"GSM8K", "gsm8k_cot_maj8", "maj@8", 50.0, {}, 79, 52.2, "8-shot maj@8", ""},
      {"HumanEval", "", "", {}, {}, 0, 30.5, "0-shot", "no task here"}};
  return {mean, table};
}

}  // namespace

RunReport ExampleReport() {
  RunReport run = BaseReport();
  run.identity.model = "random:tiny,seed=1234";
  run.identity.dtype = "f32";
  run.identity.flags["limit"] = "240";
  run.identity.tasks = {"mmlu v1 " + Digest('6'), "gsm8k_cot_maj8 v2 " + Digest('9'),
                        "samsum v1 " + Digest('c')};
  run.command = {"mistral-eval", "--task", "mmlu,gsm8k_cot_maj8,samsum", "--limit", "240"};
  run.is_demonstration_model = true;
  run.numbers = {{"bits_per_weight", 32}, {"parameters", 30112}, {"training_samples", 0.5}};
  run.model_summary = "MistralForCausalLM, 2 layers\nsliding_window 8";
  run.tasks = {Mmlu(), Gsm8k(), Samsum()};
  run.groups = Groups();
  return run;
}

RunReport PlainReport() {
  RunReport run = BaseReport();
  run.tasks = {Gsm8k()};
  run.tasks[0].counters = {};
  run.tasks[0].timing.requests_from_journal = 0;
  run.tasks[0].metrics.resize(1);
  return run;
}

std::vector<SampleResult> ExampleSamples() {
  SampleResult choice;
  choice.index = 0;
  choice.id = "anatomy_test:1";
  choice.source = "mmlu/test/anatomy_test.csv:1";
  choice.digest = Digest('1');
  choice.group = "anatomy";
  choice.slices = {{"level", "college"}};
  choice.prompt_digest = Digest('2');
  choice.question = "Which bone is the longest?\nA. femur\nB. tibia\nAnswer:";
  choice.exemplars = {"anatomy_dev:1", "anatomy_dev:2"};
  choice.gold = {0};
  choice.choices = {{" A", -0.6931471805599453, 1, true}, {" B", -1.25, 1, false}};
  choice.choices[0].prefix = "the femur";
  choice.metrics = {{"acc", 1}};
  choice.margin = 0.5568528194400547;
  choice.gold_probability = 0.6357;

  SampleResult completion;
  completion.index = 1;
  completion.id = "test:2";
  completion.source = "gsm8k/test.jsonl:2";
  completion.digest = Digest('3');
  completion.prompt_digest = Digest('4');
  completion.question = "Q: Zo\u00eb has 3 apples and eats one. How many are left?\nA:";
  completion.references = {"2"};
  completion.completions = {{" 3 - 1 = 2. The answer is 2.", "stop", 14, {{"maj@8", "2"}}},
                            {" \u7b54\u6848\u662f 3\u3002", "eos", 7, {{"maj@8", "[invalid]"}}}};
  completion.metrics = {{"maj@1", 1}, {"maj@8", 0.5}};

  SampleResult odd;
  odd.index = 2;
  odd.id = "13680226";
  odd.source = "samsum/test.json:77";
  odd.digest = Digest('5');
  odd.prompt_digest = Digest('6');
  odd.question = "Summarize:\r\nA: \"hi\"\tB: \\o/\x01";
  odd.references = {"They greet."};
  odd.completions = {{"torn \xE4\xB8 bytes", "length", 128, {}}};
  odd.truncated = Truncation{1, 1500, 0};
  odd.boundary_merge = true;
  odd.scored = false;

  SampleResult text;
  text.index = 3;
  text.id = "wiki.test:4";
  text.source = "wikitext2/wiki.test.raw:150";
  text.digest = Digest('7');
  text.prompt_digest = Digest('8');
  text.question = " = Gold dollar =\n\nThe gold dollar was a coin.\n";
  text.rolling = RollingResult{-36.5, 14, 47, 19, {{16, -32.25}, {3, -4.25}}};
  text.metrics = {{"bits_per_byte", 1.12}, {"word_perplexity", 13.5625}};
  return {choice, completion, odd, text};
}

}  // namespace meval::testing
