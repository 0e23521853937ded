#ifndef MEVAL_TESTS_TASKS_OBJECT_SCOPE_H_
#define MEVAL_TESTS_TASKS_OBJECT_SCOPE_H_

#include <string>
#include <string_view>

#include "tasks/records/json_parser.h"
#include "tasks/render/template.h"

namespace meval::testing {

// The fields of a JSON object, as a template sees those of a record.
class ObjectScope : public tasks::FieldScope {
 public:
  explicit ObjectScope(const std::string& json) : object_(tasks::ParseJson(json)) {}
  const tasks::Value& Get(std::string_view name) const override {
    const tasks::Value* value = object_.Find(name);
    if (value == nullptr) throw tasks::FieldError("field " + tasks::Quoted(name) + " is missing");
    return *value;
  }

 private:
  tasks::Value object_;
};

}  // namespace meval::testing

#endif  // MEVAL_TESTS_TASKS_OBJECT_SCOPE_H_
