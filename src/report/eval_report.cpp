#include "report/eval_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "report/amounts.h"
#include "report/answers.h"
#include "report/html.h"
#include "report/paper_scores.h"

namespace ov {

extern const std::string_view kEvalPage;  // eval_page.html

namespace {

constexpr PaperColumn kPaperShown[] = {kHalfBOv, k7BOv, k72BOv, kGpt4o};

enum Kind { kAll, kWrong, kPartly, kUndecided, kFailed, kNumKinds };
constexpr std::string_view kKindNames[kNumKinds] = {"all", "wrong", "partly right", "undecided", "not scored"};
constexpr std::string_view kKindClasses[kNumKinds] = {"", "wrong", "partly", "undecided", "failed"};

bool is_of(const EvalAnswer& answer, Kind kind) {
  const bool scored = answer.problem.empty();
  switch (kind) {
    case kWrong: return scored && answer.value <= 0;
    case kPartly: return scored && answer.value > 0 && answer.value < 1;
    case kUndecided: return scored && answer.undecided;
    case kFailed: return !scored;
    default: return true;
  }
}

std::string fixed(double value, double full) {
  if (!std::isfinite(value)) return "-";
  char text[400];
  std::snprintf(text, sizeof text, "%.*f", full <= 10 ? 2 : full > 100 ? 0 : 1, value);
  return text;
}

// A width or place in a bar, whatever the numbers are.
std::string percent_of(double value, double full) {
  const double share = full > 0 && std::isfinite(value) ? std::clamp(100 * value / full, 0.0, 100.0) : 0;
  char text[16];
  std::snprintf(text, sizeof text, "%.1f%%", share);
  return text;
}

std::string bar(const EvalScore& score, double full) {
  std::string text = "<span class=\"bar\"><i style=\"width:" + percent_of(score.value, full) + "\"></i>";
  if (score.low < score.high) {
    text += "<b style=\"left:" + percent_of(score.low, full) + ";width:" + percent_of(score.high - score.low, full) +
            "\"></b>";
  }
  return text + "</span>";
}

std::string score_cells(const EvalScore& score, double full) {
  if (score.n == 0) return "<td></td><td class=\"quiet\">no score</td><td></td><td>0</td>";
  const bool known = score.low < score.high;
  return "<td>" + bar(score, full) + "</td><td><b>" + fixed(score.value, full) + "</b></td><td class=\"quiet\">" +
         (known ? fixed(score.low, full) + " to " + fixed(score.high, full) : "") + "</td><td>" +
         grouped_number(score.n) + "</td>";
}

std::string count_cell(std::int64_t count) {
  return std::string(count > 0 ? "<td class=\"warn\">" : "<td>") + grouped_number(count) + "</td>";
}

std::string paper_cells(const EvalTaskReport& task) {
  const PaperRow* row = task.compares ? paper_row(task.name) : nullptr;
  std::string cells;
  for (const PaperColumn column : kPaperShown) {
    const double score = row == nullptr ? kNotReported : row->scores[column];
    cells += "<td class=\"quiet\">" + (std::isnan(score) ? "" : fixed(score, task.full)) + "</td>";
  }
  return cells;
}

std::string scores_table(const EvalReport& report) {
  const bool with_paper = std::any_of(report.tasks.begin(), report.tasks.end(), [](const EvalTaskReport& task) {
    return task.compares && paper_row(task.name) != nullptr;
  });
  std::string head =
      "<th>task</th><th></th><th>score</th><th>95 % interval</th><th>samples</th><th>undecided</th>"
      "<th>not scored</th>";
  for (const PaperColumn column : kPaperShown) {
    if (with_paper) head += "<th>" + std::string(paper_column_name(column)) + "</th>";
  }
  std::string rows;
  for (const EvalTaskReport& task : report.tasks) {
    rows += "<tr><th>" + html(task.name) + "<small>" + html(task.metric) + "</small>";
    if (!task.remark.empty()) rows += "<small class=\"warn\">" + html(task.remark) + "</small>";
    rows += "</th>" + score_cells(task.score, task.full) + count_cell(task.undecided) + count_cell(task.failed) +
            (with_paper ? paper_cells(task) : "") + "</tr>\n";
  }
  std::string text = "<div class=\"scroll\"><table class=\"scores\"><thead><tr>" + head + "</tr></thead>\n<tbody>" +
                     rows + "</tbody></table></div>\n";
  if (with_paper) {
    text +=
        "<p class=\"quiet note\" style=\"margin-top:8px\">The last columns are the paper's; docs/evaluation.md says "
        "what to know before comparing.</p>\n";
  }
  return text;
}

std::string categories(const EvalTaskReport& task) {
  if (task.categories.empty()) return "";
  std::string rows;
  for (const auto& [name, score] : task.categories) {
    rows += "<tr><th>" + html(name) + "</th>" + score_cells(score, 100) + "</tr>\n";
  }
  return "<details class=\"card\"><summary>" + grouped_number(static_cast<std::int64_t>(task.categories.size())) +
         " categories</summary><div class=\"scroll\"><table class=\"scores\"><tbody>\n" + rows +
         "</tbody></table></div></details>\n";
}

// The beginning of a text, cut between two code points, with what was left out.
std::string bounded(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return html(text);
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  return html(text.substr(0, limit)) + " <span class=\"quiet\">... " +
         grouped_number(static_cast<std::int64_t>(text.size() - limit)) + " more bytes</span>";
}

// The answers of all tasks draw on one supply of bytes for pictures.
class AnswerCards {
 public:
  explicit AnswerCards(const EvalReportLimits& limits) : limits_(limits) {}

