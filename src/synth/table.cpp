// Tables with lines, stripes or neither.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "synth/documents.h"
#include "synth/palette.h"
#include "synth/word_pools.h"
#include "synth/words.h"

namespace ov {
namespace {

constexpr std::int64_t kLargest = 384;  // pixels

// As a person may write the name of a column in a sentence.
std::string in_words(RandomStream& random, std::string name) {
  if (random.coin()) name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
  return name;
}

std::vector<std::string> column_of(const Table& table, std::size_t column) {
  std::vector<std::string> cells;
  for (const auto& row : table.rows) cells.push_back(row[column]);
  return cells;
}

void add_cells(RandomStream& random, const Table& table, Queries& queries) {
  for (std::size_t c = 1; c < table.header.size(); ++c) {
    const std::vector<std::string> cells = column_of(table, c), names = column_of(table, 0);
    for (const auto& row : table.rows) {
      const std::vector<std::string> values = {in_words(random, table.header[c]), row[0], row[c],
                                               in_words(random, table.header[0])};
      queries.push_back(
          {"cell",
           fill({"What is the %1 of %2?", "What is in the row %2 and the column %1?", "What is %1 for %2?",
                 "Read the %1 of %2.", "Which %1 does %2 have?", "Look up %1 for %2."},
                values),
           row[c], fill("The %1 of %2 is %3.", values), others(random, cells, row[c])});
      if (std::count(cells.begin(), cells.end(), row[c]) > 1) continue;
      queries.push_back({"row",
                         fill({"Which %4 has %3 in the column %1?", "Which row has the %1 %3?", "Whose %1 is %3?",
                               "For which %4 is %1 %3?"},
                              values),
                         row[0], fill("%2 has %3.", values), others(random, names, row[0])});
    }
  }
}

void add_numbers(RandomStream& random, const Table& table, Queries& queries) {
  const std::vector<std::string> names = column_of(table, 0);
  for (std::size_t c = 1; c < table.header.size(); ++c) {
    if (!table.numeric[c]) continue;
    std::vector<std::int64_t> numbers;
    for (const auto& row : table.rows) numbers.push_back(std::stoll(row[c]));
    const auto most = std::ranges::max_element(numbers), least = std::ranges::min_element(numbers);
    for (const auto& end : {most, least}) {
      if (std::count(numbers.begin(), numbers.end(), *end) > 1) continue;
      const std::string& name = names[static_cast<std::size_t>(end - numbers.begin())];
      const std::vector<std::string> values = {in_words(random, table.header[c]), end == most ? "largest" : "smallest",
                                               end == most ? "most" : "least", table.header[0]};
      queries.push_back({"largest",
                         fill({"Which %4 has the %2 %1?", "Who or what has the %2 number in the column %1?",
                               "In which row is %1 the %2?", "Which one has the %3 in %1?"},
                              values),
                         name, name + " has the " + values[1] + " one.", others(random, names, name)});
    }
    const std::size_t a = random.below(numbers.size()), b = random.below(numbers.size());
    if (a == b || numbers[a] + numbers[b] > 100) continue;
    const std::string sum = std::to_string(numbers[a] + numbers[b]);
    queries.push_back({"sum",
                       fill({"What is the sum of %1 for %2 and %3?", "How much is %1 of %2 and %3 together?",
                             "Add the %1 of %2 and %3.", "What do %2 and %3 add up to in the column %1?"},
                            {table.header[c], names[a], names[b]}),
                       sum, "Together they are " + sum + "."});
  }
}

enum class Ruling { lines, stripes, under_header, none };

}  // namespace

Table Table::make(RandomStream& random, bool test) {
  constexpr const char* kNumbers[] = {"Price", "Count", "Age",  "Points", "Weight", "Stock",
                                      "Hours", "Size",  "Rank", "Sold",   "Score",  "Rooms"};
  constexpr Pool kRowNames[] = {Pool::names,     Pool::cities, Pool::foods,  Pool::products, Pool::animals,
                                Pool::countries, Pool::days,   Pool::months, Pool::words};
  constexpr Pool kCells[] = {Pool::cities, Pool::sports, Pool::names, Pool::foods};
  const Pool pool = random.pick(kRowNames);
  const std::int64_t count = random.between(2, 6), columns = random.between(2, 4);
  Table table{{pool_title(pool)}, {}, {false}};
  for (const std::string& name : pick_words(random, pool, count, test)) table.rows.push_back({name});
  std::vector<std::string> titles(std::begin(kNumbers), std::end(kNumbers));
  random.shuffle(titles);
  bool words_used = false;
  for (std::int64_t c = 1; c < columns; ++c) {
    const Pool cells = random.pick(kCells);
    const bool words = !words_used && cells != pool && random.below(3) == 0;
    words_used = words_used || words;
    const std::int64_t largest = random.pick(std::vector<std::int64_t>{20, 50, 99, 300});
    const std::vector<std::string> drawn = pick_words(random, cells, count, test);
    table.header.push_back(words ? pool_title(cells) : titles[static_cast<std::size_t>(c)]);
    table.numeric.push_back(!words);
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
      table.rows[r].push_back(words ? drawn[r] : std::to_string(random.between(1, largest)));
    }
  }
  return table;
}

