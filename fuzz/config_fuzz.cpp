// config.json, generation_config.json and preprocessor_config.json: the first byte chooses. A config that
// is accepted must have sizes that fit, and must survive being written in its own layout.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "checkpoint/names.h"
#include "config/config_writer.h"
#include "config/generation_config.h"
#include "config/preprocessor_config.h"

namespace {

void read_config(const ov::Json& json) {
  const ov::ModelConfig config = ov::parse_model_config(json, "fuzz");
  if (config.text.num_hidden_layers + config.vision.num_hidden_layers < 64) {
    for (const ov::ExpectedTensor& tensor : ov::expected_tensors(config)) {
      if (tensor.num_elements() <= 0) std::abort();
    }
  }
  const ov::ModelConfig again = ov::parse_model_config(ov::config_in(config.layout, config), "written");
  if (!(again.text == config.text) || !(again.vision == config.vision)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    const ov::Json json = ov::parse_json({reinterpret_cast<const char*>(data) + 1, size - 1}, "fuzz");
    if (data[0] == 'g') {
      ov::parse_generation_config(json, "fuzz", ov::ModelConfig{});
    } else if (data[0] == 'p') {
      ov::parse_preprocessor_config(json, "fuzz", ov::ModelConfig{});
    } else {
      read_config(json);
    }
  } catch (const ov::Error& error) {
    if (error.kind() == ov::ErrorKind::internal) std::abort();
  }
  return 0;
}
