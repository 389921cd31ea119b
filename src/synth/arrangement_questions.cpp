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

using Asked = std::optional<Query>;

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
  const std::vector<std::string> wordings = {"Where is the %1?", "Where in the picture is the %1?",
                                             "In which part of the image is the %1?", "What is the position of the %1?",
                                             "Where can the %1 be found?"};
  return Query{"where", fill(wordings, {ask.words(item)}), item.place,
               "The " + ask.words(item) + " is " + where(item.place) + " of the picture."};
}

Asked ask_there(const Asker& ask) {
  const Placed& item = ask.random.pick(ask.scene.items);
  const auto here = std::count_if(ask.scene.items.begin(), ask.scene.items.end(),
                                  [&](const Placed& other) { return other.place == item.place; });
  if (here != 1) return {};
  const std::vector<std::string> wordings = {"What is %1 of the picture?", "What can be seen %1?",
                                             "What is shown %1 of the image?", "Which object is %1?",
                                             "What do you see %1 of the picture?"};
  const std::string place = where(item.place), words = ask.words(item);
  return Query{"what", fill(wordings, {place}), words,
               capitalised(place) + " of the picture is " + with_article(words) + "."};
}

Asked ask_colour(const Asker& ask) {
  const auto sorts = sorts_where(
      ask.scene, [&](const Sort& sort) { return sort.is_figure() && number_named(ask.scene, sort.name) == 1; });
  if (sorts.empty()) return {};
  const Sort& sort = *ask.random.pick(sorts);
  const std::vector<std::string> wordings = {"What color is the %1?", "What is the color of the %1?",
                                             "Which color does the %1 have?", "The %1 has which color?",
                                             "Tell me the color of the %1."};
  return Query{"color", fill(wordings, {sort.name}), sort.colour, "The " + sort.name + " is " + sort.colour + "."};
}

Asked ask_shape(const Asker& ask) {
  const auto figures = sorts_where(ask.scene, [](const Sort& sort) { return sort.is_figure(); });
  if (figures.empty()) return {};
  const Sort& sort = *ask.random.pick(figures);
  const auto same =
      std::count_if(figures.begin(), figures.end(), [&](const Sort* s) { return s->colour == sort.colour; });
  if (same != 1) return {};
  const std::vector<std::string> wordings = {"Which shape is %1?", "What shape is %1?", "Which of the shapes is %1?",
                                             "What is the %1 shape?", "Name the shape that is %1."};
  return Query{"shape", fill(wordings, {sort.colour}), sort.name, "The " + sort.name + " is " + sort.colour + "."};
}

Asked count_question(const std::string& plural, const std::string& singular, std::int64_t number) {
  const std::vector<std::string> wordings = {"How many %1 are there?", "How many %1 are in the picture?",
                                             "How many %1 can you see?", "What is the number of %1 in the image?",
                                             "Count the %1."};
  const std::string what = number == 1 ? "is one " + singular : "are " + number_word(number) + " " + plural;
  return Query{"count", fill(wordings, {plural}), std::to_string(number), "There " + what + " in the picture."};
}

Asked ask_count(const Asker& ask) {
  const Sort& sort = ask.random.pick(ask.scene.sorts);
  const std::uint64_t how = ask.random.below(4);
  if (how == 0) {
    const auto all = static_cast<std::int64_t>(ask.scene.items.size());
    const bool figures =
        std::all_of(ask.scene.sorts.begin(), ask.scene.sorts.end(), [](const Sort& each) { return each.is_figure(); });
    return figures ? count_question("shapes", "shape", all) : count_question("objects", "object", all);
  }
  if (how == 1 && sort.is_figure()) {
    std::int64_t number = 0;
    for (const Placed& item : ask.scene.items) number += ask.scene.sort_of(item).colour == sort.colour;
    return count_question(sort.colour + " shapes", sort.colour + " shape", number);
  }
  return count_question(sort.plural, sort.name, number_named(ask.scene, sort.name));
}

