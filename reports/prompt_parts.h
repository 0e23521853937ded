#ifndef MEVAL_REPORTS_PROMPT_PARTS_H_
#define MEVAL_REPORTS_PROMPT_PARTS_H_

// The text in front of a task's questions, each part once: prompts_<task>.jsonl of a run directory.
//
//   {"group":"anatomy","description":"The following are multiple choice questions ..."}
//   {"exemplar":"anatomy_dev:1","text":"What is the embryological origin ...\nAnswer: B\n\n"}
//
// With the "group", "exemplars" and "question" of a sample they make the whole prompt again, as it
// was before anything was cut to fit: description, texts of the exemplars in order, question. Of a
// chat model they are what its turns hold, without the template around them.

#include <iosfwd>
#include <map>
#include <string>
#include <string_view>

namespace meval {

struct PromptParts {
  std::map<std::string, std::string> descriptions;  // by group; "" for a task without groups
  std::map<std::string, std::string> exemplars;     // by document id: question to separator
};

// "prompts_<task>.jsonl", the task's name as in SamplesFileName.
std::string PromptsFileName(std::string_view task);

void WritePromptParts(const PromptParts& parts, std::ostream& out);

// The whole text of such a file. Throws ReportError with file, line and field.
PromptParts ReadPromptParts(std::string_view text, const std::string& name);

}  // namespace meval

#endif  // MEVAL_REPORTS_PROMPT_PARTS_H_
