// Windows of a screen: a title bar, menus, a list or a message, and buttons.
#include <algorithm>
#include <cmath>

#include "synth/documents.h"
#include "synth/palette.h"
#include "synth/word_pools.h"
#include "synth/words.h"

namespace ov {
namespace {

std::vector<std::string> some_of(RandomStream& random, std::vector<std::string> all, std::int64_t count) {
  random.shuffle(all);
  all.resize(static_cast<std::size_t>(count));
  return all;
}

std::string some_message(RandomStream& random, bool test) {
  constexpr const char* kMessages[] = {"Save %1 before you close?",
                                       "The file %1 was not found.",
                                       "Do you want to open %1?",
                                       "%1 is ready.",
                                       "Delete %1 now?",
                                       "Cannot connect to %1.",
                                       "Send the file to %1?",
                                       "%1 was saved.",
                                       "Wait for %1 to finish."};
  return fill(random.pick(kMessages), {made_up_name(random, 1, test)});
}

const Rgb& rgb_of(const std::string& name) {
  for (const NamedColour& colour : thing_colours()) {
    if (name == colour.name) return colour.rgb;
  }
  return kWhite;
}

struct WindowLook {
  TextStyle style;
  double row = 0;
  Rgb bar, ground, ink;
  double radius = 0;  // of the corners of buttons
  bool controls_left = false;
};

void draw_bar(Drawing& drawing, const WindowLook& look, const std::string& title, Rect& room) {
  const Rect bar{room.x, room.y, room.width, look.row * 1.15};
  drawing.fill(bar, look.bar);
  const Rgb ink = contrast(look.bar, kWhite) > 300 ? kWhite : kBlack;
  const double dot = look.row * 0.45;
  constexpr Rgb kDots[] = {{235, 95, 85}, {245, 190, 70}, {95, 195, 80}};
  for (int i = 0; i < 3; ++i) {
    const double x = look.controls_left ? bar.x + 6 + i * (dot + 4) : bar.x + bar.width - 6 - dot - i * (dot + 4);
    const Rect box{x, bar.y + (bar.height - dot) / 2, dot, dot};
    look.controls_left ? drawing.fill_ellipse(box, kDots[i]) : drawing.frame(box, 1.5, ink);
  }
  const double taken = 3 * (dot + 4) + 10;
  TextStyle style = look.style;
  style.bold = true;
  const Rect left{bar.x + 8, bar.y, bar.width - taken - 8, bar.height};
  const Rect middle{bar.x + taken, bar.y, bar.width - 2 * taken, bar.height};
  drawing.text_in(style, title, look.controls_left ? middle : left, ink,
                  look.controls_left ? Align::center : Align::left);
  room.y += bar.height;
  room.height -= bar.height;
}

void draw_menus(Drawing& drawing, const WindowLook& look, const std::vector<std::string>& menus, Rect& room) {
  if (menus.empty()) return;
  double x = room.x + 8;
  for (const std::string& menu : menus) {
    x += drawing.text(look.style, menu, {x, room.y + look.row * 0.1}, look.ink).width + 14;
  }
  room.y += look.row;
  room.height -= look.row;
  drawing.line({room.x, room.y - 0.5}, {room.x + room.width, room.y - 0.5}, 1, mix(look.ink, look.ground, 0.7));
}

void draw_buttons(Drawing& drawing, const WindowLook& look, const Window& window, Rect& room) {
  const auto count = static_cast<double>(window.buttons.size());
  const double width = std::min(84.0, (room.width - 8) / count - 8), height = look.row * 1.1;
  double x = room.x + room.width - count * (width + 8);
  const double y = room.y + room.height - height - 8;
  for (std::size_t i = 0; i < window.buttons.size(); ++i) {
    const Rect box{x, y, width, height};
    const bool last = i + 1 == window.buttons.size();
    const Rgb edge = mix(kBlack, kWhite, 0.5), face = last ? rgb_of(window.colour) : Rgb{232, 232, 232};
    drawing.fill_rounded(box, look.radius, last ? face : edge);
    if (!last) drawing.fill_rounded(box.inset(1), look.radius, face);
    drawing.text_in(look.style, window.buttons[i], box.inset(3), contrast(face, kWhite) > 300 ? kWhite : kBlack);
    x += width + 8;
  }
  room.height -= height + 14;
}

void draw_list(Drawing& drawing, const WindowLook& look, const Window& window, const Rect& room) {
  const Rect list{room.x + 8, room.y + 6, room.width - 16, look.row * static_cast<double>(window.entries.size()) + 4};
  drawing.fill(list, kWhite);
  drawing.frame(list, 1, {140, 140, 140});
  for (std::size_t i = 0; i < window.entries.size(); ++i) {
    const Rect row{list.x + 2, list.y + 2 + look.row * static_cast<double>(i), list.width - 4, look.row};
    const bool selected = i == window.selected;
    if (selected) drawing.fill(row, {40, 100, 200});
    drawing.text_in(look.style, window.entries[i], {row.x + 6, row.y, row.width - 8, row.height},
                    selected ? kWhite : kBlack, Align::left);
  }
}

void add_button_texts(RandomStream& random, const std::vector<std::string>& buttons, Queries& queries) {
  queries.push_back({"button",
                     {"What is written on the button on the right?", "Which button is on the right?",
                      "Read the text of the right button.", "What does the rightmost button say?"},
                     buttons.back(),
                     "The button on the right says " + buttons.back() + ".",
                     others(random, buttons, buttons.back())});
  queries.push_back({"button",
                     {"What is written on the button on the left?", "Which button is on the left?",
                      "Read the text of the left button.", "What does the leftmost button say?"},
                     buttons.front(),
                     "The button on the left says " + buttons.front() + ".",
                     others(random, buttons, buttons.front())});
}

}  // namespace

Window Window::make(RandomStream& random, bool test) {
  Window window;
  window.title = made_up_name(random, random.between(1, 2), test);
  if (random.coin()) {
    window.menus = {"File", "Edit", "View"};
    for (const std::string& menu : some_of(random, {"Help", "Tools", "Format", "Search"}, random.between(0, 1))) {
      window.menus.push_back(menu);
    }
  }
  if (random.coin()) {
    window.message = some_message(random, test);
  } else {
    const Pool pool = random.pick(std::vector<Pool>{Pool::names, Pool::cities, Pool::products, Pool::words});
    window.entries = pick_words(random, pool, random.between(3, 5), test);
    window.selected = random.below(window.entries.size());
  }
  window.buttons =
      some_of(random, {"OK", "Cancel", "Yes", "No", "Save", "Close", "Retry", "Help", "Open", "Send", "Stop"},
              random.between(1, 3));
  window.colour = random.pick(std::vector<std::string>{"red", "green", "blue", "orange", "purple", "yellow"});
  return window;
}

Image Window::draw(RandomStream& random, const std::string& font) const {
  WindowLook look{.style = {.font = font, .size = static_cast<double>(random.between(13, 16))}};
  look.row = std::round(Drawing(8, 8, kWhite).measure(look.style, "Ag").height * 1.3);
  look.bar = random.coin() ? shade(random, {220, 222, 228}) : mix(random.pick(thing_colours()).rgb, kBlack, 0.15);
  const bool dark = random.below(5) == 0;
  look.ground = dark ? Rgb{45, 48, 55} : shade(random, {242, 242, 242}, 10);
  look.ink = dark ? Rgb{235, 235, 235} : kBlack;
  look.radius = static_cast<double>(random.between(0, 8));
  look.controls_left = random.coin();
  const std::int64_t width = random.between(224, 336);
  const double margin = static_cast<double>(random.between(0, 8));
  const double inner = static_cast<double>(width) - 2 * margin;
  const bool icon = !message.empty() && random.coin();
  const double indent = icon ? 44 : 10, wrap = inner - indent - 10;
  const double said = message.empty() ? 0 : Drawing(8, 8, kWhite).measure(look.style, message, wrap).height + 20;
  const double body = entries.empty() ? std::max(said, 44.0) : look.row * static_cast<double>(entries.size()) + 12;
  const double height = 2 * margin + look.row * (2.5 + (menus.empty() ? 0 : 1)) + body + 16;
  Drawing drawing(width, std::clamp<std::int64_t>(static_cast<std::int64_t>(height), 128, 384),
                  random.pick(ground_colours()).rgb);
  Rect room = drawing.all().inset(margin);
  drawing.fill(room, look.ground);
  drawing.frame(room, 1, {110, 110, 110});
  draw_bar(drawing, look, title, room);
  draw_menus(drawing, look, menus, room);
  draw_buttons(drawing, look, *this, room);
  if (!entries.empty()) {
    draw_list(drawing, look, *this, room);
  } else {
    drawing.text(look.style, message, {room.x + indent, room.y + 10}, look.ink, wrap);
    if (icon) {
      const Rect circle{room.x + 8, room.y + 8, 28, 28};
      drawing.fill_ellipse(circle, random.pick(thing_colours()).rgb);
      drawing.text_in(look.style, random.coin() ? "!" : "?", circle, kWhite);
    }
  }
  return drawing.image();
}

Queries Window::queries(RandomStream& random) const {
  Queries queries = {{"title",
                      {"What is the title of the window?", "What is the window called?",
                       "What is written in the title bar?", "Read the title of the window."},
                      title,
                      "The title of the window is " + title + "."}};
  const std::string count = std::to_string(buttons.size());
  queries.push_back({"count",
                     {"How many buttons are at the bottom?", "How many buttons are at the bottom of the window?",
                      "Count the buttons at the bottom."},
                     count,
                     "There are " + count + " buttons."});
  std::vector<std::string> colours;
  for (const NamedColour& each : thing_colours()) colours.push_back(each.name);
  queries.push_back({"color",
                     fill({"What color is the button %1?", "What is the color of the %1 button?",
                           "Which color does the button %1 have?"},
                          {buttons.back()}),
                     colour, "The button " + buttons.back() + " is " + colour + ".", others(random, colours, colour)});
  if (buttons.size() > 1) add_button_texts(random, buttons, queries);
  if (!message.empty()) {
    queries.push_back(
        {"message",
         {"What does the message say?", "Read the message.", "What does the window say?", "Which message is shown?"},
         message,
         "",
         {},
         AnswerForm::text});
  } else {
    queries.push_back({"selected",
                       {"Which item is selected?", "Which entry of the list is selected?", "What is selected?",
                        "Which item is highlighted?"},
                       entries[selected],
                       entries[selected] + " is selected.",
                       others(random, entries, entries[selected])});
    const std::string length = std::to_string(entries.size());
    queries.push_back(
        {"count",
         {"How many items are in the list?", "How many entries does the list have?", "Count the items in the list."},
         length,
         "The list has " + length + " items."});
  }
  if (!menus.empty()) {
    queries.push_back(
        {"menu",
         {"Which menu is the last one?", "Which menu is furthest to the right?", "What is the last menu called?"},
         menus.back(),
         "The last menu is " + menus.back() + ".",
         others(random, menus, menus.back())});
  }
  return queries;
}

std::string Window::read_out() const {
  std::string text = "A window titled " + title + ".";
  if (!menus.empty()) text += " Menus: " + listed(menus) + ".";
  if (!message.empty()) text += " It says: " + message;
  if (!entries.empty()) text += " List: " + listed(entries) + ". " + entries[selected] + " is selected.";
  return text + (buttons.size() == 1 ? " Button: " : " Buttons: ") + listed(buttons) + ".";
}

}  // namespace ov
