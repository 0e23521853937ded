#include "metrics/text/articles.h"

#include <gtest/gtest.h>

namespace meval::text {
namespace {

TEST(Articles, BecomeASpaceWhereTheyAreWholeWords) {
  EXPECT_EQ(ReplaceArticles("a cat, an owl and the dog"), "  cat,   owl and   dog");
  EXPECT_EQ(ReplaceArticles("the"), " ");
  EXPECT_EQ(ReplaceArticles("(a)an-the"), "( ) - ");
  EXPECT_EQ(ReplaceArticles(""), "");
}

TEST(Articles, StayWithinWordsOfAnyScript) {
  for (const char* text : {"athens", "banana", "other", "_a", "a_", "3an", "éa", "aé", "a日", "a²",
                           "A", "The", "thé"}) {
    EXPECT_EQ(ReplaceArticles(text), text);
  }
}

TEST(Articles, GoBeforeACombiningMark) {
  EXPECT_EQ(ReplaceArticles("a\u0301rbol"), " \u0301rbol");
  EXPECT_EQ(ReplaceArticles("the\u200Ban"), " \u200B ");
}

}  // namespace
}  // namespace meval::text
