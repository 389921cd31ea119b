// Charts and documents: what is asked is answered by a second route from the data, texts that are to be read stand in
// the read-out, and what is kept for tests is in no training sample.
#include "synth/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "synth/assets.h"
#include "synth/chart.h"
#include "synth/chart_draw.h"
#include "synth/word_pools.h"

namespace ov {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::uint64_t kSamples = 400;

struct DrawnChart {
  ChartData data;
  ChartLook look;
  Queries queries;
};

DrawnChart chart(std::uint64_t index, bool test) {
  RandomStream random(5, test ? "test" : "train", index);
  const ChartKind kind = kChartKinds[index % std::size(kChartKinds)];
  DrawnChart chart;
  chart.data = make_chart_data(random, kind, {random.between(3, kind == ChartKind::pie ? 5 : 7), random.coin(), test});
  chart.look = pick_chart_look(random, chart.data, test);
  chart.queries = chart_queries(random, chart.data, chart.look);
  return chart;
}

void expect_sound(const Queries& queries) {
  ASSERT_THAT(queries, Not(IsEmpty()));
  for (const Query& query : queries) {
    EXPECT_GE(query.wordings.size(), 2U) << query.kind;
    EXPECT_FALSE(query.answer.empty()) << query.kind;
    EXPECT_THAT(query.wrong, Not(Contains(query.answer))) << query.kind;
    for (const std::string& wording : query.wordings) {
      for (const char* place : {"%1", "%2", "%3", "%4"}) EXPECT_THAT(wording, Not(HasSubstr(place)));
      EXPECT_TRUE(wording.ends_with('?') || wording.ends_with('.')) << wording;
    }
  }
}

TEST(Charts, ValuesAreAsAsked) {
  std::size_t asked = 0;
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    const DrawnChart drawn = chart(i, false);
    expect_sound(drawn.queries);
    if (drawn.data.series.size() > 1) continue;
    std::map<std::string, std::int64_t> values;
    for (std::size_t n = 0; n < drawn.data.labels.size(); ++n) values[drawn.data.labels[n]] = drawn.data.values()[n];
    ASSERT_EQ(values.size(), drawn.data.labels.size());
    const std::string unit = drawn.data.kind == ChartKind::pie ? "%" : "";
    for (const auto& [label, value] : values) {
      for (const Query& query : drawn.queries) {
        if (query.wordings[0] != "What is the value of " + label + "?") continue;
        EXPECT_EQ(query.answer, std::to_string(value) + unit);
        ++asked;
      }
    }
  }
  EXPECT_GT(asked, kSamples);
}

TEST(Charts, EndsAndComparisonsAreRight) {
  std::map<std::string, int> said;
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    const DrawnChart drawn = chart(i, i % 2 == 0);
    if (drawn.data.series.size() > 1) continue;
    const auto value = [&](const std::string& label) {
      return drawn.data
          .values()[static_cast<std::size_t>(std::ranges::find(drawn.data.labels, label) - drawn.data.labels.begin())];
    };
    for (const Query& query : drawn.queries) {
      if (query.kind == "highest" || query.kind == "lowest") {
        for (const std::string& label : drawn.data.labels) {
          if (label == query.answer) continue;
          EXPECT_EQ(query.kind == "highest", value(query.answer) > value(label)) << query.answer << " " << label;
        }
      }
      if (query.kind != "compare" || !query.wordings[0].starts_with("Is ")) continue;
      const std::string words = query.wordings[0].substr(3, query.wordings[0].size() - 4);
      const std::size_t middle = words.find(" higher than ");
      ASSERT_NE(middle, std::string::npos);
      EXPECT_EQ(query.answer == "yes", value(words.substr(0, middle)) > value(words.substr(middle + 13)));
      ++said[query.answer];
    }
  }
  EXPECT_NEAR(said["yes"], said["no"], (said["yes"] + said["no"]) / 5);
}

TEST(Charts, UnprintedValuesLieOnTicksOrHalfWay) {
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    const DrawnChart drawn = chart(i, false);
    EXPECT_GT(drawn.data.smallest_value(), 0);
    if (drawn.data.printed || drawn.data.kind == ChartKind::pie) continue;
    for (const ChartSeries& series : drawn.data.series) {
      for (const std::int64_t value : series.values) EXPECT_EQ(2 * value % drawn.data.tick, 0);
    }
    EXPECT_TRUE(drawn.look.axis_numbers);
  }
}

TEST(Charts, PiesAreWhole) {
  for (std::uint64_t i = 4; i < kSamples; i += std::size(kChartKinds)) {
    const DrawnChart drawn = chart(i, false);
    std::int64_t sum = 0;
    for (const std::int64_t value : drawn.data.values()) sum += value;
    EXPECT_EQ(sum, 100);
    EXPECT_EQ(drawn.look.colours.size(), drawn.data.labels.size());
  }
}

TEST(Charts, WhatIsKeptForTestsIsNotInTraining) {
  std::size_t kept = 0;
  std::set<std::string> train, test;
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    const DrawnChart learned = chart(i, false), held = chart(i, true);
    EXPECT_FALSE(kept_for_tests(learned.look));
    kept += kept_for_tests(held.look) ? 1 : 0;
    train.insert(learned.data.labels.begin(), learned.data.labels.end());
    test.insert(held.data.labels.begin(), held.data.labels.end());
  }
  EXPECT_NEAR(static_cast<double>(kept), kSamples / 2.0, kSamples / 8.0);
  EXPECT_THAT(pool_words(Pool::countries, false), Not(Contains("Peru")));
  EXPECT_THAT(train, Not(Contains("Peru")));
  EXPECT_THAT(test, Contains("Peru"));
}

