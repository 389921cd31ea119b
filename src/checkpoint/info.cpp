#include "checkpoint/info.h"

#include <cstdio>

namespace ov {
namespace {

// The part of the model a tensor belongs to: the name up to its first dot.
std::string part_of(const std::string& name) { return name.substr(0, name.find('.')); }

Json parameter_counts(const Checkpoint& checkpoint) {
  Json counts = {{"total", 0},         {"vision_tower", 0},   {"projector", 0},
                 {"image_newline", 0}, {"language_model", 0}, {"lm_head", 0}};
  std::int64_t total = 0;
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    const std::string part = part_of(name);
    counts[part] = counts.value(part, std::int64_t{0}) + tensor.num_elements();
    total += tensor.num_elements();
  }
  counts["total"] = total;
  return counts;
}

Json dtype_counts(const Checkpoint& checkpoint) {
  Json counts = Json::object();
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    const std::string dtype = dtype_name(tensor.dtype);
    counts[dtype] = counts.value(dtype, std::int64_t{0}) + 1;
  }
  return counts;
}

Json tiling_json(const TilingConfig& tiling) {
  const char* mode = tiling.single_image_mode == AspectMode::anyres ? "anyres"
                     : tiling.single_image_mode == AspectMode::pad  ? "pad"
                                                                    : "square";
  return {{"mode", mode},
          {"max_tiles", tiling.max_tiles},
          {"tile_size", tiling.tile_size},
          {"patches_per_side", tiling.patches_per_side},
          {"canvases", tiling.pinpoints.size()},
          {"newline", tiling.newline}};
}

std::string size_text(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f GB", static_cast<double>(bytes) / 1e9);
  if (bytes < 100'000'000) std::snprintf(text, sizeof text, "%.2f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

}  // namespace

std::string grouped_digits(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

Json checkpoint_info(const Checkpoint& checkpoint) {
  const ModelConfig& config = checkpoint.config();
  const VisionConfig& vision = config.vision;
  const TextConfig& text = config.text;
  return {{"folder", checkpoint.folder()},
          {"layout", config.layout == Layout::official ? "official" : "hf"},
          {"names", variant_name(checkpoint.variant())},
          {"tensors", checkpoint.tensors().size()},
          {"files", checkpoint.shards().files.size()},
          {"bytes", checkpoint.weight_bytes()},
          {"parameters", parameter_counts(checkpoint)},
          {"dtypes", dtype_counts(checkpoint)},
          {"vocabulary_rows", text.vocab_size},
          {"tied", text.tie_word_embeddings},
          {"ignored_tensors", checkpoint.ignored().size()},
          {"vision",
           {{"layers", vision.num_hidden_layers},
            {"hidden_size", vision.hidden_size},
            {"heads", vision.num_attention_heads},
            {"image_size", vision.image_size},
            {"patch_size", vision.patch_size}}},
          {"text",
           {{"layers", text.num_hidden_layers},
            {"hidden_size", text.hidden_size},
            {"heads", text.num_attention_heads},
            {"kv_heads", text.num_key_value_heads},
            {"head_dim", text.head_dim},
            {"context", config.max_sequence_length}}},
          {"tiling", tiling_json(config.tiling)}};
}

std::string info_text(const Json& info) {
  const auto number = [](const Json& value) { return grouped_digits(value.get<std::int64_t>()); };
  const Json& parameters = info.at("parameters");
  const Json& vision = info.at("vision");
  const Json& text = info.at("text");
  const Json& tiling = info.at("tiling");
  std::string lines = info.at("folder").get<std::string>() + "\n";
  lines += "  layout       " + info.at("layout").get<std::string>() +
           ", tensor names: " + info.at("names").get<std::string>() + "\n";
  lines += "  weights      " + number(info.at("tensors")) + " tensors in " + number(info.at("files")) + " file(s), " +
           size_text(info.at("bytes").get<std::uint64_t>()) + ",";
  for (const auto& [dtype, count] : info.at("dtypes").items()) lines += " " + dtype + " x " + number(count);
  lines += "\n  parameters   " + number(parameters.at("total")) + "\n";
  for (const char* part : {"vision_tower", "projector", "image_newline", "language_model", "lm_head"}) {
    const std::string count = number(parameters.at(part));
    lines += "    " + std::string(part) + std::string(16 - std::string(part).size(), ' ') +
             std::string(count.size() < 16 ? 16 - count.size() : 0, ' ') + count + "\n";
  }
  lines += "  tower        " + number(vision.at("layers")) + " layers, width " + number(vision.at("hidden_size")) +
           ", " + number(vision.at("heads")) + " heads, tiles of " + number(vision.at("image_size")) +
           " pixels, patches of " + number(vision.at("patch_size")) + "\n";
  lines += "  language     " + number(text.at("layers")) + " layers, width " + number(text.at("hidden_size")) + ", " +
           number(text.at("heads")) + " heads over " + number(text.at("kv_heads")) + ", vocabulary " +
           number(info.at("vocabulary_rows")) + (info.at("tied").get<bool>() ? " (tied)" : "") + ", context " +
           number(text.at("context")) + "\n";
  lines += "  pictures     " + tiling.at("mode").get<std::string>() + ", " + number(tiling.at("canvases")) +
           " canvases, shrunk above " + number(tiling.at("max_tiles")) + " tiles\n";
  return lines;
}

}  // namespace ov
