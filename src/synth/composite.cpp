// A thing in front of a drawn landscape or of a photo: what stands in front, what is behind, day or night, the house.
#include <algorithm>

#include "synth/asking.h"
#include "synth/landscape.h"
#include "synth/palette.h"
#include "synth/photo.h"

namespace ov {
namespace {

const std::vector<std::string> kFront = {"What is in front?", "What stands in front in this picture?",
                                         "Which object is in the foreground?", "What is in the foreground?",
                                         "What can be seen in the foreground of the image?"};

Query ask_front(const Thing& thing) {
  return {"front", kFront, thing.name, "There is " + with_article(thing.name) + " in front."};
}

Query ask_front_choice(RandomStream& random, const SampleWriter& writer, const Thing& thing) {
  return lettered("front_choice", kFront, thing.name, other_names(random, writer, thing, 3));
}

Query ask_time(const Landscape& land) {
  const std::vector<std::string> wordings = {"Is it day or night?", "Is it day or night in this picture?",
                                             "Does the image show day or night?", "What time is it, day or night?",
                                             "Was this seen by day or by night? Say day or night."};
  const std::string time = land.night ? "night" : "day";
  return {"time", wordings, time, "It is " + time + "."};
}

Query ask_ground(const Landscape& land) {
  const std::vector<std::string> wordings = {
      "What covers the ground: grass, sand or snow?", "Is there grass, sand or snow on the ground?",
      "What is on the ground, snow, sand or grass?", "Is the ground covered with sand, snow or grass?",
      "Which is on the ground: sand, grass or snow?"};
  return {"ground", wordings, land.ground, "The ground is covered with " + land.ground + "."};
}

Query ask_trees(const Landscape& land) {
  const std::vector<std::string> wordings = {"How many trees are there?", "How many trees are in the picture?",
                                             "How many trees can you see?", "Count the trees.",
                                             "What is the number of trees in the image?"};
  const std::string many = land.trees == 0   ? "There are no trees."
                           : land.trees == 1 ? "There is one tree."
                                             : "There are " + number_word(land.trees) + " trees.";
  return {"trees", wordings, std::to_string(land.trees), many};
}

Query ask_sky(RandomStream& random, const Landscape& land) {
  const std::vector<std::string> wordings = {"Is the %1 in the sky?", "Can you see the %1?",
                                             "Does the picture show the %1?", "Is the %1 visible?",
                                             "Is there %2 in the sky?"};
  const bool right = random.below(3) < 2, sun = right != land.night, yes = land.lamp && right;
  const std::string what = sun ? "sun" : "moon";
  return yes_or_no("sky", fill(wordings, {what, with_article(what)}), yes, "the " + what + " is in the sky.",
                   "the " + what + " cannot be seen.");
}

Query ask_house(const Landscape& land) {
  const std::vector<std::string> wordings = {"Is there a house?", "Is there a house in the picture?",
                                             "Can you see a house?", "Does the image show a house?",
                                             "Is a house shown here?"};
  const bool yes = !land.wall.empty();
  return yes_or_no("house", wordings, yes, "there is " + with_article(land.wall) + " house.", "there is no house.");
}

Query ask_wall(const Landscape& land) {
  const std::vector<std::string> wordings = {"What color is the house?", "Which color do the walls of the house have?",
                                             "What is the color of the house?", "The house has which color?",
                                             "Tell me the color of the house."};
  return {"wall", wordings, land.wall, "The house is " + land.wall + "."};
}

Query ask_roof(const Landscape& land) {
  const std::vector<std::string> wordings = {"What color is the roof?", "Which color does the roof of the house have?",
                                             "What is the color of the roof?", "What color is the roof of the house?",
                                             "Tell me the color of the roof."};
  return {"roof", wordings, land.roof, "The roof is " + land.roof + "."};
}

Query ask_house_side(const Landscape& land) {
  const std::vector<std::string> wordings = {
      "Is the house on the left or on the right?", "On which side is the house, left or right?",
      "Where is the house, on the right or on the left?", "Does the house stand on the left or on the right?",
      "On which side of the picture is the house?"};
  const std::string side = land.left ? "left" : "right";
  return {"house_side", wordings, side, "The house is on the " + side + "."};
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

Queries about_landscape(RandomStream& random, const SampleWriter& writer, const Landscape& land, const Thing& thing) {
  Queries questions = {ask_front(thing), ask_front_choice(random, writer, thing),
                       ask_time(land),   ask_ground(land),
                       ask_trees(land),  ask_sky(random, land),
                       ask_house(land),  in_a_sentence("caption", caption_requests(), landscape_caption(land, thing))};
  if (land.wall.empty()) return questions;
  questions.push_back(ask_wall(land));
  questions.push_back(ask_roof(land));
  questions.push_back(ask_house_side(land));
  return questions;
}

// A thing that the landscape does not have itself.
Thing pick_guest(RandomStream& random, const SampleWriter& writer) {
  for (;;) {
    Thing thing = pick_thing(random, writer);
    if (thing.group != "building" && thing.group != "plant" && thing.group != "nature") return thing;
  }
}

Queries draw_over_landscape(RandomStream& random, SampleWriter& writer, std::int64_t width) {
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
Queries draw_over_photo(RandomStream& random, SampleWriter& writer, std::int64_t width) {
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
  const std::vector<std::string> behind_wordings = {
      "What is in the background?", "What does the photo behind it show?", "What is behind the object in front?",
      "What can be seen in the background?", "What is shown in the background of the image?"};
  const std::string words = photo_words(photo.label);
  return {ask_front(thing),
          ask_front_choice(random, writer, thing),
          {"behind", behind_wordings, photo.label, "There is " + words + " in the background."},
          in_a_sentence("caption", caption_requests(), sentence(with_article(thing.name) + " in front of " + words))};
}

void draw_composite(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const std::int64_t width = random.between(writer.setting("sides"));
  ask_some(random, writer,
           index % 4 == 3 ? draw_over_photo(random, writer, width) : draw_over_landscape(random, writer, width));
}

}  // namespace

Family composite_family() {
  return {"composite",
          "a thing in front of a landscape or a photo",
          {{"sides", {112, 192}, {48, 1024}}, {"rounds", {2, 4}, {1, 8}}},
          draw_composite};
}

}  // namespace ov
