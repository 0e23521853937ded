#ifndef MEVAL_REPORTS_QUANTITY_TEXT_H_
#define MEVAL_REPORTS_QUANTITY_TEXT_H_

// Measured quantities as people read them: three digits that count.

#include <string>

namespace meval {

// "0.123", "12.3", "1,234".
std::string ShownRate(double rate);
// "1.23 ms", "45.6 s".
std::string ShownSeconds(double seconds);
// "51.2 mJ", "1,234 J".
std::string ShownJoules(double joules);

}  // namespace meval

#endif  // MEVAL_REPORTS_QUANTITY_TEXT_H_
