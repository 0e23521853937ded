#include "tasks/render/record_scope.h"

#include <utility>

#include "metrics/unicode_text.h"
#include "tasks/nearest_name.h"

namespace meval::tasks {
namespace {

std::vector<std::string> FieldNames(const Record& record) {
  std::vector<std::string> names;
  for (const Value::Member& member : record.fields.members) names.push_back(member.name);
  return names;
}

const Value& OwnField(const Record& record, std::string_view name) {
  if (const Value* value = record.fields.Find(name)) return *value;
  const std::vector<std::string> names = FieldNames(record);
  throw FieldError("field " + Quoted(name) + " is missing" + DidYouMean(name, names) +
                   "; the record has: " + (names.empty() ? "nothing" : JoinNames(names)));
}

// The members of an object inside a record.
class Members : public FieldScope {
 public:
  Members(const Value& object, const std::string& path) : object_(object), path_(path) {}
  const Value& Get(std::string_view name) const override {
    if (const Value* value = object_.Find(name)) return *value;
    throw FieldError("field \"" + path_ + "\": expected objects with " + Quoted(name) + ", found " +
                     object_.Describe());
  }

 private:
  const Value& object_;
  const std::string& path_;
};

// The record's own fields under their own names.
class OwnFields : public FieldScope {
 public:
  explicit OwnFields(const Record& record) : record_(record) {}
  const Value& Get(std::string_view name) const override { return OwnField(record_, name); }

 private:
  const Record& record_;
};

Value JoinTexts(const FieldSource& source, const Value& list, const FilterSet& filters) {
  std::string joined;
  const auto fail = [&](const Value& found) {
    throw FieldError("field \"" + source.path.text() + "\": expected a list of strings, found " +
                     found.Describe());
  };
  if (list.kind != Value::Kind::kArray) fail(list);
  for (const Value& item : list.items) {
    if (!source.each && !item.is_string()) fail(item);
    joined += &item == list.items.data() ? "" : *source.joiner;
    joined +=
        source.each ? source.each->Render(Members(item, source.path.text()), filters) : item.text;
  }
  return Value::String(std::move(joined));
}

// Objects of lists of one length: {"label": ["A", "B"], "text": ["x", "y"]} is two of them.
Value ZipLists(const FieldSource& source, const Record& record) {
  Value zipped;
  zipped.kind = Value::Kind::kArray;
  for (const auto& [name, path] : source.zipped) {
    const Value list = path.Read(OwnField(record, path.root()));
    const bool is_first = &name == &source.zipped.front().first;
    if (list.kind != Value::Kind::kArray ||
        (!is_first && list.items.size() != zipped.items.size())) {
      throw FieldError("field \"" + path.text() + "\": expected a list" +
                       (is_first ? "" : " of " + std::to_string(zipped.items.size())) + ", found " +
                       list.Describe());
    }
    zipped.items.resize(list.items.size());
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      zipped.items[i].kind = Value::Kind::kObject;
      zipped.items[i].members.push_back({name, list.items[i]});
    }
  }
  return zipped;
}

Value SplitText(const FieldSource& source, const Value& value) {
  if (!value.is_string()) {
    throw FieldError("field \"" + source.path.text() + "\": expected a string, found " +
                     value.Describe());
  }
  Value list;
  list.kind = Value::Kind::kArray;
  std::string_view rest = value.text;
  for (std::size_t end = rest.find(source.separator); end != rest.npos;
       end = rest.find(source.separator)) {
    list.items.push_back(Value::String(std::string(rest.substr(0, end))));
    rest.remove_prefix(end + source.separator.size());
  }
  list.items.push_back(Value::String(std::string(rest)));
  return list;
}

}  // namespace

RecordScope::RecordScope(const Recipe& recipe, const RecordShape& shape, const Record& record,
                         const std::string& file_name)
    : recipe_(recipe), shape_(shape), record_(record), file_name_(file_name) {}

