#include "synth/chart_data.h"

#include <algorithm>

#include "synth/asking.h"
#include "synth/word_pools.h"
#include "synth/words.h"

namespace ov {
namespace {

using Values = std::vector<std::int64_t>;

std::size_t place_of(const Values& values, std::int64_t value) {
  return static_cast<std::size_t>(std::find(values.begin(), values.end(), value) - values.begin());
}

bool one_of(const Values& values, std::int64_t value) { return std::count(values.begin(), values.end(), value) == 1; }

bool has_one_highest_and_lowest(const Values& values) {
  return one_of(values, *std::max_element(values.begin(), values.end())) &&
         one_of(values, *std::min_element(values.begin(), values.end()));
}

// Multiples of `unit` up to `largest`.
Values draw_values(RandomStream& random, std::int64_t count, std::int64_t unit, std::int64_t largest) {
  Values values;
  do {
    values.clear();
    for (std::int64_t i = 0; i < count; ++i) values.push_back(unit * random.between(1, largest / unit));
  } while (!has_one_highest_and_lowest(values));
  return values;
}

// Parts of a hundred in steps of five, none under ten.
Values draw_percent(RandomStream& random, std::int64_t count) {
  Values values;
  do {
    values.assign(static_cast<std::size_t>(count), 2);
    for (std::int64_t left = 20 - 2 * count; left > 0; --left) {
      ++values[random.below(static_cast<std::uint64_t>(count))];
    }
  } while (!has_one_highest_and_lowest(values));
  for (std::int64_t& value : values) value *= 5;
  return values;
}

void draw_axis(RandomStream& random, const ChartForm& form, ChartData& data) {
  constexpr std::int64_t kTicks[] = {1, 2, 2, 5, 5, 10, 10, 20, 50, 100};
  data.tick = random.pick(kTicks);
  // Two numbers of three digits do not fit side by side.
  if (data.printed && data.kind == ChartKind::groups) data.tick = std::min<std::int64_t>(data.tick, 10);
  const std::int64_t half = data.tick % 2 == 0 ? data.tick / 2 : data.tick;
  const std::int64_t unit = data.printed ? 1 : half;
  const std::int64_t largest = data.tick * random.between(4, 6);
  for (ChartSeries& series : data.series) series.values = draw_values(random, form.entries, unit, largest);
  // Half of the single lines only rise or fall.
  if (data.kind == ChartKind::line && data.series.size() == 1 && random.coin()) {
    Values& values = data.series[0].values;
    std::sort(values.begin(), values.end());
    if (std::adjacent_find(values.begin(), values.end()) != values.end()) {
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = half * static_cast<std::int64_t>(i + 1);
    }
    if (random.coin()) std::reverse(values.begin(), values.end());
  }
}

std::vector<ChartSeries> draw_series(RandomStream& random, std::int64_t count, bool test) {
  constexpr const char* kPairs[][2] = {{"Boys", "Girls"}, {"Men", "Women"}, {"Plan", "Real"},    {"North", "South"},
                                       {"East", "West"},  {"Day", "Night"}, {"Shop", "Online"},  {"Home", "Away"},
                                       {"Old", "New"},    {"A", "B"},       {"2022", "2023"},    {"In", "Out"},
                                       {"City", "Land"},  {"Cats", "Dogs"}, {"Summer", "Winter"}};
  if (count == 1) return {{"", {}}};
  if (random.below(3) == 0) {
    const std::vector<std::string> names = pick_words(random, Pool::words, 2, test);
    return {{names[0], {}}, {names[1], {}}};
  }
  const auto& names = random.pick(kPairs);
  return {{names[0], {}}, {names[1], {}}};
}

void draw_names(RandomStream& random, Pool pool, const ChartForm& form, ChartData& data) {
  constexpr const char* kSubjects[] = {"Sales",    "Visitors", "Rain",  "Points", "Hours", "Prices", "Trees",
                                       "Students", "Votes",    "Goals", "Calls",  "Cost",  "Score",  "Orders",
                                       "Weight",   "Income",   "Count", "Stock",  "Users", "Tickets"};
  constexpr const char* kTitles[] = {"%1 by %2", "%1 per %2", "%1 in %3", "%1", "%1 of the %2", "%1 report", "%1 %3"};
  constexpr const char* kUnits[] = {"Count", "Value", "Number", "Amount", "kg", "cm", "Euro", "Total", "Hours"};
  const std::string subject = random.pick(kSubjects);
  std::string kind = pool_title(pool);
  kind[0] = static_cast<char>(kind[0] + 'a' - 'A');
  const std::string year = std::to_string(random.between(2005, 2029));
  const std::uint64_t titled = random.below(4);
  if (titled == 0) data.title = made_up_name(random, random.between(1, 3), form.test);
  if (titled == 1 || titled == 2) data.title = fill(random.pick(kTitles), {subject, kind, year});
  if (data.kind == ChartKind::pie || random.coin()) return;
  data.value_axis = random.coin() ? subject : random.pick(kUnits);
  if (random.coin()) data.label_axis = pool_title(pool);
}

}  // namespace

std::size_t ChartData::highest() const {
  return place_of(values(), *std::max_element(values().begin(), values().end()));
}

std::size_t ChartData::lowest() const {
  return place_of(values(), *std::min_element(values().begin(), values().end()));
}

std::int64_t ChartData::largest_value() const {
  std::int64_t largest = 0;
  for (const ChartSeries& one : series) largest = std::max(largest, *std::ranges::max_element(one.values));
  return largest;
}

std::int64_t ChartData::smallest_value() const {
  std::int64_t smallest = largest_value();
  for (const ChartSeries& one : series) smallest = std::min(smallest, *std::ranges::min_element(one.values));
  return smallest;
}

int ChartData::trend() const {
  const Values& row = values();
  if (std::adjacent_find(row.begin(), row.end(), std::greater_equal<>()) == row.end()) return 1;
  if (std::adjacent_find(row.begin(), row.end(), std::less_equal<>()) == row.end()) return -1;
  return 0;
}

std::size_t ChartData::number_above(std::int64_t limit) const {
  return static_cast<std::size_t>(
      std::count_if(values().begin(), values().end(), [limit](std::int64_t value) { return value > limit; }));
}

ChartData make_chart_data(RandomStream& random, ChartKind kind, const ChartForm& form) {
  ChartData data{.kind = kind, .printed = form.printed};
  const Pool pool = pick_pool(random);
  const bool two = kind == ChartKind::groups || (kind == ChartKind::line && random.below(3) == 0);
  if (two && kind == ChartKind::line) data.printed = false;  // they would cover each other
  data.series = draw_series(random, two ? 2 : 1, form.test);
  data.labels = pick_words(random, pool, form.entries, form.test);
  draw_names(random, pool, form, data);
  if (kind == ChartKind::pie) {
    data.series[0].values = draw_percent(random, form.entries);
  } else {
    draw_axis(random, form, data);
  }
  return data;
}

}  // namespace ov
