#ifndef MEVAL_TASKS_RENDER_RECORD_SCOPE_H_
#define MEVAL_TASKS_RENDER_RECORD_SCOPE_H_

#include <map>
#include <string>
#include <string_view>

#include "tasks/define/recipe.h"
#include "tasks/records/record.h"
#include "tasks/render/template.h"

namespace meval::tasks {

// The fields of one record as its shape names them, and those derived from them, computed when
// first asked for. Borrows everything.
class RecordScope : public FieldScope {
 public:
  RecordScope(const Recipe& recipe, const RecordShape& shape, const Record& record,
              const std::string& file_name);

  const Value& Get(std::string_view name) const override;

 private:
  const Value& FromShape(const FieldSource& source) const;
  const Value& FromFileName(const FieldSource& source) const;
  const Value& Keep(std::string_view name, Value value) const;

  const Recipe& recipe_;
  const RecordShape& shape_;
  const Record& record_;
  const std::string& file_name_;
  mutable std::map<std::string, Value, std::less<>> computed_;
};

// The first shape whose fields the record has. Throws FieldError that says for each shape what is
// missing.
const RecordShape& ChooseShape(const std::vector<RecordShape>& shapes, const Record& record,
                               const std::string& file_name);

// What `*` stands for in the first pattern that matches the name; nothing if none does.
std::optional<std::string> PartOfFileName(const std::vector<std::string>& patterns,
                                          std::string_view file_name);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RENDER_RECORD_SCOPE_H_
