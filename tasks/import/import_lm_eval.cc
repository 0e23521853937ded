#include "tasks/import_lm_eval.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tasks/import/field_template.h"
#include "tasks/import/import_scores.h"
#include "tasks/import/lm_eval_task.h"
#include "tasks/render/field_path.h"
#include "tasks/task.h"

namespace meval {
namespace tasks {
namespace {

using Json = nlohmann::ordered_json;

std::string LastPart(const std::string& path) { return path.substr(path.rfind('/') + 1); }

class Importer {
 public:
  explicit Importer(const std::filesystem::path& file) : task_(file) {}

  std::string Import() {
    ReadHead();
    ReadData();
    ReadPrompt();
    if (request_ == "multiple_choice") ReadChoices();
    if (request_ == "generate_until") ReadGeneration();
    json_["scores"] = ImportScores(task_, request_);
    // The reference scores choices behind nothing where it wants their mutual information.
    for (const Json& score : json_["scores"]) {
      if (score["metric"] == "acc_pmi") json_["unconditional_context"] = "";
    }
    // What changes neither prompts nor scores.
    for (const char* key : {"tag", "task_alias", "should_decontaminate", "process_docs_kwargs",
                            "doc_to_decontamination_query", "metadata"}) {
      task_.Find(key);
    }
    if (task_.Scalar("repeats").value_or("1") != "1") {
      task_.AddProblem("repeats", "several samples need a vote, which is not imported");
    }
    task_.Finish();
    return json_.dump(2) + "\n";
  }

 private:
  void ReadHead() {
    const std::string name = task_.Scalar("task").value_or("");
    if (name.empty()) task_.AddProblem("task", "expected the name of one task");
    json_["task"] = name;
    json_["version"] = 1;
    json_["title"] = name + ", imported from lm-evaluation-harness";
    request_ = task_.Scalar("output_type").value_or("generate_until");
    const std::pair<const char*, const char*> kinds[] = {{"multiple_choice", "loglikelihood"},
                                                         {"loglikelihood", "loglikelihood"},
                                                         {"generate_until", "generation"},
                                                         {"loglikelihood_rolling", "rolling"}};
    for (const auto& [theirs, ours] : kinds) {
      if (request_ == theirs) json_["request"] = ours;
    }
    if (!json_.contains("request")) {
      task_.AddProblem("output_type", "\"" + request_ + "\" has no counterpart");
    }
  }

  // Files are named as the hub's exports are: DATASET/CONFIGURATION/SPLIT.jsonl.
  void ReadData() {
    const std::string path = task_.Scalar("dataset_path").value_or("");
    const std::string name = task_.Scalar("dataset_name").value_or("");
    if (path.empty()) task_.AddProblem("dataset_path", "expected the name of a data set");
    const bool is_local = path == "json" || path == "csv";
    task_.Read("dataset_kwargs", [&](const YAML::Node& node) {
      for (const auto& member : node) {
        const auto key = member.first.as<std::string>();
        if (key == "trust_remote_code") continue;
        if (is_local && key == "data_files") {
          ReadLocalFiles(member.second);
        } else {
          task_.AddProblem("dataset_kwargs", member.first, key + " has no counterpart");
        }
      }
    });
    if (is_local) {
      if (local_files_.empty()) {
        task_.AddProblem("dataset_path", "local files: expected dataset_kwargs with data_files");
      }
    } else {
      folder_ = LastPart(path) + (name.empty() ? "" : "/" + name);
      json_["upstream"] = "https://huggingface.co/datasets/" + path +
                          (name.empty() ? "" : ", " + name) +
                          ": its splits as JSON lines in DATA/" + folder_ + "/";
    }
    const auto train = task_.Scalar("training_split");
    const auto validation = task_.Scalar("validation_split");
    const auto test = task_.Scalar("test_split");
    const auto fewshot = task_.Scalar("fewshot_split");
    const auto evaluated = test ? test : validation;
    if (!evaluated) task_.AddProblem("test_split", "there is neither this nor a validation_split");
    const auto pool = fewshot ? fewshot : train ? train : validation ? validation : test;
    json_["data"]["test"] = {{"files", Files("test_split", evaluated.value_or(""))}};
    if (pool && request_ != "loglikelihood_rolling") {
      json_["data"]["exemplars"] = {{"files", Files("fewshot_split", *pool)}};
      // The reference draws one more where few-shot and test split are the same, or both unnamed.
      json_["draws_one_extra"] = test == fewshot;
      if (pool == test && test != fewshot) {
        json_["comment"] =
            "as in lm-evaluation-harness, a document may be among its own exemplars, which come "
            "from the evaluated split";
      }
    }
  }

