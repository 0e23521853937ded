#ifndef MEVAL_EVALS_PROGRESS_H_
#define MEVAL_EVALS_PROGRESS_H_

// A line on stderr that says how far a task is: a bar that redraws on a terminal, a plain line
// every few seconds elsewhere.

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace meval {

struct ProgressOptions {
  bool quiet = false;
  bool is_terminal = false;
  int width = 100;  // columns of the terminal
};

class Progress {
 public:
  Progress(std::ostream& out, const ProgressOptions& options);

  // Starts a task of `total` documents; `score_name` labels the running score. "": none is shown.
  void Begin(const std::string& task, std::int64_t total, const std::string& score_name);
  // One more document is finished, with its headline value (0..1), after `tokens` tokens fed so far
  // in this task.
  void Advance(double value, std::int64_t tokens);
  // Tokens fed so far; redraws when it is time.
  void Tick(std::int64_t tokens);
  // A document that was finished in an earlier attempt: counts, but not for the rate.
  void Resume(double value);
  void End();
  // A message on a line of its own.
  void Note(const std::string& text);

 private:
  void Draw(bool force);
  std::string Line(double elapsed_seconds) const;

  std::ostream& out_;
  ProgressOptions options_;
  std::string task_;
  std::string score_name_;
  std::int64_t total_ = 0;
  std::int64_t done_ = 0;
  std::int64_t resumed_ = 0;
  std::int64_t tokens_ = 0;
  double score_sum_ = 0;
  bool active_ = false;
  bool drawn_ = false;
  bool has_ticked_ = false;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point last_draw_;
};

// "42 s", "3 min 05 s", "2 h 10 min".
std::string FormatDuration(double seconds);

}  // namespace meval

#endif  // MEVAL_EVALS_PROGRESS_H_
