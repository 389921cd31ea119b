#include "metrics/mme.h"

namespace ov {

Text mme_label(TextView answer) {
  const Text text = replace_all(strip(lower(answer)), U".", U"");
  if (text.size() == 1) return text == U"y" ? U"yes" : text == U"n" ? U"no" : U"other";
  const TextView begin = TextView(text).substr(0, 4);
  return contains(begin, U"yes") ? U"yes" : contains(begin, U"no") ? U"no" : U"other";
}

const std::map<std::string, std::vector<std::string>>& mme_categories() {
  static const std::map<std::string, std::vector<std::string>> categories = {
      {"perception",
       {"existence", "count", "position", "color", "posters", "celebrity", "scene", "landmark", "artwork", "OCR"}},
      {"cognition", {"commonsense_reasoning", "numerical_calculation", "text_translation", "code_reasoning"}}};
  return categories;
}

}  // namespace ov
