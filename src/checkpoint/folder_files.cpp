#include "checkpoint/folder_files.h"

#include "base/file.h"
#include "config/config_writer.h"

namespace ov {

void save_json(const std::string& folder, const std::string& name, const Json& json) {
  write_file_atomic(folder + "/" + name, dump_json(json, 2) + "\n");
}

void write_processor_files(const std::string& folder, const ModelConfig& config, const Normalisation& pixels) {
  save_json(folder, "preprocessor_config.json", hf_preprocessor_config(config, pixels));
  save_json(folder, "video_preprocessor_config.json", hf_video_preprocessor_config(config, pixels));
  save_json(folder, "processor_config.json", hf_processor_config(config));
}

void write_chat_template(const std::string& folder) {
  save_json(folder, "chat_template.json", {{"chat_template", hf_chat_template()}});
}

}  // namespace ov
