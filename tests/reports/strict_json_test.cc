#include "reports/json/strict_json.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace meval {
namespace {

TEST(StrictJson, KeepsTheOrderOfKeys) {
  EXPECT_EQ(DumpStrict({{"z", 1}, {"a", {{"y", true}, {"b", nullptr}}}}, "file", -1),
            R"({"z":1,"a":{"y":true,"b":null}})");
}

TEST(StrictJson, NamesTheFieldThatIsNotFinite) {
  for (const double value : {std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity(), -HUGE_VAL}) {
    OrderedJson json = {{"tasks", OrderedJson::array({{{"metrics", {1.5, 2.5}}}})}};
    json["tasks"][0]["metrics"][1] = value;
    try {
      DumpStrict(json, "results.json", 2);
      FAIL() << value;
    } catch (const std::logic_error& error) {
      EXPECT_NE(
          std::string(error.what()).find("results.json: tasks[0].metrics[1]: expected a finite"),
          std::string::npos)
          << error.what();
    }
  }
}

TEST(StrictJson, RepairsTextAndSaysWhere) {
  OrderedJson json = {{"a", "fine"}, {"b", {{"c", OrderedJson::array({"x", "\xFFy"})}}}};
  EXPECT_EQ(
      DumpStrict(json, "file", -1),
      "{\"a\":\"fine\",\"b\":{\"c\":[\"x\",\"\xEF\xBF\xBDy\"]},\"invalid_utf8\":[\"b.c[1]\"]}");
}

// Three keys that would be the same one.
TEST(StrictJson, RepairsKeysAndLosesNoMember) {
  OrderedJson json = {{"a", OrderedJson::object()}};
  json["a"]["\xFF"] = 1;
  json["a"]["\xFE"] = {{"b", "\xFF"}};
  json["a"]["\uFFFD"] = 3;
  EXPECT_EQ(DumpStrict(json, "file", -1),
            "{\"a\":{\"\uFFFD\uFFFD\":1,\"\uFFFD\uFFFD\uFFFD\":{\"b\":\"\uFFFD\"},\"\uFFFD\":3},"
            "\"invalid_utf8\":[\"a.\uFFFD\uFFFD\",\"a.\uFFFD\uFFFD\uFFFD\","
            "\"a.\uFFFD\uFFFD\uFFFD.b\"]}");
}

TEST(StrictJson, EveryDoubleReadsBackToTheSameBits) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const std::string text = DumpStrict({{"x", value}}, "file", -1);
    const double back = OrderedJson::parse(text)["x"].get<double>();
    ASSERT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(value)) << text;
  }
  for (const double value : {0.0, -0.0, 5e-324, 1.7976931348623157e308, 0.1, 1.0, 1e16, 1e-5}) {
    const std::string text = DumpStrict({{"x", value}}, "file", -1);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(OrderedJson::parse(text)["x"].get<double>()),
              std::bit_cast<std::uint64_t>(value))
        << text;
  }
}

}  // namespace
}  // namespace meval
