// onevision data check and data stats: the report of a scan, as text and as JSON.
#include <algorithm>

#include "base/error.h"
#include "base/parallel.h"
#include "base/progress_bar.h"
#include "cli/console.h"
#include "cli/data.h"
#include "data/scan.h"
#include "report/amounts.h"

#include "checkpoint/info.h"

namespace ov {
namespace {

struct Report {
  Dataset data;
  Scan scan;
  TokenCounts all;
  std::vector<TokenCounts> entries;  // one for each of the data set's
};

Report make_report(const DataOptions& options) {
  Report report{open_data(options), {}, {}, {}};
  const auto processor = open_processor(options);
  ProgressBar bar("data", report.data.size(), options.quiet);
  const ScanOptions how{num_threads(), options.pixels, &cancelled(),
                        [&](std::int64_t done) { bar.set(done, report.data.size()); }};
  report.scan = scan_dataset(report.data, *processor, options.form, how);
  std::int64_t begin = 0;
  for (const DatasetEntry& entry : report.data.entries()) {
    report.entries.push_back(count_tokens(report.scan, begin, begin + entry.taken));
    begin += entry.taken;
  }
  report.all = count_tokens(report.scan, 0, report.data.size());
  return report;
}

// What is wrong with a data file as a whole; "" is nothing.
std::string problem_of(const DatasetEntry& entry) {
  std::string problem = entry.problem;
  if (problem.empty() && entry.mixture.rows && *entry.mixture.rows != entry.rows) {
    problem = entry.mixture.path + ": " + std::to_string(entry.rows) + " rows, expected " +
              std::to_string(*entry.mixture.rows);
  }
  if (problem.empty()) return problem;
  if (!entry.mixture.where.empty()) problem = entry.mixture.where + ": " + problem;
  if (!entry.mixture.source.empty()) problem += " (from " + entry.mixture.source + ")";
  if (!entry.mixture.released) problem += " (never released)";
  return problem;
}

std::int64_t problems_of(const Report& report) {
  const auto& entries = report.data.entries();
  return std::count_if(entries.begin(), entries.end(),
                       [](const DatasetEntry& entry) { return !problem_of(entry).empty(); });
}

double mean_of(const TokenCounts& counts) {
  return counts.samples == 0 ? 0 : static_cast<double>(counts.tokens) / static_cast<double>(counts.samples);
}

Json tokens_json(const TokenCounts& counts) {
  return {{"total", counts.tokens},       {"supervised", counts.supervised},
          {"media", counts.media_tokens}, {"min", counts.shortest},
          {"mean", mean_of(counts)},      {"median", counts.median},
          {"p95", counts.percent95},      {"max", counts.longest}};
}

Json modalities_json(const TokenCounts& counts) {
  Json out = Json::object();
  for (std::size_t i = 0; i < kNumModalities; ++i) {
    out[modality_name(static_cast<Modality>(i))] = counts.modalities[i];
  }
  return out;
}

Json entry_json(const DatasetEntry& entry, const TokenCounts& counts) {
  return {{"name", entry.mixture.name},
          {"path", entry.mixture.path},
          {"source", entry.mixture.source},
          {"released", entry.mixture.released},
          {"problem", problem_of(entry).empty() ? Json() : Json(problem_of(entry))},
          {"rows", entry.rows},
          {"published_rows", entry.mixture.rows ? Json(*entry.mixture.rows) : Json()},
          {"strategy", entry.mixture.strategy},
          {"taken", entry.taken},
          {"bad", counts.bad},
          {"modalities", modalities_json(counts)},
          {"tiles", counts.tiles},
          {"tokens", tokens_json(counts)}};
}

Json report_json(const Report& report, const DataOptions& options) {
  Json datasets = Json::array(), histogram = Json::array(), bad = Json::array();
  for (std::size_t i = 0; i < report.entries.size(); ++i) {
    datasets.push_back(entry_json(report.data.entries()[i], report.entries[i]));
  }
  for (const LengthBin& bin : length_histogram(report.scan)) {
    histogram.push_back({{"from", bin.from}, {"to", bin.to}, {"count", bin.count}});
  }
  const std::size_t shown = std::min(report.scan.bad.size(), static_cast<std::size_t>(options.max_bad));
  for (std::size_t i = 0; i < shown; ++i) {
    const BadRecord& record = report.scan.bad[i];
    bad.push_back({{"index", record.index},
                   {"where", report.data.where(record.index)},
                   {"dataset", report.data.entries()[report.data.entry_of(record.index)].mixture.name},
                   {"message", record.message}});
  }
  const std::int64_t steps = report.all.samples / options.batch_size;
  return {{"ok", report.scan.bad.empty() && problems_of(report) == 0},
          {"samples", report.data.size()},
          {"bad", report.scan.bad.size()},
          {"bad_files", problems_of(report)},
          {"modalities", modalities_json(report.all)},
          {"tiles", report.all.tiles},
          {"tokens", tokens_json(report.all)},
          {"histogram", histogram},
          {"batch_size", options.batch_size},
          {"epochs", options.epochs},
          {"steps_per_epoch", steps},
          {"steps", steps * options.epochs},
          {"left_over", report.all.samples % options.batch_size},
          {"datasets", datasets},
          {"bad_records", bad}};
}

std::string whole(double value) { return grouped_digits(static_cast<std::int64_t>(value + 0.5)); }

std::string percent(std::int64_t part, std::int64_t all) {
  return all == 0 ? "0%" : std::to_string((100 * part + all / 2) / all) + "%";
}

// Columns aligned: the first to the left, the others to the right.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.at(0).size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - row[i].size(), ' ');
      if (i > 0) text += "  ";
      text += i == 0 ? row[i] + space : space + row[i];
    }
    text += "\n";
  }
  return text;
}