TEST(Charts, AreReadOut) {
  ChartData data{.kind = ChartKind::bars, .title = "Sales", .labels = {"Red", "Blue"}, .printed = true};
  data.series = {{"", {12, 7}}};
  EXPECT_EQ(chart_read_out(data), "A bar chart titled Sales. Red: 12, Blue: 7.");
  data.series = {{"Old", {12, 7}}, {"New", {3, 4}}};
  EXPECT_EQ(chart_read_out(data), "A bar chart titled Sales. Old. Red: 12, Blue: 7. New. Red: 3, Blue: 4.");
  EXPECT_EQ(data.trend(), -1);
  EXPECT_EQ(data.number_above(7), 1U);
}

// Answers of these kinds stand in the document word for word.
template <typename Document>
void expect_read(const std::set<std::string>& kinds) {
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    RandomStream random(9, "documents", i), again(9, "documents", i);
    const Document document = Document::make(random, i % 2 == 0);
    const std::string text = document.read_out();
    EXPECT_EQ(text, Document::make(again, i % 2 == 0).read_out());
    const Queries queries = document.queries(random);
    expect_sound(queries);
    for (const Query& query : queries) {
      if (!kinds.contains(query.kind)) continue;
      EXPECT_THAT(text, HasSubstr(query.answer)) << query.kind;
    }
  }
}

TEST(Documents, AnswersStandInTheText) {
  expect_read<Table>({"cell", "row", "largest", "header"});
  expect_read<Receipt>({"total", "shop", "date", "price", "item", "most expensive", "change"});
  expect_read<FilledForm>({"title", "field", "which ticked"});
  expect_read<Window>({"title", "button", "message", "selected", "menu"});
  expect_read<Page>({"heading", "line", "date", "signature", "page number"});
}

TEST(Documents, CellsStandInTheirRowsAndColumns) {
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    RandomStream random(2, "table", i);
    const Table table = Table::make(random, false);
    Queries cells = table.queries(random);
    std::erase_if(cells, [](const Query& query) { return query.kind != "cell"; });
    ASSERT_EQ(cells.size(), table.rows.size() * (table.header.size() - 1));
    for (const Query& query : cells) {
      const bool found = std::ranges::any_of(table.rows, [&](const auto& row) {
        const auto at = std::ranges::find(row, query.answer);
        return query.wordings[0].ends_with(" of " + row[0] + "?") && at != row.end();
      });
      EXPECT_TRUE(found) << query.wordings[0] << query.answer;
    }
  }
}

TEST(Documents, TotalsAreTheSumOfPrices) {
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    RandomStream random(3, "receipt", i);
    const Receipt receipt = Receipt::make(random, false);
    double sum = 0;
    for (const Receipt::Line& line : receipt.lines) {
      const std::string price = receipt.price(line.cents);
      sum += std::stod(receipt.dollars ? price.substr(1) : price);
    }
    const std::string total = receipt.queries(random)[0].answer;
    EXPECT_NEAR(sum, std::stod(receipt.dollars ? total.substr(1) : total), 1e-6);
    EXPECT_TRUE(receipt.cash == 0 || receipt.cash > receipt.total());
  }
  Receipt receipt;
  EXPECT_EQ(receipt.price(1205), "12.05");
  receipt.dollars = true;
  EXPECT_EQ(receipt.price(50), "$0.50");
}

TEST(Documents, TickedBoxesAreBalanced) {
  std::map<std::string, int> said;
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    RandomStream random(4, "form", i);
    for (const Query& query : FilledForm::make(random, false).queries(random)) {
      if (query.kind == "ticked") ++said[query.answer];
    }
  }
  EXPECT_NEAR(said["yes"], said["no"], (said["yes"] + said["no"]) / 10);
}

template <typename Document>
Image drawn(const std::string& font, std::uint64_t index) {
  RandomStream random(6, "drawn", index);
  return Document::make(random, false).draw(random, font);
}

TEST(Documents, PicturesAreTheSameEachTimeAndSmallEnough) {
  const std::string folder = std::string(OV_TESTDATA) + "/../build/assets";
  if (!std::filesystem::exists(folder + "/catalogue.json")) GTEST_SKIP() << "no fonts: ./run assets";
  const std::string font = use_font(Assets::open(folder).fonts(Split::train, Script::latin)[0].path);
  for (std::uint64_t i = 0; i < 12; ++i) {
    for (const auto draw : {drawn<Table>, drawn<Receipt>, drawn<FilledForm>, drawn<Window>, drawn<Page>}) {
      const Image picture = draw(font, i);
      EXPECT_EQ(picture.rgb, draw(font, i).rgb);
      EXPECT_TRUE(picture.width <= 384 && picture.height <= 384) << picture.width << " x " << picture.height;
    }
    DrawnChart a = chart(i, false);
    a.look.font = font;
    EXPECT_EQ(draw_chart(a.data, a.look, 300, 220).image().rgb, draw_chart(a.data, a.look, 300, 220).image().rgb);
  }
}

TEST(Queries, PlacesAreFilled) {
  EXPECT_EQ(fill("%2 of %1, 50%", {"a", "b"}), "b of a, 50%");
  RandomStream random(1, "others", 0);
  EXPECT_THAT(others(random, {"a", "b", "a"}, "a"), ::testing::ElementsAre("b"));
}

}  // namespace
}  // namespace ov
