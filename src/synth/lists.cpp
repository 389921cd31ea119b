#include "synth/lists.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "base/error.h"

namespace ov {

extern const std::string_view kChineseText;
extern const std::string_view kFactsText;

namespace {

std::vector<std::string> split(std::string_view text, char between) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(between, begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

struct Lists {
  std::map<std::string, std::vector<std::string>> texts;
  std::map<std::string, std::vector<Fact>> facts;
};

Lists read_lists() {
  Lists lists;
  for (const std::string_view file : {kChineseText, kFactsText}) {
    for (const std::string& line : split(file, '\n')) {
      const std::size_t space = line.find(' ');
      const std::string name = line.substr(0, space), rest = line.substr(space + 1);
      const bool characters = name == "chinese_characters";
      for (const std::string& item : characters ? characters_of(rest) : split(rest, '|')) {
        lists.texts[name].push_back(item);
        const std::size_t equals = item.find('=');
        if (equals != std::string::npos) {
          lists.facts[name].push_back({item.substr(0, equals), item.substr(equals + 1)});
        }
      }
    }
  }
  return lists;
}

const Lists& all_lists() {
  static const Lists kLists = read_lists();
  return kLists;
}

template <typename List>
const List& find_list(const std::map<std::string, List>& lists, const std::string& name) {
  const auto found = lists.find(name);
  if (found == lists.end()) throw Error(ErrorKind::internal, "no list of words or facts is called \"" + name + "\"");
  return found->second;
}

}  // namespace

const std::vector<std::string>& text_list(const std::string& name) { return find_list(all_lists().texts, name); }
const std::vector<Fact>& fact_list(const std::string& name) { return find_list(all_lists().facts, name); }

std::vector<std::string> characters_of(const std::string& text) {
  std::vector<std::string> characters;
  for (const char byte : text) {
    const bool follows = (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
    if (follows && !characters.empty())
      characters.back() += byte;
    else
      characters.emplace_back(1, byte);
  }
  return characters;
}

const std::vector<std::string>& countable_things() {
  static const std::vector<std::string> kThings = [] {
    const std::vector<std::string>& uncountable = text_list("uncountable");
    std::vector<std::string> things;
    for (const Fact& fact : fact_list("definitions")) {
      if (std::find(uncountable.begin(), uncountable.end(), fact.about) == uncountable.end())
        things.push_back(fact.about);
    }
    return things;
  }();
  return kThings;
}

std::string plural_of(const std::string& name) {
  for (const Fact& fact : fact_list("plurals")) {
    if (fact.about == name) return fact.what;
  }
  const auto ends = [&](const char* end) { return name.ends_with(end); };
  if (ends("s") || ends("x") || ends("ch") || ends("sh")) return name + "es";
  const bool vowel = name.size() > 1 && std::string("aeiou").find(name[name.size() - 2]) != std::string::npos;
  if (ends("y") && !vowel) return name.substr(0, name.size() - 1) + "ies";
  return name + "s";
}

}  // namespace ov
