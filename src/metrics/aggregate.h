// How the judged answers of a benchmark become its headline and the tables below it.
//
//   kind           headline
//   mean           mean over the samples, in percent
//   macro          unweighted mean over the values of `tag` that occur (MMStar, MLVU), or over `categories` of them
//                  (LLaVA-Interleave)
//   mean_nonempty  mean over the samples with an answer (MVBench); with `tag`, the unweighted mean of that over its
//                  values
//   all_of         a group counts when all its rows are right (MMBench)
//   mme_pair       two rows a picture; of each category the mean of accuracy and of pictures with both right, in
//                  percent; summed (MME)
//   ratio          sum of the values over the sum of the judge's marks for the reference, in percent (LLaVA-W)
//
//   const Headline headline = aggregate({"macro", "l2_category", {}}, samples);
#pragma once

#include "metrics/judged.h"
#include "metrics/score.h"

namespace ov {

struct Aggregate {
  std::string kind = "mean";
  std::string tag;
  std::map<std::string, std::vector<std::string>> categories;  // name -> values of `tag`
};

struct Headline {
  double value = 0;            // percent; of mme_pair the sum of perception and cognition, at most 2800
  double standard_error = 0;   // not a number where there is none, as of one sample
  double clustered_error = 0;  // of samples with a cluster; not a number for other kinds than mean
  double low = 0;              // 95 %: Wilson's of a mean, else 1.96 standard errors
  double high = 100;
  std::int64_t n = 0;  // what the headline counts: samples, or groups of them
  std::int64_t num_samples = 0;
  std::int64_t left_out = 0;   // samples that do not count: empty for mean_nonempty, in no category, half a pair
  std::int64_t undecided = 0;  // samples that a rule's fallback decided
  std::int64_t empty = 0;
  std::map<std::string, double> extra;  // mme_pair: perception, cognition, each category; all_of: first_row
  std::map<std::string, std::map<std::string, Score>> breakdown;  // tag -> value -> score
};

// Throws usage for an unknown kind or a kind without the tag that it needs, input for samples that do not fit it.
Headline aggregate(const Aggregate& how, std::span<const ScoredSample> samples);

const std::vector<std::string>& aggregate_kinds();

Json to_json(const Headline& headline);

}  // namespace ov
