// A thing in front of a drawn landscape or of a photo: what stands in front, what is behind, day or night, the house.
#include <algorithm>

#include "synth/asking.h"
#include "synth/landscape.h"
#include "synth/palette.h"
#include "synth/photo.h"

namespace ov {
namespace {

// All that may be asked about a picture; asked in random order.
using Questions = std::vector<PosedQuestion>;

const char* const kFront[] = {"What is in front?", "What stands in front in this picture?",
                              "Which object is in the foreground?", "What is in the foreground?",
                              "What can be seen in the foreground of the image?"};

PosedQuestion ask_front(RandomStream& random, const Thing& thing) {
  return {"front", phrase(random, kFront), thing.name, "There is " + with_article(thing.name) + " in front."};
}

PosedQuestion ask_front_choice(RandomStream& random, const SampleWriter& writer, const Thing& thing) {
  return choice_question(random, "front_choice", phrase(random, kFront), thing.name,
                         other_names(random, writer, thing, 3));
}

PosedQuestion ask_time(RandomStream& random, const Landscape& land) {
  static constexpr const char* kAsk[] = {"Is it day or night?", "Is it day or night in this picture?",
                                         "Does the image show day or night?", "What time is it, day or night?",
                                         "Was this seen by day or by night? Say day or night."};
  const std::string time = land.night ? "night" : "day";
  return {"time", phrase(random, kAsk), time, "It is " + time + "."};
}

PosedQuestion ask_ground(RandomStream& random, const Landscape& land) {
  static constexpr const char* kAsk[] = {
      "What covers the ground: grass, sand or snow?", "Is there grass, sand or snow on the ground?",
      "What is on the ground, snow, sand or grass?", "Is the ground covered with sand, snow or grass?",
      "Which is on the ground: sand, grass or snow?"};
  return {"ground", phrase(random, kAsk), land.ground, "The ground is covered with " + land.ground + "."};
}

PosedQuestion ask_trees(RandomStream& random, const Landscape& land) {
  static constexpr const char* kAsk[] = {"How many trees are there?", "How many trees are in the picture?",
                                         "How many trees can you see?", "Count the trees.",
                                         "What is the number of trees in the image?"};
  const std::string many = land.trees == 0   ? "There are no trees."
                           : land.trees == 1 ? "There is one tree."
                                             : "There are " + number_word(land.trees) + " trees.";
  return {"trees", phrase(random, kAsk), std::to_string(land.trees), many};
}

PosedQuestion ask_sky(RandomStream& random, const Landscape& land) {
  static constexpr const char* kAsk[] = {"Is the {0} in the sky?", "Can you see the {0}?",
                                         "Does the picture show the {0}?", "Is the {0} visible?",
                                         "Is there {1} in the sky?"};
  const bool right = random.below(3) < 2, sun = right != land.night, yes = land.lamp && right;
  const std::string what = sun ? "sun" : "moon";
  return {"sky", phrase(random, kAsk, what, with_article(what)), yes ? "yes" : "no",
          yes ? "Yes, the " + what + " is in the sky." : "No, the " + what + " cannot be seen."};
}

PosedQuestion ask_house(RandomStream& random, const Landscape& land) {
  static constexpr const char* kAsk[] = {"Is there a house?", "Is there a house in the picture?",
                                         "Can you see a house?", "Does the image show a house?",
                                         "Is a house shown here?"};
  const bool yes = !land.wall.empty();
  return {"house", phrase(random, kAsk), yes ? "yes" : "no",
          yes ? "Yes, there is " + with_article(land.wall) + " house." : "No, there is no house."};
}

PosedQuestion ask_wall(RandomStream& random, const Landscape& land) {
  static constexpr const char* kAsk[] = {"What color is the house?", "Which color do the walls of the house have?",
                                         "What is the color of the house?", "The house has which color?",
                                         "Tell me the color of the house."};
  return {"wall", phrase(random, kAsk), land.wall, "The house is " + land.wall + "."};
}

PosedQuestion ask_roof(RandomStream& random, const Landscape& land) {
  static constexpr const char* kAsk[] = {"What color is the roof?", "Which color does the roof of the house have?",
                                         "What is the color of the roof?", "What color is the roof of the house?",
                                         "Tell me the color of the roof."};
  return {"roof", phrase(random, kAsk), land.roof, "The roof is " + land.roof + "."};
}

PosedQuestion ask_house_side(RandomStream& random, const Landscape& land) {
  static constexpr const char* kAsk[] = {
      "Is the house on the left or on the right?", "On which side is the house, left or right?",
      "Where is the house, on the right or on the left?", "Does the house stand on the left or on the right?",
      "On which side of the picture is the house?"};
  const std::string side = land.left ? "left" : "right";
  return {"house_side", phrase(random, kAsk), side, "The house is on the " + side + "."};
}

std::string landscape_caption(const Landscape& land, const Thing& thing) {
  const std::string front = with_article(thing.name) + " on " + land.ground;
  std::vector<std::string> behind;
  if (!land.wall.empty())
    behind.push_back(with_article(land.wall) + " house with " + with_article(land.roof) + " roof");
  if (land.trees > 0) behind.push_back(land.trees == 1 ? "a tree" : number_word(land.trees) + " trees");
  return sentence(front + (behind.empty() ? "" : " in front of " + listed(behind)) +
                  (land.night ? " at night" : " by day"));
}

Questions about_landscape(RandomStream& random, const SampleWriter& writer, const Landscape& land, const Thing& thing) {
  Questions questions = {
      ask_front(random, thing), ask_front_choice(random, writer, thing),
      ask_time(random, land),   ask_ground(random, land),
      ask_trees(random, land),  ask_sky(random, land),
      ask_house(random, land),  {"caption", caption_request(random), landscape_caption(land, thing), ""}};
  if (land.wall.empty()) return questions;
  questions.push_back(ask_wall(random, land));
  questions.push_back(ask_roof(random, land));
  questions.push_back(ask_house_side(random, land));
  return questions;
}

// A thing that the landscape does not have itself.
Thing pick_guest(RandomStream& random, const SampleWriter& writer) {
  for (;;) {
    Thing thing = pick_thing(random, writer);
    if (thing.group != "building" && thing.group != "plant" && thing.group != "nature") return thing;
  }
}

Questions draw_over_landscape(RandomStream& random, SampleWriter& writer, std::int64_t width) {
  const Thing thing = pick_guest(random, writer);
  const Landscape land = plan_landscape(random, writer.test());
  Drawing drawing(width, std::clamp(random.between(writer.setting("sides")), (2 * width + 2) / 3, width), kWhite);
  draw_landscape(random, drawing, land);
  const Rect all = drawing.all();
  const double side = all.height * static_cast<double>(random.between(30, 38)) / 100;
  const double x = all.width * static_cast<double>(random.between(30, 70)) / 100;
  drawing.picture(*thing.picture, {x - side / 2, all.height * 0.98 - side, side, side}, {0, random.coin(), 1});
  const int grain = static_cast<int>(random.between(0, 6));
  writer.add_picture(drawing.image(grain, random.next()));
  return about_landscape(random, writer, land, thing);
}

// The thing in one of the lower corners, the photo around it.
Questions draw_over_photo(RandomStream& random, SampleWriter& writer, std::int64_t width) {
  const Thing thing = pick_thing(random, writer);
  Photo photo = pick_photo(random, writer);
  while (look_alike(photo.label, thing.name)) photo = pick_photo(random, writer);
  Drawing drawing = photo_drawing(width, *photo.picture);
  draw_photo(random, drawing, *photo.picture);
  const Rect all = drawing.all();
  const double side = std::min(all.width, all.height) * static_cast<double>(random.between(32, 42)) / 100;
  const double x = random.coin() ? all.width * 0.02 : all.width * 0.98 - side;
  drawing.picture(*thing.picture, {x, all.height * 0.98 - side, side, side}, {0, random.coin(), 1});
  const int grain = static_cast<int>(random.between(0, 6));
  writer.add_picture(drawing.image(grain, random.next()));
  static constexpr const char* kBehind[] = {
      "What is in the background?", "What does the photo behind it show?", "What is behind the object in front?",
      "What can be seen in the background?", "What is shown in the background of the image?"};
  const std::string words = photo_words(photo.label);
  return {ask_front(random, thing),
          ask_front_choice(random, writer, thing),
          {"behind", phrase(random, kBehind), photo.label, "There is " + words + " in the background."},
          {"caption", caption_request(random), sentence(with_article(thing.name) + " in front of " + words), ""}};
}

void draw_composite(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const std::int64_t width = random.between(writer.setting("sides"));
  Questions questions =
      index % 4 == 3 ? draw_over_photo(random, writer, width) : draw_over_landscape(random, writer, width);
  random.shuffle(questions);
  const auto rounds = std::min(questions.size(), static_cast<std::size_t>(random.between(writer.setting("rounds"))));
  for (std::size_t i = 0; i < rounds; ++i) add_question(random, writer, questions[i]);
  if (rounds == 1) writer.set_kind(questions[0].kind);
}

}  // namespace

Family composite_family() {
  return {"composite",
          "a thing in front of a landscape or a photo",
          {{"sides", {112, 192}, {48, 1024}}, {"rounds", {2, 4}, {1, 8}}},
          draw_composite};
}

}  // namespace ov
