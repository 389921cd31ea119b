#include <algorithm>

#include "base/error.h"
#include "benchmarks/definitions.h"
#include "config/yaml_fields.h"

namespace ov {

const std::vector<Benchmark>& benchmarks() {
  static const std::vector<Benchmark> all = [] {
    std::vector<Benchmark> found;
    for (const auto& theme :
         {document_benchmarks(), science_benchmarks(), general_benchmarks(), judged_benchmarks(),
          several_image_benchmarks(), video_choice_benchmarks(), video_task_benchmarks(), open_video_benchmarks()}) {
      found.insert(found.end(), theme.begin(), theme.end());
    }
    return found;
  }();
  return all;
}

const Benchmark& find_benchmark(const std::string& name) {
  const auto& all = benchmarks();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Benchmark& b) { return b.name == name; });
  if (found != all.end()) return *found;
  std::vector<std::string> names;
  for (const Benchmark& benchmark : all) names.push_back(benchmark.name);
  throw Error(ErrorKind::usage, "there is no benchmark \"" + name + "\"" + nearest_name(name, names));
}

}  // namespace ov
