#include "evals/pair_files.h"

#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "evals/jsonl_lines.h"
#include "tasks/error.h"

namespace meval {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kText[] = "a string";
constexpr char kTexts[] = "a list of strings";

// The text of a value that may stand for a label or an answer; nothing for any other.
std::optional<std::string> TextOf(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

std::vector<std::string> TextsOf(const JsonLine& line, const std::string& field, const Json& list,
                                 const char* expected) {
  std::vector<std::string> texts;
  for (const Json& item : list) {
    std::optional<std::string> text = TextOf(item);
    if (!text) ThrowField(line, field, expected, item.dump());
    texts.push_back(*std::move(text));
  }
  return texts;
}

// A field that may be there under its name for one or its name for several, but not both; null
// where neither is.
const Json* OneOf(const JsonLine& line, const std::string& one, const std::string& several) {
  const auto single = line.fields.find(one);
  const auto list = line.fields.find(several);
  if (single != line.fields.end() && list != line.fields.end()) {
    ThrowField(line, one, "either it or \"" + several + "\"", "both");
  }
  if (single != line.fields.end()) return &*single;
  return list != line.fields.end() ? &*list : nullptr;
}

std::vector<std::string> Predictions(const JsonLine& line) {
  const Json* value = OneOf(line, "prediction", "predictions");
  if (value == nullptr) return {GetText(line, "prediction")};  // throws: there is none
  const bool is_list = line.fields.contains("predictions");
  if (is_list) {
    if (!value->is_array() || value->empty()) {
      ThrowField(line, "predictions", "a list of at least one string", value->dump());
    }
    return TextsOf(line, "predictions", *value, kTexts);
  }
  std::optional<std::string> text = TextOf(*value);
  if (!text) ThrowField(line, "prediction", kText, value->dump());
  return {*std::move(text)};
}

void SetReferences(const JsonLine& line, AnswerPair& pair) {
  const Json* value = OneOf(line, "reference", "references");
  if (value == nullptr) GetText(line, "references");  // throws: there is none
  const std::string field = line.fields.contains("references") ? "references" : "reference";
  if (field == "reference" || !value->is_array()) {
    std::optional<std::string> text = TextOf(*value);
    if (!text) {
      ThrowField(line, field, field == "reference" ? kText : "a string or a list of strings",
                 value->dump());
    }
    pair.references = {*std::move(text)};
    return;
  }
  if (value->empty() || !value->front().is_array()) {
    pair.references = TextsOf(line, field, *value, kTexts);
    return;
  }
  for (const Json& spans : *value) {
    if (!spans.is_array()) ThrowField(line, field, "only lists of strings", spans.dump());
    pair.span_references.push_back(TextsOf(line, field, spans, "lists of strings"));
  }
}

std::optional<std::string> IdOf(const JsonLine& line) {
  const auto id = line.fields.find("id");
  if (id == line.fields.end()) return std::nullopt;
  std::optional<std::string> text = TextOf(*id);
  if (!text) ThrowField(line, "id", "a string or a whole number", id->dump());
  return text;
}

// Ids are in every line or in none, each once.
void CheckIds(const std::vector<JsonLine>& lines,
              const std::vector<std::optional<std::string>>& ids, PairFile& file) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i].has_value() != ids[0].has_value()) {
      const std::size_t without = ids[i] ? 0 : i;
      const std::size_t with = ids[i] ? i : 0;
      ThrowField(lines[without], "id", "one in every line, as in " + lines[with].where,
                 "no such field");
    }
    if (!ids[i]) continue;
    const auto [earlier, is_new] = seen.emplace(*ids[i], i);
    if (!is_new) {
      ThrowField(lines[i], "id", "each id once",
                 fmt::format("\"{}\" again, as in {}", *ids[i], lines[earlier->second].where));
    }
    file.ids.push_back(*ids[i]);
  }
}

// Position of each of `first`'s documents in `file`.
std::vector<std::size_t> OrderById(const PairFile& first, const PairFile& file) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < file.ids.size(); ++i) places[file.ids[i]] = i;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < first.ids.size(); ++i) {
    const auto place = places.find(first.ids[i]);
    if (place == places.end()) {
      throw DataError(
          fmt::format("{}: field \"id\": expected the document \"{}\" of {}, found no "
                      "line with it",
                      file.name, first.ids[i], first.where[i]));
    }
    order.push_back(place->second);
  }
  return order;
}

}  // namespace

PairFile ReadPairFile(std::istream& in, const std::string& name) {
  const std::vector<JsonLine> lines = ReadJsonLines(in, name);
  if (lines.empty()) {
    throw DataError(name + ": expected at least one line, found an empty file");
  }
  PairFile file;
  file.name = name;
  std::vector<std::optional<std::string>> ids;
  for (const JsonLine& line : lines) {
    AnswerPair pair;
    pair.predictions = Predictions(line);
    SetReferences(line, pair);
    file.pairs.push_back(std::move(pair));
    file.where.push_back(line.where);
    ids.push_back(IdOf(line));
  }
  CheckIds(lines, ids, file);
  return file;
}

void AlignPairFile(const PairFile& first, PairFile& file) {
  if (file.pairs.size() != first.pairs.size()) {
    throw DataError(fmt::format("{}: expected {} lines, as in {}, found {}", file.name,
                                first.pairs.size(), first.name, file.pairs.size()));
  }
  if (!first.ids.empty() && !file.ids.empty()) {
    PairFile ordered;
    ordered.name = file.name;
    for (const std::size_t place : OrderById(first, file)) {
      ordered.pairs.push_back(std::move(file.pairs[place]));
      ordered.where.push_back(std::move(file.where[place]));
      ordered.ids.push_back(std::move(file.ids[place]));
    }
    file = std::move(ordered);
  }
  for (std::size_t i = 0; i < first.pairs.size(); ++i) {
    if (file.pairs[i].references == first.pairs[i].references &&
        file.pairs[i].span_references == first.pairs[i].span_references) {
      continue;
    }
    throw DataError(
        fmt::format("{}: field \"references\": expected those of {}, found others: "
                    "these are not the same documents in the same order",
                    file.where[i], first.where[i]));
  }
}

}  // namespace meval