  std::string card(const EvalAnswer& answer) {
    std::string classes = "answer", tags;
    for (int kind = kWrong; kind < kNumKinds; ++kind) {
      if (!is_of(answer, static_cast<Kind>(kind))) continue;
      classes += " " + std::string(kKindClasses[kind]);
      tags += std::string(kind == kWrong ? "<span class=\"tag\">" : "<span class=\"tag soft\">") +
              std::string(kKindNames[kind]) + "</span>";
    }
    std::string text = "<div class=\"" + classes + "\">" + pictures(answer) + "<div class=\"words\"><p>" + tags;
    if (is_of(answer, kPartly)) text += fixed(answer.value, 1) + " of 1 ";
    text += html(answer.id) + "</p><dl>" + field("prompt", "", answer.prompt) +
            field("target", "target", answer.target) + field("answer", "answered", answer.answer);
    if (!answer.extracted.empty() && answer.extracted != answer.answer) text += field("read as", "", answer.extracted);
    if (!answer.problem.empty()) text += field("problem", "", answer.problem);
    return text + "</dl></div></div>\n";
  }

 private:
  std::string field(const std::string& name, const std::string& style, const std::string& value) const {
    const std::string shown =
        value.empty() ? "<span class=\"quiet\">(empty)</span>" : bounded(value, limits_.text_bytes);
    return "<dt>" + name + "</dt><dd" + (style.empty() ? "" : " class=\"" + style + "\"") + ">" + shown + "</dd>";
  }

  std::string pictures(const EvalAnswer& answer) {
    const std::vector<std::string> all = answer.pictures ? answer.pictures() : std::vector<std::string>();
    if (all.empty()) return "";
    std::string images;
    std::size_t shown = 0;
    for (const std::string& bytes : all) {
      const std::string uri = bytes.size() <= limits_.picture_bytes ? picture_uri(bytes) : "";
      if (shown == limits_.pictures || uri.empty() || used_ + uri.size() > limits_.page_picture_bytes) continue;
      used_ += uri.size();
      ++shown;
      images += "<img alt=\"\" src=\"" + uri + "\">";
    }
    if (shown < all.size()) {
      images += "<span class=\"quiet\">" + grouped_number(static_cast<std::int64_t>(all.size() - shown)) +
                (all.size() - shown == 1 ? " picture is" : " pictures are") + " not shown</span>";
    }
    return std::string("<div class=\"pictures") + (all.size() > 1 ? " several" : "") + "\">" + images + "</div>";
  }

