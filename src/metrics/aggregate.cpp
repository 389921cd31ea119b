#include "metrics/aggregate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/error.h"
#include "metrics/mme.h"

namespace ov {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kZ = 1.959963984540054;  // 95 % of the normal distribution lie between -kZ and kZ

// What counts once, a sample or a group, with its value and the tags it has in the tables.
struct Unit {
  double value = 0;
  const ScoredSample* sample = nullptr;
};

std::vector<double> values_of(const std::vector<Unit>& units) {
  std::vector<double> values;
  for (const Unit& unit : units) values.push_back(unit.value);
  return values;
}

std::vector<Unit> units_of(std::span<const ScoredSample> samples) {
  std::vector<Unit> units;
  for (const ScoredSample& sample : samples) units.push_back({sample.judged.value, &sample});
  return units;
}

std::vector<Unit> counted(const Aggregate& how, std::vector<Unit> units) {
  if (how.kind == "mean_nonempty") std::erase_if(units, [](const Unit& unit) { return unit.sample->empty_answer; });
  return units;
}

const std::vector<std::string>& values_of_tag(const ScoredSample& sample, const std::string& tag) {
  const auto found = sample.tags.find(tag);
  if (found == sample.tags.end() || found->second.empty()) {
    throw Error(ErrorKind::input, "sample " + std::to_string(sample.doc_index) + ": it has no tag \"" + tag +
                                      "\", which the headline is made of");
  }
  return found->second;
}

void tabulate(const std::vector<Unit>& units, Headline& headline) {
  std::map<std::string, std::map<std::string, std::vector<double>>> values;
  for (const Unit& unit : units) {
    for (const auto& [tag, of_tag] : unit.sample->tags) {
      for (const std::string& value : of_tag) values[tag][value].push_back(unit.value);
    }
  }
  for (const auto& [tag, of_tag] : values) {
    for (const auto& [value, scores] : of_tag) headline.breakdown[tag][value] = score_of(scores);
  }
}

void set_mean(const std::vector<Unit>& units, Headline& headline) {
  const Score score = score_of(values_of(units));
  headline.value = score.mean;
  headline.standard_error = score.standard_error;
  headline.low = score.low;
  headline.high = score.high;
  headline.n = score.n;
}

void set_clustered_error(const std::vector<Unit>& units, Headline& headline) {
  std::vector<std::string> clusters;
  for (const Unit& unit : units) clusters.push_back(unit.sample->cluster_id);
  if (std::find(clusters.begin(), clusters.end(), "") != clusters.end()) return;
  headline.clustered_error = clustered_error(values_of(units), clusters);
}

// The interval of a value that is no mean of 0 to 1.
void set_interval(double least, double most, Headline& headline) {
  const bool known = !std::isnan(headline.standard_error);
  headline.low = known ? std::max(least, headline.value - kZ * headline.standard_error) : least;
  headline.high = known ? std::min(most, headline.value + kZ * headline.standard_error) : most;
}

using Categories = std::map<std::string, std::vector<Unit>>;

// By the values of the tag, or by the categories that have them; others are left out. A category whose answers are all
// empty stays, with a score of 0.
Categories categorise(const Aggregate& how, const std::vector<Unit>& units, Headline& headline) {
  std::map<std::string, std::string> category_of;
  for (const auto& [category, members] : how.categories) {
    for (const std::string& member : members) category_of[member] = category;
  }
  Categories categories;
  for (const Unit& unit : units) {
    for (const std::string& value : values_of_tag(*unit.sample, how.tag)) {
      const auto found = category_of.find(value);
      if (how.categories.empty()) {
        categories[value].push_back(unit);
      } else if (found != category_of.end()) {
        categories[found->second].push_back(unit);
      } else {
        ++headline.left_out;
      }
    }
  }
  return categories;
}

void set_macro(const Aggregate& how, const std::vector<Unit>& units, Headline& headline) {
  const Categories categories = categorise(how, units, headline);
  if (categories.empty()) return;  // n stays 0: no score
  double sum = 0, squares = 0;
  for (const auto& [category, members] : categories) {
    const Score score = score_of(values_of(counted(how, members)));
    headline.breakdown[how.categories.empty() ? how.tag : how.tag + " category"][category] = score;
    headline.n += score.n;
    sum += score.mean;
    squares += score.standard_error * score.standard_error;
  }
  const auto count = static_cast<double>(categories.size());
  headline.value = sum / count;
  headline.standard_error = std::sqrt(squares) / count;
  set_interval(0, 100, headline);
}

std::map<std::string, std::vector<const ScoredSample*>> groups_of(std::span<const ScoredSample> samples) {
  std::map<std::string, std::vector<const ScoredSample*>> groups;
  for (const ScoredSample& sample : samples) {
    if (sample.group_id.empty()) {
      throw Error(ErrorKind::input, "sample " + std::to_string(sample.doc_index) +
                                        ": it has no group, and the headline counts groups of samples");
    }
    groups[sample.group_id].push_back(&sample);
  }
  for (auto& [id, rows] : groups) {
    std::sort(rows.begin(), rows.end(),
              [](const ScoredSample* a, const ScoredSample* b) { return a->doc_index < b->doc_index; });
  }
  return groups;
}

std::vector<Unit> set_all_of(std::span<const ScoredSample> samples, Headline& headline) {
  std::vector<Unit> units;
  double first_right = 0;
  for (const auto& [id, rows] : groups_of(samples)) {
    const bool right = std::all_of(rows.begin(), rows.end(), [](const auto* row) { return row->judged.value >= 1; });
    units.push_back({right ? 1.0 : 0.0, rows.front()});
    first_right += rows.front()->judged.value;
  }
  set_mean(units, headline);
  if (!units.empty()) headline.extra["first_row"] = 100 * first_right / static_cast<double>(units.size());
  return units;
}

// Of each category the pictures' accuracy of 0, 50 or 100 and 100 more for both right.
std::map<std::string, std::vector<double>> mme_marks(const Aggregate& how, std::span<const ScoredSample> samples,
                                                     Headline& headline) {
  std::map<std::string, std::vector<ScoredSample>> by_category;
  for (const ScoredSample& sample : samples) {
    by_category[values_of_tag(sample, how.tag).front()].push_back(sample);
  }
  std::map<std::string, std::vector<double>> marks;
  for (const auto& [category, of_category] : by_category) {
    for (const auto& [picture, rows] : groups_of(of_category)) {
      if (rows.size() > 2) {
        throw Error(ErrorKind::input, category + ", picture " + picture + ": found " + std::to_string(rows.size()) +
                                          " questions; MME has two for each picture");
      }
      if (rows.size() < 2) {  // --limit cuts the last pair
        ++headline.left_out;
        continue;
      }
      const double right = rows[0]->judged.value + rows[1]->judged.value;
      marks[category].push_back((50 * right + (right == 2 ? 100 : 0)) / 100);
    }
  }
  return marks;
}

void set_mme(const Aggregate& how, std::span<const ScoredSample> samples, Headline& headline) {
  double squares = 0, most = 0;
  for (const auto& [part, categories] : mme_categories()) headline.extra[part] = 0;
  for (const auto& [category, marks] : mme_marks(how, samples, headline)) {
    const Score score = score_of(marks);
    const std::vector<std::string>& perception = mme_categories().at("perception");
    const bool perceived = std::find(perception.begin(), perception.end(), category) != perception.end();
    headline.extra[perceived ? "perception" : "cognition"] += score.mean;
    headline.extra[category] = score.mean;
    headline.value += score.mean;
    headline.n += score.n;
    squares += score.standard_error * score.standard_error;
    most += 200;
  }
  headline.standard_error = std::sqrt(squares);
  set_interval(0, most, headline);
}

void set_ratio(const std::vector<Unit>& units, Headline& headline) {
  double sum = 0, reference = 0, squares = 0;
  for (const Unit& unit : units) {
    sum += unit.value;
    reference += unit.sample->judged.reference_value;
  }
  if (reference == 0) return;  // n stays 0: no score
  const double ratio = sum / reference;
  for (const Unit& unit : units) {
    const double residual = unit.value - ratio * unit.sample->judged.reference_value;
    squares += residual * residual;
  }
  const auto n = static_cast<double>(units.size());
  headline.n = static_cast<std::int64_t>(units.size());
  headline.value = 100 * ratio;
  // Of a quotient of two means, to the first order.
  headline.standard_error = n > 1 ? 100 * std::sqrt(squares * n / (n - 1)) / std::abs(reference) : kNone;
  set_interval(0, std::numeric_limits<double>::infinity(), headline);
}

void check(const Aggregate& how) {
  const std::vector<std::string>& kinds = aggregate_kinds();
  if (std::find(kinds.begin(), kinds.end(), how.kind) == kinds.end()) {
    std::string known;
    for (const std::string& kind : kinds) known += (known.empty() ? "" : ", ") + kind;
    throw Error(ErrorKind::usage, "aggregate: found \"" + how.kind + "\"; expected one of " + known);
  }
  if (how.tag.empty() && (how.kind == "macro" || how.kind == "mme_pair")) {
    throw Error(ErrorKind::usage, "aggregate: " + how.kind + " needs the tag that has the categories");
  }
}

}  // namespace

