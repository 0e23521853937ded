#ifndef MEVAL_TASKS_RECORDS_RECORD_H_
#define MEVAL_TASKS_RECORDS_RECORD_H_

#include <cstdint>
#include <string>

#include "tasks/records/value.h"

namespace meval::tasks {

// One record of a data file: a JSON object, or a CSV row under its column names.
struct Record {
  Value fields;             // an object
  std::int64_t number = 0;  // in its file, from 1
  std::int64_t line = 0;    // of its first byte, from 1
};

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RECORDS_RECORD_H_
