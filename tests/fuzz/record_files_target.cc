#include "metrics/unicode_text.h"
#include "tasks/error.h"
#include "tasks/records/csv_reader.h"
#include "tasks/records/jsonl_reader.h"
#include "tasks/records/text_reader.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval::tasks {
namespace {

void CheckValue(const Value& value) {
  fuzz::Require(!FindInvalidUtf8(value.text) && !FindInvalidUtf8(Canonical(value)),
                "a value is UTF-8");
  fuzz::Require(!FindInvalidUtf8(value.Describe()), "a description is UTF-8");
  for (const Value& item : value.items) {
    CheckValue(item);
  }
  for (const Value::Member& member : value.members) {
    fuzz::Require(value.Find(member.name) == &member.value, "a member's name finds it");
    CheckValue(member.value);
  }
}

void CheckRecords(const std::vector<Record>& records) {
  std::int64_t line = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    fuzz::Require(records[i].number == static_cast<std::int64_t>(i) + 1, "records are counted");
    fuzz::Require(records[i].line >= line, "lines rise");
    line = records[i].line;
    fuzz::Require(records[i].fields.kind == Value::Kind::kObject, "a record is an object");
    CheckValue(records[i].fields);
  }
}

// A data file of one of the formats: its number, then its bytes.
MEVAL_FUZZ_TARGET(record_files) {
  const std::size_t format = input.Below(8);
  const std::string bytes = input.Bytes();
  try {
    switch (format) {
      case 0:
        CheckRecords(ReadJsonl(bytes, "file"));
        break;
      case 1:
        CheckRecords(ReadJsonArray(bytes, "file"));
        break;
      case 2:
        CheckRecords(ReadCsv(bytes, "file", {}));
        break;
      case 3:
        CheckRecords(ReadCsv(bytes, "file", {"a", "b"}));
        break;
      case 4:
        CheckRecords(ReadText(bytes, "file", TextSplit::kWhole));
        break;
      case 5:
        CheckRecords(ReadText(bytes, "file", TextSplit::kWikitextPages));
        break;
      case 6:
        CheckRecords(ReadText(bytes, "file", TextSplit::kWikitextRows));
        break;
      default:
        CheckRecords(ReadTsv(bytes, "file", {}));
    }
  } catch (const DataError& error) {
    fuzz::Require(std::string(error.what()).starts_with("file"), "an error names the file");
    fuzz::Require(!FindInvalidUtf8(error.what()), "a message is UTF-8");
  }
}

}  // namespace
}  // namespace meval::tasks
