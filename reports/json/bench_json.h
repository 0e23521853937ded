#ifndef MEVAL_REPORTS_JSON_BENCH_JSON_H_
#define MEVAL_REPORTS_JSON_BENCH_JSON_H_

// Parts of bench.json, to and from JSON. Private to reports/: it shows nlohmann's type.

#include "reports/bench_record.h"
#include "reports/json/json_cursor.h"
#include "reports/json/strict_json.h"

namespace meval {

OrderedJson ThroughputJson(const ThroughputTest& test);
ThroughputTest ReadThroughput(const JsonCursor& test);
OrderedJson ServingJson(const ServingTest& test);
ServingTest ReadServing(const JsonCursor& test);
OrderedJson SearchJson(const RateSearch& search);
RateSearch ReadSearch(const JsonCursor& search);
OrderedJson PrefixJson(const PrefixTest& test);
PrefixTest ReadPrefix(const JsonCursor& test);
OrderedJson LengthsJson(const WorkloadLengths& lengths);
WorkloadLengths ReadLengths(const JsonCursor& lengths);

}  // namespace meval

#endif  // MEVAL_REPORTS_JSON_BENCH_JSON_H_
