#include "evals/progress.h"

#include <algorithm>
#include <cmath>
#include <ostream>

#include <fmt/format.h>

#include "reports/summary.h"

namespace meval {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kTerminalSeconds = 0.2;
constexpr double kPlainSeconds = 5.0;
constexpr double kRateSeconds = 1.0;  // a rate over less says nothing
constexpr int kBarColumns = 24;

double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

std::string FormatDuration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

Progress::Progress(std::ostream& out, const ProgressOptions& options)
    : out_(out), options_(options) {}

void Progress::Begin(const std::string& task, std::int64_t total, const std::string& score_name) {
  task_ = task;
  score_name_ = score_name;
  total_ = total;
  done_ = resumed_ = tokens_ = 0;
  has_ticked_ = false;
  score_sum_ = 0;
  active_ = true;
  drawn_ = false;
  begin_ = last_draw_ = Clock::now();
  Draw(options_.is_terminal);
}

void Progress::Resume(double value) {
  ++done_;
  ++resumed_;
  score_sum_ += value;
}

void Progress::Advance(double value, std::int64_t tokens) {
  ++done_;
  score_sum_ += value;
  Tick(tokens);
}

void Progress::Tick(std::int64_t tokens) {
  if (!has_ticked_) {  // before it, prompts are tokenised: that is not the model's rate
    has_ticked_ = true;
    begin_ = Clock::now();
  }
  tokens_ = tokens;
  Draw(false);
}

void Progress::End() {
  if (!active_) return;
  Draw(true);
  if (drawn_ && options_.is_terminal && !options_.quiet) out_ << '\n' << std::flush;
  active_ = false;
}

void Progress::Note(const std::string& text) {
  if (options_.quiet) return;
  if (drawn_ && options_.is_terminal && active_) out_ << "\r\033[K";
  out_ << text << '\n' << std::flush;
}

std::string Progress::Line(double elapsed_seconds) const {
  const auto fresh = static_cast<double>(done_ - resumed_);
  const double rate = elapsed_seconds > kRateSeconds ? fresh / elapsed_seconds : 0;
  const double share = total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : 1;
  std::string line = task_ + " ";
  if (options_.is_terminal) {
    const int filled = static_cast<int>(share * kBarColumns);
    line += "[";
    for (int column = 0; column < kBarColumns; ++column) line += column < filled ? "#" : ".";
    line += "] ";
  }
  line += fmt::format("{}/{} ({:.0f}%)", done_, total_, 100 * share);
  if (rate > 0) {
    line += fmt::format("  {:.1f} docs/s  {} tok/s", rate,
                        Grouped(std::llround(static_cast<double>(tokens_) / elapsed_seconds)));
  }
  if (done_ > 0 && !score_name_.empty())
    line += fmt::format("  {} {:.1f}%", score_name_, 100 * score_sum_ / static_cast<double>(done_));
  if (rate > 0 && done_ < total_) {
    line += "  ETA " + FormatDuration(static_cast<double>(total_ - done_) / rate);
  } else if (done_ == total_) {
    line += "  in " + FormatDuration(elapsed_seconds);
  }
  return line;
}

void Progress::Draw(bool force) {
  if (options_.quiet || !active_) return;
  const double since = SecondsSince(last_draw_);
  if (!force && since < (options_.is_terminal ? kTerminalSeconds : kPlainSeconds)) return;
  std::string line = Line(SecondsSince(begin_));
  if (options_.is_terminal) {
    if (options_.width > 1 && line.size() >= static_cast<std::size_t>(options_.width)) {
      line.resize(static_cast<std::size_t>(options_.width) - 1);
    }
    out_ << "\r\033[K" << line << std::flush;
  } else {
    out_ << line << '\n' << std::flush;
  }
  drawn_ = true;
  last_draw_ = Clock::now();
}

}  // namespace meval