std::string datasets_text(const Report& report) {
  std::vector<std::vector<std::string>> rows = {{"data set", "rows", "taken", "text", "image", "images", "video", "bad",
                                                 "tokens", "mean", "longest", "supervised"}};
  const auto add = [&](const std::string& name, std::int64_t file_rows, std::int64_t taken, const TokenCounts& counts) {
    std::vector<std::string> row = {name, grouped_digits(file_rows), grouped_digits(taken)};
    for (const std::int64_t count : counts.modalities) row.push_back(grouped_digits(count));
    row.insert(row.end(), {grouped_digits(counts.bad), grouped_digits(counts.tokens), whole(mean_of(counts)),
                           grouped_digits(counts.longest), percent(counts.supervised, counts.tokens)});
    rows.push_back(std::move(row));
  };
  std::int64_t all_rows = 0;
  for (std::size_t i = 0; i < report.entries.size(); ++i) {
    const DatasetEntry& entry = report.data.entries()[i];
    all_rows += entry.rows;
    add(entry.mixture.name, entry.rows, entry.taken, report.entries[i]);
  }
  if (report.entries.size() > 1) add("all", all_rows, report.data.size(), report.all);
  return table(rows);
}

std::string histogram_text(const Report& report) {
  constexpr std::int64_t kBar = 40;
  const std::vector<LengthBin> bins = length_histogram(report.scan);
  std::int64_t most = 1;
  for (const LengthBin& bin : bins) most = std::max(most, bin.count);
  std::vector<std::vector<std::string>> rows = {{"tokens of a sample", "samples"}};
  std::vector<std::string> bars = {""};
  for (const LengthBin& bin : bins) {
    if (rows.size() == 1 && bin.count == 0) continue;
    rows.push_back({grouped_digits(bin.from) + " to " + grouped_digits(bin.to - 1), grouped_digits(bin.count)});
    bars.emplace_back(static_cast<std::size_t>((bin.count * kBar + most - 1) / most), '#');
  }
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].push_back("");
  std::string text, aligned = table(rows);
  std::size_t line = 0;
  for (std::size_t begin = 0; begin < aligned.size(); ++line) {
    const std::size_t end = aligned.find('\n', begin);
    std::string row = aligned.substr(begin, end - begin) + bars[line];
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
    begin = end + 1;
  }
  return text;
}

std::string totals_text(const Report& report, const DataOptions& options) {
  const TokenCounts& all = report.all;
  const std::int64_t steps = all.samples / options.batch_size, left = all.samples % options.batch_size;
  std::string text = grouped_digits(all.samples) + " samples, " + grouped_digits(all.tokens) +
                     " tokens: " + percent(all.media_tokens, all.tokens) + " of media (" + grouped_digits(all.tiles) +
                     " tiles), " + percent(all.supervised, all.tokens) + " supervised; median " +
                     grouped_digits(all.median) + ", 95% within " + grouped_digits(all.percent95) + ", longest " +
                     grouped_digits(all.longest) + "\n";
  text += "batches of " + grouped_digits(options.batch_size) + ": " + grouped_digits(steps) +
          (steps == 1 ? " step" : " steps") + " an epoch";
  if (left > 0) text += " (" + grouped_digits(left) + " samples left over)";
  if (options.epochs > 1)
    text += ", " + grouped_digits(steps * options.epochs) + " in " + grouped_digits(options.epochs) + " epochs";
  return text + ", about " + whole(mean_of(all) * static_cast<double>(options.batch_size)) + " tokens a step\n";
}

std::string problems_text(const Report& report, const DataOptions& options) {
  std::string text;
  const std::int64_t files = problems_of(report);
  if (files > 0) {
    text += grouped_digits(files) + " of " + grouped_digits(static_cast<std::int64_t>(report.entries.size())) +
            " data files cannot be used or are not as published:\n";
  }
  for (const DatasetEntry& entry : report.data.entries()) {
    if (const std::string problem = problem_of(entry); !problem.empty()) text += "  " + problem + "\n";
  }
  const auto bad = static_cast<std::int64_t>(report.scan.bad.size());
  if (bad > 0) text += grouped_digits(bad) + " of " + grouped_digits(report.data.size()) + " records are bad:\n";
  const std::int64_t shown = std::min(bad, options.max_bad);
  for (std::int64_t i = 0; i < shown; ++i) text += "  " + report.scan.bad[static_cast<std::size_t>(i)].message + "\n";
  if (shown < bad) text += "  and " + grouped_digits(bad - shown) + " more; see --max-bad\n";
  return text;
}

}  // namespace

int check_data(const DataOptions& options) {
  const Report report = make_report(options);
  const bool ok = report.scan.bad.empty() && problems_of(report) == 0;
  if (options.json) {
    print_json(report_json(report, options));
  } else {
    print(datasets_text(report) + "\n" + histogram_text(report) + "\n" + totals_text(report, options) +
          problems_text(report, options) + (ok ? "nothing bad was found\n" : ""));
  }
  return ok ? 0 : exit_code(ErrorKind::input);
}

int show_data_stats(const DataOptions& options) {
  const Report report = make_report(options);
  if (options.json) {
    print_json(report_json(report, options));
    return 0;
  }
  std::string text = datasets_text(report) + "\n" + histogram_text(report) + "\n" + totals_text(report, options);
  const auto bad = static_cast<std::int64_t>(report.scan.bad.size());
  if (bad > 0 || problems_of(report) > 0) {
    text += grouped_digits(bad) + " bad records and " + grouped_digits(problems_of(report)) +
            " bad files were left out; see onevision data check\n";
  }
  print(text);
  return 0;
}

}  // namespace ov
