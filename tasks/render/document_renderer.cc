#include "tasks/render/document_renderer.h"

#include "metrics/perplexity.h"
#include "tasks/digest.h"
#include "tasks/render/gold.h"
#include "tasks/render/record_scope.h"

namespace meval::tasks {
namespace {

// Counts stand in front of lists, so that a choice cannot be taken for a reference.
std::string DigestOf(const Document& document) {
  DigestBuilder digest;
  digest.Add(document.question);
  digest.Add(std::to_string(document.choices.size()));
  for (const std::string& choice : document.choices) digest.Add(choice);
  for (const std::string& prefix : document.choice_prefixes) digest.Add(prefix);
  if (document.unconditional_context) digest.Add(*document.unconditional_context);
  digest.Add(std::to_string(document.gold.size()));
  for (const std::int64_t index : document.gold) digest.Add(std::to_string(index));
  digest.Add(std::to_string(document.references.size()));
  for (const std::string& reference : document.references) digest.Add(reference);
  if (!document.program_after.empty()) {
    digest.Add(document.program_before).Add(document.program_after);
  }
  if (document.num_words > 0) {
    digest.Add(std::to_string(document.num_words)).Add(std::to_string(document.num_bytes));
  }
  return digest.Finish();
}

}  // namespace

Document DocumentRenderer::Render(const Record& record) const {
  const RecordScope scope(recipe_, shape_, record, file_name_);
  const FilterSet& filters = recipe_.filters;
  Document document;
  document.record_digest = Sha256(Canonical(record.fields));
  if (recipe_.group_by && !set_.serves_all_groups)
    document.group = recipe_.group_by->Render(scope, filters);
  if (is_test_) {
    for (const auto& [name, text] : recipe_.slices) {
      document.slices[name] = text.Render(scope, filters);
    }
  }
  Template::Span cut;
  document.question = set_.question.Render(scope, filters, recipe_.document_field, cut);
  document.cut_begin = cut.begin;
  document.cut_end = cut.end;
  if (shape_.id) {
    document.id = shape_.id->Render(scope, filters);
    if (document.id.empty()) throw FieldError("the record's id is empty");
  }
  if (is_test_ && recipe_.description) {
    document.description = recipe_.description->Render(scope, filters);
  } else if (set_.description) {
    document.description = set_.description->Render(scope, filters);
  }
  if (recipe_.original) {
    const std::string original = recipe_.original->Render(scope, filters);
    document.num_words = CountWords(original);
    document.num_bytes = static_cast<std::int64_t>(original.size());
    if (original.empty() && !document.question.empty()) {
      throw FieldError("the original text is empty, but there is a text to score");
    }
  } else if (recipe_.continuation) {
    RenderContinuation(scope, document);
  } else if (!is_test_ && set_.shows_answers_only) {
    document.answer = set_.answer->Render(scope, filters);
  } else if (recipe_.choice_list || !recipe_.choices.empty()) {
    RenderChoices(scope, document);
  } else {
    if (is_test_ || !set_.answer) RenderReferences(scope, document);
    document.answer =
        set_.answer ? set_.answer->Render(scope, filters) : document.references.front();
  }
  if (is_test_ && recipe_.program) {
    document.program_before = recipe_.program->before.Render(scope, filters);
    document.program_after = recipe_.program->after.Render(scope, filters);
    if (document.program_after.empty()) {
      throw FieldError("nothing tests the program: expected a text behind the completion");
    }
  }
  document.digest = DigestOf(document);
  return document;
}

void DocumentRenderer::RenderChoices(const FieldScope& scope, Document& document) const {
  if (recipe_.choice_list) {
    document.choices = recipe_.choice_list->RenderList(scope, recipe_.filters);
  }
  for (const Template& choice : recipe_.choices) {
    document.choices.push_back(choice.Render(scope, recipe_.filters));
  }
  const auto count = static_cast<std::int64_t>(document.choices.size());
  if (count != recipe_.num_choices.value_or(count)) {
    throw FieldError("expected " + std::to_string(*recipe_.num_choices) + " choices, found " +
                     std::to_string(count));
  }
  if (count < 2) {
    throw FieldError("expected at least two choices, found " + std::to_string(count));
  }
  for (const Template& prefix : recipe_.choice_prefixes) {
    document.choice_prefixes.push_back(prefix.Render(scope, recipe_.filters));
  }
  if (is_test_ && recipe_.unconditional_context) {
    document.unconditional_context = recipe_.unconditional_context->Render(scope, recipe_.filters);
  }
  document.gold = ReadGold(*shape_.gold, scope, recipe_.filters, document.choices);
  document.answer = set_.answer ? set_.answer->Render(scope, recipe_.filters)
                                : document.choices[static_cast<std::size_t>(document.gold.front())];
}

void DocumentRenderer::RenderContinuation(const FieldScope& scope, Document& document) const {
  document.choices = {recipe_.continuation->Render(scope, recipe_.filters)};
  if (document.choices.front().empty()) {
    throw FieldError("expected a continuation to score, found an empty text");
  }
  document.gold = {0};
  document.answer =
      set_.answer ? set_.answer->Render(scope, recipe_.filters) : document.choices.front();
}

void DocumentRenderer::RenderReferences(const FieldScope& scope, Document& document) const {
  if (recipe_.reference_list) {
    document.references = recipe_.reference_list->RenderListOrText(scope, recipe_.filters);
  }
  for (const Template& reference : recipe_.references) {
    document.references.push_back(reference.Render(scope, recipe_.filters));
  }
  if (document.references.empty()) {
    throw FieldError("expected at least one reference, found an empty list");
  }
}

}  // namespace meval::tasks
