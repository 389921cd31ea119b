#include "report/mixture_shares.h"

#include <filesystem>
#include <map>
#include <utility>

#include "base/file.h"
#include "report/jsonl_file.h"

namespace ov {
namespace {

constexpr std::size_t kMaxBytes = 16 << 20;

std::vector<MixtureShare> count_manifest(const std::string& path) {
  std::vector<MixtureShare> shares;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for_each_line(path, [&](const Json& line, const std::string& where) {
    const Fields fields(line, where);
    const std::string stage = fields.string("stage");
    const std::string dataset = fields.string("dataset");
    const auto [place, is_new] = places.try_emplace({stage, dataset}, shares.size());
    if (is_new) shares.push_back({stage, dataset, "", 0});
    ++shares[place->second].samples;
  });
  return shares;
}

}  // namespace

void write_mixture_shares(const std::string& folder, const std::vector<MixtureShare>& shares) {
  Json rows = Json::array();
  for (const MixtureShare& share : shares) {
    rows.push_back(
        {{"stage", share.stage}, {"dataset", share.dataset}, {"modality", share.modality}, {"samples", share.samples}});
  }
  write_file_atomic(folder + "/mixture.json", dump_json({{"shares", rows}}, 1) + "\n");
}

std::vector<MixtureShare> read_mixture_shares(const std::string& folder) {
  const std::string path = folder + "/mixture.json";
  if (!std::filesystem::exists(path)) return count_manifest(folder + "/manifest.jsonl");
  const Json document = parse_json(read_file(path, kMaxBytes), path);
  const Fields fields(document, path);
  if (!fields.at("shares").is_array()) fields.refuse("shares", "a list");
  std::vector<MixtureShare> shares;
  for (const Json& row : fields.at("shares")) {
    const Fields share(row, path + ": entry " + std::to_string(shares.size() + 1) + " of shares");
    shares.push_back({share.string("stage"), share.string("dataset"), share.string_or("modality", ""),
                      share.integer("samples", 0, INT64_MAX)});
  }
  return shares;
}

}  // namespace ov
