// Filled forms: labels with boxes or lines for their values, and boxes to tick.
#include <algorithm>
#include <cmath>

#include "synth/documents.h"
#include "synth/palette.h"
#include "synth/word_pools.h"

namespace ov {
namespace {

std::string some_value(RandomStream& random, const std::string& label, bool test) {
  const auto one = [&](Pool pool) { return random.pick(pool_words(pool, test)); };
  if (label == "Name") return one(Pool::names) + (random.coin() ? " " + made_up_name(random, 1, test) : "");
  if (label == "City") return one(Pool::cities);
  if (label == "Country") return one(Pool::countries);
  if (label == "Sport") return one(Pool::sports);
  if (label == "Date") return made_up_date(random);
  if (label == "Phone") return "555-" + std::to_string(random.between(1000, 9999));
  if (label == "Amount") return std::to_string(random.between(1, 40) * 5);
  if (label == "Age") return std::to_string(random.between(8, 89));
  if (label == "Room") return std::to_string(random.between(101, 499));
  return made_up_name(random, 1, test) + " " + std::to_string(random.between(1, 99));  // a street
}

void draw_tick(RandomStream& random, Drawing& drawing, const Rect& box, bool cross) {
  const double x = box.x, y = box.y, side = box.width;
  const double line = static_cast<double>(random.between(15, 25)) / 10;
  if (cross) {
    drawing.line({x + 2, y + 2}, {x + side - 2, y + side - 2}, line, kBlack);
    drawing.line({x + side - 2, y + 2}, {x + 2, y + side - 2}, line, kBlack);
  } else {
    drawing.lines({{x + 2, y + side / 2}, {x + side * 0.42, y + side - 3}, {x + side - 1, y + 1}}, line, kBlack);
  }
}

}  // namespace

FilledForm FilledForm::make(RandomStream& random, bool test) {
  constexpr const char* kTitles[] = {"Order",       "Sign up",     "Visit",     "Booking",
                                     "Member form", "Travel form", "Club card", "Request"};
  std::vector<std::string> labels = {"Name",  "City",   "Country", "Sport", "Date",
                                     "Phone", "Amount", "Age",     "Room",  "Street"};
  std::vector<std::string> ticks = {"Member", "Student", "Paid", "New", "Express", "Lunch", "Parking", "Guide"};
  random.shuffle(labels);
  random.shuffle(ticks);
  labels.resize(static_cast<std::size_t>(random.between(2, 5)));
  ticks.resize(static_cast<std::size_t>(random.between(1, 3)));
  FilledForm form;
  form.title = random.coin() ? random.pick(kTitles) : made_up_name(random, 2, test);
  for (const std::string& label : labels) form.fields.push_back({label, some_value(random, label, test)});
  for (const std::string& label : ticks) form.ticks.push_back({label, random.coin()});
  return form;
}

Image FilledForm::draw(RandomStream& random, const std::string& font) const {
  const TextStyle style{.font = font, .size = static_cast<double>(random.between(13, 16))};
  TextStyle head = style, label_style = style;
  head.size *= 1.2;
  head.bold = true;
  label_style.bold = random.below(3) == 0;
  const Rgb ground = mix(kWhite, random.pick(ground_colours()).rgb, static_cast<double>(random.below(3)) / 2);
  const std::int64_t width = random.between(224, 320);
  const double row = std::round(Drawing(8, 8, kWhite).measure(style, "Ag").height * 1.5);
  const auto rows = static_cast<double>(fields.size() + ticks.size()) + 1.6;
  Drawing drawing(width, std::clamp<std::int64_t>(static_cast<std::int64_t>(row * rows + 18), 128, 384), ground);
  const double left = 10, inner = static_cast<double>(width) - 20;
  double widest = 0, y = 8;
  for (const Field& field : fields) widest = std::max(widest, drawing.measure(label_style, field.label + ":").width);
  drawing.text_in(head, title, {left, y, inner, row * 1.2}, kBlack, random.coin() ? Align::left : Align::center);
  y += row * 1.4;
  const bool boxed = random.coin(), cross = random.coin();
  const Rgb ink = random.coin() ? Rgb{30, 50, 140} : kBlack;
  for (const Field& field : fields) {
    drawing.text_in(label_style, field.label + ":", {left, y, widest + 1, row}, kBlack, Align::left);
    const Rect box{left + widest + 8, y + 1, inner - widest - 8, row - 3};
    if (boxed) {
      drawing.fill(box, kWhite);
      drawing.frame(box, 1, {120, 120, 120});
    } else {
      drawing.line({box.x, box.y + box.height}, {box.x + box.width, box.y + box.height}, 1, {120, 120, 120});
    }
    drawing.text_in(style, field.value, {box.x + 5, box.y, box.width - 8, box.height}, ink, Align::left);
    y += row;
  }
  for (const Tick& tick : ticks) {
    const double side = std::round(row * 0.62);
    const Rect box{left + 2, y + (row - side) / 2, side, side};
    drawing.fill(box, kWhite);
    drawing.frame(box, 1.5, kBlack);
    if (tick.ticked) draw_tick(random, drawing, box, cross);
    drawing.text_in(style, tick.label, {left + side + 10, y, inner - side - 10, row}, kBlack, Align::left);
    y += row;
  }
  return scanned(random, drawing, ground);
}

Queries FilledForm::queries(RandomStream& random) const {
  Queries queries = {{"title",
                      {"What is the title of the form?", "What is written at the top of the form?",
                       "What is the form called?", "Read the heading of the form."},
                      title,
                      "The title is " + title + "."}};
  for (const Field& field : fields) {
    std::string small = field.label;
    small[0] = static_cast<char>(small[0] + 'a' - 'A');
    queries.push_back({"field",
                       fill({"What is the %1 on the form?", "What is filled in for %2?", "Which %1 is given?",
                             "Read the field %2.", "What is the value of %2?", "What is written in the field %2?"},
                            {small, field.label}),
                       field.value, "The " + small + " is " + field.value + "."});
  }
  std::string only;
  std::int64_t count = 0;
  for (const Tick& tick : ticks) {
    queries.push_back(yes_or_no("ticked",
                                fill({"Is the box %1 ticked?", "Is %1 checked?", "Is the checkbox for %1 ticked?",
                                      "Is %1 marked?", "Has the box for %1 been ticked?"},
                                     {tick.label}),
                                tick.ticked, tick.label + " is ticked.", tick.label + " is not ticked."));
    count += tick.ticked ? 1 : 0;
    if (tick.ticked) only = tick.label;
  }
  if (count == 1 && ticks.size() > 1) {
    std::vector<std::string> labels;
    for (const Tick& tick : ticks) labels.push_back(tick.label);
    queries.push_back({"which ticked",
                       {"Which box is ticked?", "Which checkbox is checked?", "What has been ticked?"},
                       only,
                       only + " is ticked.",
                       others(random, labels, only)});
  }
  const std::string number = std::to_string(count);
  queries.push_back({"count",
                     {"How many boxes are ticked?", "How many checkboxes are checked?", "Count the ticked boxes."},
                     number,
                     number + (count == 1 ? " box is ticked." : " boxes are ticked.")});
  return queries;
}

std::string FilledForm::read_out() const {
  std::string text = title + ".";
  for (const Field& field : fields) text += " " + field.label + ": " + field.value + ".";
  for (const Tick& tick : ticks) text += " " + tick.label + ": " + (tick.ticked ? "ticked." : "not ticked.");
  return text;
}

}  // namespace ov
