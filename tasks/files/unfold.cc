#include "tasks/files/unfold.h"

#include <utility>

#include "tasks/error.h"

namespace meval::tasks {
namespace {

constexpr char kItem[] = "item";
constexpr char kEarlier[] = "earlier";

const Value& ListOf(const Record& record, const FieldPath& path) {
  const Value* root = record.fields.Find(path.root());
  if (root == nullptr) throw FieldError("field " + Quoted(path.root()) + " is missing");
  const Value& list = path.Follow(*root);
  if (list.kind != Value::Kind::kArray) {
    throw FieldError("field \"" + path.text() + "\": expected a list, found " + list.Describe());
  }
  for (const char* name : {kItem, kEarlier}) {
    if (record.fields.Find(name) == nullptr) continue;
    throw FieldError("field " + Quoted(name) + ": a record that is unfolded may not have one");
  }
  return list;
}

// The record's own fields without the list, of which each new record holds its part.
Value Remainder(const Record& record, const FieldPath& path) {
  Value fields = record.fields;
  // The path leads into our own copy, which is ours to change.
  auto& list = const_cast<Value&>(path.Follow(*fields.Find(path.root())));
  list.items.clear();
  return fields;
}

}  // namespace

std::vector<Record> UnfoldRecords(const std::vector<Record>& records, const FieldPath& path,
                                  const std::string& file) {
  std::vector<Record> unfolded;
  for (const Record& record : records) {
    try {
      const Value& list = ListOf(record, path);
      const Value remainder = Remainder(record, path);
      Value earlier;
      earlier.kind = Value::Kind::kArray;
      for (const Value& item : list.items) {
        Record part;
        part.fields = remainder;
        part.fields.members.push_back({kItem, item});
        part.fields.members.push_back({kEarlier, earlier});
        part.number = static_cast<std::int64_t>(unfolded.size()) + 1;
        part.line = record.line;
        unfolded.push_back(std::move(part));
        earlier.items.push_back(item);
      }
    } catch (const FieldError& error) {
      throw DataError(file + ":" + std::to_string(record.line) + ": " + error.what());
    }
  }
  return unfolded;
}

}  // namespace meval::tasks
