#include "benchmarks/python_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ov {
namespace {

using testing::ElementsAre;
using testing::Optional;

// Expected values are what CPython 3.11 prints.
TEST(PythonText, ReprAsPythonWritesIt) {
  EXPECT_EQ(python_repr("a"), "'a'");
  EXPECT_EQ(python_repr("it's"), "\"it's\"");
  EXPECT_EQ(python_repr("'a' \"b\""), "'\\'a\\' \"b\"'");
  EXPECT_EQ(python_repr("a\\b\n\t\r\x7f\x01"), "'a\\\\b\\n\\t\\r\\x7f\\x01'");
  EXPECT_EQ(python_repr("gr\xc3\xb6\xc3\x9f\x65r \xe4\xbb\x80"), "'gr\xc3\xb6\xc3\x9f\x65r \xe4\xbb\x80'");
  EXPECT_EQ(python_repr("\xc2\xa0|\xe2\x80\x8b|\xef\xbf\xbf|\xf4\x8f\xbf\xbf"), "'\\xa0|\\u200b|\\uffff|\\U0010ffff'");
  EXPECT_EQ(python_repr(std::vector<std::string>{}), "[]");
  EXPECT_EQ(python_repr(std::vector<std::string>{"A. x", "B. it's"}), "['A. x', \"B. it's\"]");
}

TEST(PythonText, ReadsListLiterals) {
  EXPECT_THAT(parse_python_list("['x', \"it's\"]"), Optional(ElementsAre("x", "it's")));
  EXPECT_THAT(parse_python_list(" [ 'a' 'b' , -3.5e2,\n'\\'\\n\\x41\\u00f6' , ] "),
              Optional(ElementsAre("ab", "-3.5e2", "'\nA\xc3\xb6")));
  EXPECT_THAT(parse_python_list("[]"), Optional(ElementsAre()));
  EXPECT_THAT(parse_python_list("['$\\frac{1}{2}$', '\\\\d', '\\q']"),
              Optional(ElementsAre("$\frac{1}{2}$", "\\d", "\\q")));
}

TEST(PythonText, RefusesWhatIsNoList) {
  for (const char* literal : {"", "x", "[", "['a'", "['a", "['a' ,, 'b']", "['a'] b", "[a]", "['\\xZ1']", "['\\ud800']",
                              "['\\", "[['a']]", "['a\nb']", "{'a'}", "[,]"}) {
    EXPECT_EQ(parse_python_list(literal), std::nullopt) << literal;
  }
}

TEST(PythonText, RoundTrip) {
  const std::vector<std::string> texts = {"", "'", "\"", "'\"", "\\", "a\nb\tc\rd", "\xc2\xa0\xe2\x80\x8b", "\\x41"};
  EXPECT_EQ(parse_python_list(python_repr(texts)), texts);
}

TEST(PythonText, Case) {
  EXPECT_EQ(capitalized("is THE man\xc3\x89?"), "Is the man\xc3\xa9?");
  EXPECT_EQ(capitalized("\xc3\xa9t\xc3\x89"), "\xc3\x89t\xc3\xa9");
  EXPECT_EQ(capitalized(""), "");
  EXPECT_EQ(stripped("\xe3\x80\x80\n a b \x1c\t"), "a b");
  EXPECT_EQ(without("aXbXXc", "X"), "abc");
}

}  // namespace
}  // namespace ov
