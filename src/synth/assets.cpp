#include "synth/assets.h"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"

namespace ov {
namespace {

constexpr std::size_t kMaxCatalogueBytes = 20'000'000;
constexpr std::int64_t kMaxDigits = 1'000'000;
constexpr std::int64_t kDigitBytes = 1 + kDigitSide * kDigitSide;  // the value comes first

Fields object_with_keys(const Json& object, const std::string& where, std::initializer_list<std::string_view> keys) {
  const Fields fields(object, where);
  for (const auto& item : object.items()) {
    if (std::find(keys.begin(), keys.end(), item.key()) != keys.end()) continue;
    std::string known;
    for (const std::string_view key : keys) known += (known.empty() ? "" : ", ") + std::string(key);
    throw Error(ErrorKind::format, where + ": unknown key \"" + item.key() + "\"; known are " + known);
  }
  return fields;
}

const Json& list(const Fields& fields, const std::string& key) {
  if (!fields.at(key).is_array()) fields.refuse(key, "a list");
  return fields.at(key);
}

std::string text(const Fields& fields, const std::string& key) {
  const std::string value = fields.string(key);
  if (value.empty()) fields.refuse(key, "a text that is not empty");
  return value;
}

// The position of the text among the names.
template <class Name>
Name one_of(const Fields& fields, const std::string& key, std::initializer_list<std::string_view> names) {
  const std::string value = fields.string(key);
  const auto found = std::find(names.begin(), names.end(), value);
  if (found == names.end()) {
    std::string known;
    for (const std::string_view name : names) known += (known.empty() ? "" : ", ") + std::string(name);
    fields.refuse(key, "one of " + known);
  }
  return static_cast<Name>(found - names.begin());
}

Split split_of(const Fields& fields) { return one_of<Split>(fields, "split", {"train", "test"}); }

}  // namespace

class CatalogueReader {
 public:
  explicit CatalogueReader(const std::string& folder) : folder_(folder), where_(folder + "/catalogue.json") {}

  Assets read() {
    const Json document = parse_json(read_file(where_, kMaxCatalogueBytes), where_);
    const Fields fields = object_with_keys(document, where_, {"fonts", "objects", "photos", "digits"});
    each(fields, "fonts", [this](const Json& item, const std::string& where) { read_font(item, where); });
    each(fields, "objects", [this](const Json& item, const std::string& where) { read_object(item, where); });
    each(fields, "photos", [this](const Json& item, const std::string& where) { read_photo(item, where); });
    if (fields.has("digits")) read_digits(fields.at("digits"));
    return std::move(assets_);
  }

 private:
  template <class Read>
  void each(const Fields& fields, const std::string& key, const Read& read) const {
    const Json& items = list(fields, key);
    for (std::size_t i = 0; i < items.size(); ++i) read(items[i], where_ + ": " + key + "[" + std::to_string(i) + "]");
  }

  // Of a file inside the folder that no other entry has: one that two splits share would be trained on and tested.
  std::string file_path(const Fields& fields) {
    const std::filesystem::path file(text(fields, "file"));
    const std::filesystem::path inside = file.lexically_normal();
    if (file.is_absolute() || *inside.begin() == ".." || file.string().find('\0') != std::string::npos) {
      fields.refuse("file", "a path inside the folder");
    }
    if (!files_.insert(inside.string()).second) fields.refuse("file", "a file that no other entry names");
    const std::string path = folder_ + "/" + inside.string();
    if (!std::filesystem::is_regular_file(path)) {
      throw Error(ErrorKind::input, path + ": not found, but " + fields.where() + " names it; fetch the assets again");
    }
    return path;
  }

  void read_font(const Json& item, const std::string& where) {
    const Fields fields = object_with_keys(item, where, {"file", "family", "class", "script", "split"});
    const auto script = one_of<Script>(fields, "script", {"latin", "cjk"});
    const auto font_class = one_of<FontClass>(fields, "class", {"sans", "serif", "mono", "hand"});
    assets_.fonts_[Assets::at(split_of(fields))][Assets::at(script)].push_back(
        {file_path(fields), text(fields, "family"), font_class});
  }

