// Words that stand in charts, tables and forms. One in six of the open lists is for tests only.
#pragma once

#include <string>
#include <vector>

#include "synth/random_stream.h"

namespace ov {

enum class Pool { months, days, years, letters, countries, cities, foods, products, names, animals, sports, words };

// "Month", "City", ...: what the words of a pool are.
const char* pool_title(Pool pool);
// In training without the words kept for tests. Months, days, years and letters are in order.
std::vector<std::string> pool_words(Pool pool, bool test);
// `count` different ones: a run of those in order, otherwise at random.
std::vector<std::string> pick_words(RandomStream& random, Pool pool, std::int64_t count, bool test);
Pool pick_pool(RandomStream& random);

// "Silver Garden": everyday words that mean nothing together.
std::string made_up_name(RandomStream& random, std::int64_t words, bool test);

// "12 May 2021", "2021-05-12", "May 12, 2021" or "12/05/2021", by turns.
std::string made_up_date(RandomStream& random);

}  // namespace ov
