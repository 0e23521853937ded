#ifndef MEVAL_TASKS_DOCUMENT_H_
#define MEVAL_TASKS_DOCUMENT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace meval {

struct ChatFormat;

// One record, rendered by its task's templates and ready to be asked, or to be shown as an
// exemplar.
struct Document {
  std::int64_t index = 0;  // place in the whole set, in evaluation order
  std::string id;          // the record's own id, or "<file stem>:<record number>"
  std::string
      source;  // "mmlu/test/anatomy_test.csv:12": where it was read (line of its first byte)
  std::string digest;         // SHA-256 of the rendered question, choices, gold and references
  std::string record_digest;  // SHA-256 of the record's own fields: equal for equal records
  std::string group;          // MMLU's subject; "" where the task has no groups
  // What else divides the set, name -> value: {"level", "5"} of MATH. Of evaluated documents.
  std::map<std::string, std::string> slices;
  std::string description;  // text before the exemplars, rendered for this document's group
  std::string question;     // without delimiter
  // The bytes of `question` that truncation may cut, from the left: a dialogue, a passage. Equal:
  // nothing may be cut.
  std::size_t cut_begin = 0;
  std::size_t cut_end = 0;
  std::vector<std::string> choices;  // loglikelihood: option texts, without delimiter; a single
                                     // one where a task scores one continuation
  // What stands between the question and the delimiter before each choice: a sentence's blank
  // filled in one way or the other, while the continuation is the same. As many as choices, or
  // none.
  std::vector<std::string> choice_prefixes;
  // What the choices are scored behind a second time, alone and in no chat template: of a task that
  // asks what a choice is worth without its question (acc_pmi).
  std::optional<std::string> unconditional_context;
  std::vector<std::int64_t> gold;       // loglikelihood: indices of right choices
  std::string answer;                   // as an exemplar shows it, without delimiter
  std::vector<std::string> references;  // generation: what the answer is compared with
  // Of a task whose completions are run: what stands before and behind one in its program.
  std::string program_before;
  std::string program_after;
  // Rolling: of the text as the file has it, before `question` prepares it for scoring.
  std::int64_t num_words = 0;  // as metrics/perplexity.h counts them
  std::int64_t num_bytes = 0;  // of UTF-8

  // The question as it stands before that choice.
  std::string QuestionFor(std::size_t choice) const;
};

// All text a model is shown for one document.
struct Prompt {
  std::string description;             // for a chat model: the system text
  std::vector<std::string> shots;      // each: question, delimiter, answer, separator
  std::vector<std::string> exemplars;  // their document ids
  std::string question;
  // Stands in `question`, `shots` and `turns` for a number, where prompts have numbers: of those
  // the later exemplars are left out first.
  std::string number_mark;
  // For a chat model. The exemplars' questions and answers, as many as shots.
  std::shared_ptr<const ChatFormat> chat;
  struct Turns {
    std::string question;
    std::string answer;
  };
  std::vector<Turns> turns;

  // description + shots from `first_shot` on + question, for a chat model in its template. With
  // numbers: as many shots from the first on, and the question's number follows theirs.
  std::string Text(std::size_t first_shot = 0) const { return TextWith(question, first_shot); }
  // The same with another question: a shortened one, or a sentence's blank filled in.
  std::string TextWith(const std::string& other_question, std::size_t first_shot) const;
  // The question with its number behind that many shots.
  std::string NumberedQuestion(std::size_t num_shots) const;
};

}  // namespace meval

#endif  // MEVAL_TASKS_DOCUMENT_H_