  void read_object(const Json& item, const std::string& where) {
    const Fields fields = object_with_keys(item, where, {"name", "plural", "group", "held_out", "pictures"});
    const AssetObject named{text(fields, "name"), text(fields, "plural"), text(fields, "group"), {}};
    if (!names_.insert(named.name).second) fields.refuse("name", "a name that no other object has");
    const bool held_out = fields.boolean_or("held_out", false);
    std::array<AssetObject, 2> by_split{named, named};
    const Json& pictures = list(fields, "pictures");
    if (pictures.empty()) fields.refuse("pictures", "a list with a picture");
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const Fields picture =
          object_with_keys(pictures[i], where + ": pictures[" + std::to_string(i) + "]", {"file", "source", "split"});
      picture.string_or("source", "");
      const Split split = split_of(picture);
      if (held_out && split == Split::train) picture.refuse("split", "test, as its object is held out");
      by_split[Assets::at(split)].pictures.push_back(file_path(picture));
    }
    if (held_out) {
      assets_.held_out_.push_back(by_split[Assets::at(Split::test)]);
      return;
    }
    for (const Split split : {Split::train, Split::test}) {
      const AssetObject& object = by_split[Assets::at(split)];
      if (!object.pictures.empty()) assets_.objects_[Assets::at(split)].push_back(object);
    }
  }

  void read_photo(const Json& item, const std::string& where) {
    const Fields fields = object_with_keys(item, where, {"label", "file", "split"});
    assets_.photos_[Assets::at(split_of(fields))].push_back({file_path(fields), text(fields, "label")});
  }

  void read_digits(const Json& item) {
    const Fields fields = object_with_keys(item, where_ + ": digits", {"file", "train", "test"});
    const std::int64_t train = fields.integer("train", 0, kMaxDigits), test = fields.integer("test", 0, kMaxDigits);
    const std::string path = file_path(fields);
    const auto size = static_cast<std::size_t>((train + test) * kDigitBytes);
    if (std::filesystem::file_size(path) != size) {
      throw Error(ErrorKind::format, path + ": " + std::to_string(std::filesystem::file_size(path)) +
                                         " bytes, expected " + std::to_string(size) + " for " +
                                         std::to_string(train + test) + " digits of 1 + 28 x 28 bytes");
    }
    assets_.digit_bytes_ = read_file(path, size);
    assets_.num_digits_ = {train, test};
    for (const Split split : {Split::train, Split::test}) {
      for (std::int64_t index = 0; index < assets_.num_digits(split); ++index) {
        const int value = assets_.digit(split, index).value;
        if (value > 9) {
          throw Error(ErrorKind::format,
                      path + ": a digit of the value " + std::to_string(value) + ", expected 0 to 9");
        }
        assets_.digits_of_[Assets::at(split)][static_cast<std::size_t>(value)].push_back(index);
      }
    }
  }

  std::string folder_;
  std::string where_;
  Assets assets_;
  std::set<std::string> files_;
  std::set<std::string> names_;
};

Assets Assets::open(const std::string& folder) { return CatalogueReader(folder).read(); }

AssetDigit Assets::digit(Split split, std::int64_t index) const {
  if (index < 0 || index >= num_digits(split)) {
    throw Error(ErrorKind::usage, "there is no written digit " + std::to_string(index) + " of " +
                                      std::to_string(num_digits(split)) + " in this split of the assets");
  }
  const std::int64_t number = index + (split == Split::test ? num_digits(Split::train) : 0);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(digit_bytes_.data()) + number * kDigitBytes;
  return {bytes[0], {bytes + 1, static_cast<std::size_t>(kDigitBytes - 1)}};
}

const std::vector<std::int64_t>& Assets::digits_of(Split split, int value) const {
  if (value < 0 || value > 9) throw Error(ErrorKind::usage, std::to_string(value) + " is not a digit");
  return digits_of_[at(split)][static_cast<std::size_t>(value)];
}

}  // namespace ov
