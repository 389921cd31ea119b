// A regular expression with Python's meaning of \d, \w and \b, on code points; run by PCRE2. Only for patterns of
// ours: they are compiled once, and written so that their time grows with the text and not with its square.
//
//   static const Pattern number(U"-?\\d++");
//   for (const auto& groups : number.find_all(text)) use(groups[0]);
#pragma once

#include <memory>

#include "metrics/code_points.h"

namespace ov {

class Pattern {
 public:
  explicit Pattern(TextView pattern);  // throws internal for one that PCRE2 refuses
  ~Pattern();

  // The whole match first, then its groups, as views of `text`.
  using Groups = std::vector<TextView>;
  std::vector<Groups> find_all(TextView text) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace ov
