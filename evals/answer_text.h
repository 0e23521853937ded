#ifndef MEVAL_EVALS_ANSWER_TEXT_H_
#define MEVAL_EVALS_ANSWER_TEXT_H_

// What a model chose and what is right, as texts for people who read a sample.

#include <string>
#include <vector>

#include "reports/result.h"
#include "tasks/task_definition.h"

namespace meval {

// The text of the choice that the headline score takes for the answer: by log-likelihood alone, by
// code point ("acc_norm"), by byte ("acc_bytes") or by what it gains over its unconditional
// log-likelihood ("acc_pmi"). `sample` has a choice and a gold.
std::string ChosenText(const SampleResult& sample, const TaskDefinition& task);

// References, and the choices that are right; golds that no choice has are left out. Of one
// continuation that is scored: itself.
std::vector<std::string> RightTexts(const SampleResult& sample, const TaskDefinition& task);

// Texts one after the other.
std::string JoinTexts(const std::vector<std::string>& texts, const std::string& separator);

}  // namespace meval

#endif  // MEVAL_EVALS_ANSWER_TEXT_H_
