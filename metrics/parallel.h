#ifndef MEVAL_METRICS_PARALLEL_H_
#define MEVAL_METRICS_PARALLEL_H_

// Loops over documents on several threads. Each index writes its own result, and the caller adds
// results up in order afterwards, so that no number depends on how many threads there were:
//
//   std::vector<TerStatistics> segments(hypotheses.size());
//   ParallelFor(num_threads, segments.size(),
//               [&](std::size_t i) { segments[i] = CountTer(hypotheses[i], references[i]); });
//
// Threads live for one loop: there is no pool and nothing to shut down. The calling thread is one
// of them, so with one thread none is started.
//
// An exception ends the loop and leaves it once all threads have stopped. It is the one a plain
// loop would have thrown, that of the lowest index that throws, for any number of threads; bodies
// of later indices may or may not have run.

#include <cstddef>
#include <functional>

namespace meval {

// Threads that the machine runs at once: at least 1.
int NumHardwareThreads();

// Calls body(begin, end) for consecutive blocks that cover [0, count) exactly once; for bodies that
// keep buffers from one index to the next. How large blocks are depends on both numbers, and what
// body does for an index must not depend on which block holds it. body must go through its block in
// rising order. std::invalid_argument if num_threads < 1.
void ParallelBlocks(int num_threads, std::size_t count,
                    const std::function<void(std::size_t begin, std::size_t end)>& body);

// Calls body(i) once for each i of [0, count).
template <typename Body>
void ParallelFor(int num_threads, std::size_t count, const Body& body) {
  ParallelBlocks(num_threads, count, [&body](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      body(i);
    }
  });
}

}  // namespace meval

#endif  // MEVAL_METRICS_PARALLEL_H_
