#ifndef MEVAL_EVALS_FLAGS_H_
#define MEVAL_EVALS_FLAGS_H_

// The command line, GNU style. Flags that lm-evaluation-harness has under another name are accepted
// under that name too.

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "evals/compare_options.h"
#include "evals/run_options.h"
#include "evals/score_options.h"
#include "metrics/bootstrap.h"
#include "metrics/bradley_terry.h"
#include "metrics/elo.h"

namespace meval {

// A command line that cannot be obeyed: flag, value, what is accepted, the nearest name. Exit
// code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Thrown by the parsers when --help was asked for; carries the text for stdout. Exit code 0.
class HelpRequested : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `tasks [NAME]`
struct TasksOptions : PromptSelection {
  std::string name;
  DataSelection data;
  ModelOptions model;        // whose chat template is used: only its files are looked at
  bool all_prompts = false;  // every document's, as JSON lines, in place of the description
  bool check = false;        // that the task's own gold answers score full marks
  std::string init_from;     // JSON lines to make a definition for; "": none
  std::string import_from;   // a YAML file of lm-evaluation-harness to make one of; "": none
};

// `data`
struct DataCommandOptions {
  DataSelection data;
  bool verify = false;             // every file against its definition, as an exit code
  std::vector<std::string> tasks;  // names as --task has them; none: all there are
};

// `loglikelihood`, `generate`: JSONL in, JSONL out.
struct JsonlOptions {
  ModelOptions model;
  std::string input = "-";   // "-": stdin
  std::string output = "-";  // "-": stdout
  BoundaryRule boundary = BoundaryRule::kLength;
  std::int64_t max_new_tokens = 256;  // defaults of `generate`, each may stand in a line
  double temperature = 0;
  double top_p = 1;
  std::int64_t top_k = 0;
  std::int64_t num_samples = 1;
  std::int64_t seed = 1234;
  bool quiet = false;
};

// `perplexity`
struct PerplexityOptions {
  ModelOptions model;
  std::filesystem::path file;
  RollingProtocol protocol = RollingProtocol::kRolling;
  std::string field = "text";          // of records; plain text has none
  std::optional<std::int64_t> length;  // tokens of a window or chunk
  std::filesystem::path out;           // "": nothing is kept
  std::string format = "console";      // console | json
  bool quiet = false;
  std::vector<std::string> command;  // argv, for run.json
};

// `tokenize`
struct TokenizeOptions {
  ModelOptions model;
  std::optional<std::string> text;  // else every line of stdin
  std::vector<std::int32_t> ids;    // --decode
  bool add_bos = false;
};

// `model`
struct ModelCommandOptions {
  ModelOptions model;
  bool digests = false;
};

// `selftest`
struct SelftestCommandOptions {
  ModelOptions model;  // model "": random small ones
  std::int64_t seed = 1234;
  bool quick = false;
  bool full = false;
  std::string only;                // only checks whose name begins with this
  std::string format = "console";  // console | json
  bool quiet = false;
};

// `gpu-check`
struct GpuCheckOptions {
  std::filesystem::path report;  // "": none is written
  std::int64_t seed = 1234;
  bool quick = false;
  bool full = false;
  std::vector<std::string> only;  // device, engine, model, speed, workloads, sanitizer; none: all
  bool no_speed = false;          // neither speed nor workloads
  std::string model;              // whose speed is measured; "": the largest shape that fits
  std::int64_t limit = 0;         // documents of each workload; 0: as many as time allows
  bool quiet = false;
  std::filesystem::path write_goldens;  // "": the device is checked
};

// `arena`
struct ArenaOptions {
  std::string input;         // "-": stdin
  std::string output = "-";  // "-": stdout
  EloOptions elo;            // its scale is Bradley-Terry's too
  std::optional<RatingAnchor> anchor;
  Resampling resampling;           // num_resamples 0: no intervals
  double level = 0.95;             // of the intervals
  std::string format = "console";  // console | json | csv | markdown
};

// `compare`
struct CompareCommandOptions {
  std::vector<std::filesystem::path> runs;  // the baseline first
  CompareOptions compare;
  GateOptions gate;
  std::filesystem::path write_baseline;  // "": none
  std::int64_t most_flips = 10;
  std::filesystem::path html;      // "": none
  std::string format = "console";  // console | json | markdown
  std::string out = "-";           // "-": stdout
  bool no_color = false;
};

// `history`
struct HistoryOptions {
  std::filesystem::path directory;
  CompareOptions compare;          // its tasks are those shown; none: all
  std::filesystem::path html;      // "": none
  std::string format = "console";  // console | json
  std::string out = "-";           // "-": stdout
  bool no_color = false;
};

RunOptions ParseRun(std::span<const std::string> arguments);
TasksOptions ParseTasks(std::span<const std::string> arguments);
DataCommandOptions ParseData(std::span<const std::string> arguments);
JsonlOptions ParseLoglikelihood(std::span<const std::string> arguments);
JsonlOptions ParseGenerate(std::span<const std::string> arguments);
PerplexityOptions ParsePerplexity(std::span<const std::string> arguments);
TokenizeOptions ParseTokenize(std::span<const std::string> arguments);
ModelCommandOptions ParseModel(std::span<const std::string> arguments);
SelftestCommandOptions ParseSelftest(std::span<const std::string> arguments);
GpuCheckOptions ParseGpuCheck(std::span<const std::string> arguments);
ScoreOptions ParseScore(std::span<const std::string> arguments);
ArenaOptions ParseArena(std::span<const std::string> arguments);
CompareCommandOptions ParseCompare(std::span<const std::string> arguments);
HistoryOptions ParseHistory(std::span<const std::string> arguments);

// "512M", "8G", "1073741824" in bytes. Throws UsageError.
std::int64_t ParseBytes(const std::string& flag, const std::string& text);

// The overview that `mistral-eval --help` prints.
std::string OverviewHelp();
// The commands there are, for messages.
std::span<const std::string_view> CommandNames();

}  // namespace meval

#endif  // MEVAL_EVALS_FLAGS_H_