const Value& RecordScope::Get(std::string_view name) const {
  const auto computed = computed_.find(name);
  if (computed != computed_.end()) return computed->second;
  for (const auto& [derived, formula] : recipe_.derived) {
    if (derived == name) return Keep(name, Value::String(formula.Render(*this, recipe_.filters)));
  }
  for (const FieldSource& source : shape_.fields) {
    if (source.name == name) return FromShape(source);
  }
  // A shape without fields is the record as it stands; otherwise CheckFields let nothing through.
  return OwnField(record_, name);
}

const Value& RecordScope::FromShape(const FieldSource& source) const {
  if (source.text) {
    Value text = Value::String(source.text->Render(OwnFields(record_), recipe_.filters));
    return Keep(source.name, source.separator.empty() ? std::move(text) : SplitText(source, text));
  }
  if (!source.file_names.empty()) return FromFileName(source);
  if (!source.zipped.empty()) {
    return Keep(source.name, JoinTexts(source, ZipLists(source, record_), recipe_.filters));
  }
  const Value& root = OwnField(record_, source.path.root());
  if (source.joiner)
    return Keep(source.name, JoinTexts(source, source.path.Read(root), recipe_.filters));
  if (source.path.gathers()) return Keep(source.name, source.path.Read(root));
  const Value& value = source.path.Follow(root);
  return source.separator.empty() ? value : Keep(source.name, SplitText(source, value));
}

const Value& RecordScope::FromFileName(const FieldSource& source) const {
  const std::optional<std::string> part = PartOfFileName(source.file_names, file_name_);
  if (!part) {
    throw FieldError("field \"" + source.name + "\": expected a file named like " +
                     JoinNames(source.file_names) + ", found " + file_name_);
  }
  if (FindInvalidUtf8(*part)) {
    throw FieldError("field \"" + source.name + "\": the file's name is not valid UTF-8");
  }
  return Keep(source.name, Value::String(*part));
}

const Value& RecordScope::Keep(std::string_view name, Value value) const {
  return computed_.emplace(std::string(name), std::move(value)).first->second;
}

const RecordShape& ChooseShape(const std::vector<RecordShape>& shapes, const Record& record,
                               const std::string& file_name) {
  std::string misses;
  for (const RecordShape& shape : shapes) {
    std::vector<std::string> missing;
    for (const FieldSource& source : shape.fields) {
      if (!source.file_names.empty()) {
        if (!PartOfFileName(source.file_names, file_name)) {
          missing.push_back("a file named like " + JoinNames(source.file_names));
        }
      } else if (!source.zipped.empty()) {
        for (const auto& [name, path] : source.zipped) {
          if (!path.IsIn(record.fields)) missing.push_back(path.text());
        }
      } else if (source.text) {
        for (const std::string& name : source.text->fields()) {
          if (record.fields.Find(name) == nullptr) missing.push_back(name);
        }
      } else if (!source.path.IsIn(record.fields)) {
        missing.push_back(source.path.text());
      }
    }
    if (missing.empty()) return shape;
    misses += "; \"" + shape.name + "\" lacks " + JoinNames(missing);
  }
  const std::vector<std::string> names = FieldNames(record);
  throw FieldError("the record has none of the known shapes: found the fields " +
                   (names.empty() ? "(none)" : JoinNames(names)) + misses);
}

std::optional<std::string> PartOfFileName(const std::vector<std::string>& patterns,
                                          std::string_view file_name) {
  for (const std::string& pattern : patterns) {
    const std::size_t star = pattern.find('*');
    const std::string_view front = std::string_view(pattern).substr(0, star);
    const std::string_view back = std::string_view(pattern).substr(star + 1);
    if (file_name.size() > front.size() + back.size() && file_name.starts_with(front) &&
        file_name.ends_with(back)) {
      file_name.remove_prefix(front.size());
      file_name.remove_suffix(back.size());
      return std::string(file_name);
    }
  }
  return std::nullopt;
}

}  // namespace meval::tasks
