#ifndef MEVAL_REPORTS_PUBLISHED_TEXT_H_
#define MEVAL_REPORTS_PUBLISHED_TEXT_H_

// A published table beside a run's scores, in the words and rounded numbers people read. Console,
// Markdown and page lay out what is made here.

#include <string>
#include <vector>

#include "reports/result.h"

namespace meval {

struct PublishedTextRow {
  std::string label;
  std::string task;
  std::string metric;
  std::string n;           // documents
  std::string value;       // ours, percent: "56.71", or a dash
  std::string error;       // percentage points
  std::string published;   // percent
  std::string difference;  // ours minus theirs, with its sign: only where the two compare
  std::string note;        // how theirs was measured, and why the two do not compare
};

struct PublishedText {
  std::string title;  // "Table 2 of the Mistral 7B paper: Mistral-7B-v0.1 (arXiv:2310.06825)"
  std::vector<PublishedTextRow> rows;
};

// Of every group that has one, in the order of the run's groups.
std::vector<PublishedText> PublishedTexts(const RunReport& run);

}  // namespace meval

#endif  // MEVAL_REPORTS_PUBLISHED_TEXT_H_
