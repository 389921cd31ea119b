#include "synth/arrangement_questions.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "synth/figures.h"
#include "synth/palette.h"
#include "synth/supplies.h"

namespace ov {
namespace {

using Asked = std::optional<PosedQuestion>;

struct Asker {
  RandomStream& random;
  const SampleWriter& writer;
  const Arrangement& scene;

  // Items that their words tell from all others.
  std::vector<const Placed*> unique_items() const {
    std::vector<const Placed*> found;
    for (const Placed& item : scene.items) {
      if (scene.count(item.sort) == 1) found.push_back(&item);
    }
    return found;
  }
  std::string words(const Placed& item) const { return scene.sort_of(item).coloured(); }
  std::vector<std::string> names_wrong(const Sort& sort, std::int64_t count) const;
};

const char* yes_or_no(bool yes) { return yes ? "yes" : "no"; }

template <typename Condition>
std::vector<const Sort*> sorts_where(const Arrangement& scene, const Condition& condition) {
  std::vector<const Sort*> found;
  for (const Sort& sort : scene.sorts) {
    if (condition(sort)) found.push_back(&sort);
  }
  return found;
}

std::int64_t number_named(const Arrangement& scene, const std::string& name) {
  return std::count_if(scene.items.begin(), scene.items.end(),
                       [&](const Placed& item) { return scene.sort_of(item).name == name; });
}

// Words for other figures or things; none of them is in the scene.
std::vector<std::string> Asker::names_wrong(const Sort& sort, std::int64_t count) const {
  std::set<std::string> taken;
  for (const Sort& other : scene.sorts) taken.insert(other.coloured());
  std::vector<std::string> candidates;
  if (sort.is_figure()) {
    while (candidates.size() < 8) {
      const Paint paint = pick_paint(random, {255, 255, 255}, writer.test());
      candidates.push_back(std::string(thing_colours()[paint.colour].name) + " " + figures()[paint.figure].name);
    }
  } else {
    const Thing thing{sort.name, sort.plural, sort.group, nullptr};
    candidates = other_names(random, writer, thing, count + static_cast<std::int64_t>(scene.sorts.size()));
  }
  std::vector<std::string> wrong;
  for (const std::string& name : candidates) {
    if (static_cast<std::int64_t>(wrong.size()) < count && taken.insert(name).second) wrong.push_back(name);
  }
  return wrong;
}

Asked ask_where(const Asker& ask) {
  const auto items = ask.unique_items();
  if (items.empty()) return {};
  const Placed& item = *ask.random.pick(items);
  static constexpr const char* kAsk[] = {"Where is the {0}?", "Where in the picture is the {0}?",
                                         "In which part of the image is the {0}?", "What is the position of the {0}?",
                                         "Where can the {0} be found?"};
  return PosedQuestion{"where", phrase(ask.random, kAsk, ask.words(item)), item.place,
                       "The " + ask.words(item) + " is " + where(item.place) + " of the picture."};
}

Asked ask_there(const Asker& ask) {
  const Placed& item = ask.random.pick(ask.scene.items);
  const auto here = std::count_if(ask.scene.items.begin(), ask.scene.items.end(),
                                  [&](const Placed& other) { return other.place == item.place; });
  if (here != 1) return {};
  static constexpr const char* kAsk[] = {"What is {0} of the picture?", "What can be seen {0}?",
                                         "What is shown {0} of the image?", "Which object is {0}?",
                                         "What do you see {0} of the picture?"};
  const std::string place = where(item.place), words = ask.words(item);
  return PosedQuestion{"what", phrase(ask.random, kAsk, place), words,
                       capitalised(place) + " of the picture is " + with_article(words) + "."};
}

Asked ask_colour(const Asker& ask) {
  const auto sorts = sorts_where(
      ask.scene, [&](const Sort& sort) { return sort.is_figure() && number_named(ask.scene, sort.name) == 1; });
  if (sorts.empty()) return {};
  const Sort& sort = *ask.random.pick(sorts);
  static constexpr const char* kAsk[] = {"What color is the {0}?", "What is the color of the {0}?",
                                         "Which color does the {0} have?", "The {0} has which color?",
                                         "Tell me the color of the {0}."};
  return PosedQuestion{"color", phrase(ask.random, kAsk, sort.name), sort.colour,
                       "The " + sort.name + " is " + sort.colour + "."};
}

Asked ask_shape(const Asker& ask) {
  const auto figures = sorts_where(ask.scene, [](const Sort& sort) { return sort.is_figure(); });
  if (figures.empty()) return {};
  const Sort& sort = *ask.random.pick(figures);
  const auto same =
      std::count_if(figures.begin(), figures.end(), [&](const Sort* s) { return s->colour == sort.colour; });
  if (same != 1) return {};
  static constexpr const char* kAsk[] = {"Which shape is {0}?", "What shape is {0}?", "Which of the shapes is {0}?",
                                         "What is the {0} shape?", "Name the shape that is {0}."};
  return PosedQuestion{"shape", phrase(ask.random, kAsk, sort.colour), sort.name,
                       "The " + sort.name + " is " + sort.colour + "."};
}

Asked count_question(const Asker& ask, const std::string& plural, const std::string& singular, std::int64_t number) {
  static constexpr const char* kAsk[] = {"How many {0} are there?", "How many {0} are in the picture?",
                                         "How many {0} can you see?", "What is the number of {0} in the image?",
                                         "Count the {0}."};
  const std::string what = number == 1 ? "is one " + singular : "are " + number_word(number) + " " + plural;
  return PosedQuestion{"count", phrase(ask.random, kAsk, plural), std::to_string(number),
                       "There " + what + " in the picture."};
}

Asked ask_count(const Asker& ask) {
  const Sort& sort = ask.random.pick(ask.scene.sorts);
  const std::uint64_t how = ask.random.below(4);
  if (how == 0) {
    const auto all = static_cast<std::int64_t>(ask.scene.items.size());
    const bool figures =
        std::all_of(ask.scene.sorts.begin(), ask.scene.sorts.end(), [](const Sort& each) { return each.is_figure(); });
    return figures ? count_question(ask, "shapes", "shape", all) : count_question(ask, "objects", "object", all);
  }
  if (how == 1 && sort.is_figure()) {
    std::int64_t number = 0;
    for (const Placed& item : ask.scene.items) number += ask.scene.sort_of(item).colour == sort.colour;
    return count_question(ask, sort.colour + " shapes", sort.colour + " shape", number);
  }
  return count_question(ask, sort.plural, sort.name, number_named(ask.scene, sort.name));
}

Asked ask_exists(const Asker& ask) {
  const Sort& sort = ask.random.pick(ask.scene.sorts);
  const bool yes = ask.random.coin();
  const auto wrong = ask.names_wrong(sort, 1);
  if (!yes && wrong.empty()) return {};
  const std::string words = with_article(yes ? sort.coloured() : wrong[0]);
  static constexpr const char* kAsk[] = {"Is there {0}?", "Is there {0} in the picture?", "Can you see {0}?",
                                         "Does the image show {0}?", "Does the picture have {0} in it?"};
  const std::string in_words = yes ? "Yes, there is " + words + "." : "No, there is not " + words + ".";
  return PosedQuestion{"exists", phrase(ask.random, kAsk, words), yes_or_no(yes), in_words};
}

// How far b lies from a in the direction, and how far aside.
struct Way {
  const char* words;
  double x, y;
  double along(const Placed& a, const Placed& b) const {
    const Point p = a.box.middle(), q = b.box.middle();
    return (q.x - p.x) * x + (q.y - p.y) * y;
  }
  double aside(const Placed& a, const Placed& b) const {
    const Point p = a.box.middle(), q = b.box.middle();
    return std::abs((q.x - p.x) * y) + std::abs((q.y - p.y) * x);
  }
  // Beyond a's edge and more in this direction than in another.
  bool clear(const Placed& a, const Placed& b) const {
    return along(a, b) > a.box.width / 2 && along(a, b) > aside(a, b);
  }
};
constexpr Way kWays[] = {{"to the left of", -1, 0}, {"to the right of", 1, 0}, {"above", 0, -1}, {"below", 0, 1}};

// What alone lies on that side of something.
Asked ask_relation(const Asker& ask) {
  const auto items = ask.unique_items();
  if (items.empty()) return {};
  const Placed& item = *ask.random.pick(items);
  const Way& way = ask.random.pick(kWays);
  std::vector<const Placed*> beyond;
  for (const Placed& other : ask.scene.items) {
    if (&other != &item && way.along(item, other) > 0) beyond.push_back(&other);
  }
  if (beyond.size() != 1 || !way.clear(item, *beyond[0])) return {};
  static constexpr const char* kAsk[] = {"What is {0} the {1}?", "Which object is {0} the {1}?",
                                         "What can you see {0} the {1}?", "What is located {0} the {1}?",
                                         "What is shown {0} the {1}?"};
  const std::string words = ask.words(*beyond[0]), of = std::string(way.words) + " the " + ask.words(item);
  return PosedQuestion{"relation", phrase(ask.random, kAsk, way.words, ask.words(item)), words,
                       capitalised(with_article(words)) + " is " + of + "."};
}

Asked ask_side(const Asker& ask) {
  auto items = ask.unique_items();
  if (items.size() < 2) return {};
  ask.random.shuffle(items);
  const std::size_t truth = ask.random.below(4);
  if (!kWays[truth].clear(*items[0], *items[1])) return {};
  const bool yes = ask.random.coin();
  const Way& asked = kWays[yes ? truth : truth ^ 1];
  static constexpr const char* kAsk[] = {"Is the {0} {1}?", "Is it true that the {0} is {1}?",
                                         "Would you say that the {0} is {1}?", "Can the {0} be seen {1}?",
                                         "Does the {0} lie {1}?"};
  const std::string what = ask.words(*items[1]), of = " the " + ask.words(*items[0]);
  return PosedQuestion{"side", phrase(ask.random, kAsk, what, asked.words + of), yes_or_no(yes),
                       (yes ? "Yes, the " : "No, the ") + what + " is " + kWays[truth].words + of + "."};
}

// Large and small by far, so that nobody has to measure.
Asked ask_size(const Asker& ask) {
  constexpr double kByFar = 1.5;
  auto items = ask.unique_items();
  if (items.size() != ask.scene.items.size() || items.size() < 2) return {};
  std::sort(items.begin(), items.end(), [](const Placed* a, const Placed* b) { return a->box.width < b->box.width; });
  const bool big = ask.random.coin();
  const Placed &end = big ? *items.back() : *items.front(), &next = big ? *items[items.size() - 2] : *items[1];
  const double ratio = end.box.width / next.box.width;
  if (ratio < kByFar && ratio > 1 / kByFar) return {};
  static constexpr const char* kMost[] = {"What is the {0} thing in the picture?", "Which object is the {0}?",
                                          "What is the {0} object?", "Name the {0} thing in the image.",
                                          "Which thing is the {0} one?"};
  static constexpr const char* kMore[] = {"Which is {0}, the {1}?", "What is {0}, the {1}?",
                                          "Which one is {0}: the {1}?", "Which of the two is {0}, the {1}?",
                                          "Is the {1} {0}?"};
  const std::string words = ask.words(end);
  if (items.size() > 2) {
    const std::string most = big ? "biggest" : "smallest";
    return PosedQuestion{"size", phrase(ask.random, kMost, most), words,
                         "The " + words + " is the " + most + " thing."};
  }
  const std::string more = big ? "bigger" : "smaller", other = ask.words(next);
  const std::string both = ask.random.coin() ? words + " or the " + other : other + " or the " + words;
  return PosedQuestion{"size", phrase(ask.random, kMore, more, both), words,
                       "The " + words + " is " + more + " than the " + other + "."};
}

Asked ask_group(const Asker& ask) {
  static constexpr const char* kGroups[][2] = {
      {"animal", "animal"}, {"vehicle", "vehicle"}, {"food", "food"}, {"music", "musical instrument"}};
  const Sort& sort = ask.random.pick(ask.scene.sorts);
  const auto group =
      std::find_if(std::begin(kGroups), std::end(kGroups), [&](const auto& g) { return sort.group == g[0]; });
  if (group == std::end(kGroups)) return {};
  if (sorts_where(ask.scene, [&](const Sort& other) { return other.group == sort.group; }).size() != 1) return {};
  static constexpr const char* kAsk[] = {"Which {0} is in the picture?", "What {0} can you see?", "Which {0} is shown?",
                                         "What {0} does the image show?", "Name the {0} in the picture."};
  const std::int64_t number = number_named(ask.scene, sort.name);
  const std::string verb = number == 1 ? "is " : "are ";
  return PosedQuestion{"group", phrase(ask.random, kAsk, (*group)[1]), sort.name,
                       "There " + verb +
                           (number == 1 ? with_article(sort.name) : number_word(number) + " " + sort.plural) +
                           " in the picture."};
}

Asked ask_choice(const Asker& ask) {
  const auto items = ask.unique_items();
  if (items.empty()) return {};
  const Placed& item = *ask.random.pick(items);
  const Sort& sort = ask.scene.sort_of(item);
  if (ask.random.coin()) {
    std::vector<std::string> wrong = {"top left", "top",         "top right", "left",        "center",
                                      "right",    "bottom left", "bottom",    "bottom right"};
    std::erase(wrong, item.place);
    ask.random.shuffle(wrong);
    wrong.resize(3);
    static constexpr const char* kAsk[] = {"Where is the {0}?", "In which part of the picture is the {0}?",
                                           "Where in the image can the {0} be seen?",
                                           "What is the position of the {0}?", "Where does the {0} lie?"};
    return choice_question(ask.random, "choice", phrase(ask.random, kAsk, sort.coloured()), item.place, wrong);
  }
  const auto wrong = ask.names_wrong(sort, 3);
  if (wrong.size() != 3) return {};
  static constexpr const char* kAsk[] = {"What is in the picture?", "Which of these does the picture show?",
                                         "Which of these can you see?", "What does the image show?",
                                         "Which object is shown?"};
  return choice_question(ask.random, "choice", phrase(ask.random, kAsk), sort.coloured(), wrong);
}

Asked ask_more(const Asker& ask) {
  if (ask.scene.sorts.size() < 2) return {};
  std::vector<std::size_t> sorts;
  for (std::size_t i = 0; i < ask.scene.sorts.size(); ++i) sorts.push_back(i);
  ask.random.shuffle(sorts);
  std::size_t a = sorts[0], b = sorts[1];
  if (ask.scene.sorts[a].name == ask.scene.sorts[b].name || ask.scene.count(a) == ask.scene.count(b)) return {};
  const Sort &first = ask.scene.sorts[a], &second = ask.scene.sorts[b];
  const std::int64_t x = number_named(ask.scene, first.name), y = number_named(ask.scene, second.name);
  if (x == y) return {};
  static constexpr const char* kAsk[] = {
      "Are there more {0} than {1}?", "Does the picture show more {0} than {1}?", "Can you see more {0} than {1}?",
      "Is the number of {0} larger than that of {1}?", "Are the {0} more than the {1}?"};
  const std::string counts = std::to_string(x) + " " + (x == 1 ? first.name : first.plural) + " and " +
                             std::to_string(y) + " " + (y == 1 ? second.name : second.plural);
  return PosedQuestion{"more", phrase(ask.random, kAsk, first.plural, second.plural), yes_or_no(x > y),
                       std::string(x > y ? "Yes" : "No") + ", there are " + counts + "."};
}

// Two figures: the same colour, the same shape?
Asked ask_same(const Asker& ask) {
  const auto sorts = sorts_where(ask.scene, [](const Sort& sort) { return sort.is_figure(); });
  const bool one_each = std::all_of(ask.scene.items.begin(), ask.scene.items.end(),
                                    [&](const Placed& item) { return ask.scene.count(item.sort) == 1; });
  if (sorts.size() != 2 || !one_each) return {};
  const Sort &first = *sorts[0], &second = *sorts[1];
  const bool colours = first.colour == second.colour || (first.name != second.name && ask.random.coin());
  const bool same = colours ? first.colour == second.colour : first.name == second.name;
  static constexpr const char* kAsk[] = {"Do the two shapes have the same {0}?", "Are the two shapes the same {0}?",
                                         "Is the {0} of the two shapes the same?", "Are both shapes of the same {0}?",
                                         "Do both shapes have one {0}?"};
  const std::string what = colours ? "color" : "form";
  const std::string both = colours ? first.colour + " and " + second.colour : first.name + " and " + second.name;
  const std::string in_words = same ? "Yes, both have the same " + what + "."
                                    : "No, one is " + (colours ? first.colour : with_article(first.name)) +
                                          " and the other is " + (colours ? second.colour : with_article(second.name)) +
                                          ".";
  return PosedQuestion{"same", phrase(ask.random, kAsk, what), yes_or_no(same), in_words};
}

struct Kind {
  const char* name;
  Asked (*ask)(const Asker&);
};
constexpr Kind kKinds[] = {
    {"where", ask_where},   {"count", ask_count},       {"what", ask_there}, {"color", ask_colour}, {"side", ask_side},
    {"exists", ask_exists}, {"relation", ask_relation}, {"more", ask_more},  {"shape", ask_shape},  {"size", ask_size},
    {"group", ask_group},   {"choice", ask_choice},     {"same", ask_same}};

}  // namespace

std::span<const char* const> arrangement_kinds() {
  static const std::vector<const char*> kNames = [] {
    std::vector<const char*> names;
    for (const Kind& kind : kKinds) names.push_back(kind.name);
    return names;
  }();
  return kNames;
}

std::optional<PosedQuestion> ask_about(RandomStream& random, const SampleWriter& writer, const std::string& kind,
                                       const Arrangement& scene) {
  const Asker ask{random, writer, scene};
  for (const Kind& each : kKinds) {
    if (each.name == kind) return each.ask(ask);
  }
  return {};
}

}  // namespace ov
