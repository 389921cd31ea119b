#include "report/report.h"

#include <chrono>
#include <ctime>
#include <filesystem>
#include <string_view>

#include "base/file.h"
#include "report/amounts.h"
#include "report/html.h"
#include "report/jsonl_file.h"
#include "report/report_sections.h"

namespace ov {

extern const std::string_view kReportPage;  // report_page.html

namespace {

constexpr std::size_t kMaxRecipeBytes = 4 << 20;

std::string read_recipe(const std::string& folder) {
  const std::string path = folder + "/recipe.yaml";
  return std::filesystem::exists(path) ? read_file(path, kMaxRecipeBytes) : "";
}

// The recipe's own name. Only its first line of this form is looked at: YAML is read on a higher floor.
std::string run_name(std::string_view recipe) {
  constexpr std::string_view kKey = "name:";
  while (!recipe.empty()) {
    std::string_view line = recipe.substr(0, recipe.find('\n'));
    recipe.remove_prefix(std::min(recipe.size(), line.size() + 1));
    if (!line.starts_with(kKey)) continue;
    line.remove_prefix(kKey.size());
    const std::size_t begin = line.find_first_not_of(" \"'");
    if (begin == std::string_view::npos) continue;
    return std::string(line.substr(begin, line.find_last_not_of(" \"'\r") - begin + 1));
  }
  return "Training run";
}

std::string written_at() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &utc);
  return text;
}

std::string skipped_note(const std::string& folder) {
  std::int64_t count = 0;
  for_each_line(folder + "/skipped.jsonl", [&](const Json&, const std::string&) { ++count; });
  if (count == 0) return "";
  return "<p class=\"warning\">" + grouped_number(count) + (count == 1 ? " sample was" : " samples were") +
         " skipped; skipped.jsonl says which and why.</p>\n";
}

}  // namespace

std::string report_page(const std::string& folder) {
  const std::string recipe = read_recipe(folder);
  const std::vector<StepMetrics> steps = RunLog::read(folder);
  const std::vector<StageSteps> stages = split_stages(steps);
  std::string subtitle = std::to_string(stages.size()) + (stages.size() == 1 ? " stage, " : " stages, ");
  subtitle += grouped_number(static_cast<std::int64_t>(steps.size())) + " steps, written " + written_at();
  return fill_page(kReportPage, {{"name", html(run_name(recipe))},
                                 {"title", html(run_name(recipe))},
                                 {"subtitle", subtitle},
                                 {"totals", totals_section(steps) + skipped_note(folder)},
                                 {"stages", stages_table(stages)},
                                 {"stage_curves", stage_curves(stages)},
                                 {"run_curves", run_curves(stages, steps)},
                                 {"mixture", mixture_section(read_mixture_shares(folder))},
                                 {"answers", answers_section(read_answers(folder))},
                                 {"recipe", recipe.empty() ? "There is no recipe.yaml." : html(recipe)}});
}

void write_report(const std::string& folder) { write_file_atomic(folder + "/report.html", report_page(folder)); }

}  // namespace ov
