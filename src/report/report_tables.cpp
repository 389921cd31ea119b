// The tables, bars and answers of report.html.
#include <algorithm>
#include <cstdio>
#include <map>

#include "report/amounts.h"
#include "report/html.h"
#include "report/report_sections.h"

namespace ov {
namespace {

constexpr std::size_t kOpenRows = 12;      // data sets of a stage that are shown at once
constexpr std::size_t kMaxQuestions = 48;  // cards
constexpr std::size_t kMaxAnswers = 12;    // of one question

double share_of(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

std::string tile(const std::string& name, const std::string& value, const std::string& more) {
  return "<div class=\"tile\"><span>" + name + "</span><b>" + value + "</b><small>" + more + "</small></div>\n";
}

std::string cell(const std::string& value) { return "<td>" + value + "</td>"; }

std::string width_style(double share) {
  char style[48];
  std::snprintf(style, sizeof style, " style=\"width:%.2f%%\"", share * 100);
  return style;
}

// One colour per modality, in every stage the same.
std::string modality_class(const std::string& modality) {
  static constexpr const char* kKnown[] = {"image", "text", "multi-image", "video"};
  for (std::size_t i = 0; i < std::size(kKnown); ++i) {
    if (modality == kKnown[i]) return "c" + std::to_string(i + 1);
  }
  return "c0";
}

std::string share_row(const MixtureShare& share, std::int64_t whole, std::int64_t most) {
  const double part = share_of(share.samples, whole);
  return "<div class=\"share\" title=\"" + html(share.dataset) + ": " + grouped_number(share.samples) +
         " samples\"><span class=\"name\">" + html(share.dataset) + "</span><span class=\"bar\"><i class=\"" +
         modality_class(share.modality) + "\"" + width_style(share_of(share.samples, most)) +
         "></i></span><span class=\"value\">" + percent_text(part) + "</span></div>\n";
}

// A bar of the whole stage, split by modality, with its legend.
std::string modality_bar(const std::vector<MixtureShare>& shares, std::int64_t whole) {
  std::vector<std::pair<std::string, std::int64_t>> sums;
  for (const MixtureShare& share : shares) {
    if (share.modality.empty()) return "";
    const auto same = [&](const auto& sum) { return sum.first == share.modality; };
    auto found = std::find_if(sums.begin(), sums.end(), same);
    if (found == sums.end()) found = sums.insert(sums.end(), {share.modality, 0});
    found->second += share.samples;
  }
  std::string bar, legend;
  for (const auto& [modality, samples] : sums) {
    const std::string part = percent_text(share_of(samples, whole));
    bar += "<i class=\"" + modality_class(modality) + "\"" + width_style(share_of(samples, whole)) + " title=\"" +
           html(modality) + " " + part + "\"></i>";
    legend += "<span class=\"key\"><i class=\"block " + modality_class(modality) + "\"></i>" + html(modality) + " " +
              part + "</span>";
  }
  return "<div class=\"stack\">" + bar + "</div>\n<p class=\"legend\">" + legend + "</p>\n";
}

std::string stage_mixture(const std::string& stage, std::vector<MixtureShare> shares) {
  std::int64_t whole = 0;
  for (const MixtureShare& share : shares) whole += share.samples;
  const auto larger = [](const MixtureShare& a, const MixtureShare& b) { return a.samples > b.samples; };
  std::stable_sort(shares.begin(), shares.end(), larger);
  std::string rows;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (i == kOpenRows) {
      rows += "<details><summary>" + std::to_string(shares.size() - kOpenRows) + " more data sets</summary>\n";
    }
    rows += share_row(shares[i], whole, shares.front().samples);
  }
  if (shares.size() > kOpenRows) rows += "</details>\n";
  return "<section class=\"card\"><h3>" + html(stage) + " <span class=\"quiet\">" + grouped_number(whole) +
         " samples</span></h3>\n" + modality_bar(shares, whole) + rows + "</section>\n";
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::string answer_row(const SampleAnswer& answer) {
  const std::string_view text = trimmed(answer.answer);
  const bool same = !text.empty() && text == trimmed(answer.expected);
  return "<tr><th>" + html(answer.stage) + " <span>" + grouped_number(answer.step) + "</span></th><td dir=\"auto\"" +
         (same ? " class=\"same\">" : ">") + (text.empty() ? "<span class=\"quiet\">(empty)</span>" : html(text)) +
         "</td></tr>\n";
}

std::string answer_card(const std::vector<const SampleAnswer*>& answers) {
  const SampleAnswer& first = *answers.front();
  const auto with_picture =
      std::find_if(answers.begin(), answers.end(), [](const SampleAnswer* a) { return !a->picture.empty(); });
  std::string card = "<article class=\"card answer\">";
  if (with_picture != answers.end()) {
    card += "<img alt=\"" + html(first.id) + "\" src=\"" + html((*with_picture)->picture) + "\">";
  }
  card += "<div><p class=\"question\" dir=\"auto\">" + html(trimmed(first.question)) + "</p>\n";
  if (!first.expected.empty()) {
    card += "<p class=\"expected\" dir=\"auto\"><span>expected</span> " + html(trimmed(first.expected)) + "</p>\n";
  }
  card += "<table>\n";
  // First and last always, and evenly between.
  const std::size_t shown = std::min(answers.size(), kMaxAnswers);
  for (std::size_t i = 0; i < shown; ++i) {
    card += answer_row(*answers[shown == 1 ? 0 : i * (answers.size() - 1) / (shown - 1)]);
  }
  card += "</table>\n";
  if (shown < answers.size()) {
    card += "<p class=\"quiet\">" + std::to_string(shown) + " of " + std::to_string(answers.size()) +
            " answers; all are in answers.jsonl</p>\n";
  }
  return card + "</div></article>\n";
}

}  // namespace

std::string totals_section(std::span<const StepMetrics> steps) {
  const Totals sums = total(steps);
  const std::string part = percent_text(share_of(sums.supervised_tokens, sums.tokens));
  std::string tiles = tile("Steps", grouped_number(sums.steps), "of the optimizer");
  tiles += tile("Samples", compact_number(static_cast<double>(sums.samples)), grouped_number(sums.samples));
  tiles += tile("Tokens", compact_number(static_cast<double>(sums.tokens)), grouped_number(sums.tokens));
  tiles += tile("Supervised tokens", compact_number(static_cast<double>(sums.supervised_tokens)), part + " of all");
  tiles += tile("Loss", steps.empty() ? "-" : short_number(sums.last_loss), "at the end");
  tiles += tile("Time", duration_text(sums.seconds), percent_text(sums.utilisation()) + " utilisation");
  tiles += tile("Speed", compact_number(sums.tokens_per_s()), "tokens/s");
  tiles += tile("Peak memory", memory_text(sums.peak_bytes), "of the process");
  std::string section = "<div class=\"tiles\">\n" + tiles + "</div>\n";
  if (sums.not_finite > 0) {
    section += "<p class=\"warning\">The loss of " + grouped_number(sums.not_finite) +
               (sums.not_finite == 1 ? " step" : " steps") + " is not a number.</p>\n";
  }
  return section;
}

std::string stages_table(const std::vector<StageSteps>& stages) {
  if (stages.empty()) return "<p class=\"quiet\">No step is done yet.</p>\n";
  std::string table =
      "<div class=\"scroll\"><table class=\"numbers\">\n<tr><th>Stage</th><th>Steps</th><th>Samples</th><th>Tokens</th>"
      "<th>Supervised</th><th>Loss</th><th>Time</th><th>Tokens/s</th><th>Utilisation</th></tr>\n";
  for (const StageSteps& stage : stages) {
    const Totals sums = total(stage.steps);
    // Numbered like the bands of the curves, where there may be no room for names.
    table += "<tr><th><span class=\"quiet\">" + std::to_string(&stage - stages.data() + 1) + "</span> " +
             html(stage.name) + "</th>" + cell(grouped_number(sums.steps)) + cell(grouped_number(sums.samples)) +
             cell(compact_number(static_cast<double>(sums.tokens))) +
             cell(percent_text(share_of(sums.supervised_tokens, sums.tokens))) +
             cell(short_number(sums.first_loss) + " &rarr; " + short_number(sums.last_loss)) +
             cell(duration_text(sums.seconds)) + cell(compact_number(sums.tokens_per_s())) +
             cell(percent_text(sums.utilisation())) + "</tr>\n";
  }
  return table + "</table></div>\n";
}

std::string mixture_section(const std::vector<MixtureShare>& shares) {
  if (shares.empty()) return "<p class=\"quiet\">Nothing is known about the mixture yet.</p>\n";
  std::vector<std::string> stages;
  std::map<std::string, std::vector<MixtureShare>> of_stage;
  for (const MixtureShare& share : shares) {
    if (!of_stage.contains(share.stage)) stages.push_back(share.stage);
    of_stage[share.stage].push_back(share);
  }
  std::string section = "<div class=\"two\">\n";
  for (const std::string& stage : stages) section += stage_mixture(stage, of_stage.at(stage));
  return section + "</div>\n";
}

std::string answers_section(const std::vector<SampleAnswer>& answers) {
  if (answers.empty()) return "<p class=\"quiet\">No sample answers yet.</p>\n";
  std::vector<std::string> ids;
  std::map<std::string, std::vector<const SampleAnswer*>> of_id;
  for (const SampleAnswer& answer : answers) {
    if (!of_id.contains(answer.id)) ids.push_back(answer.id);
    of_id[answer.id].push_back(&answer);
  }
  std::string section;
  for (std::size_t i = 0; i < std::min(ids.size(), kMaxQuestions); ++i) section += answer_card(of_id.at(ids[i]));
  if (ids.size() > kMaxQuestions) {
    section += "<p class=\"quiet\">The first " + std::to_string(kMaxQuestions) + " of " + std::to_string(ids.size()) +
               " questions; all are in answers.jsonl</p>\n";
  }
  return section;
}

}  // namespace ov
