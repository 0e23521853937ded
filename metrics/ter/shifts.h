#ifndef MEVAL_METRICS_TER_SHIFTS_H_
#define MEVAL_METRICS_TER_SHIFTS_H_

// Tercom's greedy search for shifts.

#include <cstdint>
#include <span>

#include "metrics/ter/beam_distance.h"

namespace meval::ter {

// Edits that turn the hypothesis into the reference: shifts applied, and the distance that is left.
//
// Each round tries to move runs of up to 10 words that also stand in the reference, at most 50
// positions away, where the run and its counterpart are not both aligned without error already. The
// run goes in front of, or behind, what its counterpart's words are aligned with. The move that
// shortens the distance most is made, while one does. Ties go to the longer run, then to the run
// that begins earlier, then to the earlier target.
//
// Once 1000 moves have been tried over all rounds no further one is made, not even the one found.
std::int64_t CountEdits(std::span<const std::uint32_t> hypothesis,
                        std::span<const std::uint32_t> reference);

}  // namespace meval::ter

#endif  // MEVAL_METRICS_TER_SHIFTS_H_