  // `data_files`: a file or several, which are the split "train", or these by split.
  void ReadLocalFiles(const YAML::Node& node) {
    const auto names = [](const YAML::Node& value) {
      return value.IsScalar() ? std::vector{value.as<std::string>()}
                              : value.as<std::vector<std::string>>();
    };
    if (!node.IsMap()) {
      local_files_["train"] = names(node);
      return;
    }
    for (const auto& member : node) {
      local_files_[member.first.as<std::string>()] = names(member.second);
    }
  }

  std::vector<std::string> Files(const std::string& key, const std::string& split) {
    if (local_files_.empty()) return {folder_ + "/" + split + ".jsonl"};
    const auto found = local_files_.find(split);
    if (found == local_files_.end()) {
      task_.AddProblem(key, "data_files has no split \"" + split + "\"");
      return {};
    }
    if (found->second.size() != 1) {
      task_.AddProblem("dataset_kwargs", "the split \"" + split +
                                             "\" is in several files: join them to one, which is "
                                             "what one definition of a set names");
    }
    for (const std::string& file : found->second) {
      if (file.find("://") == file.npos) continue;
      task_.AddProblem("dataset_kwargs",
                       file + ": expected a file on this machine; fetch it first");
    }
    return found->second;
  }

  void ReadPrompt() {
    if (const auto shots = task_.Scalar("num_fewshot")) ReadShots(*shots);
    task_.Read("fewshot_config", [&](const YAML::Node& node) {
      for (const auto& member : node) {
        const auto key = member.first.as<std::string>();
        const std::string value = member.second.IsScalar() ? member.second.Scalar() : "";
        if (key == "sampler" && (value == "first_n" || value == "default")) {
          if (value == "first_n") UseFirstN();
        } else {
          task_.AddProblem("fewshot_config", member.first, key + " has no counterpart");
        }
      }
    });
    CopyText("description", "description");
    if (const auto text = task_.Scalar("fewshot_delimiter")) json_["fewshot_delimiter"] = *text;
    if (const auto text = task_.Scalar("target_delimiter")) json_["target_delimiter"] = *text;
    const bool is_rolling = request_ == "loglikelihood_rolling";
    if (is_rolling) {
      if (!task_.Scalar("doc_to_text").value_or("").empty()) {
        task_.AddProblem("doc_to_text", "a rolling task scores its target alone: expected \"\"");
      }
      CopyText("doc_to_target", "question");
      return;
    }
    CopyText("doc_to_text", "question");
    if (!json_.contains("question")) task_.AddProblem("doc_to_text", "expected a template");
    if (request_ == "loglikelihood") {
      CopyText("doc_to_target", "continuation");
      json_["target_delimiter"] = "";  // the target brings its own
    } else if (request_ == "generate_until") {
      task_.Read("doc_to_target", [&](const YAML::Node& node) {
        const std::string text = ConvertTemplate(node.as<std::string>());
        const bool is_field = text.starts_with('{') && text.find('}') == text.size() - 1;
        json_["references"] = is_field ? Json(text) : Json::array({text});
      });
    }
  }

  void ReadShots(const std::string& text) {
    if (text.find_first_not_of("0123456789") != text.npos || text.size() > 4) {
      task_.AddProblem("num_fewshot", "expected a number");
      return;
    }
    const int shots = std::stoi(text);
    if (shots > 0) json_["shots"] = shots;
  }