  EvalReportLimits limits_;
  std::size_t used_ = 0;
};

// The answers of a task that are shown: not more than the limit, evenly over all of them.
std::vector<const EvalAnswer*> shown_answers(const EvalTaskReport& task, std::size_t limit) {
  std::vector<const EvalAnswer*> shown;
  const std::size_t count = std::min(limit, task.answers.size());
  for (std::size_t i = 0; i < count; ++i) shown.push_back(&task.answers[i * task.answers.size() / count]);
  return shown;
}

std::string task_section(const EvalTaskReport& task, std::size_t number, const EvalReportLimits& limits,
                         AnswerCards& cards) {
  std::string text = "<section id=\"s" + std::to_string(number) + "\">\n<h2>" + html(task.name) + "</h2>\n";
  const std::vector<const EvalAnswer*> shown = shown_answers(task, limits.answers);
  const auto total = static_cast<std::int64_t>(task.answers.size());
  if (total == 0) text += "<p class=\"quiet note\">All answers are right.</p>\n";
  if (shown.size() < task.answers.size()) {
    text += "<p class=\"quiet note\">" + grouped_number(static_cast<std::int64_t>(shown.size())) + " of " +
            grouped_number(total) + ", evenly over all of them; the samples file has the others.</p>\n";
  }
  text += categories(task);
  for (const EvalAnswer* answer : shown) text += cards.card(*answer);
  return text + "</section>\n";
}

// One picker for each task and kind; the style sheet shows what the chosen ones stand for.
std::string picker(const std::string& group, std::size_t number, bool chosen) {
  return "<input class=\"picker\" type=\"radio\" name=\"" + group + "\" id=\"" + group + std::to_string(number) + "\"" +
         (chosen ? " checked" : "") + ">\n";
}

std::string label(const std::string& id, std::string_view text, std::size_t count) {
  return "<label for=\"" + id + "\">" + html(text) + " <span class=\"quiet\">" +
         grouped_number(static_cast<std::int64_t>(count)) + "</span></label>\n";
}

struct FilterParts {
  std::string pickers, labels, rules;
};

FilterParts filter_parts(const EvalReport& report, const EvalReportLimits& limits) {
  std::size_t all = 0, kinds[kNumKinds] = {};
  std::string tasks;
  FilterParts parts;
  parts.pickers = picker("t", 0, true);
  for (std::size_t i = 0; i < report.tasks.size(); ++i) {
    const auto shown = shown_answers(report.tasks[i], limits.answers);
    all += shown.size();
    for (int kind = kAll; kind < kNumKinds; ++kind) {
      kinds[kind] += static_cast<std::size_t>(std::count_if(shown.begin(), shown.end(), [&](const EvalAnswer* answer) {
        return is_of(*answer, static_cast<Kind>(kind));
      }));
    }
    const std::string number = std::to_string(i + 1);
    tasks += label("t" + number, report.tasks[i].name, shown.size());
    parts.pickers += picker("t", i + 1, false);
    parts.rules += "#t" + number + ":checked ~ main section:not(#s" + number + ") { display: none; }\n";
  }
  for (std::size_t i = 0; i <= report.tasks.size(); ++i) {
    const std::string id = "#t" + std::to_string(i), target = " ~ main [for=t" + std::to_string(i) + "]";
    parts.rules += id + ":checked" + target +
                   " { background: var(--blue-back); border-color: var(--blue); color: var(--blue); }\n" + id +
                   ":focus-visible" + target + " { outline: 2px solid var(--blue); }\n";
  }
  parts.labels = "<div>\n" + label("t0", "all tasks", all) + tasks + "</div>\n<div>\n";
  for (std::size_t kind = kAll; kind < kNumKinds; ++kind) {
    parts.pickers += picker("k", kind, kind == kAll);
    parts.labels += label("k" + std::to_string(kind), kKindNames[kind], kinds[kind]);
  }
  parts.labels += "</div>";
  return parts;
}

std::string settings_list(const EvalReport& report) {
  std::string text = "<dl>";
  for (const auto& [name, value] : report.settings) text += "<dt>" + html(name) + "</dt><dd>" + html(value) + "</dd>";
  return text + "</dl>";
}

}  // namespace

std::string eval_report_page(const EvalReport& report, const EvalReportLimits& limits) {
  const FilterParts filters = filter_parts(report, limits);
  AnswerCards cards(limits);
  std::string tasks;
  for (std::size_t i = 0; i < report.tasks.size(); ++i) tasks += task_section(report.tasks[i], i + 1, limits, cards);
  return fill_page(kEvalPage, {{"name", html(report.name)},
                               {"title", html(report.name)},
                               {"subtitle", html(report.subtitle)},
                               {"task_rules", filters.rules},
                               {"pickers", filters.pickers},
                               {"scores", scores_table(report)},
                               {"filters", filters.labels},
                               {"tasks", tasks},
                               {"settings", settings_list(report)}});
}

}  // namespace ov
