#ifndef MEVAL_TASKS_RENDER_DOCUMENT_RENDERER_H_
#define MEVAL_TASKS_RENDER_DOCUMENT_RENDERER_H_

#include <string>

#include "tasks/define/recipe.h"
#include "tasks/document.h"
#include "tasks/records/record.h"

namespace meval::tasks {

// Turns the records of one file into documents.
class DocumentRenderer {
 public:
  // `is_test` says whether the documents are asked (and need references and a description) or
  // shown as exemplars. Borrows everything.
  DocumentRenderer(const Recipe& recipe, const SetRecipe& set, const RecordShape& shape,
                   const std::string& file_name, bool is_test)
      : recipe_(recipe), set_(set), shape_(shape), file_name_(file_name), is_test_(is_test) {}

  // All but index and source; an id only where the shape has one. Throws FieldError.
  Document Render(const Record& record) const;

 private:
  void RenderChoices(const FieldScope& scope, Document& document) const;
  void RenderContinuation(const FieldScope& scope, Document& document) const;
  void RenderReferences(const FieldScope& scope, Document& document) const;

  const Recipe& recipe_;
  const SetRecipe& set_;
  const RecordShape& shape_;
  const std::string& file_name_;
  bool is_test_;
};

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RENDER_DOCUMENT_RENDERER_H_
