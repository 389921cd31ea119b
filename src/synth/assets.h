// The pictures and fonts that drawn data is made of: a folder with catalogue.json, as tools/fetch_assets.py writes
// it and docs/data.md ("Drawn data: its pictures and fonts") describes it. What is for testing never meets training:
// fonts and photos have a split, each picture of an object has one, and some objects are held out as a whole.
//
//   const Assets assets = Assets::open("build/assets");
//   for (const AssetObject& object : assets.objects(Split::train)) draw(object.pictures[0], object.name);
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ov {

enum class Split { train, test };
enum class Script { latin, cjk };
enum class FontClass { sans, serif, mono, hand };

struct AssetFont {
  std::string path;
  std::string family;
  FontClass font_class = FontClass::sans;
};

struct AssetObject {
  std::string name;                   // "cat"
  std::string plural;                 // "cats"
  std::string group;                  // "animal"
  std::vector<std::string> pictures;  // paths, at least one
};

struct AssetPhoto {
  std::string path;
  std::string label;  // what it shows, such as "windmill"
};

constexpr std::int64_t kDigitSide = 28;

struct AssetDigit {
  int value = 0;                         // 0 to 9
  std::span<const std::uint8_t> pixels;  // 28 rows of 28, 0 is paper and 255 is ink; valid as long as the Assets
};

class Assets {
 public:
  // Reads the catalogue and the digits; looks whether every other file is there. Throws input when a file is missing,
  // format with file and key for anything that the catalogue should not have.
  static Assets open(const std::string& folder);

  const std::vector<AssetFont>& fonts(Split split, Script script) const { return fonts_[at(split)][at(script)]; }
  // Objects that have a picture in this split, with the pictures of this split; held-out ones are not among them.
  const std::vector<AssetObject>& objects(Split split) const { return objects_[at(split)]; }
  // Objects that no training sample shows.
  const std::vector<AssetObject>& held_out_objects() const { return held_out_; }
  const std::vector<AssetPhoto>& photos(Split split) const { return photos_[at(split)]; }
  std::int64_t num_digits(Split split) const { return num_digits_[at(split)]; }
  // `index` counts from 0 in each split. Throws usage when there is none.
  AssetDigit digit(Split split, std::int64_t index) const;
  // The indices of the digits of one value.
  const std::vector<std::int64_t>& digits_of(Split split, int value) const;

 private:
  friend class CatalogueReader;
  template <class Name>
  static std::size_t at(Name name) {
    return static_cast<std::size_t>(name);
  }

  std::array<std::array<std::vector<AssetFont>, 2>, 2> fonts_;
  std::array<std::vector<AssetObject>, 2> objects_;
  std::vector<AssetObject> held_out_;
  std::array<std::vector<AssetPhoto>, 2> photos_;
  std::string digit_bytes_;
  std::array<std::int64_t, 2> num_digits_{};
  std::array<std::array<std::vector<std::int64_t>, 10>, 2> digits_of_;
};

}  // namespace ov
