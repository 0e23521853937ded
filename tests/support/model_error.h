#ifndef MEVAL_TESTS_SUPPORT_MODEL_ERROR_H_
#define MEVAL_TESTS_SUPPORT_MODEL_ERROR_H_

// A refusal must say where, what was expected, what was found and what to do.

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/error.h"

namespace meval::testing {

// `action` must throw a ModelError whose message holds every one of `parts`, the words "expected"
// and "found", and advice after a semicolon.
inline void ExpectModelError(const std::function<void()>& action,
                             const std::vector<std::string>& parts) {
  try {
    action();
  } catch (const ModelError& error) {
    const std::string message = error.what();
    for (const std::string& part : parts) EXPECT_THAT(message, ::testing::HasSubstr(part));
    EXPECT_THAT(message, ::testing::HasSubstr("expected "));
    EXPECT_THAT(message, ::testing::HasSubstr("found"));
    const std::size_t advice = message.rfind("; ");
    EXPECT_TRUE(advice != std::string::npos && message.size() > advice + 10)
        << "no advice in: " << message;
    return;
  } catch (const std::exception& error) {
    FAIL() << "expected a ModelError, got another exception: " << error.what();
  }
  FAIL() << "expected a ModelError, nothing was thrown";
}

}  // namespace meval::testing

#endif  // MEVAL_TESTS_SUPPORT_MODEL_ERROR_H_
