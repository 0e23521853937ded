#include "reports/prompt_parts.h"

#include <cstddef>
#include <ostream>
#include <utility>

#include "reports/json/json_cursor.h"
#include "reports/json/strict_json.h"
#include "reports/run_directory.h"

namespace meval {
namespace {

void WriteLine(OrderedJson line, const std::string& what, std::ostream& out) {
  out << DumpStrict(std::move(line), what, -1) << '\n';
}

void ReadLine(const JsonCursor& line, PromptParts& parts) {
  if (const auto exemplar = line.Find("exemplar")) {
    parts.exemplars[exemplar->Text()] = line.At("text").Text();
  } else {
    parts.descriptions[line.At("group").Text()] = line.At("description").Text();
  }
}

}  // namespace

std::string PromptsFileName(std::string_view task) {
  return TaskFileName("prompts", task, ".jsonl");
}

void WritePromptParts(const PromptParts& parts, std::ostream& out) {
  for (const auto& [group, description] : parts.descriptions) {
    WriteLine({{"group", group}, {"description", description}}, "description", out);
  }
  for (const auto& [id, text] : parts.exemplars) {
    WriteLine({{"exemplar", id}, {"text", text}}, "exemplar " + id, out);
  }
}

PromptParts ReadPromptParts(std::string_view text, const std::string& name) {
  PromptParts parts;
  int line = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const JsonFile file(text.substr(begin, end - begin), name + ":" + std::to_string(++line),
                        "delete the file: only the prompts of report.html are read from it");
    if (end == text.npos) file.Fail("", "a line end behind the line", "the end of the file");
    ReadLine(JsonCursor(file), parts);
    begin = end + 1;
  }
  return parts;
}

}  // namespace meval
