// Charts as different programs draw them, and short questions about them; their numbers read out for stage 1.5.
#include "synth/chart.h"

#include <algorithm>

#include "synth/chart_draw.h"
#include "synth/supplies.h"

namespace ov {
namespace {

using Texts = std::vector<std::string>;

const char* chart_name(ChartKind kind) {
  switch (kind) {
    case ChartKind::bars:
    case ChartKind::rows:
    case ChartKind::groups: return "bar chart";
    case ChartKind::line: return "line chart";
    case ChartKind::pie: return "pie chart";
  }
  return "";
}

const char* mark_name(ChartKind kind) {
  return kind == ChartKind::pie ? "slice" : kind == ChartKind::line ? "point" : "bar";
}

class ChartQueries {
 public:
  ChartQueries(RandomStream& random, const ChartData& data, const ChartLook& look)
      : random_(random), data_(data), look_(look), mark_(mark_name(data.kind)) {}

  Texts number_texts() const {
    Texts texts;
    for (const ChartSeries& series : data_.series) {
      for (const std::int64_t value : series.values) texts.push_back(number(value));
    }
    return texts;
  }

  Queries take() {
    const bool exact = data_.kind != ChartKind::pie || data_.printed;
    if (exact) {
      data_.series.size() > 1 ? add_pair_values() : add_values();
    }
    if (data_.series.size() == 1) {
      add_ends(exact);
      add_comparison();
      if (exact) add_arithmetic();
      if (exact && data_.kind != ChartKind::pie) add_number_above();
    } else {
      add_series_comparison();
    }
    add_names();
    add_colours();
    add_trend();
    return std::move(queries_);
  }

 private:
  std::string number(std::int64_t value) const {
    return std::to_string(value) + (data_.kind == ChartKind::pie ? "%" : "");
  }

  void add(const std::string& kind, const Texts& wordings, const std::string& answer, const std::string& spoken,
           const Texts& all = {}) {
    queries_.push_back({kind, wordings, answer, spoken, others(random_, all, answer)});
  }

  void add_values() {
    for (std::size_t i = 0; i < data_.labels.size(); ++i) {
      const std::string& label = data_.labels[i];
      const std::string value = number(data_.values()[i]);
      add("value",
          fill({"What is the value of %1?", "What is the value for %1?", "What value does %1 have?", "How much is %1?",
                "Read the value of %1.", "What number does the %2 for %1 show?", "How high is %1?",
                "What is the value of the %2 for %1?", "What is the value of %1 in the chart?"},
               {label, mark_}),
          value, "The value of " + label + " is " + value + ".", number_texts());
      if (std::count(data_.values().begin(), data_.values().end(), data_.values()[i]) > 1) continue;
      add("which has",
          fill({"Which %2 has the value %1?", "Which one has a value of %1?", "What has the value %1?",
                "Which label has the value %1?", "Which one is %1?"},
               {value, mark_}),
          label, label + " has the value " + value + ".", data_.labels);
    }
  }

  void add_pair_values() {
    for (const ChartSeries& series : data_.series) {
      for (std::size_t i = 0; i < data_.labels.size(); ++i) {
        const std::string value = number(series.values[i]);
        add("value",
            fill({"What is the value of %2 for %1?", "What is the %2 value for %1?", "How much is %2 in %1?",
                  "Read the value of %2 at %1.", "For %1, what is the value of %2?"},
                 {data_.labels[i], series.name}),
            value, "The value of " + series.name + " for " + data_.labels[i] + " is " + value + ".", number_texts());
      }
    }
  }

