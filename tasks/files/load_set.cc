#include "tasks/files/load_set.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "tasks/digest.h"
#include "tasks/error.h"
#include "tasks/files/line_files.h"
#include "tasks/files/unfold.h"
#include "tasks/records/record_file.h"
#include "tasks/render/document_renderer.h"
#include "tasks/render/record_scope.h"

namespace meval::tasks {
namespace {

// What stands in front of the record number in a document's id: the file's stem, or its whole
// path where two files share one.
std::vector<std::string> FileLabels(const LocatedSet& located) {
  std::vector<std::string> labels;
  for (const auto& path : located.files) labels.push_back(path.stem().string());
  if (std::set<std::string>(labels.begin(), labels.end()).size() < labels.size()) {
    labels.clear();
    for (const auto& path : located.files) labels.push_back(DisplayPath(path, located.base));
  }
  return labels;
}

// What `work` gives; what it finds wrong with a record becomes an error that says where it stands.
template <typename Work>
auto AtLine(const std::filesystem::path& path, const Record& record, const Work& work)
    -> decltype(work()) {
  try {
    return work();
  } catch (const FieldError& error) {
    throw DataError(path.string() + ":" + std::to_string(record.line) + ": " + error.what());
  }
}

// A field that picks records out of a file. Throws FieldError if it is no integer.
std::int64_t ReadInteger(const FieldPath& field, const Record& record) {
  const Value* root = record.fields.Find(field.root());
  if (root == nullptr)
    throw FieldError("field \"" + field.text() + "\": expected an integer, found nothing");
  const Value& value = field.Follow(*root);
  std::int64_t number = 0;
  const char* const end = value.text.data() + value.text.size();
  const auto [stop, error] = std::from_chars(value.text.data(), end, number);
  if (value.kind != Value::Kind::kInteger || stop != end || error != std::errc()) {
    throw FieldError("field \"" + field.text() + "\": expected an integer, found " +
                     value.Describe());
  }
  return number;
}

// Leaves out the records of other sets in the same file.
void KeepOnly(const RecordRange& range, const std::filesystem::path& path,
              std::vector<Record>& records) {
  const std::size_t total = records.size();
  std::erase_if(records, [&](const Record& record) {
    const std::int64_t number =
        AtLine(path, record, [&] { return ReadInteger(range.field, record); });
    return number < range.from || number > range.to;
  });
  if (!records.empty() || total == 0) return;
  throw DataError(path.string() + ": expected records with a " + range.field.text() + " from " +
                  std::to_string(range.from) + " to " + std::to_string(range.to) +
                  ", found none among " + std::to_string(total));
}

class FileLoader {
 public:
  FileLoader(const Recipe& recipe, const SetRecipe& set, bool is_test)
      : recipe_(recipe), set_(set), is_test_(is_test) {}

  // Appends one file's documents; the files read for them.
  std::vector<DataFile> Load(const std::filesystem::path& path, const std::string& shown,
                             const std::string& label, std::vector<Document>& documents) const {
    RecordFile file = ReadRecordFile(path, {.format = set_.format,
                                            .columns = set_.columns,
                                            .split = set_.split,
                                            .blocks = set_.blocks.get(),
                                            .records_at = set_.records_at});
    if (set_.only) KeepOnly(*set_.only, path, file.records);
    if (set_.unfold) file.records = UnfoldRecords(file.records, *set_.unfold, path.string());
    if (file.records.empty()) {
      throw DataError(path.string() + ": expected at least one record, found none");
    }
    std::vector<DataFile> files = AddLineFields(set_, path, file.records);
    const std::string file_name = path.filename().string();
    const Record& first = file.records.front();
    const RecordShape& shape = AtLine(path, first, [&]() -> const RecordShape& {
      return ChooseShape(set_.shapes, first, file_name);
    });
    const DocumentRenderer renderer(recipe_, set_, shape, file_name, is_test_);
    for (const Record& record : file.records) {
      Document document = AtLine(path, record, [&] { return renderer.Render(record); });
      document.index = static_cast<std::int64_t>(documents.size());
      document.source = shown + ":" + std::to_string(record.line);
      if (document.id.empty()) document.id = label + ":" + std::to_string(record.number);
      documents.push_back(std::move(document));
    }
    DataFile result;
    result.path = path;
    result.records = static_cast<std::int64_t>(file.records.size());
    result.sha256 = file.sha256;
    result.shape = shape.name;
    files.insert(files.begin(), std::move(result));
    return files;
  }

 private:
  const Recipe& recipe_;
  const SetRecipe& set_;
  bool is_test_;
};

}  // namespace

LoadedSet LoadSet(const Recipe& recipe, const SetRecipe& set, const LocatedSet& located,
                  const std::string& role) {
  const std::vector<std::string> labels = FileLabels(located);
  const FileLoader loader(recipe, set, role == kTestRole);
  LoadedSet loaded;
  DigestBuilder digest;
  for (std::size_t i = 0; i < located.files.size(); ++i) {
    const std::string shown = DisplayPath(located.files[i], located.base);
    for (DataFile& file : loader.Load(located.files[i], shown, labels[i], loaded.documents)) {
      file.role = role;
      digest.Add(file.sha256);
      loaded.files.push_back(std::move(file));
    }
  }
  loaded.digest = digest.Finish();
  if (set.known_digests.empty()) return loaded;
  const auto is_known = [&](const std::string& sha256) {
    return std::count(set.known_digests.begin(), set.known_digests.end(), sha256) > 0;
  };
  loaded.has_known_digest =
      is_known(loaded.digest) ||
      std::all_of(loaded.files.begin(), loaded.files.end(),
                  [&](const DataFile& file) { return is_known(file.sha256); });
  return loaded;
}

}  // namespace meval::tasks
