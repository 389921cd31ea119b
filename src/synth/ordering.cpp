// Pictures of the states of one thing out of order: a bar that grows, a glass that fills, a clock, a candle that burns
// down, more and more figures, cards with numbers. Which comes first, in which order they belong, is the order right.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "synth/asking.h"
#include "synth/family.h"
#include "synth/image_names.h"
#include "synth/supplies.h"
#include "synth/view.h"

namespace ov {
namespace {

struct Subject {
  const char* kind;
  const char* order;  // "from the shortest to the tallest bar"
  const char* first;  // "the shortest bar"
  const char* last;
};

constexpr Subject kSubjects[] = {
    {"bar", "from the shortest to the tallest bar", "the shortest bar", "the tallest bar"},
    {"glass", "from the emptiest to the fullest glass", "the emptiest glass", "the fullest glass"},
    {"clock", "from the earliest to the latest time", "the earliest time", "the latest time"},
    {"candle", "from the longest to the shortest candle", "the longest candle", "the shortest candle"},
    {"count", "from the fewest to the most objects", "the fewest objects", "the most objects"},
    {"number", "from the smallest to the largest number", "the smallest number", "the largest number"},
};
enum class State { bar, glass, clock, candle, count, number };

// What all pictures of a sample share.
struct Style {
  State state = State::bar;
  Rgb ground, colour;
  std::string font;
  Motif figure;
};

void draw_clock(Drawing& drawing, const Rect& box, std::int64_t hour, const Rgb& colour) {
  const Point middle = box.middle();
  const double radius = box.width / 2;
  drawing.fill_ellipse(box, kWhite);
  drawing.frame_ellipse(box, radius * 0.1, colour);
  const auto at = [&](double turn, double length) {
    const double angle = turn * 2 * std::numbers::pi;
    return Point{middle.x + length * std::sin(angle), middle.y - length * std::cos(angle)};
  };
  for (int i = 0; i < 12; ++i)
    drawing.line(at(i / 12.0, radius * 0.78), at(i / 12.0, radius * 0.88), radius * 0.05, kBlack);
  drawing.line(middle, at(0, radius * 0.7), radius * 0.05, kBlack);
  drawing.line(middle, at(static_cast<double>(hour) / 12, radius * 0.48), radius * 0.12, kBlack);
}

void draw_candle(Drawing& drawing, const Rect& box, double share, const Rgb& colour) {
  const double height = box.height * 0.72 * share, width = box.width * 0.3, flame = box.width * 0.14;
  const double top = box.y + box.height - height, x = box.x + (box.width - width) / 2;
  drawing.fill({x, top, width, height}, colour);
  drawing.line({x + width / 2, top}, {x + width / 2, top - flame / 2}, 2, kBlack);
  drawing.fill_ellipse({x + (width - flame) / 2, top - 2.2 * flame, flame, 2 * flame}, {250, 165, 30});
}

// `value`: 1 to 10 for heights, hours, a count or a number.
Image draw_state(RandomStream& random, const Style& style, std::int64_t value, std::int64_t side) {
  if (style.state == State::count) {
    View view{"", style.ground, {}};
    for (const Rect& box : free_boxes(random, value)) view.placed.push_back({style.figure, box});
    return draw_view(random, view, side, side);
  }
  Drawing drawing(side, side, style.ground);
  const Rect box = drawing.all().inset(static_cast<double>(side) * 0.08);
  const double share = static_cast<double>(value) / 10, inner = box.height * share;
  if (style.state == State::bar) {
    drawing.fill({box.x + box.width * 0.3, box.y + box.height - inner, box.width * 0.4, inner}, style.colour);
    drawing.line({box.x, box.y + box.height}, {box.x + box.width, box.y + box.height}, 2, kBlack);
  } else if (style.state == State::glass) {
    const Rect glass{box.x + box.width * 0.22, box.y, box.width * 0.56, box.height};
    drawing.fill(glass, kWhite);
    drawing.fill({glass.x, box.y + box.height - inner, glass.width, inner}, style.colour);
    drawing.lines({{glass.x, glass.y},
                   {glass.x, glass.y + glass.height},
                   {glass.x + glass.width, glass.y + glass.height},
                   {glass.x + glass.width, glass.y}},
                  3, kBlack);
  } else if (style.state == State::clock) {
    draw_clock(drawing, box, value, style.colour);
  } else if (style.state == State::candle) {
    draw_candle(drawing, box, share, style.colour);
  } else {
    drawing.fill_rounded(box, 8, kWhite);
    drawing.text_in({.font = style.font, .size = box.height * 0.7, .bold = true}, std::to_string(value), box.inset(6),
                    kBlack);
  }
  return drawing.image(2, random.next());
}

// Different values, far enough apart to be told by eye, in the right order.
std::vector<std::int64_t> pick_values(RandomStream& random, State state, std::size_t count) {
  std::vector<std::int64_t> values;
  const std::int64_t highest = state == State::clock    ? 11
                               : state == State::count  ? 6
                               : state == State::number ? 99
                                                        : 10;
  const std::int64_t gap = state == State::count || state == State::number ? 1 : 2;
  while (values.size() < count) {
    const std::int64_t value = random.between(1, highest);
    if (std::all_of(values.begin(), values.end(), [&](std::int64_t v) { return std::abs(v - value) >= gap; }))
      values.push_back(value);
    else if (random.below(50) == 0)
      values.clear();
  }
  std::sort(values.begin(), values.end());
  if (state == State::candle) std::reverse(values.begin(), values.end());
  return values;
}

Style make_style(RandomStream& random, const SampleWriter& writer, State state) {
  Style style;
  style.state = state;
  if (state == State::count)
    style.figure = pick_motifs(random, writer, wants_things(random, writer), 1)[0];
  else
    style.figure = pick_shape(random, writer.test());
  const View ground = pick_ground(random, {style.figure});
  style.ground = ground.ground_rgb;
  style.colour = style.figure.rgb;
  if (state == State::number) style.font = pick_font(random, writer);
  return style;
}

std::string numbers(const std::vector<std::size_t>& order) {
  std::string text;
  for (const std::size_t image : order) text += (text.empty() ? "" : ", ") + std::to_string(image + 1);
  return text;
}

// `order`: the images in the right order.
void ask_order(RandomStream& random, const Subject& subject, const std::vector<std::size_t>& order, Queries& queries) {
  const std::string by = subject.order, right = numbers(order);
  queries.push_back({"order",
                     {"In which order do the images belong, " + by + "? Give their numbers.",
                      "Put the images in order, " + by + ". Give the numbers of the images.",
                      "Sort the images " + by + ". Answer with their numbers.",
                      "What is the right order of the images, " + by + "? Give their numbers.",
                      "Number the images 1 to " + std::to_string(order.size()) + ". What is their order " + by + "?"},
                     right});
  std::vector<std::string> wrong;
  std::vector<std::size_t> other = order;
  while (wrong.size() < (order.size() == 2 ? 1U : 3U)) {
    random.shuffle(other);
    const std::string text = numbers(other);
    if (text != right && std::find(wrong.begin(), wrong.end(), text) == wrong.end()) wrong.push_back(text);
  }
  queries.push_back(lettered("order_choice",
                             {"In which order do the images belong, " + by + "?",
                              "What is the order of the images " + by + "?", "Which order is right, " + by + "?"},
                             right, wrong));
  std::vector<std::string> named;
  for (const std::size_t image : order) named.push_back("image " + std::to_string(image + 1));
  queries.push_back(in_a_sentence(
      "sentence",
      {"Explain in which order the images belong, " + by + ".", "Say in a sentence how to sort the images " + by + ".",
       "Describe the right order of the images, " + by + "."},
      "The right order is " + listed(named) + "."));
  queries.push_back(yes_or_no("is_right",
                              {"Are the images in the right order, " + by + "?", "Are the images sorted " + by + "?",
                               "Do the images come in the order " + by + "?", "Is this the order " + by + "?"},
                              std::is_sorted(order.begin(), order.end())));
}

void ask_ends(const Subject& subject, const std::vector<std::size_t>& order, const ImageNames& names,
              Queries& queries) {
  const auto ask = [&](const std::string& kind, const std::string& what, std::size_t image) {
    queries.push_back({kind,
                       {"Which image shows " + what + names.which(), "In which image is " + what + names.which(),
                        "Which picture has " + what + names.which(), "Where do you see " + what + names.which()},
                       names.answer(image)});
  };
  ask("first", subject.first, order.front());
  ask("last", subject.last, order.back());
}

void draw_ordering(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const auto state = static_cast<State>(index % 6);
  const Subject& subject = kSubjects[index % 6];
  const std::size_t count = 2 + random.below(3);
  const std::vector<std::int64_t> values = pick_values(random, state, count);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  // A third stays in the right order, for the questions whether it is.
  const bool right = random.below(3) == 0;
  while (!right && std::is_sorted(order.begin(), order.end())) random.shuffle(order);
  std::vector<std::int64_t> shown(count);
  for (std::size_t i = 0; i < count; ++i) shown[order[i]] = values[i];
  const Style style = make_style(random, writer, state);
  const std::int64_t side = random.between(writer.setting("sides"));
  for (const std::int64_t value : shown) writer.add_picture(draw_state(random, style, value, side));
  const ImageNames names(random, count);
  Queries queries;
  ask_order(random, subject, order, queries);
  ask_ends(subject, order, names, queries);
  ask_some(random, writer, queries);
}

}  // namespace

Family ordering_family() {
  return {"ordering",
          "pictures of the states of one thing, to be put in order",
          {{"sides", {96, 160}, {48, 2048}}, {"things", {50, 50}, {0, 100}}, {"rounds", {1, 1}, {1, 8}}},
          draw_ordering};
}

}  // namespace ov