  void add_ends(bool exact) {
    const std::string& high = data_.labels[data_.highest()];
    const std::string& low = data_.labels[data_.lowest()];
    add("highest",
        fill({"Which %1 is the largest?", "Which one has the highest value?", "What has the largest value?",
              "Which label has the greatest value?", "Which is the biggest?", "Which one is the most?",
              "Which %1 has the highest value?"},
             {mark_}),
        high, high + " has the highest value.", data_.labels);
    add("lowest",
        fill({"Which %1 is the smallest?", "Which one has the lowest value?", "What has the smallest value?",
              "Which label has the least value?", "Which is the smallest?", "Which one is the least?",
              "Which %1 has the lowest value?"},
             {mark_}),
        low, low + " has the lowest value.", data_.labels);
    if (!exact) return;
    const std::string most = number(data_.values()[data_.highest()]), least = number(data_.values()[data_.lowest()]);
    add("largest value",
        {"What is the highest value?", "What is the largest value in the chart?", "What is the maximum value?",
         "How high is the highest value?"},
        most, "The highest value is " + most + ".", number_texts());
    add("largest value",
        {"What is the lowest value?", "What is the smallest value in the chart?", "What is the minimum value?",
         "How low is the lowest value?"},
        least, "The lowest value is " + least + ".", number_texts());
  }

  // Two labels with different values, the larger first.
  bool pick_two(std::size_t& more, std::size_t& less) {
    const std::vector<std::int64_t>& values = data_.values();
    more = random_.below(values.size());
    less = random_.below(values.size());
    if (values[more] < values[less]) std::swap(more, less);
    return values[more] != values[less];
  }

  void add_comparison() {
    std::size_t more = 0, less = 0;
    while (!pick_two(more, less)) continue;
    const bool truth = random_.coin();
    const Texts names = {data_.labels[truth ? more : less], data_.labels[truth ? less : more]};
    queries_.push_back(yes_or_no(
        "compare",
        fill({"Is %1 higher than %2?", "Is %1 more than %2?", "Is the value of %1 greater than the value of %2?",
              "Does %1 have a higher value than %2?", "Is %1 larger than %2?"},
             names),
        truth, fill("%1 is higher than %2.", names), fill("%1 is not higher than %2.", names)));
    add("compare",
        fill({"Which is higher, %1 or %2?", "Which one is more, %1 or %2?", "Which has the larger value, %1 or %2?",
              "Of %1 and %2, which is larger?"},
             names),
        data_.labels[more], data_.labels[more] + " is higher.", names);
  }

  void add_arithmetic() {
    std::size_t more = 0, less = 0;
    while (!pick_two(more, less)) continue;
    const Texts names = {data_.labels[more], data_.labels[less]};
    const std::int64_t a = data_.values()[more], b = data_.values()[less];
    if (a > 60) return;
    add("difference",
        fill({"What is the difference between %1 and %2?", "How much more is %1 than %2?",
              "By how much is %1 higher than %2?", "How much larger is %1 than %2?"},
             names),
        number(a - b), "The difference is " + number(a - b) + ".");
    add("sum",
        fill({"What is the sum of %1 and %2?", "How much are %1 and %2 together?", "What do %1 and %2 add up to?",
              "What is the total of %1 and %2?"},
             names),
        number(a + b), "Together they are " + number(a + b) + ".");
  }

  void add_number_above() {
    const std::int64_t limit = data_.tick * random_.between(1, 3);
    const std::string count = std::to_string(data_.number_above(limit));
    add("number above",
        fill({"How many %2s are higher than %1?", "How many values are above %1?", "How many %2s are more than %1?",
              "How many values are greater than %1?"},
             {std::to_string(limit), mark_}),
        count, "There are " + count + ".");
  }

  void add_series_comparison() {
    const std::size_t at = random_.below(data_.labels.size());
    const std::int64_t a = data_.series[0].values[at], b = data_.series[1].values[at];
    if (a != b) {
      const std::string& more = data_.series[a > b ? 0 : 1].name;
      add("compare",
          fill({"Which is higher for %1, %2 or %3?", "For %1, which one is larger, %2 or %3?",
                "Which has the larger value for %1, %2 or %3?"},
               {data_.labels[at], data_.series[0].name, data_.series[1].name}),
          more, more + " is higher.", {data_.series[0].name, data_.series[1].name});
    }
    for (const ChartSeries& series : data_.series) {
      const auto most = std::ranges::max_element(series.values);
      const std::string& label = data_.labels[static_cast<std::size_t>(most - series.values.begin())];
      add("highest",
          fill({"Where is %1 the highest?", "Which label has the highest value of %1?",
                "For which one is %1 the largest?"},
               {series.name}),
          label, series.name + " is the highest for " + label + ".", data_.labels);
    }
  }