Asked ask_exists(const Asker& ask) {
  const Sort& sort = ask.random.pick(ask.scene.sorts);
  const bool yes = ask.random.coin();
  const auto wrong = ask.names_wrong(sort, 1);
  if (!yes && wrong.empty()) return {};
  const std::string words = with_article(yes ? sort.coloured() : wrong[0]);
  const std::vector<std::string> wordings = {"Is there %1?", "Is there %1 in the picture?", "Can you see %1?",
                                             "Does the image show %1?", "Does the picture have %1 in it?"};
  return yes_or_no("exists", fill(wordings, {words}), yes, "there is " + words + ".", "there is not " + words + ".");
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
  const std::vector<std::string> wordings = {"What is %1 the %2?", "Which object is %1 the %2?",
                                             "What can you see %1 the %2?", "What is located %1 the %2?",
                                             "What is shown %1 the %2?"};
  const std::string words = ask.words(*beyond[0]), of = std::string(way.words) + " the " + ask.words(item);
  return Query{"relation", fill(wordings, {way.words, ask.words(item)}), words,
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
  const std::vector<std::string> wordings = {"Is the %1 %2?", "Is it true that the %1 is %2?",
                                             "Would you say that the %1 is %2?", "Can the %1 be seen %2?",
                                             "Does the %1 lie %2?"};
  const std::string what = ask.words(*items[1]), of = " the " + ask.words(*items[0]);
  const std::string truly = "the " + what + " is " + kWays[truth].words + of + ".";
  return yes_or_no("side", fill(wordings, {what, asked.words + of}), yes, truly, truly);
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
  const std::vector<std::string> most_wordings = {"What is the %1 thing in the picture?", "Which object is the %1?",
                                                  "What is the %1 object?", "Name the %1 thing in the image.",
                                                  "Which thing is the %1 one?"};
  const std::vector<std::string> more_wordings = {"Which is %1, the %2?", "What is %1, the %2?",
                                                  "Which one is %1: the %2?", "Which of the two is %1, the %2?",
                                                  "Is the %2 %1?"};
  const std::string words = ask.words(end);
  if (items.size() > 2) {
    const std::string most = big ? "biggest" : "smallest";
    return Query{"size", fill(most_wordings, {most}), words, "The " + words + " is the " + most + " thing."};
  }
  const std::string more = big ? "bigger" : "smaller", other = ask.words(next);
  const std::string both = ask.random.coin() ? words + " or the " + other : other + " or the " + words;
  return Query{"size", fill(more_wordings, {more, both}), words,
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
  const std::vector<std::string> wordings = {"Which %1 is in the picture?", "What %1 can you see?",
                                             "Which %1 is shown?", "What %1 does the image show?",
                                             "Name the %1 in the picture."};
  const std::int64_t number = number_named(ask.scene, sort.name);
  const std::string verb = number == 1 ? "is " : "are ";
  return Query{"group", fill(wordings, {(*group)[1]}), sort.name,
               "There " + verb + (number == 1 ? with_article(sort.name) : number_word(number) + " " + sort.plural) +
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
    const std::vector<std::string> wordings = {"Where is the %1?", "In which part of the picture is the %1?",
                                               "Where in the image can the %1 be seen?",
                                               "What is the position of the %1?", "Where does the %1 lie?"};
    return lettered("choice", fill(wordings, {sort.coloured()}), item.place, wrong);
  }
  const auto wrong = ask.names_wrong(sort, 3);
  if (wrong.size() != 3) return {};
  const std::vector<std::string> wordings = {"What is in the picture?", "Which of these does the picture show?",
                                             "Which of these can you see?", "What does the image show?",
                                             "Which object is shown?"};
  return lettered("choice", wordings, sort.coloured(), wrong);
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
  const std::vector<std::string> wordings = {
      "Are there more %1 than %2?", "Does the picture show more %1 than %2?", "Can you see more %1 than %2?",
      "Is the number of %1 larger than that of %2?", "Are the %1 more than the %2?"};
  const std::string counts = "there are " + std::to_string(x) + " " + (x == 1 ? first.name : first.plural) + " and " +
                             std::to_string(y) + " " + (y == 1 ? second.name : second.plural) + ".";
  return yes_or_no("more", fill(wordings, {first.plural, second.plural}), x > y, counts, counts);
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
  const std::vector<std::string> wordings = {"Do the two shapes have the same %1?", "Are the two shapes the same %1?",
                                             "Is the %1 of the two shapes the same?", "Are both shapes of the same %1?",
                                             "Do both shapes have one %1?"};
  const std::string what = colours ? "color" : "form";
  return yes_or_no("same", fill(wordings, {what}), same, "both have the same " + what + ".",
                   "one is " + (colours ? first.colour : with_article(first.name)) + " and the other is " +
                       (colours ? second.colour : with_article(second.name)) + ".");
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

std::optional<Query> ask_about(RandomStream& random, const SampleWriter& writer, const std::string& kind,
                               const Arrangement& scene) {
  const Asker ask{random, writer, scene};
  for (const Kind& each : kKinds) {
    if (each.name == kind) return each.ask(ask);
  }
  return {};
}

}  // namespace ov
