#include "synth/word_pools.h"

#include <sstream>

#include "synth/asking.h"
#include "synth/words.h"

namespace ov {
namespace {

struct PoolText {
  const char* title;
  bool in_order;
  const char* words;
};

// In the order of Pool.
constexpr PoolText kPools[] = {
    {"Month", true, "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"},
    {"Day", true, "Mon Tue Wed Thu Fri Sat Sun"},
    {"Year", true, "2012 2013 2014 2015 2016 2017 2018 2019 2020 2021 2022 2023 2024 2025"},
    {"Group", true, "A B C D E F G H"},
    {"Country", false,
     "Spain Italy China Japan Kenya Peru Brazil India France Egypt Chile Cuba Canada Mexico Turkey Norway Poland "
     "Greece "
     "Nepal Ghana Iran Ireland Sweden Cyprus Malta Laos Qatar Mali"},
    {"City", false,
     "Paris Rome Oslo Lima Cairo Delhi Tokyo Berlin London Madrid Athens Vienna Prague Dublin Moscow Milan Sydney "
     "Boston "
     "Miami Dallas Seoul Bern Zurich Lyon Kyoto Quito Accra Nice"},
    {"Food", false,
     "Apples Pears Bread Milk Rice Eggs Plums Grapes Cheese Tea Coffee Fish Beans Nuts Soup Corn Honey Butter Juice "
     "Lemons Melons Peas Sugar Cake"},
    {"Product", false,
     "Books Pens Lamps Chairs Tables Shoes Hats Bags Phones Bikes Toys Cups Clocks Shirts Socks Cars Beds Desks Boots "
     "Rings Radios Plates Knives Gloves"},
    {"Name", false,
     "Anna Ben Clara David Emma Frank Grace Henry Ida Jack Kate Leo Maria Nina Oscar Paul Rosa Sam Tom Vera Will Zoe "
     "Lucy Adam Mia Eric Julia Max Sara Peter"},
    {"Animal", false,
     "Cats Dogs Birds Horses Cows Sheep Ducks Goats Frogs Bees Lions Bears Mice Pigs Owls Snakes Tigers Wolves"},
    {"Sport", false, "Tennis Soccer Golf Chess Rugby Hockey Judo Rowing Boxing Skiing Running Cycling"},
    {"Item", false, ""},
};

}  // namespace

const char* pool_title(Pool pool) { return kPools[static_cast<std::size_t>(pool)].title; }

std::vector<std::string> pool_words(Pool pool, bool test) {
  std::vector<std::string> words;
  if (pool == Pool::words) {
    for (const std::string& word : everyday_words(test)) words.push_back(capitalised(word));
    return words;
  }
  const PoolText& text = kPools[static_cast<std::size_t>(pool)];
  std::istringstream list(text.words);
  std::int64_t index = 0;
  for (std::string word; list >> word; ++index) {
    if (test || text.in_order || index % 6 != 5) words.push_back(word);
  }
  return words;
}

std::vector<std::string> pick_words(RandomStream& random, Pool pool, std::int64_t count, bool test) {
  std::vector<std::string> words = pool_words(pool, test);
  const auto size = static_cast<std::int64_t>(words.size());
  if (!kPools[static_cast<std::size_t>(pool)].in_order) {
    random.shuffle(words);
    words.resize(static_cast<std::size_t>(count));
    return words;
  }
  const std::int64_t first = pool == Pool::letters ? 0 : random.between(0, size - count);
  return {words.begin() + first, words.begin() + first + count};
}

Pool pick_pool(RandomStream& random) { return static_cast<Pool>(random.below(std::size(kPools))); }

std::string made_up_name(RandomStream& random, std::int64_t words, bool test) {
  const std::vector<std::string> all = everyday_words(test);
  std::string name;
  for (std::int64_t i = 0; i < words; ++i) name += (i > 0 ? " " : "") + capitalised(random.pick(all));
  return name;
}

std::string made_up_date(RandomStream& random) {
  const auto two_digits = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  const std::int64_t day = random.between(1, 28), month = random.between(1, 12);
  const std::string name = pool_words(Pool::months, false)[static_cast<std::size_t>(month - 1)];
  const std::vector<std::string> parts = {std::to_string(day), name, std::to_string(random.between(2001, 2029)),
                                          two_digits(day), two_digits(month)};
  return fill(random.pick(std::vector<std::string>{"%1 %2 %3", "%3-%5-%4", "%2 %1, %3", "%4/%5/%3"}), parts);
}

}  // namespace ov