  void add_names() {
    const std::string count = std::to_string(data_.labels.size());
    if (data_.series.size() == 1) {
      add("count",
          fill({"How many %1s are there?", "How many %1s are in the chart?", "How many %1s does it show?",
                "Count the %1s.", "What is the number of %1s?"},
               {mark_}),
          count, "There are " + count + " " + mark_ + "s.", {"2", "3", "4", "5", "6", "7", "8"});
    }
    if (!data_.title.empty()) {
      add("title",
          {"What is the title of the chart?", "What is the title?", "What is the chart called?",
           "Read the title of the chart.", "Which title does the chart have?"},
          data_.title, "The title of the chart is " + data_.title + ".");
    }
    if (!data_.value_axis.empty()) {
      const std::string side = data_.kind == ChartKind::rows ? "horizontal" : "vertical";
      add("axis",
          fill({"What is the name of the %1 axis?", "What is written beside the %1 axis?",
                "What does the %1 axis show?"},
               {side}),
          data_.value_axis, "The " + side + " axis shows " + data_.value_axis + ".");
    }
    const std::string name = chart_name(data_.kind);
    add("chart kind", {"What kind of chart is this?", "What type of chart is shown?", "Which kind of chart is it?"},
        name, "This is a " + name + ".", {"bar chart", "line chart", "pie chart"});
    if (data_.kind == ChartKind::pie) return;
    const bool rows = data_.kind == ChartKind::rows;
    add("label",
        rows ? Texts{"Which label is at the top?", "What is the first label from the top?"}
             : Texts{"Which label is on the left?", "What is the first label from the left?"},
        data_.labels.front(), "It is " + data_.labels.front() + ".", data_.labels);
    add("label",
        rows ? Texts{"Which label is at the bottom?", "What is the last label from the top?"}
             : Texts{"Which label is on the right?", "What is the last label from the left?"},
        data_.labels.back(), "It is " + data_.labels.back() + ".", data_.labels);
  }

  void add_colours() {
    Texts names;
    for (const NamedColour& colour : thing_colours()) names.push_back(colour.name);
    const bool alone = data_.series.size() == 1 && !look_.colour_each;
    for (std::size_t i = 0; i < look_.colours.size(); ++i) {
      const std::string colour = look_.colours[i].name;
      if (alone) {
        const std::string marks = data_.kind == ChartKind::line ? "line" : "bars";
        const std::string be = data_.kind == ChartKind::line ? "is" : "are";
        add("color",
            fill({"What color %2 the %1?", "Which color %2 the %1?", "What is the color of the %1?",
                  "In which color %2 the %1 drawn?"},
                 {marks, be}),
            colour, "The " + marks + " " + be + " " + colour + ".", names);
        continue;
      }
      const std::string& name = look_.colour_each ? data_.labels[i] : data_.series[i].name;
      add("color",
          fill({"What color is %1?", "What is the color of %1?", "Which color stands for %1?",
                "In which color is %1 drawn?"},
               {name}),
          colour, name + " is " + colour + ".", names);
      add("color",
          fill({"What does %1 stand for?", "What is shown in %1?", "Which one is drawn in %1?", "Which one is %1?"},
               {colour}),
          name, name + " is drawn in " + colour + ".", look_.colour_each ? data_.labels : Texts{});
    }
  }

