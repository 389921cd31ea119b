// The curves of report.html.
#include <algorithm>
#include <cmath>
#include <utility>

#include "report/amounts.h"
#include "report/chart.h"
#include "report/html.h"
#include "report/report_sections.h"

namespace ov {
namespace {

constexpr int kTicks = 5;
constexpr std::size_t kFewSteps = 20;  // smoothing says nothing

struct Range {
  double low = INFINITY;
  double high = -INFINITY;
};

Range range_of(const std::vector<Point>& points) {
  Range range;
  for (const Point& point : points) {
    if (!std::isfinite(point.y)) continue;
    range.low = std::min(range.low, point.y);
    range.high = std::max(range.high, point.y);
  }
  return range.low > range.high ? Range{0, 1} : range;
}

template <class Get>
std::vector<Point> points_of(std::span<const StepMetrics> steps, const Get& get) {
  std::vector<Point> points;
  points.reserve(steps.size());
  for (const StepMetrics& step : steps) points.push_back({static_cast<double>(points.size() + 1), get(step)});
  return points;
}

std::string figure(const std::string& title, const std::string& legend, const Chart& chart) {
  return "<figure><figcaption><b>" + html(title) + "</b><span>" + legend + "</span></figcaption>" + chart_svg(chart) +
         "</figure>\n";
}

std::string key(const std::string& classes, const std::string& name) {
  return "<span class=\"key\"><i class=\"" + classes + "\"></i>" + html(name) + "</span>";
}

// Every step faint, with the average over it: of each stage alone, since a new stage starts at another level.
std::string raw_and_smooth(Chart& chart, const std::string& name, const std::vector<Point>& raw) {
  if (raw.size() < kFewSteps) {
    chart.lines = {{name, "c1", raw}};
    return "";
  }
  std::vector<Point> average;
  const auto add_average = [&](std::span<const Point> part) {
    const std::vector<Point> smoothed = smooth(part);
    average.insert(average.end(), smoothed.begin(), smoothed.end());
  };
  for (const ChartBand& band : chart.bands) {
    const auto begin = static_cast<std::size_t>(band.begin);
    add_average(std::span(raw).subspan(begin, static_cast<std::size_t>(band.end) - begin));
  }
  if (chart.bands.empty()) add_average(raw);
  chart.lines = {{name, "c1 faint", raw}, {"smoothed", "c1", std::move(average)}};
  return key("c1 faint", "every step") + key("c1", "smoothed");
}

std::string loss_figure(const StageSteps& stage) {
  const std::vector<Point> loss = points_of(stage.steps, [](const StepMetrics& m) { return m.loss; });
  const Range range = range_of(loss);
  Chart chart;
  const Totals sums = total(stage.steps);
  chart.about = "Loss of " + stage.name + ", from " + short_number(sums.first_loss) + " to " +
                short_number(sums.last_loss) + " in " + std::to_string(sums.steps) + " steps";
  chart.x_unit = "step";
  chart.y_unit = "loss";
  chart.y = nice_axis(range.low, range.high, kTicks);
  chart.x_text = [](double x) { return "step " + grouped_number(std::llround(x)); };
  chart.y_text = short_number;
  const std::string legend = raw_and_smooth(chart, "loss", loss);
  return figure("Loss", legend, chart);
}

struct RateLine {
  std::string parts;
  std::vector<Point> points;
};

// Parts with the same rate at every step share a line, because one would hide the other. A frozen part has none.
std::vector<RateLine> rate_lines(const StageSteps& stage, std::string& frozen) {
  static constexpr std::pair<const char*, double PartRates::*> kParts[] = {{"language", &PartRates::language},
                                                                           {"projector", &PartRates::projector},
                                                                           {"newline", &PartRates::newline},
                                                                           {"vision", &PartRates::vision}};
  const auto same_y = [](const Point& a, const Point& b) { return a.y == b.y; };
  std::vector<RateLine> lines;
  for (const auto& [name, rate] : kParts) {
    std::vector<Point> points = points_of(stage.steps, [rate = rate](const StepMetrics& m) { return m.lr.*rate; });
    if (std::all_of(points.begin(), points.end(), [](const Point& p) { return p.y == 0; })) {
      frozen += (frozen.empty() ? "" : ", ") + std::string(name);
      continue;
    }
    const auto same = std::find_if(lines.begin(), lines.end(), [&](const RateLine& line) {
      return std::equal(points.begin(), points.end(), line.points.begin(), same_y);
    });
    if (same != lines.end()) {
      same->parts += std::string(", ") + name;
    } else {
      lines.push_back({name, std::move(points)});
    }
  }
  return lines;
}

std::string rates_figure(const StageSteps& stage) {
  std::string frozen;
  Chart chart;
  std::string legend;
  double highest = 0;
  for (RateLine& line : rate_lines(stage, frozen)) {
    const std::string colour = "c" + std::to_string(chart.lines.size() + 1);
    highest = std::max(highest, range_of(line.points).high);
    legend += key(colour, line.parts);
    chart.lines.push_back({line.parts, colour, std::move(line.points)});
  }
  if (!frozen.empty()) legend += "<span class=\"quiet\">frozen: " + frozen + "</span>";
  if (chart.lines.empty())
    return "<figure><figcaption><b>Learning rate</b><span>" + legend + "</span></figcaption></figure>\n";
  chart.about = "Learning rates of " + stage.name + ", at most " + short_number(highest);
  chart.x_unit = "step";
  chart.y_unit = "learning rate";
  chart.y = nice_axis(0, highest, kTicks);
  chart.x_text = [](double x) { return "step " + grouped_number(std::llround(x)); };
  chart.y_text = short_number;
  return figure("Learning rate", legend, chart);
}

// A chart over all steps of the run, with its stages as bands.
Chart run_chart(const std::vector<StageSteps>& stages, const std::string& about, const std::string& unit) {
  Chart chart;
  chart.about = about;
  chart.x_unit = "step of the run";
  chart.y_unit = unit;
  chart.y_text = short_number;
  for (const StageSteps& stage : stages) {
    const auto begin = static_cast<double>(stage.begin);
    chart.bands.push_back({stage.name, begin, begin + static_cast<double>(stage.steps.size())});
  }
  chart.x_text = [bands = chart.bands](double x) {
    const auto band = std::find_if(bands.begin(), bands.end(), [x](const ChartBand& b) { return x <= b.end; });
    return band->name + " step " + grouped_number(std::llround(x - band->begin));
  };
  return chart;
}

// Peaks of the gradient norm are often a hundred times its usual value; a linear axis would hide the rest.
Axis norm_axis(const std::vector<Point>& norms) {
  Range range{INFINITY, 0};
  for (const Point& point : norms) {
    if (!std::isfinite(point.y) || point.y <= 0) continue;
    range.low = std::min(range.low, point.y);
    range.high = std::max(range.high, point.y);
  }
  if (range.high > 20 * range.low) return log_axis(range.low, range.high);
  return nice_axis(0, range_of(norms).high, kTicks);
}

}  // namespace

std::string stage_curves(const std::vector<StageSteps>& stages) {
  std::string section;
  for (const StageSteps& stage : stages) {
    const Totals sums = total(stage.steps);
    section += "<h3>" + html(stage.name) + " <span class=\"quiet\">" + grouped_number(sums.steps) + " steps, loss " +
               short_number(sums.first_loss) + " to " + short_number(sums.last_loss) +
               "</span></h3>\n<div class=\"two\">\n" + loss_figure(stage) + rates_figure(stage) + "</div>\n";
  }
  return section;
}

std::string run_curves(const std::vector<StageSteps>& stages, std::span<const StepMetrics> steps) {
  if (steps.empty()) return "";
  std::string section = "<div class=\"two\">\n";
  {
    const std::vector<Point> norms = points_of(steps, [](const StepMetrics& m) { return m.grad_norm; });
    Chart chart = run_chart(stages, "Gradient norm before clipping", "norm");
    chart.y = norm_axis(norms);
    const std::string legend = raw_and_smooth(chart, "norm", norms);
    section += figure("Gradient norm", legend, chart);
  }
  {
    const std::vector<Point> speed = points_of(steps, [](const StepMetrics& m) { return m.tokens_per_s; });
    Chart chart = run_chart(stages, "Tokens per second", "tokens/s");
    chart.y = nice_axis(0, range_of(speed).high, kTicks);
    chart.y_text = [](double value) { return compact_number(value); };
    const std::string legend = raw_and_smooth(chart, "tokens/s", speed);
    section += figure("Throughput", legend, chart);
  }
  {
    const std::vector<Point> busy = points_of(steps, [](const StepMetrics& m) { return m.utilisation * 100; });
    Chart chart = run_chart(stages, "Utilisation: share of the time that did not wait for data", "%");
    chart.y = nice_axis(0, 100, kTicks);
    const std::string legend = raw_and_smooth(chart, "%", busy);
    section += figure("Utilisation", legend, chart);
  }
  {
    const auto gib = [](const StepMetrics& m) { return static_cast<double>(m.peak_rss_bytes) / (1 << 30); };
    const std::vector<Point> memory = points_of(steps, gib);
    Chart chart = run_chart(stages, "Peak memory", "GiB");
    chart.y = nice_axis(0, range_of(memory).high, kTicks);
    chart.lines = {{"GiB", "c1", memory}};
    section += figure("Peak memory", "", chart);
  }
  return section + "</div>\n";
}

}  // namespace ov
