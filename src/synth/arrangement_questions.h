// Questions about an arrangement whose answers are certain: names, places, colours, numbers, relations, sizes.
//
//   if (const auto question = ask_about(random, writer, "where", scene)) ask(random, writer, *question);
#pragma once

#include <optional>
#include <span>
#include <string>

#include "synth/arrangement.h"
#include "synth/asking.h"

namespace ov {

std::span<const char* const> arrangement_kinds();

// None where the scene has no certain answer of the kind.
std::optional<Query> ask_about(RandomStream& random, const SampleWriter& writer, const std::string& kind,
                               const Arrangement& scene);

}  // namespace ov
