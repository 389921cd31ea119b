#include "eval/results.h"

#include <algorithm>
#include <cstdio>
#include <map>

namespace ov {
namespace {

std::vector<double> scores_of(const std::vector<AnsweredSample>& samples) {
  std::vector<double> scores;
  for (const AnsweredSample& sample : samples) scores.push_back(sample.score);
  return scores;
}

Json categories_json(const std::vector<AnsweredSample>& samples) {
  std::map<std::string, std::vector<double>> scores;
  for (const AnsweredSample& sample : samples) {
    if (!sample.category.empty()) scores[sample.category].push_back(sample.score);
  }
  Json categories = Json::object();
  for (const auto& [category, of_category] : scores) categories[category] = to_json(score_of(of_category));
  return categories;
}

Json task_json(const TaskResult& result) {
  Json json = to_json(score_of(scores_of(result.samples)));
  json["records"] = result.records;
  json["group"] = result.task.group;
  json.update(to_json(result.task));
  json["categories"] = categories_json(result.samples);
  json["answered_now"] = result.answered_now;
  json["seconds"] = result.seconds;
  json["samples_per_s"] = result.seconds > 0 ? Json(static_cast<double>(result.answered_now) / result.seconds) : Json();
  return json;
}

// The mean over tasks counts each task once; the pooled score counts each sample once.
Json groups_json(const std::vector<TaskResult>& results) {
  std::map<std::string, std::vector<const TaskResult*>> groups;
  for (const TaskResult& result : results) {
    if (!result.task.group.empty()) groups[result.task.group].push_back(&result);
  }
  Json json = Json::object();
  for (const auto& [name, members] : groups) {
    Json tasks = Json::array();
    std::vector<double> pooled;
    double sum = 0;
    for (const TaskResult* member : members) {
      const std::vector<double> scores = scores_of(member->samples);
      tasks.push_back(member->task.name);
      pooled.insert(pooled.end(), scores.begin(), scores.end());
      sum += score_of(scores).mean;
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
  const Json& interval = score.at("interval");
  return fixed(score.at("score").get<double>()) + " (" + fixed(interval.at(0).get<double>()) + " to " +
         fixed(interval.at(1).get<double>()) + ", n " + std::to_string(score.at("n").get<std::int64_t>()) + ")";
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
  out += "\nPercent, with the 95 % interval and the number of samples.\n";
  for (const auto& [name, results] : runs) {
    if (results.at("limit").is_null()) continue;
    out += plain(name) + ": only the first " + results.at("limit").dump() +
           " records of each task, which is not the score of the task.\n";
  }
  return out;
}

}  // namespace

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

}  // namespace ov
