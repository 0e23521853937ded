#include "reports/rating_sheet.h"

#include <kainjow/mustache.hpp>
#include <ostream>
#include <sstream>
#include <string_view>
#include <vector>

#include "reports/csv_text.h"
#include "reports/html/page_data.h"
#include "reports/html_records.h"
#include "reports/json/strict_json.h"
#include "reports/utf8.h"

namespace meval {

// reports/templates/sheet.html, embedded by the build.
std::string_view SheetTemplate();

namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

std::vector<std::string> Header() {
  std::vector<std::string> header = {"task",     "record", "digest",   "context",
                                     "question", "answer", "reference"};
  header.insert(header.end(), kRatedQualities.begin(), kRatedQualities.end());
  return header;
}

// The fields in front of the ratings.
std::vector<std::string> Fields(const SheetRow& row) {
  return {CsvText(row.task),     CsvText(row.record), CsvText(row.digest),   CsvText(row.context),
          CsvText(row.question), CsvText(row.answer), CsvText(row.reference)};
}

std::string Line(const std::vector<std::string>& fields) {
  std::ostringstream line;
  WriteCsvRow(fields, line);
  std::string text = line.str();
  text.pop_back();  // the line end
  return text;
}

data QualityData(const char* quality, const std::string& place) {
  data steps(data::type::list);
  for (int rating = kLowestRating; rating <= kHighestRating; ++rating) {
    data step;
    step.set("rating", std::to_string(rating));
    steps.push_back(step);
  }
  data object;
  object.set("quality", quality);
  object.set("place", place);
  object.set("steps", steps);
  return object;
}

data RowData(const SheetRow& row, std::size_t number) {
  data qualities(data::type::list);
  for (const char* quality : kRatedQualities) {
    qualities.push_back(QualityData(quality, std::to_string(number)));
  }
  data object;
  object.set("number", std::to_string(number + 1));
  object.set("record", PresentableText(row.record));
  object.set("answer", PresentableText(row.answer));
  SetOrFalse(object, "context", row.context);
  SetOrFalse(object, "question", row.question);
  SetOrFalse(object, "reference", row.reference);
  object.set("qualities", qualities);
  return object;
}

}  // namespace

void WriteSheetCsv(std::span<const SheetRow> rows, std::ostream& out) {
  WriteCsvRow(Header(), out);
  for (const SheetRow& row : rows) {
    std::vector<std::string> fields = Fields(row);
    fields.resize(fields.size() + kRatedQualities.size());
    WriteCsvRow(fields, out);
  }
}

void WriteSheetHtml(std::span<const SheetRow> rows, std::ostream& out) {
  OrderedJson lines = {{"header", Line(Header())}, {"rows", OrderedJson::array()}};
  data list(data::type::list);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    list.push_back(RowData(rows[i], i));
    lines["rows"].push_back(Line(Fields(rows[i])));
  }
  data page;
  page.set("task", rows.empty() ? "" : PresentableText(rows.front().task));
  page.set("num_rows", std::to_string(rows.size()));
  page.set("rows", list);
  page.set("lines", EscapeForScript(DumpStrict(std::move(lines), "rating sheet", -1)));
  mustache page_template{std::string(SheetTemplate())};
  page_template.render(page, out);
}

}  // namespace meval
