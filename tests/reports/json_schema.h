#ifndef MEVAL_TESTS_REPORTS_JSON_SCHEMA_H_
#define MEVAL_TESTS_REPORTS_JSON_SCHEMA_H_

// The schemas of docs/schemas/, applied.

#include <string>

#include <nlohmann/json.hpp>

namespace meval::testing {

// docs/schemas/<name>.schema.json
nlohmann::json ReadSchema(const std::string& name);

// What a document breaks of a schema, a line each; "" where it is valid.
std::string SchemaProblems(const nlohmann::json& schema, const nlohmann::json& document);

// Expects that `text`, a document or a document a line, is strict JSON, valid, and without a key
// that the schema does not name: readers of later files must accept those, writers must not make
// them.
void ExpectValid(const std::string& schema, const std::string& text, bool is_lines);

}  // namespace meval::testing

#endif  // MEVAL_TESTS_REPORTS_JSON_SCHEMA_H_
