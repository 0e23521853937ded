#ifndef MEVAL_REPORTS_RATING_SHEET_H_
#define MEVAL_REPORTS_RATING_SHEET_H_

// Records for people to rate, as a CSV file for spreadsheets and as a page that saves the same CSV.
// Neither says which model answered: raters shall not know.
//
//   task,record,digest,context,question,answer,reference,factuality,coverage
//
// The last two are empty until a rater fills in 1 (bad) to 5 (good): is what the answer says true,
// and does it hold all that matters? `mistral-eval score --sheet` reads filled ones.

#include <array>
#include <iosfwd>
#include <span>
#include <string>

namespace meval {

inline constexpr int kLowestRating = 1;
inline constexpr int kHighestRating = 5;
inline constexpr std::array<const char*, 2> kRatedQualities = {"factuality", "coverage"};

struct SheetRow {
  std::string task;
  std::string record;     // its id
  std::string digest;     // of the record: what rows of several raters are recognised by
  std::string context;    // what the task says in front of the question; "" without
  std::string question;   // as the model read it, with its passage
  std::string answer;     // the first completion, or the likeliest choice
  std::string reference;  // the expected ones, one a line
};

// Texts that a spreadsheet would compute are made texts (reports/csv_text.h).
void WriteSheetCsv(std::span<const SheetRow> rows, std::ostream& out);

// A page of its own, without network: every text escaped, ratings by buttons, "Save" downloads
// the CSV of WriteSheetCsv with the ratings filled in.
void WriteSheetHtml(std::span<const SheetRow> rows, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_RATING_SHEET_H_
