// Facts: transformers' image_processing_llava_onevision.py. Its class defaults for mean and std are
// another model's, so a file that lacks them is refused instead of guessed at.
#include "config/preprocessor_config.h"

#include <filesystem>

#include "base/file.h"
#include "config/grid_pinpoints.h"

namespace ov {
namespace {

constexpr std::size_t kMaxBytes = 1 << 20;
constexpr std::int64_t kBicubic = 3;  // PIL's number

std::array<float, 3> read_channels(const Fields& fields, const std::string& key, double low) {
  std::array<float, 3> values{};
  const std::string expected = "three numbers, one per channel, from " + Json(low).dump() + " to 10";
  if (!fields.has(key)) fields.refuse(key, expected);
  const Json& list = fields.at(key);
  if (!list.is_array() || list.size() != 3) fields.refuse(key, expected);
  for (std::size_t c = 0; c < 3; ++c) {
    if (!list[c].is_number() || list[c] < low || list[c] > 10) fields.refuse(key, expected);
    values[c] = list[c].get<float>();
  }
  return values;
}

void require_true(const Fields& fields, const std::string& key) {
  if (!fields.boolean_or(key, true)) fields.refuse(key, "true");
}

void check_size(const Fields& fields, std::int64_t tile_size) {
  if (!fields.has("size")) return;
  const Fields size = fields.object("size");
  for (const char* side : {"height", "width"}) {
    if (size.integer(side, 1, 65536) != tile_size) {
      size.refuse(side, std::to_string(tile_size) + ", the tower's image_size");
    }
  }
}

void check_processor(const Fields& fields) {
  const std::string type = fields.string_or("image_processor_type", "LlavaOnevisionImageProcessor");
  if (type.rfind("LlavaOnevision", 0) != 0 && type.rfind("Siglip", 0) != 0) {
    fields.refuse("image_processor_type", "\"LlavaOnevisionImageProcessor\" or \"SiglipImageProcessor\"");
  }
}

}  // namespace

PreprocessorConfig parse_preprocessor_config(const Json& raw, const std::string& where, const ModelConfig& config) {
  const Fields fields(raw, where);
  check_processor(fields);
  for (const char* key : {"do_resize", "do_rescale", "do_normalize"}) require_true(fields, key);
  if (fields.boolean_or("do_center_crop", false)) fields.refuse("do_center_crop", "false");
  if (fields.integer_or("resample", kBicubic, 0, 10) != kBicubic) fields.refuse("resample", "3 (bicubic)");
  check_size(fields, config.tiling.tile_size);

  PreprocessorConfig pixels;
  pixels.from_file = true;
  pixels.normalisation.mean = read_channels(fields, "image_mean", 0);
  pixels.normalisation.std = read_channels(fields, "image_std", 1e-4);
  pixels.normalisation.rescale = fields.number_or("rescale_factor", 1.0 / 255, 1e-6, 1e3);
  if (fields.has("image_grid_pinpoints") && config.layout == Layout::hf &&
      parse_pinpoints(fields.at("image_grid_pinpoints"), Layout::hf, config.tiling.tile_size, where) !=
          config.tiling.pinpoints) {
    fields.refuse("image_grid_pinpoints", "the list of config.json");
  }
  return pixels;
}

PreprocessorConfig read_preprocessor_config(const std::string& folder, const ModelConfig& config) {
  const std::string path = folder + "/preprocessor_config.json";
  if (std::filesystem::exists(path)) {
    return parse_preprocessor_config(parse_json(read_file(path, kMaxBytes), path), path, config);
  }
  // transformers 5 keeps the same object inside the processor's file.
  const std::string nested = folder + "/processor_config.json";
  if (!std::filesystem::exists(nested)) return {};
  const Json processor = parse_json(read_file(nested, kMaxBytes), nested);
  const Fields fields(processor, nested);
  if (!fields.has("image_processor")) return {};
  return parse_preprocessor_config(fields.at("image_processor"), nested + ": image_processor", config);
}

}  // namespace ov
