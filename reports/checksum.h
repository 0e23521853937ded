#ifndef MEVAL_REPORTS_CHECKSUM_H_
#define MEVAL_REPORTS_CHECKSUM_H_

#include <string>
#include <string_view>

namespace meval {

// The first 64 bits of the SHA-256 of `bytes`, as 16 lower-case hexadecimal digits: against damage,
// not against an attacker.
std::string Checksum(std::string_view bytes);

}  // namespace meval

#endif  // MEVAL_REPORTS_CHECKSUM_H_
