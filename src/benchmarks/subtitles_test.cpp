#include "benchmarks/subtitles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"

namespace ov {
namespace {

std::string entry(const std::string& times, const std::string& text) {
  return "7\n" + times + "\n<font color=\"white\" size=\".72c\">" + text + "</font>\n\n";
}

std::string shown(const std::string& srt, const std::vector<std::int64_t>& frames, double fps = 10) {
  return subtitles_at(srt, "a.srt", fps, frames);
}

// Entries are from frame int(begin * fps) on, and end before int(end * fps).
TEST(Subtitles, OnAtAFrame) {
  const std::string srt = entry("00:00:01,000 --> 00:00:02,550", "one") + entry("00:00:02,550 --> 00:01:00,000", "two");
  EXPECT_EQ(shown(srt, {9}), "");
  EXPECT_EQ(shown(srt, {10, 11, 12}), "one");
  EXPECT_EQ(shown(srt, {24}), "one");
  EXPECT_EQ(shown(srt, {25}), "two");
  EXPECT_EQ(shown(srt, {599, 10}), "one\ntwo");
  EXPECT_EQ(shown(srt, {600}), "");
  EXPECT_EQ(shown("", {0}), "");
}

TEST(Subtitles, ForeignEntriesAreLeftOut) {
  EXPECT_EQ(shown("1\n00:00:00,000 --> 00:00:01,000\nplain\n\n" + entry("00:00:00,000 --> 00:00:09,000", "x"), {0}),
            "x");
  EXPECT_EQ(shown("1\n00:00:00,000 --> 00:00:01,000\n\n", {0}), "");
  EXPECT_EQ(shown("1\r\n00:00:00,000 --> 00:00:01,000\r\n<font color=\"white\" size=\".72c\">a\r\nb</font>\r\n", {0}),
            "a b");
}

// As the keys of a dictionary: the place of the first, the text of the last.
TEST(Subtitles, SameTimesAreOneEntry) {
  EXPECT_EQ(shown(entry("00:00:00,000 --> 00:00:01,000", "a") + entry("00:00:00,500 --> 00:00:01,000", "b") +
                      entry("00:00:00,000 --> 00:00:01,000", "c"),
                  {5}),
            "c\nb");
}

TEST(Subtitles, DamagedTimes) {
  for (const char* times : {"00:00:01 --> 00:00:02,000", "0:0:1,0", "a --> b", "00:00:01,000 -> 00:00:02,000",
                            "-1:00:00,000 --> 00:00:02,000", "99999999999:00:00,000 --> 00:00:02,000",
                            "00:00:01,000 --> 00:00:02,000 --> 00:00:03,000"}) {
    EXPECT_THROW(shown(entry(times, "x"), {0}), Error) << times;
  }
}

}  // namespace
}  // namespace ov
