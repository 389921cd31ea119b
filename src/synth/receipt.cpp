// Receipts of shops: narrow strips with items, prices and a total.
#include <algorithm>
#include <cmath>

#include "synth/documents.h"
#include "synth/palette.h"
#include "synth/word_pools.h"

namespace ov {

namespace {

void add_lines(RandomStream& random, const Receipt& receipt, const std::vector<std::string>& items,
               const std::vector<std::string>& prices, Queries& queries) {
  for (const Receipt::Line& line : receipt.lines) {
    const std::vector<std::string> values = {line.item, receipt.price(line.cents)};
    queries.push_back({"price",
                       fill({"What is the price of %1?", "How much is %1?", "How much did %1 cost?",
                             "What was paid for %1?", "What does %1 cost?"},
                            values),
                       values[1], fill("The price of %1 is %2.", values), others(random, prices, values[1])});
    queries.push_back({"item", fill({"Which item costs %2?", "What costs %2?", "What was bought for %2?"}, values),
                       values[0], fill("%1 costs %2.", values), others(random, items, values[0])});
  }
}

}  // namespace

std::int64_t Receipt::total() const {
  std::int64_t sum = 0;
  for (const Line& line : lines) sum += line.cents;
  return sum;
}

std::string Receipt::price(std::int64_t cents) const {
  const std::string rest = std::to_string(cents % 100);
  return (dollars ? "$" : "") + std::to_string(cents / 100) + "." + (rest.size() < 2 ? "0" : "") + rest;
}

Receipt Receipt::make(RandomStream& random, bool test) {
  constexpr const char* kShops[] = {"Shop", "Market", "Cafe", "Store", "Bakery", "Books", "Food", "Bar"};
  Receipt receipt;
  receipt.shop = made_up_name(random, random.between(1, 2), test);
  if (random.coin()) receipt.shop += std::string(" ") + random.pick(kShops);
  receipt.date = made_up_date(random);
  receipt.dollars = random.coin();
  const Pool pool = random.below(3) == 0 ? Pool::products : Pool::foods;
  const std::int64_t step = random.pick(std::vector<std::int64_t>{5, 10, 50, 50, 100, 100});
  std::vector<std::int64_t> prices;
  for (const std::string& item : pick_words(random, pool, random.between(2, 5), test)) {
    std::int64_t cents = 0;
    do cents = step * random.between(1, 1200 / step);
    while (std::count(prices.begin(), prices.end(), cents) > 0);
    prices.push_back(cents);
    receipt.lines.push_back({item, cents});
  }
  if (random.below(3) == 0) receipt.cash = (receipt.total() / 500 + 1) * 500;
  return receipt;
}

Image Receipt::draw(RandomStream& random, const std::string& font) const {
  const TextStyle style{.font = font, .size = static_cast<double>(random.between(12, 15))};
  TextStyle head = style;
  head.bold = true;
  head.size *= 1.2;
  const std::int64_t width = random.between(160, 200);
  const double row = std::round(Drawing(8, 8, kWhite).measure(style, "Ag").height * 1.15);
  const auto rows = static_cast<double>(lines.size() + 5 + (cash > 0 ? 2 : 0));
  const auto needed = static_cast<std::int64_t>(row * (rows + 1) + 16);
  const Rgb ground = mix(kWhite, {200, 195, 180}, static_cast<double>(random.below(4)) / 6);
  Drawing drawing(width, std::clamp<std::int64_t>(needed + random.between(0, 30), 200, 384), ground);
  double y = 8;
  const double left = 8, inner = static_cast<double>(width) - 16;
  const auto pair = [&](const std::string& name, const std::string& amount, const TextStyle& in) {
    const double taken = drawing.measure(in, amount).width;
    drawing.text_in(in, name, {left, y, inner - taken - 6, row}, kBlack, Align::left);
    drawing.text_in(in, amount, {left + inner - taken - 1, y, taken + 1, row}, kBlack, Align::right);
    y += row;
  };
  const auto rule = [&] {
    drawing.line({left, y + row / 4}, {left + inner, y + row / 4}, 1, kBlack);
    y += row / 2;
  };
  drawing.text_in(head, shop, {left, y, inner, row * 1.3}, kBlack);
  y += row * 1.3;
  const bool date_first = random.coin();
  const Align align = random.coin() ? Align::center : Align::left;
  const auto write_date = [&] {
    drawing.text_in(style, date, {left, y, inner, row}, kBlack, align);
    y += row;
  };
  if (date_first) write_date();
  rule();
  for (const Line& line : lines) pair(line.item, price(line.cents), style);
  rule();
  TextStyle strong = style;
  strong.bold = random.coin();
  pair(random.coin() ? "Total" : "TOTAL", price(total()), strong);
  if (cash > 0) {
    pair("Cash", price(cash), style);
    pair("Change", price(cash - total()), style);
  }
  y += row / 3;
  if (!date_first) write_date();
  return scanned(random, drawing, ground);
}

Queries Receipt::queries(RandomStream& random) const {
  std::vector<std::string> items, prices;
  for (const Line& line : lines) {
    items.push_back(line.item);
    prices.push_back(price(line.cents));
  }
  const std::string sum = price(total()), count = std::to_string(lines.size());
  prices.push_back(sum);
  Queries queries = {
      {"total",
       {"What is the total?", "How much is the total?", "What is the total amount on the receipt?",
        "How much was paid in total?", "What is the sum of the receipt?"},
       sum,
       "The total is " + sum + ".",
       others(random, prices, sum)},
      {"shop",
       {"What is the name of the shop?", "Which shop is the receipt from?", "What is the shop called?",
        "Where was this bought?", "Which name is at the top of the receipt?"},
       shop,
       "The shop is called " + shop + ".",
       {}},
      {"date",
       {"What is the date on the receipt?", "Which date is on the receipt?", "When was this bought?",
        "What is the date?", "Read the date."},
       date,
       "The date is " + date + ".",
       {}},
      {"count",
       {"How many items are on the receipt?", "How many items were bought?", "How many different items are listed?",
        "Count the items."},
       count,
       "There are " + count + " items.",
       {"2", "3", "4", "5"}},
  };
  std::erase(queries.back().wrong, count);
  add_lines(random, *this, items, prices, queries);
  const auto by_price = [](const Line& a, const Line& b) { return a.cents < b.cents; };
  const std::string most = std::ranges::max_element(lines, by_price)->item;
  const std::string least = std::ranges::min_element(lines, by_price)->item;
  queries.push_back({"most expensive",
                     {"Which item is the most expensive?", "What is the most expensive item?",
                      "Which item cost the most?", "Which item has the highest price?"},
                     most,
                     most + " is the most expensive.",
                     others(random, items, most)});
  queries.push_back({"most expensive",
                     {"Which item is the cheapest?", "What is the cheapest item?", "Which item cost the least?",
                      "Which item has the lowest price?"},
                     least,
                     least + " is the cheapest.",
                     others(random, items, least)});
  if (cash > 0) {
    const std::string back = price(cash - total()), given = price(cash);
    queries.push_back({"change",
                       {"How much is the change?", "What is the change?", "How much money was given back?"},
                       back,
                       "The change is " + back + "."});
    queries.push_back({"change",
                       {"How much cash was given?", "What is the amount of cash?", "How much cash was paid?"},
                       given,
                       given + " was given in cash."});
  }
  return queries;
}

std::string Receipt::read_out() const {
  std::string text = shop + ", " + date + ".";
  for (const Line& line : lines) text += " " + line.item + " " + price(line.cents) + ",";
  text.back() = '.';
  text += " Total " + price(total()) + ".";
  if (cash > 0) text += " Cash " + price(cash) + ", change " + price(cash - total()) + ".";
  return text;
}

}  // namespace ov
