#ifndef MEVAL_REPORTS_HTML_RECORDS_H_
#define MEVAL_REPORTS_HTML_RECORDS_H_

// The samples of a task as report.html holds them: one JSON object, as small as it can be while
// 14,042 records stay readable text. What many records share (exemplars, descriptions, groups,
// short choices, stop reasons) stands once in a table, and records name its place.
//
//   {"task":"mmlu","chat":false,"headline":"acc","metrics":["acc"],"groups":["anatomy",...],
//    "texts":["A","B",...],          shared texts
//    "exemplars":[["anatomy_dev:1","..."],...],
//    "prefixes":[["description",[0,1,2]],...],   places in "exemplars"
//    "signatures":{"acc":"..."},
//    "records":[{"i":0,"id":"...","source":"...","digest":"57fd2bf42a8498a5","group":0,
//                "question":"...","prefix":0,"gold":[0],
//                "choices":[[0,-6.8055,1,0],...],      text, log-probability, tokens, is_greedy
//                "completions":[["...",3,64,{"strict":"183"}],...],  text, stop, tokens, extracted;
//                    of programs that were run also verdict and detail: "failed","AssertionError: "
//                "rolling":[-36.5,14,47,19],            log-probability, words, bytes, tokens
//                "score":1,"metrics":[1],"margin":0.0963,"confidence":0.2873,"gold_p":0.2873,
//                "flags":["truncated"],"cut":[1,1500,0]}]}
//
// A key with nothing to say is absent. Numbers are rounded to 5 decimals; texts above 16,384 bytes
// lose their middle, and say how much: samples_<task>.jsonl has them whole.

#include <span>
#include <string>
#include <string_view>

#include "reports/comparison.h"
#include "reports/prompt_parts.h"
#include "reports/result.h"

namespace meval {

// In strict JSON without "<", "&" and ">" (they are written \u003c ...), so that it can stand in a
// <script> element whatever a model answered.
std::string RecordsJson(const TaskResult& task, std::span<const SampleResult> samples,
                        const PromptParts& parts);

// The records that changed since a baseline, by id: {"anatomy_test:17":["A",1]}, what the baseline
// answered (its first 4,096 bytes) and scored. In the same JSON.
std::string FlipsJson(std::span<const Flip> flips);

// JSON text as it can stand in an HTML <script> element: "<", ">" and "&" as escapes.
std::string EscapeForScript(std::string_view json);

// Share of the softmax over the choices' log-probabilities that the likeliest has, (0, 1]; 0 for no
// choices.
double TopProbability(std::span<const ChoiceResult> choices);

// Whether the answer that the main score reads is not to be found in some completion.
bool HasInvalidAnswer(const SampleResult& sample, const std::string& headline);

}  // namespace meval

#endif  // MEVAL_REPORTS_HTML_RECORDS_H_
