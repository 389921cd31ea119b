// The two text forms are scanned by hand: both are Python literals that the authors' code evaluates.
#include "config/grid_pinpoints.h"

#include <optional>

namespace ov {
namespace {

[[noreturn]] void refuse(const std::string& where, const std::string& found) {
  throw Error(ErrorKind::format, where +
                                     ": \"image_grid_pinpoints\" should be a list of pairs of pixels, each a multiple "
                                     "of the tile size, or a range like \"(1x1),...,(6x6)\"; found " +
                                     found);
}

// All runs of digits of `text`, in order; at most `limit` of them, none above 10^9.
std::optional<std::vector<std::int64_t>> numbers_in(const std::string& text, std::size_t limit) {
  std::vector<std::int64_t> numbers;
  bool inside = false;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      inside = false;
      continue;
    }
    if (!inside) {
      if (numbers.size() == limit) return std::nullopt;
      numbers.push_back(0);
    }
    inside = true;
    numbers.back() = numbers.back() * 10 + (c - '0');
    if (numbers.back() > 1'000'000'000) return std::nullopt;
  }
  return numbers;
}

Pinpoint make_pinpoint(std::int64_t first, std::int64_t second, Layout layout) {
  return layout == Layout::official ? Pinpoint{first, second} : Pinpoint{second, first};
}

// "(1x1),...,(6x6)": the first and the last pair bound two nested loops.
std::vector<Pinpoint> parse_range(const std::string& text, Layout layout, std::int64_t tile_size,
                                  const std::string& where) {
  const auto numbers = numbers_in(text, 2 * kMaxPinpoints);
  if (!numbers || numbers->size() < 2 || numbers->size() % 2 != 0) refuse(where, "\"" + text.substr(0, 60) + "\"");
  const std::vector<std::int64_t>& n = *numbers;
  const std::int64_t first_end = n[n.size() - 2], second_end = n[n.size() - 1];
  if (n[0] < 1 || n[1] < 1 || first_end < n[0] || second_end < n[1] || first_end > kMaxTilesPerSide ||
      second_end > kMaxTilesPerSide) {
    refuse(where, "\"" + text.substr(0, 60) + "\"");
  }
  std::vector<Pinpoint> pinpoints;
  for (std::int64_t i = n[0]; i <= first_end; ++i) {
    for (std::int64_t j = n[1]; j <= second_end; ++j) {
      pinpoints.push_back(make_pinpoint(i * tile_size, j * tile_size, layout));
    }
  }
  return pinpoints;
}

std::vector<Pinpoint> parse_list(const Json& list, Layout layout, const std::string& where) {
  std::vector<Pinpoint> pinpoints;
  if (list.size() > kMaxPinpoints) refuse(where, std::to_string(list.size()) + " entries");
  for (const Json& pair : list) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number_integer() || !pair[1].is_number_integer()) {
      refuse(where, dump_json(pair).substr(0, 60));
    }
    pinpoints.push_back(make_pinpoint(pair[0].get<std::int64_t>(), pair[1].get<std::int64_t>(), layout));
  }
  return pinpoints;
}

// "[(384, 768), (768, 384)]", a Python literal.
std::vector<Pinpoint> parse_literal(const std::string& text, Layout layout, const std::string& where) {
  const auto numbers = numbers_in(text, 2 * kMaxPinpoints);
  const bool plain = text.find_first_not_of("0123456789()[], ") == std::string::npos;
  if (!plain || !numbers || numbers->size() % 2 != 0) refuse(where, "\"" + text.substr(0, 60) + "\"");
  std::vector<Pinpoint> pinpoints;
  for (std::size_t i = 0; i < numbers->size(); i += 2) {
    pinpoints.push_back(make_pinpoint((*numbers)[i], (*numbers)[i + 1], layout));
  }
  return pinpoints;
}

bool whole_tiles(std::int64_t side, std::int64_t tile_size) {
  return side >= tile_size && side % tile_size == 0 && side / tile_size <= kMaxTilesPerSide;
}

}  // namespace

std::vector<Pinpoint> parse_pinpoints(const Json& value, Layout layout, std::int64_t tile_size,
                                      const std::string& where) {
  std::vector<Pinpoint> pinpoints;
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    const bool range = text.find('x') != std::string::npos;
    pinpoints = range ? parse_range(text, layout, tile_size, where) : parse_literal(text, layout, where);
  } else if (value.is_array()) {
    pinpoints = parse_list(value, layout, where);
  } else {
    refuse(where, value.type_name());
  }
  if (pinpoints.empty()) refuse(where, "an empty list");
  if (pinpoints.size() > kMaxPinpoints) refuse(where, std::to_string(pinpoints.size()) + " entries");
  for (const Pinpoint& p : pinpoints) {
    if (!whole_tiles(p.width, tile_size) || !whole_tiles(p.height, tile_size)) {
      refuse(where, std::to_string(p.width) + "x" + std::to_string(p.height) + " pixels with tiles of " +
                        std::to_string(tile_size));
    }
  }
  return pinpoints;
}

std::vector<Pinpoint> square_pinpoints(std::int64_t side, Layout layout, std::int64_t tile_size) {
  std::vector<Pinpoint> pinpoints;
  for (std::int64_t i = 1; i <= side; ++i) {
    for (std::int64_t j = 1; j <= side; ++j) {
      pinpoints.push_back(make_pinpoint(i * tile_size, j * tile_size, layout));
    }
  }
  return pinpoints;
}

Json pinpoints_json(const std::vector<Pinpoint>& pinpoints, Layout layout) {
  Json list = Json::array();
  for (const Pinpoint& p : pinpoints) {
    list.push_back(layout == Layout::official ? Json{p.width, p.height} : Json{p.height, p.width});
  }
  return list;
}

}  // namespace ov
