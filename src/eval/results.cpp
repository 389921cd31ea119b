#include "eval/results.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/error.h"
#include "report/paper_scores.h"

namespace ov {
namespace {

constexpr double kFullMme = 2800;

std::vector<double> values_of(const TaskResult& result) {
  std::vector<double> values;
  for (const ScoredSample& sample : result.scored) values.push_back(sample.judged.value);
  return values;
}

// How the reference harness names and scales the figure, so that its results can be compared key by key.
Json compat_json(const TaskResult& result, const Headline& headline) {
  const Benchmark& benchmark = *result.task.benchmark;
  if (benchmark.lmms_eval_task.empty() || headline.n == 0) return Json();
  Json metrics = {{benchmark.lmms_eval_key.of(result.task.protocol), headline.value / 100 * benchmark.lmms_eval_scale}};
  if (benchmark.aggregate.kind == "mme_pair") {
    const char* perception =
        result.task.protocol == Protocol::paper ? "mme_percetion_score,none" : "mme_perception_score,none";
    metrics = {{perception, headline.extra.at("perception")},
               {"mme_cognition_score,none", headline.extra.at("cognition")}};
  }
  return {{benchmark.lmms_eval_task, metrics}};
}

// "Spot-the-Diff" is the paper's row interleave_spot_the_diff.
std::string interleave_row(std::string category) {
  for (char& c : category) c = c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return "interleave_" + category;
}

// What the paper's table calls these scores, on its scales.
Json paper_json(const TaskResult& result, const Headline& headline) {
  Json scores = Json::object();
  const Benchmark& benchmark = *result.task.benchmark;
  if (headline.n == 0 || result.by_proxy) return scores;  // a proxy is no such score
  if (benchmark.aggregate.kind == "mme_pair") {
    for (const char* part : {"perception", "cognition"}) scores[std::string("mme_") + part] = headline.extra.at(part);
    return scores;
  }
  if (paper_row(benchmark.name) != nullptr) scores[benchmark.name] = headline.value / 100 * benchmark.full();
  const auto categories = headline.breakdown.find("sub_task category");
  if (categories == headline.breakdown.end()) return scores;
  for (const auto& [category, score] : categories->second) {
    const std::string row = interleave_row(category);
    if (paper_row(row) != nullptr) scores[row] = score.mean;
  }
  return scores;
}

Json task_json(const TaskResult& result) {
  const Headline headline = result.headline();
  Json json = {{"score", nullptr}, {"stderr", nullptr}, {"interval", nullptr}, {"n", nullptr}};
  const Json found = to_json(headline);
  for (const char* key : {"score", "stderr", "interval", "n"}) json[key] = headline.n > 0 ? found.at(key) : Json();
  json["n"] = headline.n;
  json["full"] = result.task.aggregate().kind == "mme_pair" ? kFullMme : 100.0;
  json["records"] = result.records;
  json["group"] = result.task.group;
  json.update(to_json(result.task));
  json["undecided"] = headline.undecided;
  json["unscored"] = result.unscored.size();
  if (!result.unscored.empty()) json["unscored_because"] = result.unscored.begin()->second;
  json["scored_by"] = result.scored_by.empty() ? Json(result.task.metric) : Json(result.scored_by);
  const Json& breakdown = found.at("breakdown");
  json["categories"] = breakdown.value("category", Json::object());
  if (result.task.benchmark != nullptr) {
    json["headline"] = found;
    json["paper"] = paper_json(result, headline);
    json["lmms_eval"] = result.by_proxy ? Json() : compat_json(result, headline);
  }
  json["answered_now"] = result.answered_now;
  json["seconds"] = result.seconds;
  json["samples_per_s"] = result.seconds > 0 ? Json(static_cast<double>(result.answered_now) / result.seconds) : Json();
  return json;
}

// The mean over tasks counts each task once; the pooled score counts each sample once. Tasks with sums of their own
// kind (MME), without scores and with a proxy's are in neither.
Json groups_json(const std::vector<TaskResult>& results) {
  std::map<std::string, std::vector<const TaskResult*>> groups;
  for (const TaskResult& result : results) {
    if (result.task.group.empty() || result.task.aggregate().kind == "mme_pair") continue;
    if (result.by_proxy || result.headline().n == 0) continue;
    groups[result.task.group].push_back(&result);
  }
  Json json = Json::object();
  for (const auto& [name, members] : groups) {
    Json tasks = Json::array();
    std::vector<double> pooled;
    double sum = 0;
    for (const TaskResult* member : members) {
      const std::vector<double> values = values_of(*member);
      tasks.push_back(member->task.name);
      pooled.insert(pooled.end(), values.begin(), values.end());
      sum += member->headline().value;
    }
    json[name] = {
        {"tasks", tasks}, {"mean", sum / static_cast<double>(members.size())}, {"pooled", to_json(score_of(pooled))}};
  }
  return json;
}

std::string fixed(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string cell(const Json& score) {
  if (score.at("score").is_null()) return "no score";
  const Json& low = score.at("interval").at(0);
  const Json& high = score.at("interval").at(1);  // null: a ratio of one sample has no bound
  const std::string interval =
      high.is_null() ? "" : fixed(low.get<double>()) + " to " + fixed(high.get<double>()) + ", ";
  return fixed(score.at("score").get<double>()) + " (" + interval + "n " +
         std::to_string(score.at("n").get<std::int64_t>()) + ")";
}

// Markdown cells end at "|" and at the line.
std::string plain(std::string text) {
  for (char& c : text) c = c == '|' || c == '\n' ? ' ' : c;
  return text;
}

using Runs = std::vector<std::pair<std::string, Json>>;

std::vector<std::string> names_of(const Runs& runs, const char* part) {
  std::vector<std::string> names;
  for (const auto& [run, results] : runs) {
    for (const auto& [name, value] : results.at(part).items()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

// The cells of one row; "-" for a run that lacks it.
template <class Show>
std::string cells(const Runs& runs, const char* part, const std::string& name, const Show& show) {
  std::string row;
  for (const auto& [run, results] : runs) {
    const Json& items = results.at(part);
    row += " " + (items.contains(name) ? show(items.at(name)) : "-") + " |";
  }
  return row + "\n";
}

std::string any_text(const Runs& runs, const std::string& task, const char* key) {
  std::string found;
  for (const auto& [run, results] : runs) {
    const Json& tasks = results.at("tasks");
    if (!tasks.contains(task)) continue;
    const std::string text = plain(tasks.at(task).at(key).get<std::string>());
    if (!found.empty() && text != found) return "differs";
    found = text;
  }
  return found;
}

// What the scores lack, one line each.
std::string remarks(const Runs& runs) {
  std::string out;
  for (const auto& [name, results] : runs) {
    for (const auto& [task, json] : results.at("tasks").items()) {
      const std::string lead = plain(name) + ", " + plain(task) + ": ";
      const std::string metric = json.at("metric").get<std::string>();
      const std::string by = json.value("scored_by", metric);
      if (by != metric) out += lead + "scored by " + plain(by) + ".\n";
      if (const std::int64_t undecided = json.value("undecided", std::int64_t{0}); undecided > 0) {
        out += lead + std::to_string(undecided) + " answers say nothing that the rule can read; its fallback" +
               (json.contains("fallback") ? " (" + plain(json.value("fallback", "")) + ")" : "") + " decided.\n";
      }
      if (const std::int64_t unscored = json.value("unscored", std::int64_t{0}); unscored > 0) {
        out += lead + std::to_string(unscored) +
               " samples have no score and count nowhere; the first: " + plain(json.value("unscored_because", "")) +
               ".\n";
      }
    }
  }
  return out;
}

std::string table_of(const Runs& runs) {
  std::string head = "| task | group | metric |", line = "|---|---|---|", out;
  for (const auto& [name, results] : runs) {
    head += " " + plain(name) + " |";
    line += "---|";
  }
  out = head + "\n" + line + "\n";
  for (const std::string& task : names_of(runs, "tasks")) {
    out += "| " + task + " | " + any_text(runs, task, "group") + " | " + any_text(runs, task, "metric") + " |" +
           cells(runs, "tasks", task, cell);
  }
  for (const std::string& group : names_of(runs, "groups")) {
    const auto mean = [](const Json& json) { return fixed(json.at("mean").get<double>()); };
    out += "| mean over tasks | " + plain(group) + " | |" + cells(runs, "groups", group, mean);
    out += "| all samples | " + plain(group) + " | |" +
           cells(runs, "groups", group, [](const Json& json) { return cell(json.at("pooled")); });
  }
  out += "\nPercent, with the 95 % interval and the number of samples; MME is the sum of its two parts.\n";
  for (const auto& [name, results] : runs) {
    if (results.at("limit").is_null()) continue;
    out += plain(name) + ": only the first " + results.at("limit").dump() +
           " records of each task, which is not the score of the task.\n";
  }
  return out + remarks(runs);
}

// The paper has one number for five aspects, presumably their mean.
void add_videochatgpt(const Json& tasks, const std::string& limited, OurRun& run) {
  double sum = 0;
  for (const char* aspect : {"correctness", "detail", "context", "temporal", "consistency"}) {
    const auto found = tasks.find(std::string("videochatgpt_") + aspect);
    if (found == tasks.end() || !found->value("scored_by", "").starts_with("judge ")) return;
    if (found->at("score").is_null()) return;
    sum += found->at("score").get<double>();
  }
  run.scores["videochatgpt"] = {sum / 100, "mean of five aspects" + limited};  // percent of 5, over five
}

}  // namespace

Headline TaskResult::headline() const {
  try {
    return aggregate(by_proxy ? Aggregate{} : task.aggregate(), scored);
  } catch (const Error& error) {
    throw Error(error.kind(), task.name + ": " + error.what());
  }
}

Json results_json(const std::vector<TaskResult>& results, const Json& run) {
  Json json = run;
  json["tasks"] = Json::object();
  for (const TaskResult& result : results) json["tasks"][result.task.name] = task_json(result);
  json["groups"] = groups_json(results);
  return json;
}

std::string results_table(const Runs& runs) {
  for (const auto& run : runs) {
    try {
      table_of({run});
    } catch (const nlohmann::json::exception&) {
      throw Error(ErrorKind::format, run.first + ": its results.json is not one that eval writes");
    }
  }
  return table_of(runs);
}

std::string paper_comparison(const Runs& runs) {
  std::vector<OurRun> ours;
  bool any = false;
  for (const auto& [name, results] : runs) {
    OurRun run{name, {}};
    for (const auto& [task, json] : results.at("tasks").items()) {
      std::string remark;
      if (!results.at("limit").is_null()) remark = "first " + results.at("limit").dump();
      const Json scores = json.value("paper", Json::object());
      for (const auto& [row, value] : scores.items()) {
        if (!value.is_number()) {
          throw Error(ErrorKind::format, name + ": its results.json has a score of " + row + " that is no number");
        }
        run.scores[row] = {value.get<double>(), remark};
      }
    }
    const Json& limit = results.at("limit");
    add_videochatgpt(results.at("tasks"), limit.is_null() ? "" : ", first " + limit.dump(), run);
    any = any || !run.scores.empty();
    ours.push_back(std::move(run));
  }
  return any ? paper_table(ours) : "";
}

}  // namespace ov
