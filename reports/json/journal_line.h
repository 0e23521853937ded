#ifndef MEVAL_REPORTS_JSON_JOURNAL_LINE_H_
#define MEVAL_REPORTS_JSON_JOURNAL_LINE_H_

// The lines of journal.jsonl. Private to reports/.
//
//   {"journal":"mistral-eval","format":2,"run":R,"check":C}                            the first
//   {"key":K,"logprob":-1.25,"is_greedy":false,"num_tokens":3,"check":C}
//   {"key":K,"sample":0,"text":"...","stop_reason":"stop","num_tokens":12,"check":C}
//
// A text that is not UTF-8 stands as "text_hex" instead. C is the Checksum of the line's bytes in
// front of `,"check":`.

#include <cstdint>
#include <string>
#include <string_view>

#include "reports/journal.h"

namespace meval {

inline constexpr std::int64_t kJournalFormat = 2;

// Without line end. Throw std::logic_error if a key or stop reason is not UTF-8 or a logprob is not
// finite.
std::string HeaderLine(std::string_view run);
std::string ScoreLine(std::string_view key, const JournalScore& score);
std::string GenerationLine(std::string_view key, std::int64_t sample,
                           const JournalGeneration& generation);

// Adds what a line (without its end) records to `contents`, or says why it is not a journal line:
// "" means that it is one. `contents` is left alone if it is not.
std::string ParseLine(std::string_view line, JournalContents& contents);

// What a first line is.
struct JournalHeader {
  std::int64_t format = 0;  // 1 for a line of the first format, which had no header
  std::string run;          // format 2
  std::string problem;      // why it is no header at all; "" if it is one
};
JournalHeader ParseHeader(std::string_view line);

}  // namespace meval

#endif  // MEVAL_REPORTS_JSON_JOURNAL_LINE_H_
