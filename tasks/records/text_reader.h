#ifndef MEVAL_TASKS_RECORDS_TEXT_READER_H_
#define MEVAL_TASKS_RECORDS_TEXT_READER_H_

// Plain text as records of one field, "text".
//
// `file` names the file in messages. A byte order mark in front is skipped. Throws DataError: bad
// UTF-8 (with line and byte), no text at all.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/python_regex.h"
#include "tasks/records/record.h"

namespace meval::tasks {

// How a text file becomes records.
enum class TextSplit {
  kWhole,  // one record: the file, byte for byte

  // WikiText's pages, as lm-evaluation-harness' wikitext divides them. A line opens a page if,
  // stripped and with its inner "= = =" written "===" and "= =" written "==", it begins with "= "
  // and ends with " =": a heading of the first level. A page is its lines joined by "\n"; a page
  // of nothing but whitespace is dropped. "\r\n" ends a line like "\n".
  kWikitextPages,

  // WikiText's rows, as papers on quantisation read them from the hub: every line keeps its "\n", a
  // line of nothing but whitespace is empty, and the rows are joined by "\n\n" to one record. A
  // last line without line end is a row too. "\r\n" ends a line like "\n".
  kWikitextRows,

  // One record a line, without its end.
  kLines,
};

// "whole", "wikitext_pages", "wikitext_rows", "lines", or nothing for another word.
std::optional<TextSplit> ParseTextSplit(std::string_view name);

std::vector<Record> ReadText(std::string_view text, const std::string& file, TextSplit split);

// A text of records one after the other, in one of two forms. Of worked examples: what follows each
// separator, up to the next one, is a record, of which the groups of a pattern are the fields. Or
// of lines, one for each field.
struct BlockSplit {
  std::string separator;               // "\n\nQ: "
  std::optional<PythonRegex> pattern;  // must match at the start of a block, and reach to its end;
                                       // nothing: a record is as many lines as there are names
  std::vector<std::string> names;      // of the pattern's groups, or of the lines
};

// A worked example also has the field "preamble": what precedes the first separator. "\r\n" ends a
// line like "\n". Throws DataError: no block, one that the pattern does not match, or lines that do
// not make whole records.
std::vector<Record> ReadBlocks(std::string_view text, const std::string& file,
                               const BlockSplit& split);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RECORDS_TEXT_READER_H_
