#include "tasks/define/parse_definition.h"
#include "tasks/nearest_name.h"

namespace meval::tasks {
namespace {

// Follows the templates of one set through one of its shapes.
class FieldChecker {
 public:
  FieldChecker(const Recipe& recipe, const DefinitionText& text, const Value& root)
      : recipe_(recipe), text_(text), root_(root) {}

  // A derived field may use fields of the record and those derived before it, so that rendering
  // ends.
  void CheckOrderOfDerived() {
    for (std::size_t i = 0; i < recipe_.derived.size(); ++i) {
      const auto& [name, formula] = recipe_.derived[i];
      for (std::size_t j = i; j < recipe_.derived.size(); ++j) {
        if (formula.Count(recipe_.derived[j].first) == 0) continue;
        text_.Fail(root_, "derived." + name,
                   "uses " + Quoted(recipe_.derived[j].first) + ", which is not derived before it");
      }
    }
  }

  void CheckSet(const SetRecipe& set, const std::string& place, bool is_test) {
    for (const RecordShape& shape : set.shapes) {
      if (shape.fields.empty()) continue;  // the record's own fields: known when it is read
      shape_ = &shape;
      place_ = place;
      Check("question", set.question);
      if (!set.serves_all_groups) Check("group_by", recipe_.group_by);
      Check("answer", set.answer);
      if (!set.shows_answers_only) CheckChoices(shape);
      Check("continuation", recipe_.continuation);
      Check("original", recipe_.original);
      if (is_test && recipe_.program) {
        Check("execution.program", recipe_.program->before);
        Check("execution.program", recipe_.program->after);
      }
      Check("id", shape.id);
      if (is_test) Check("description", recipe_.description);
      if (is_test) CheckSlices();
      Check("description", set.description);
      const bool has_choices =
          recipe_.choice_list || !recipe_.choices.empty() || recipe_.continuation;
      if (is_test || !(set.answer || has_choices || set.shows_answers_only)) {
        Check("references", recipe_.reference_list);
        for (const Template& reference : recipe_.references) Check("references", reference);
      }
    }
  }

 private:
  void CheckSlices() {
    for (const auto& [name, text] : recipe_.slices) Check("slices." + name, text);
  }

  void CheckChoices(const RecordShape& shape) {
    Check("choices", recipe_.choice_list);
    for (const Template& choice : recipe_.choices) Check("choices", choice);
    for (const Template& prefix : recipe_.choice_prefixes) Check("choice_prefixes", prefix);
    Check("unconditional_context", recipe_.unconditional_context);
    if (!shape.gold) return;
    CheckName("gold", shape.gold->field.path().root());
    if (shape.gold->labels) CheckName("gold", shape.gold->labels->path().root());
  }

  void Check(const std::string& key, const std::optional<Template>& text) {
    if (text) Check(key, *text);
  }

  void Check(const std::string& key, const Template& text) {
    for (const std::string& field : text.fields()) CheckName(key, field);
  }

  void CheckName(const std::string& key, const std::string& field) {
    std::vector<std::string> known;
    for (const FieldSource& source : shape_->fields) {
      if (source.name == field) return;
      known.push_back(source.name);
    }
    for (const auto& [name, formula] : recipe_.derived) {
      if (name == field) return Check("derived." + name, formula);
      known.push_back(name);
    }
    text_.Fail(root_, key,
               "unknown field " + Quoted(field) + DidYouMean(field, known) + "; the shape \"" +
                   shape_->name + "\" of " + place_ + " has: " + JoinNames(known));
  }

  const Recipe& recipe_;
  const DefinitionText& text_;
  const Value& root_;
  const RecordShape* shape_ = nullptr;
  std::string place_;
};

}  // namespace

void CheckFields(const Recipe& recipe, const DefinitionText& text, const Value& root) {
  FieldChecker checker(recipe, text, root);
  checker.CheckOrderOfDerived();
  checker.CheckSet(recipe.test, "data.test", true);
  if (recipe.exemplars) checker.CheckSet(*recipe.exemplars, "data.exemplars", false);
}

}  // namespace meval::tasks
