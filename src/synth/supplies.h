// What a sample draws with: fonts, pictures of things, photos and written digits, taken from the assets for the split
// that the sample belongs to. A test sample has fonts and handwriting that no training sample has, and one of the split
// "unseen" also pictures of things and photos that none has.
//
//   const TextStyle style{.font = pick_font(random, writer), .size = 18};
//   for (const Thing& thing : pick_things(random, writer, 3)) drawing.picture(*thing.picture, box);
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "synth/drawing.h"
#include "synth/family.h"
#include "synth/random_stream.h"

namespace ov {

enum class FontKind { any, sans, serif, mono, hand, chinese };

// Makes all fonts known before the first is used, so that what pango falls back to does not depend on the order.
void use_all_fonts(const Assets& assets);

// The characters that a font of the assets has, by code point.
std::vector<bool> drawable_characters(const Assets& assets);

// A family name for TextStyle::font; `any` is any that writes Latin letters.
std::string pick_font(RandomStream& random, const SampleWriter& writer, FontKind kind = FontKind::any);

struct Thing {
  std::string name;    // "cat"
  std::string plural;  // "cats"
  std::string group;   // "animal", "food", "vehicle", ...
  std::shared_ptr<const Picture> picture;
};

// One thing that has a name in training.
Thing pick_thing(RandomStream& random, const SampleWriter& writer);
// With different names.
std::vector<Thing> pick_things(RandomStream& random, const SampleWriter& writer, std::int64_t count);
// For questions that need no name, such as counting or what differs: in tests these are things that training never
// shows. With different names.
std::vector<Thing> pick_nameless_things(RandomStream& random, const SampleWriter& writer, std::int64_t count);
// Names of the same group first: good wrong answers.
std::vector<std::string> other_names(RandomStream& random, const SampleWriter& writer, const Thing& thing,
                                     std::int64_t count);

struct Photo {
  std::string label;
  std::shared_ptr<const Picture> picture;
};
Photo pick_photo(RandomStream& random, const SampleWriter& writer);

// A handwritten digit 0 to 9, black on transparent, 28 x 28.
std::shared_ptr<const Picture> pick_digit(RandomStream& random, const SampleWriter& writer, int digit);

}  // namespace ov
