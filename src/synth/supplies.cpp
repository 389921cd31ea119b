#include "synth/supplies.h"

#include <algorithm>

#include "base/error.h"
#include "synth/assets.h"
#include "synth/fonts.h"

namespace ov {
namespace {

Split split_of(const SampleWriter& writer) { return writer.test() ? Split::test : Split::train; }

// Things that training names, with the pictures that this sample may show.
const std::vector<AssetObject>& named_objects(const SampleWriter& writer) {
  return writer.assets().objects(writer.unseen() ? Split::test : Split::train);
}

Thing thing_of(RandomStream& random, const AssetObject& object) {
  return {object.name, object.plural, object.group, load_picture(random.pick(object.pictures))};
}

// `count` different places in a list of `size`.
std::vector<std::size_t> pick_places(RandomStream& random, std::size_t size, std::int64_t count) {
  if (static_cast<std::int64_t>(size) < count) {
    throw Error(ErrorKind::input, "the assets have " + std::to_string(size) + " kinds of things where a sample needs " +
                                      std::to_string(count));
  }
  std::vector<std::size_t> places(size);
  for (std::size_t i = 0; i < size; ++i) places[i] = i;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    std::swap(places[i], places[i + random.below(size - i)]);
  }
  places.resize(static_cast<std::size_t>(count));
  return places;
}

std::vector<Thing> pick_from(RandomStream& random, const std::vector<AssetObject>& objects, std::int64_t count) {
  std::vector<Thing> things;
  for (const std::size_t place : pick_places(random, objects.size(), count)) {
    things.push_back(thing_of(random, objects[place]));
  }
  return things;
}

bool is_kind(const AssetFont& font, FontKind kind) {
  switch (kind) {
    case FontKind::sans: return font.font_class == FontClass::sans;
    case FontKind::serif: return font.font_class == FontClass::serif;
    case FontKind::mono: return font.font_class == FontClass::mono;
    case FontKind::hand: return font.font_class == FontClass::hand;
    case FontKind::any:
    case FontKind::chinese: return true;
  }
  return false;
}

}  // namespace

void use_all_fonts(const Assets& assets) {
  for (const Split split : {Split::train, Split::test}) {
    for (const Script script : {Script::latin, Script::cjk}) {
      for (const AssetFont& font : assets.fonts(split, script)) use_font(font.path);
    }
  }
}

std::vector<bool> drawable_characters(const Assets& assets) {
  std::vector<bool> characters;
  for (const Split split : {Split::train, Split::test}) {
    for (const Script script : {Script::latin, Script::cjk}) {
      for (const AssetFont& font : assets.fonts(split, script)) add_characters(font.path, characters);
    }
  }
  return characters;
}

std::string pick_font(RandomStream& random, const SampleWriter& writer, FontKind kind) {
  const Script script = kind == FontKind::chinese ? Script::cjk : Script::latin;
  std::vector<const AssetFont*> fitting;
  for (const AssetFont& font : writer.assets().fonts(split_of(writer), script)) {
    if (is_kind(font, kind)) fitting.push_back(&font);
  }
  if (fitting.empty()) throw Error(ErrorKind::input, "the assets have no font of the kind that a sample needs");
  return use_font(random.pick(fitting)->path);
}

Thing pick_thing(RandomStream& random, const SampleWriter& writer) { return pick_things(random, writer, 1).front(); }

std::vector<Thing> pick_things(RandomStream& random, const SampleWriter& writer, std::int64_t count) {
  return pick_from(random, named_objects(writer), count);
}

std::vector<Thing> pick_nameless_things(RandomStream& random, const SampleWriter& writer, std::int64_t count) {
  const std::vector<AssetObject>& held_out = writer.assets().held_out_objects();
  const bool enough = static_cast<std::int64_t>(held_out.size()) >= count;
  return pick_from(random, writer.test() && enough ? held_out : named_objects(writer), count);
}

std::vector<std::string> other_names(RandomStream& random, const SampleWriter& writer, const Thing& thing,
                                     std::int64_t count) {
  std::vector<std::string> same, other;
  for (const AssetObject& object : named_objects(writer)) {
    if (object.name != thing.name) (object.group == thing.group ? same : other).push_back(object.name);
  }
  random.shuffle(same);
  random.shuffle(other);
  same.insert(same.end(), other.begin(), other.end());
  same.resize(std::min(same.size(), static_cast<std::size_t>(count)));
  return same;
}

Photo pick_photo(RandomStream& random, const SampleWriter& writer) {
  const std::vector<AssetPhoto>& photos = writer.assets().photos(writer.unseen() ? Split::test : Split::train);
  if (photos.empty()) throw Error(ErrorKind::input, "the assets have no photo for this split");
  const AssetPhoto& photo = random.pick(photos);
  return {photo.label, load_picture(photo.path)};
}

std::shared_ptr<const Picture> pick_digit(RandomStream& random, const SampleWriter& writer, int digit) {
  const Assets& assets = writer.assets();
  const AssetDigit found = assets.digit(split_of(writer), random.pick(assets.digits_of(split_of(writer), digit)));
  auto picture = std::make_shared<Picture>(Picture{kDigitSide, kDigitSide, {}});
  for (const std::uint8_t ink : found.pixels) {  // black, times its opacity
    picture->argb.push_back(static_cast<std::uint32_t>(ink) << 24);
  }
  return picture;
}

}  // namespace ov
