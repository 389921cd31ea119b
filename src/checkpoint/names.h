// The one table between the tensor names of checkpoint files and the names used in this program.
//
//   canonical             official                                         hf_hub
//   vision_tower.*        model.vision_tower.vision_tower.vision_model.*   vision_tower.vision_model.*
//   projector.linear_1.*  model.mm_projector.0.*                           multi_modal_projector.linear_1.*
//   projector.linear_2.*  model.mm_projector.2.*                           multi_modal_projector.linear_2.*
//   image_newline         model.image_newline                              image_newline
//   language_model.*      model.*                                          language_model.model.*
//   lm_head.weight        lm_head.weight                                   language_model.lm_head.weight
//
// hf_memory is what transformers 4.52 to 4.57 calls them in memory, hf_5 what 5.x saves (see names.cpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/model_config.h"

namespace ov {

enum class NameVariant { official, hf_hub, hf_memory, hf_5 };
constexpr NameVariant kNameVariants[] = {NameVariant::official, NameVariant::hf_hub, NameVariant::hf_memory,
                                         NameVariant::hf_5};

const char* variant_name(NameVariant variant);
Layout variant_layout(NameVariant variant);

// "" when no line of the table fits.
std::string canonical_name(std::string_view name, NameVariant variant);
std::string variant_tensor_name(std::string_view canonical, NameVariant variant);

// The variant that explains most of the names; hf_hub and hf_5 differ only in the tower.
NameVariant detect_variant(const std::vector<std::string>& names);

struct ExpectedTensor {
  std::string name;  // canonical
  std::vector<std::int64_t> shape;
  // False for what may be stored but is not used: the tower's final norm, and the newline where
  // config.tiling.newline says that no token needs it (it is kept for those who train on).
  bool required = true;

  std::int64_t num_elements() const;
};

// Every tensor of a model in a fixed order: tower, projector, newline, language model, head. The
// head is absent when tied. Rows of the vocabulary are config.text.vocab_size.
std::vector<ExpectedTensor> expected_tensors(const ModelConfig& config);

// Stored by some writers and never used: pooling head and extra layers of the tower, position
// numbers, rotary tables.
bool is_ignorable(std::string_view canonical, const ModelConfig& config);

}  // namespace ov
