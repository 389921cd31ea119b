// For tests: what a picture shows, as patches of one color on a plain ground.
//
//   const Patches patches = patches_of(load_image(path, MediaLimits{}, Compat::exact));
//   patches[0].colour == "red", corner_of(patches[0]) == "top left"
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "media/image.h"
#include "synth/palette.h"
#include "synth/view.h"

namespace ov {

struct Patch {
  std::string colour;
  double x = 0, y = 0, area = 0;  // middle and size as shares of the picture
};
using Patches = std::vector<Patch>;  // left to right

inline Rgb at(const Image& picture, std::int64_t i) {
  const std::uint8_t* rgb = picture.rgb.data() + 3 * i;
  return {static_cast<double>(rgb[0]), static_cast<double>(rgb[1]), static_cast<double>(rgb[2])};
}

inline std::string nearest_colour(const Rgb& rgb) {
  const auto list = thing_colours();
  return std::min_element(
             list.begin(), list.end(),
             [&](const NamedColour& a, const NamedColour& b) { return contrast(a.rgb, rgb) < contrast(b.rgb, rgb); })
      ->name;
}

// Takes the patch around `start` out of `open`.
inline Patch take_patch(const Image& picture, std::vector<char>& open, std::int64_t start) {
  std::vector<std::int64_t> found = {start};
  open[static_cast<std::size_t>(start)] = 0;
  std::map<std::string, int> votes;
  Patch patch;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::int64_t x = found[i] % picture.width, y = found[i] / picture.width;
    patch.x += static_cast<double>(x), patch.y += static_cast<double>(y);
    ++votes[nearest_colour(at(picture, found[i]))];
    const auto visit = [&](std::int64_t nx, std::int64_t ny) {
      if (nx < 0 || ny < 0 || nx >= picture.width || ny >= picture.height) return;
      char& cell = open[static_cast<std::size_t>(ny * picture.width + nx)];
      if (cell != 0) found.push_back(ny * picture.width + nx);
      cell = 0;
    };
    visit(x - 1, y), visit(x + 1, y), visit(x, y - 1), visit(x, y + 1);
  }
  const auto size = static_cast<double>(found.size());
  patch.x /= size * static_cast<double>(picture.width), patch.y /= size * static_cast<double>(picture.height);
  patch.area = size / static_cast<double>(picture.width * picture.height);
  const auto most = [](const auto& a, const auto& b) { return a.second < b.second; };
  patch.colour = std::max_element(votes.begin(), votes.end(), most)->first;
  return patch;
}

inline Patches patches_of(const Image& picture) {
  std::vector<char> open(static_cast<std::size_t>(picture.width * picture.height));
  for (std::size_t i = 0; i < open.size(); ++i)
    open[i] = contrast(at(picture, static_cast<std::int64_t>(i)), at(picture, 0)) > 60;
  Patches patches;
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (open[i] == 0) continue;
    const Patch patch = take_patch(picture, open, static_cast<std::int64_t>(i));
    if (patch.area > 0.005) patches.push_back(patch);
  }
  std::sort(patches.begin(), patches.end(), [](const Patch& a, const Patch& b) { return a.x < b.x; });
  return patches;
}

inline std::int64_t count_of(const Patches& patches, const std::string& colour) {
  return std::count_if(patches.begin(), patches.end(), [&](const Patch& patch) { return patch.colour == colour; });
}

inline std::string corner_of(const Patch& patch) {
  return kCorners[(patch.y > 0.5 ? 2U : 0U) + (patch.x > 0.5 ? 1U : 0U)];
}

inline bool look_alike(const Patch& a, const Patch& b) {
  return a.colour == b.colour && std::abs(a.x - b.x) < 0.01 && std::abs(a.y - b.y) < 0.01 &&
         std::abs(a.area - b.area) < 0.1 * a.area;
}

// Those of `patches` that look like none of the others.
inline Patches without(const Patches& patches, const Patches& others) {
  Patches left;
  for (const Patch& patch : patches) {
    if (std::none_of(others.begin(), others.end(), [&](const Patch& other) { return look_alike(patch, other); }))
      left.push_back(patch);
  }
  return left;
}

}  // namespace ov
