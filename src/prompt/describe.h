// A medium's plan as people and programs read it: the "item" of explain --json and ask --json.
#pragma once

#include <string>

#include "base/json.h"
#include "prompt/processor.h"

namespace ov {

Json media_json(const PromptMedia& media);
// "coffee.jpg: 600x400 image, anyres 2x2 grid = 5 tiles; 36x54 of the map kept; 2709 tokens"
std::string media_text(const PromptMedia& media);

}  // namespace ov
