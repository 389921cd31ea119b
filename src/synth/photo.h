// Photos as samples show them, and words for what they show.
#pragma once

#include <string>

#include "synth/drawing.h"
#include "synth/random_stream.h"
#include "synth/supplies.h"

namespace ov {

// A drawing as high as the photo's form asks for, from two thirds to one and a half of its width.
Drawing photo_drawing(std::int64_t width, const Picture& photo);
// A part of the photo fills the drawing: cut, mirrored or not, a little darker or lighter.
void draw_photo(RandomStream& random, Drawing& drawing, const Picture& photo);

// "a lion", "scissors"
std::string photo_words(const std::string& label);
// Labels that one photo could both have, such as castle and palace.
bool look_alike(const std::string& a, const std::string& b);

}  // namespace ov