  void UseFirstN() {
    json_["sampler"] = "first_n";
    json_.erase("draws_one_extra");
  }

  void CopyText(const std::string& theirs, const std::string& ours) {
    task_.Read(theirs, [&](const YAML::Node& node) {
      json_[ours] = ConvertTemplate(node.as<std::string>());
    });
  }

  void ReadChoices() {
    task_.Read("doc_to_choice", [&](const YAML::Node& node) {
      Json choices = Json::array();
      if (node.IsSequence()) {
        for (const YAML::Node& item : node) choices.push_back(AsLiteral(item.as<std::string>()));
      } else if (node.IsMap()) {
        for (const auto& member : node)
          choices.push_back(AsLiteral(member.second.as<std::string>()));
      } else {
        const ConvertedExpression expression = ConvertExpression(node.as<std::string>());
        if (expression.index_of || expression.index_in) throw FieldError("expected a list");
        choices =
            expression.placeholder.empty() ? Json(expression.list) : Json(expression.placeholder);
      }
      json_["choices"] = std::move(choices);
    });
    task_.Read("doc_to_target", [&](const YAML::Node& node) {
      const auto place = node.as<std::string>();
      if (!place.empty() && place.find_first_not_of("0123456789") == place.npos) {
        json_["derived"] = {{"right_place", place}};  // the same in every record
        json_["gold"] = {{"index", "{right_place}"}};
        return;
      }
      const ConvertedExpression expression = ConvertExpression(node.as<std::string>());
      if (expression.index_of) {
        json_["gold"] = {{"label", expression.index_of->second},
                         {"among", expression.index_of->first}};
      } else if (expression.index_in) {
        RequireLetters(expression.index_in->first);
        json_["gold"] = {{"letter", expression.index_in->second}};
      } else if (!expression.placeholder.empty()) {
        json_["gold"] = {{"index_or_text", expression.placeholder}};
      } else {
        throw FieldError("expected a field");
      }
    });
    for (const char* key : {"doc_to_choice", "doc_to_target"}) {
      if (!task_.Find(key))
        task_.AddProblem(key, "expected what the choices are and which is right");
    }
  }

  static void RequireLetters(const std::vector<std::string>& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list[i] != std::string(1, static_cast<char>('A' + i))) {
        throw FieldError("only the place among A, B, C, ... has a counterpart");
      }
    }
  }

  void ReadGeneration() {
    if (!json_.contains("references")) {
      task_.AddProblem("doc_to_target", "expected what an answer is compared with");
    }
    Json generation = {{"until", {json_.value("fewshot_delimiter", "\n\n")}}};
    task_.Read("generation_kwargs", [&](const YAML::Node& node) {
      for (const auto& member : node) {
        const auto key = member.first.as<std::string>();
        const YAML::Node& value = member.second;
        if (key == "until") {
          generation["until"] = value.IsScalar() ? std::vector{value.as<std::string>()}
                                                 : value.as<std::vector<std::string>>();
        } else if (key == "max_gen_toks" || key == "max_new_tokens") {
          generation["max_new_tokens"] = value.as<int>();
        } else if (key == "temperature" || key == "top_p") {
          generation[key] = value.as<double>();
        } else if (key == "top_k") {
          generation[key] = value.as<int>();
        } else if (key != "do_sample") {
          task_.AddProblem("generation_kwargs", member.first, key + " has no counterpart");
        }
      }
      // Without sampling the other settings mean nothing.
      if (!node["do_sample"] || !node["do_sample"].as<bool>()) {
        for (const char* key : {"temperature", "top_p", "top_k"}) generation.erase(key);
      }
    });
    json_["generation"] = std::move(generation);
  }

  LmEvalTask task_;
  std::string request_;
  std::string folder_;
  std::map<std::string, std::vector<std::string>> local_files_;  // by split
  Json json_;
};

}  // namespace
}  // namespace tasks

std::string ImportLmEval(const std::filesystem::path& file) {
  std::string json = tasks::Importer(file).Import();
  Task::Parse(json, file.string());  // says what a definition of ours does not allow
  return json;
}

}  // namespace meval