Headline aggregate(const Aggregate& how, std::span<const ScoredSample> samples) {
  check(how);
  Headline headline;
  headline.num_samples = static_cast<std::int64_t>(samples.size());
  headline.standard_error = headline.clustered_error = kNone;
  const auto count = [&](auto has) { return std::count_if(samples.begin(), samples.end(), has); };
  headline.undecided = count([](const ScoredSample& sample) { return sample.judged.undecided; });
  headline.empty = count([](const ScoredSample& sample) { return sample.empty_answer; });
  if (samples.empty()) return headline;
  const std::vector<Unit> all = units_of(samples);
  std::vector<Unit> units = counted(how, all);
  headline.left_out = static_cast<std::int64_t>(all.size() - units.size());
  if (how.kind == "all_of") units = set_all_of(samples, headline);
  tabulate(units, headline);
  if (how.kind == "mme_pair") set_mme(how, samples, headline);
  if (how.kind == "ratio") set_ratio(units, headline);
  const bool by_tag = how.kind == "macro" || (how.kind == "mean_nonempty" && !how.tag.empty());
  if (by_tag) set_macro(how, all, headline);
  if (!by_tag && how.kind.starts_with("mean")) {
    set_mean(units, headline);
    set_clustered_error(units, headline);
  }
  return headline;
}

const std::vector<std::string>& aggregate_kinds() {
  static const std::vector<std::string> kinds = {"mean", "macro", "mean_nonempty", "all_of", "mme_pair", "ratio"};
  return kinds;
}

Json to_json(const Headline& headline) {
  const auto number = [](double value) { return std::isfinite(value) ? Json(value) : Json(); };
  Json json = {{"score", number(headline.value)},
               {"stderr", number(headline.standard_error)},
               {"stderr_clustered", number(headline.clustered_error)},
               {"interval", {number(headline.low), number(headline.high)}},
               {"n", headline.n},
               {"samples", headline.num_samples},
               {"left_out", headline.left_out},
               {"undecided", headline.undecided},
               {"empty", headline.empty}};
  json["extra"] = Json(headline.extra);
  Json breakdown = Json::object();
  for (const auto& [tag, of_tag] : headline.breakdown) {
    breakdown[tag] = Json::object();
    for (const auto& [value, score] : of_tag) breakdown[tag][value] = to_json(score);
  }
  json["breakdown"] = breakdown;
  return json;
}

}  // namespace ov
