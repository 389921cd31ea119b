#include "synth/photo.h"

#include <algorithm>

#include "synth/palette.h"
#include "synth/words.h"

namespace ov {
namespace {

constexpr std::size_t kShadeSide = 8;  // of a picture of one colour; its smoothed edge stays outside what is shown

// Labels that could be taken for one another, each a row.
const std::vector<std::vector<std::string>> kAlike = {{"castle", "palace", "tower", "church", "temple", "gate", "arch",
                                                       "amphitheater", "skyscraper", "statue", "pyramid"},
                                                      {"pliers", "wrench", "hammer", "screwdriver", "sickle"},
                                                      {"bridge", "dam", "arch"},
                                                      {"lion", "jaguar", "leopard", "tiger", "cheetah"},
                                                      {"panda", "red panda", "koala", "bear", "polar bear"},
                                                      {"cup", "plate", "bucket"},
                                                      {"bird", "owl", "parrot", "duck", "chicken"}};

void lay_shade(Drawing& drawing, bool dark, double opacity) {
  const std::uint32_t pixel = dark ? 0xff000000 : 0xffffffff;
  const Picture plain{kShadeSide, kShadeSide, std::vector<std::uint32_t>(kShadeSide * kShadeSide, pixel)};
  const Rect all = drawing.all();
  drawing.cover(plain, all.inset(-std::max(all.width, all.height)), {0, false, opacity});
}

}  // namespace

Drawing photo_drawing(std::int64_t width, const Picture& photo) {
  const std::int64_t height = width * photo.height / photo.width;
  return Drawing(width, std::clamp(height, (2 * width + 2) / 3, 3 * width / 2), kWhite);
}

void draw_photo(RandomStream& random, Drawing& drawing, const Picture& photo) {
  const Rect all = drawing.all();
  const double zoom = static_cast<double>(random.between(100, 112)) / 100;
  const double x = static_cast<double>(random.between(0, 100)) / 100,
               y = static_cast<double>(random.between(0, 100)) / 100;
  drawing.cover(photo, {-x * (zoom - 1) * all.width, -y * (zoom - 1) * all.height, zoom * all.width, zoom * all.height},
                {0, random.coin(), 1});
  const bool dark = random.coin();
  lay_shade(drawing, dark, static_cast<double>(random.between(0, 20)) / 100);
}

std::string photo_words(const std::string& label) {
  const bool several = label == "scissors" || label == "pliers" || label == "tweezers";
  return several ? label : with_article(label);
}

bool look_alike(const std::string& a, const std::string& b) {
  if (a == b) return true;
  return std::any_of(kAlike.begin(), kAlike.end(), [&](const std::vector<std::string>& row) {
    return std::find(row.begin(), row.end(), a) != row.end() && std::find(row.begin(), row.end(), b) != row.end();
  });
}

}  // namespace ov
