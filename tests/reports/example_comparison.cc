#include "tests/reports/example_comparison.h"

namespace meval::testing {
namespace {

PairComparison Regressed() {
  PairComparison pair;
  pair.difference = -0.012;
  pair.ci_low = -0.019;
  pair.ci_high = -0.005;
  pair.inner_low = -0.018;
  pair.inner_high = -0.006;
  pair.interval_method = "tango";
  pair.test = "exact McNemar";
  pair.p_value = 0.0003;
  pair.adjusted_p = 0.0012;
  pair.minimum_detectable = 0.0081;
  pair.margin = 0.01;
  pair.verdict = Verdict::kRegressed;
  pair.counts = OutcomeCounts{500, 15, 3, 482};
  pair.num_scores_changed = 18;
  pair.num_answers_changed = 400;
  pair.flips = {{.id = "anatomy_test:17",
                 .group = "anatomy",
                 .question = "Which bone is the longest?\nA. femur\nB. tibia\nAnswer:",
                 .expected = "A",
                 .baseline_answer = "A",
                 .system_answer = "B",
                 .baseline_completion = "",
                 .system_completion = "",
                 .baseline_score = 1,
                 .system_score = 0},
                {.id = HostileText(),
                 .group = "",
                 .question = HostileText(),
                 .expected = HostileText(),
                 .baseline_answer = HostileText(),
                 .system_answer = HostileText(),
                 .baseline_completion = HostileText(),
                 .system_completion = HostileText() + std::string(100'000, 'x'),
                 .baseline_score = 0,
                 .system_score = 1}};
  pair.speed = SpeedRatio{1.25, 1.1, 1.4, 10, 8, 3, 5};
  return pair;
}

PairComparison Identical() {
  PairComparison pair;
  pair.ci_low = -0.0038;
  pair.ci_high = 0.0038;
  pair.inner_low = -0.0027;
  pair.inner_high = 0.0027;
  pair.interval_method = "tango";
  pair.test = "exact McNemar";
  pair.margin = 0.01;
  pair.verdict = Verdict::kIdentical;
  pair.counts = OutcomeCounts{515, 0, 0, 485};
  pair.num_answers_changed = 0;
  pair.speed = SpeedRatio{0.98, std::nullopt, std::nullopt, 10, 10.2, 1, 1};
  return pair;
}

PairComparison Graded(double difference, Verdict verdict) {
  PairComparison pair;
  pair.difference = difference;
  pair.ci_low = difference - 0.9;
  pair.ci_high = difference + 0.9;
  pair.inner_low = difference - 0.7;
  pair.inner_high = difference + 0.7;
  pair.interval_method = "bootstrap";
  pair.test = "sign-flip randomisation";
  pair.p_value = 0.21;
  pair.adjusted_p = 0.42;
  pair.minimum_detectable = 1.3;
  pair.margin = 1;
  pair.verdict = verdict;
  pair.num_scores_changed = 90;
  return pair;
}

PairComparison WithoutInterval() {
  PairComparison pair;
  pair.difference = 0.5;
  pair.test = "approximate randomisation";
  pair.margin = 0.08;
  pair.num_scores_changed = 1;
  pair.num_answers_changed = 1;
  return pair;
}

}  // namespace

std::string HostileText() {
  return std::string("<script>alert(1)</script>\x1b[31m red \xE2\x80\xAE ") + '\0' +
         " \xFF | `x` [a](b) \"q\" 'q' &amp; {{tally}} =1+1";
}

Comparison ExampleComparison() {
  Comparison comparison;
  comparison.runs = {{"runs/base",
                      "run",
                      "Mistral-7B-v0.1",
                      std::string(64, 'a'),
                      "bf16",
                      "0.1.0",
                      "2026-01-31T10:00:00Z",
                      "AMD EPYC 9554, 64 threads",
                      {{"training_samples", 1000}}},
                     {"runs/" + HostileText(),
                      "run",
                      HostileText(),
                      std::string(64, 'b'),
                      "bf16",
                      "0.1.0",
                      "2026-02-01T10:00:00Z",
                      "AMD EPYC 9554, 64 threads",
                      {{"training_samples", 2000}}},
                     {"baseline.jsonl",
                      "baseline",
                      "Mistral-7B-v0.1",
                      std::string(64, 'c'),
                      "f32",
                      "0.1.0",
                      "",
                      "",
                      {{"training_samples", 3000}}}};
  comparison.against = "training_samples";
  comparison.notes = {"runs/base ran elsewhere " + HostileText()};
  TaskComparison mmlu;
  mmlu.task = "mmlu";
  mmlu.version = 1;
  mmlu.shots = 5;
  mmlu.metric = "acc";
  mmlu.unit = "fraction";
  mmlu.signature = "norm:none|version:mistral-eval-1";
  mmlu.n = 1000;
  mmlu.scores = {0.515, 0.503, 0.515};
  mmlu.intervals = {ScoreInterval{0.484, 0.546}, ScoreInterval{0.472, 0.534},
                    ScoreInterval{0.484, 0.546}};
  mmlu.pairs = {Regressed(), Identical()};
  mmlu.best = BestRun{0, 2, 0, 1};
  mmlu.notes = {"a note <b>"};
  TaskComparison samsum;
  samsum.task = "samsum";
  samsum.metric = "rougeL";
  samsum.unit = "percent";
  samsum.n = 819;
  samsum.num_left_out = 3;
  samsum.scores = {30.1, 30.2, 32.5};
  samsum.intervals = {ScoreInterval{29, 31.2}, std::nullopt, ScoreInterval{31.4, 33.6}};
  samsum.pairs = {Graded(0.1, Verdict::kEquivalent), Graded(2.4, Verdict::kImproved)};
  samsum.best = BestRun{2, 1, 2.3, 0.00001};
  TaskComparison wikitext;
  wikitext.task = "wikitext2";
  wikitext.metric = "word_perplexity";
  wikitext.unit = "ppl";
  wikitext.higher_is_better = false;
  wikitext.n = 1;
  wikitext.scores = {8.1, 8.6, 8.1};
  wikitext.intervals.resize(3);
  wikitext.pairs = {WithoutInterval(), WithoutInterval()};
  comparison.tasks = {mmlu, samsum, wikitext};
  return comparison;
}

History ExampleHistory() {
  HistoryPoint first;
  first.run = "runs/a";
  first.started_at = "2026-01-31T10:00:00Z";
  first.model = "Mistral-7B-v0.1";
  first.dtype = "bf16";
  first.version = "0.1.0";
  first.value = 0.5671;
  first.ci_low = 0.5589;
  first.ci_high = 0.5753;
  first.model_seconds = 10.25;
  HistoryPoint second = first;
  second.run = HostileText();
  second.since_previous = "identical";
  second.gate = "identical";
  HistoryPoint third = first;
  third.run = "runs/c";
  third.value = 0.54;
  third.model_seconds.reset();
  third.since_previous = "regressed";
  third.gate = "regressed";
  HistoryLine mmlu;
  mmlu.task = "mmlu";
  mmlu.version = 1;
  mmlu.shots = 5;
  mmlu.n = 14'042;
  mmlu.prompt_digest = std::string(64, 'e');
  mmlu.metric = "acc";
  mmlu.unit = "fraction";
  mmlu.points = {first, second, third};
  HistoryPoint only;
  only.run = "runs/a";
  only.value = 8.12;
  HistoryLine wikitext;
  wikitext.task = "wikitext2";
  wikitext.version = 1;
  wikitext.n = 62;
  wikitext.metric = "word_perplexity";
  wikitext.unit = "ppl";
  wikitext.higher_is_better = false;
  wikitext.points = {only};
  return {{mmlu, wikitext}, {"passed over: runs/d"}};
}

RunOutcomes ExampleOutcomes() {
  RunOutcomes run;
  run.name = "runs/base";
  run.version = "0.1.0";
  run.started_at = "2026-01-31T10:00:00Z";
  run.model = "Mistral-7B-v0.1";
  run.model_digest = std::string(64, 'a');
  run.model_summary = "MistralForCausalLM, 32 layers";
  run.dtype = "bf16";
  run.numerics = "v1, simd, builtin";
  run.machine = "AMD EPYC 9554, 64 threads";
  run.is_demonstration_model = true;
  run.numbers = {{"bits_per_weight", 16}, {"parameters", 7241732096}};
  TaskOutcomes mmlu;
  mmlu.task = "mmlu";
  mmlu.version = 1;
  mmlu.title = "MMLU";
  mmlu.shots = 5;
  mmlu.is_demonstration = true;
  mmlu.settings = {{"truncation", "shots"}};
  mmlu.data_digest = std::string(64, 'd');
  mmlu.prompt_digest = std::string(64, 'e');
  ComparedMetric acc;
  acc.value.name = "acc";
  acc.value.value = 0.5;
  acc.value.n = 2;
  acc.value.is_headline = true;
  mmlu.metrics = {acc};
  mmlu.model_seconds = {10.25, 10.5};
  RecordOutcome right;
  right.id = "anatomy_test:1";
  right.digest = std::string(16, '1');
  right.prompt_digest = std::string(16, '2');
  right.answers_digest = std::string(16, '3');
  right.group = "anatomy";
  right.answer = "A";
  right.scores = {{"acc", 1.0}};
  RecordOutcome wrong = right;
  wrong.id = "anatomy_test:2";
  wrong.digest = std::string(16, '4');
  wrong.answer = "D";
  wrong.scores = {{"acc", 0.0}};
  mmlu.records = {right, wrong};
  TaskOutcomes samsum;
  samsum.task = "samsum";
  samsum.version = 1;
  samsum.title = "SAMSum";
  ComparedMetric bleu;
  bleu.value.name = "bleu";
  bleu.value.unit = "percent";
  bleu.value.value = 12.5;
  bleu.value.standard_error = 1.5;
  bleu.value.ci_low = 9.5;
  bleu.value.ci_high = 15.5;
  bleu.value.n = 1;
  bleu.aggregate = Aggregate::kBleu;
  samsum.metrics = {bleu};
  RecordOutcome summary;
  summary.id = "test:1";
  summary.digest = std::string(16, '5');
  summary.prompt_digest = std::string(16, '6');
  summary.answers_digest = std::string(16, '7');
  summary.answer = "They meet at 5.";
  summary.rows = {{"bleu", {4, 5, 3, 2, 1, 0, 4, 3, 2, 1}}};
  samsum.records = {summary};
  run.tasks = {mmlu, samsum};
  return run;
}

}  // namespace meval::testing
