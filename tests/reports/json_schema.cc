#include "tests/reports/json_schema.h"

#include <sstream>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <gtest/gtest.h>

#include "tests/reports/golden.h"

namespace meval::testing {
namespace {

using Json = nlohmann::json;
using valijson::adapters::NlohmannJsonAdapter;

// Objects with named keys may have no others: for the test alone, since readers of later files must
// accept keys they do not know.
void CloseObjects(Json& schema) {
  if (schema.is_object() && schema.contains("properties") &&
      !schema.contains("additionalProperties")) {
    schema["additionalProperties"] = false;
  }
  for (Json& part : schema) {
    if (part.is_structured()) CloseObjects(part);
  }
}

}  // namespace

nlohmann::json ReadSchema(const std::string& name) {
  return Json::parse(ReadFile(MEVAL_SOURCE_DIR "/docs/schemas/" + name + ".schema.json"));
}

std::string SchemaProblems(const Json& schema_text, const Json& document) {
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(NlohmannJsonAdapter(schema_text), schema);
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(schema, NlohmannJsonAdapter(document), &results)) return "";
  std::string problems;
  for (const auto& error : results) {
    for (const std::string& place : error.context) problems += place;
    problems += ": " + error.description + "\n";
  }
  return problems;
}

void ExpectValid(const std::string& schema_name, const std::string& text, bool is_lines) {
  Json schema = ReadSchema(schema_name);
  CloseObjects(schema);
  // nlohmann's parser is strict: no NaN, no comments, nothing behind the value.
  if (!is_lines) {
    EXPECT_EQ(SchemaProblems(schema, Json::parse(text)), "") << schema_name;
    return;
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(SchemaProblems(schema, Json::parse(line)), "") << line;
  }
}

}  // namespace meval::testing