Image Table::draw(RandomStream& random, const std::string& font) const {
  const TextStyle style{.font = font, .size = static_cast<double>(random.between(13, 16))};
  TextStyle head = style;
  head.bold = random.below(3) > 0;
  const auto columns = static_cast<double>(header.size());
  const Rgb ground = random.below(4) == 0 ? random.pick(ground_colours()).rgb : kWhite;
  const Drawing ruler(8, 8, kWhite);
  std::vector<double> widths;
  double total = 0, line = ruler.measure(head, "Ag").height;
  for (std::size_t c = 0; c < header.size(); ++c) {
    double width = ruler.measure(head, header[c]).width;
    for (const auto& row : rows) width = std::max(width, ruler.measure(style, row[c]).width);
    total += widths.emplace_back(std::ceil(width) + 14);
  }
  const double margin = static_cast<double>(random.between(4, 14));
  const std::int64_t least = std::max<std::int64_t>(224, static_cast<std::int64_t>(total + 2 * margin));
  const std::int64_t width = random.between(std::min(least, kLargest), std::min(least + 60, kLargest));
  const double more = (static_cast<double>(width) - 2 * margin - total) / columns;
  const double height = std::round(line * static_cast<double>(random.between(12, 17)) / 10);
  const auto down = static_cast<double>(rows.size() + 1);
  const auto needed = static_cast<std::int64_t>(height * down + 2 * margin) + 1;
  Drawing drawing(width, std::clamp<std::int64_t>(needed, 128, kLargest), ground);

  const auto ruling = static_cast<Ruling>(random.below(4));
  const Rgb strong = shade(random, random.pick(thing_colours()).rgb), pale = mix(strong, kWhite, 0.85);
  const bool filled = random.coin();
  const Rgb head_ink = filled && contrast(strong, kWhite) > 310 ? kWhite : kBlack;
  const bool right = random.coin();
  const Rect all{margin, margin, static_cast<double>(width) - 2 * margin, height * down};
  if (filled) drawing.fill({all.x, all.y, all.width, height}, strong);
  for (std::size_t r = 0; r <= rows.size(); ++r) {
    const double top = all.y + height * static_cast<double>(r);
    if (ruling == Ruling::stripes && r % 2 == 1) drawing.fill({all.x, top, all.width, height}, pale);
    if (ruling == Ruling::lines || (ruling == Ruling::under_header && r == 1)) {
      drawing.line({all.x, top}, {all.x + all.width, top}, 1, kBlack);
    }
    double left = all.x;
    for (std::size_t c = 0; c < header.size(); ++c) {
      const Rect cell{left + 5, top, widths[c] + more - 10, height};
      const Align align = numeric[c] && right ? Align::right : Align::left;
      drawing.text_in(r == 0 ? head : style, r == 0 ? header[c] : rows[r - 1][c], cell, r == 0 ? head_ink : kBlack,
                      align);
      left += widths[c] + more;
      if (ruling == Ruling::lines && c + 1 < header.size()) {
        drawing.line({left, all.y}, {left, all.y + all.height}, 1, kBlack);
      }
    }
  }
  if (ruling == Ruling::lines) drawing.frame(all, 1, kBlack);
  return scanned(random, drawing, ground);
}

Queries Table::queries(RandomStream& random) const {
  Queries queries;
  add_cells(random, *this, queries);
  add_numbers(random, *this, queries);
  const std::string count = std::to_string(rows.size()), columns = std::to_string(header.size());
  queries.push_back({"count",
                     {"How many rows does the table have below the header?",
                      "How many rows are there without the header?", "Count the rows under the header."},
                     count,
                     "There are " + count + " rows."});
  queries.push_back({"count",
                     {"How many columns does the table have?", "How many columns are there?", "Count the columns."},
                     columns,
                     "There are " + columns + " columns."});
  const std::vector<std::string> names = column_of(*this, 0);
  const bool there = random.coin();
  std::string word = random.pick(names);
  if (!there) {
    do word = random.pick(pool_words(Pool::words, false));
    while (std::count(names.begin(), names.end(), word) > 0);
  }
  queries.push_back(yes_or_no("contains",
                              fill({"Is %1 in the table?", "Does the table contain %1?",
                                    "Can you find %1 in the table?", "Is there a row for %1?"},
                                   {word}),
                              there, word + " is in the table.", word + " is not in the table."));
  const std::size_t at = random.below(header.size());
  queries.push_back({"header",
                     fill({"What is the header of the %1 column?", "What is the name of the %1 column?",
                           "Which title does the %1 column have?"},
                          {ordinal(static_cast<std::int64_t>(at) + 1)}),
                     header[at], "It is " + header[at] + "."});
  return queries;
}

std::string Table::read_out() const {
  std::string text = listed(header, "and") + ".";
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) text += (c > 0 ? ", " : "\n") + row[c];
    text += ".";
  }
  return text;
}

}  // namespace ov
