#include "engine/plan_dump.h"

#include <ostream>

#include <nlohmann/json.hpp>

namespace meval {
namespace {

using Json = nlohmann::ordered_json;

Json Head(const char* kind, const std::string& name, const PlanOptions& options) {
  return {{"plan", kind},
          {"name", name},
          {"batch_tokens", options.batch_tokens},
          {"page_tokens", kKvPageTokens},
          {"num_pages", options.num_pages},
          {"window", options.window},
          {"share_prefixes", options.share_prefixes}};
}

void AddWork(const Work& work, const std::string& name, Json& line) {
  line[name] = {
      {"steps", work.steps}, {"rows", work.rows}, {"flops", work.flops}, {"bytes", work.bytes}};
}

Json NodeLine(const PrefixTree& tree, NodeId id) {
  const PrefixNode& node = tree.node(id);
  Json parent = nullptr;
  if (node.parent != kNoNode) parent = node.parent;
  return {{"node", id}, {"parent", parent}, {"begin", node.begin}, {"end", node.end}};
}

Json SegmentsOf(const std::vector<StepSegment>& segments, const Step& step) {
  Json list = Json::array();
  for (const StepSegment& segment : segments) {
    Json pages = Json::array();
    for (std::int64_t i = 0; i < segment.num_pages; ++i) {
      pages.push_back(step.pages[static_cast<std::size_t>(segment.page_begin + i)]);
    }
    list.push_back({{"row", segment.row_begin},
                    {"rows", segment.num_rows},
                    {"position", segment.position_begin},
                    {"pages", std::move(pages)}});
  }
  return list;
}

Json StepLine(const ScoreStep& step, std::size_t index) {
  Json runs = Json::array();
  for (const TreeWalk::Run& run : step.runs) {
    runs.push_back({{"node", run.node}, {"position", run.position_begin}, {"rows", run.num_rows}});
  }
  Json page_copies = Json::array();
  for (const PageCopy& copy : step.layout.page_copies) page_copies.push_back({copy.from, copy.to});
  Json targets = Json::array();
  for (const PlannedTarget& target : step.targets) {
    targets.push_back({{"row", step.logit_rows[static_cast<std::size_t>(target.logit_row)]},
                       {"token", target.token},
                       {"request", target.request},
                       {"index", target.index}});
  }
  return {{"step", index},
          {"rows", step.layout.num_rows()},
          {"runs", std::move(runs)},
          {"segments", SegmentsOf(step.layout.segments, step.layout)},
          {"row_copies", SegmentsOf(step.layout.copies, step.layout)},
          {"page_copies", std::move(page_copies)},
          {"targets", std::move(targets)}};
}

}  // namespace

void DumpPlan(const ScorePlan& plan, const PlanOptions& options, const std::string& name,
              std::ostream& out) {
  Json head = Head("score", name, options);
  head["nodes"] = plan.tree.num_nodes();
  head["steps"] = plan.steps.size();
  head["tokens_requested"] = plan.tokens_requested;
  head["tokens_fed"] = plan.tokens_fed;
  head["tokens_refed"] = plan.tokens_refed;
  head["rows_scored"] = plan.rows_scored;
  head["peak_pages"] = plan.peak_pages;
  AddWork(plan.work.total(), "work", head);
  out << head.dump() << '\n';
  for (NodeId id = 0; id < plan.tree.num_nodes(); ++id)
    out << NodeLine(plan.tree, id).dump() << '\n';
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    out << StepLine(plan.steps[i], i).dump() << '\n';
  }
}

void DumpPlan(const GenerationPlan& plan, const PlanOptions& options, const std::string& name,
              std::ostream& out) {
  Json head = Head("generation", name, options);
  head["nodes"] = plan.tree.num_nodes();
  head["tokens_requested"] = plan.tokens_requested;
  head["prefill_tokens"] = plan.prefill_tokens;
  head["draws"] = plan.num_draws;
  head["most_new_tokens"] = plan.most_new_tokens;
  head["least_pages"] = plan.least_pages;
  AddWork(plan.prefill_work.total(), "prefill_work", head);
  AddWork(plan.most_decode_work, "most_decode_work", head);
  out << head.dump() << '\n';
  for (NodeId id = 0; id < plan.tree.num_nodes(); ++id) {
    Json line = NodeLine(plan.tree, id);
    line["requests"] = Json::array();
    for (const std::size_t request : plan.RequestsAt(id)) line["requests"].push_back(request);
    out << line.dump() << '\n';
  }
}

}  // namespace meval
