#include "reports/published_text.h"

#include "reports/summary.h"

namespace meval {
namespace {

PublishedTextRow TextRow(const PublishedTableRow& row) {
  PublishedTextRow text;
  text.label = row.label;
  text.task = row.task;
  text.metric = row.metric;
  text.value = "\u2013";
  if (row.value) {
    text.n = Grouped(row.n);
    text.value = Fixed(*row.value, 2);
    if (row.standard_error) text.error = Fixed(*row.standard_error, 2);
    if (row.note.empty()) {
      // Rounded, so that the three numbers of a row add up as they are shown.
      const std::string difference = Fixed(*row.value - row.published, 2);
      text.difference = (difference.front() == '-' ? "" : "+") + difference;
    }
  }
  text.published = Fixed(row.published, 1);
  // Why the two do not compare comes first: a narrow terminal shows the beginning.
  text.note = row.note;
  if (!row.variant.empty()) text.note += (text.note.empty() ? "" : "; ") + row.variant;
  return text;
}

}  // namespace

std::vector<PublishedText> PublishedTexts(const RunReport& run) {
  std::vector<PublishedText> texts;
  for (const GroupResult& group : run.groups) {
    if (!group.published) continue;
    PublishedText text;
    text.title = group.published->title + ": " + group.published->model + " (" +
                 group.published->source + ")";
    for (const PublishedTableRow& row : group.published->rows) text.rows.push_back(TextRow(row));
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace meval