  void add_trend() {
    if (data_.kind != ChartKind::line || data_.series.size() > 1 || data_.trend() == 0) return;
    const std::string way = data_.trend() > 0 ? "up" : "down";
    add("trend",
        {"Does the line go up or down?", "Is the line going up or down?", "Do the values go up or down?",
         "In which direction does the line go, up or down?"},
        way, "The line goes " + way + ".", {"up", "down"});
    const bool asked_up = random_.coin();
    queries_.push_back(yes_or_no("trend",
                                 asked_up ? Texts{"Does the line rise?", "Do the values rise from left to right?"}
                                          : Texts{"Does the line fall?", "Do the values fall from left to right?"},
                                 asked_up == (data_.trend() > 0), asked_up ? "it rises." : "it falls.",
                                 asked_up ? "it falls." : "it rises."));
  }

  RandomStream& random_;
  const ChartData& data_;
  const ChartLook& look_;
  std::string mark_;
  Queries queries_;
};

struct Chart {
  ChartData data;
  ChartLook look;
};

Chart add_chart(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  constexpr ChartKind kTurns[] = {ChartKind::bars, ChartKind::rows, ChartKind::bars,  ChartKind::line,
                                  ChartKind::bars, ChartKind::pie,  ChartKind::groups};
  const ChartKind kind = kTurns[static_cast<std::size_t>(index) % std::size(kTurns)];
  const std::int64_t width = random.between(writer.setting("width"));
  const std::int64_t height = std::max<std::int64_t>(176, width * random.between(62, 100) / 100);
  const std::int64_t room = (kind == ChartKind::rows ? height + 30 : width) / (kind == ChartKind::groups ? 64 : 46);
  const std::int64_t most = kind == ChartKind::pie ? 5 : 7;
  const ChartForm form{random.between(3, std::clamp<std::int64_t>(room, 3, most)), random.coin(), writer.test()};
  Chart chart{make_chart_data(random, kind, form), {}};
  chart.look = pick_chart_look(random, chart.data, writer.test());
  constexpr FontKind kFonts[] = {FontKind::sans, FontKind::sans, FontKind::sans, FontKind::serif, FontKind::mono};
  chart.look.font = pick_font(random, writer, random.pick(kFonts));
  writer.add_picture(draw_chart(chart.data, chart.look, width, height).image());
  return chart;
}

void draw_chart_sample(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const Chart chart = add_chart(random, index, writer);
  ask_some(random, writer, chart_queries(random, chart.data, chart.look));
}

void draw_chart_detail(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const Chart chart = add_chart(random, index, writer);
  constexpr const char* kRequests[] = {"Describe the chart in detail.", "Read out the chart.",
                                       "What does the chart show? List all values.",
                                       "Write down everything the chart says.", "Describe this image in detail."};
  writer.add_exchange(random.pick(kRequests), chart_read_out(chart.data));
}

}  // namespace

Queries chart_queries(RandomStream& random, const ChartData& data, const ChartLook& look) {
  return ChartQueries(random, data, look).take();
}

std::string chart_read_out(const ChartData& data) {
  std::string text = std::string("A ") + chart_name(data.kind);
  if (!data.title.empty()) text += " titled " + data.title;
  text += ".";
  const bool exact = data.kind != ChartKind::pie || data.printed;
  for (const ChartSeries& series : data.series) {
    text += series.name.empty() ? "" : " " + series.name + ".";
    for (std::size_t i = 0; i < data.labels.size(); ++i) {
      text += (i > 0 ? ", " : " ") + data.labels[i];
      if (exact) text += ": " + std::to_string(series.values[i]) + (data.kind == ChartKind::pie ? "%" : "");
    }
    text += ".";
  }
  return text;
}

Family chart_family() {
  return {"chart",
          "short questions about bar, line and pie charts",
          {{"width", {224, 384}, {192, 1024}}, {"rounds", {1, 3}, {1, 8}}},
          draw_chart_sample};
}

Family chart_detail_family() {
  return {"chart_detail", "charts read out", {{"width", {224, 384}, {192, 1024}}}, draw_chart_detail};
}

}  // namespace ov
