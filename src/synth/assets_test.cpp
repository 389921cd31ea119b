// The catalogue of pictures and fonts: what is read from one, and what is refused with file and key.
#include "synth/assets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"

namespace ov {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AssetsFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = (fs::temp_directory_path() / ("ov-assets-" + std::to_string(::getpid()))).string();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    for (const char* name : {"a.ttf", "b.ttf", "c.otf", "1.png", "2.png", "3.png", "4.png", "5.png", "p.jpg", "q.jpg"})
      write_file_atomic(folder_ + "/" + name, "not looked at");
    std::string digits;
    for (const char value : {3, 1, 3}) digits += value + std::string(28 * 28, static_cast<char>(value + 100));
    write_file_atomic(folder_ + "/digits.bin", digits);
    catalogue_ = parse_json(R"({
      "fonts": [{"file": "a.ttf", "family": "A", "class": "sans", "script": "latin", "split": "train"},
                {"file": "b.ttf", "family": "B", "class": "mono", "script": "latin", "split": "test"},
                {"file": "c.otf", "family": "C", "class": "serif", "script": "cjk", "split": "train"}],
      "objects": [{"name": "cat", "plural": "cats", "group": "animal", "held_out": false, "pictures": [
                     {"file": "1.png", "source": "emoji", "split": "train"},
                     {"file": "2.png", "source": "clipart", "split": "train"},
                     {"file": "3.png", "source": "clipart", "split": "test"}]},
                  {"name": "cup", "plural": "cups", "group": "household", "pictures": [
                     {"file": "4.png", "source": "emoji", "split": "train"}]},
                  {"name": "fox", "plural": "foxes", "group": "animal", "held_out": true, "pictures": [
                     {"file": "5.png", "source": "emoji", "split": "test"}]}],
      "photos": [{"label": "dog", "file": "p.jpg", "split": "train"},
                 {"label": "dog", "file": "q.jpg", "split": "test"}],
      "digits": {"file": "digits.bin", "train": 2, "test": 1}})",
                            "test");
  }
  void TearDown() override { fs::remove_all(folder_); }

  Assets open(const Json& catalogue) const {
    write_file_atomic(folder_ + "/catalogue.json", dump_json(catalogue));
    return Assets::open(folder_);
  }

  // The message after the folder's name.
  std::string refusal(const Json& catalogue, ErrorKind kind = ErrorKind::format) const {
    try {
      open(catalogue);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      const std::string message = error.what();
      EXPECT_EQ(message.rfind(folder_ + "/", 0), 0u) << message;
      return message.substr(folder_.size() + 1);
    }
    return "nothing was refused";
  }

  std::string folder_;
  Json catalogue_;
};

TEST_F(AssetsFolder, GivesEachSplitItsOwn) {
  const Assets assets = open(catalogue_);
  ASSERT_EQ(assets.fonts(Split::train, Script::latin).size(), 1u);
  EXPECT_EQ(assets.fonts(Split::train, Script::latin)[0].path, folder_ + "/a.ttf");
  EXPECT_EQ(assets.fonts(Split::train, Script::latin)[0].family, "A");
  ASSERT_EQ(assets.fonts(Split::test, Script::latin).size(), 1u);
  EXPECT_EQ(assets.fonts(Split::test, Script::latin)[0].font_class, FontClass::mono);
  EXPECT_EQ(assets.fonts(Split::train, Script::cjk).size(), 1u);
  EXPECT_THAT(assets.fonts(Split::test, Script::cjk), IsEmpty());

  ASSERT_EQ(assets.objects(Split::train).size(), 2u);
  const AssetObject& cat = assets.objects(Split::train)[0];
  EXPECT_EQ(cat.name + " " + cat.plural + " " + cat.group, "cat cats animal");
  EXPECT_THAT(cat.pictures, ElementsAre(folder_ + "/1.png", folder_ + "/2.png"));
  ASSERT_EQ(assets.objects(Split::test).size(), 1u);
  EXPECT_THAT(assets.objects(Split::test)[0].pictures, ElementsAre(folder_ + "/3.png"));
  ASSERT_EQ(assets.held_out_objects().size(), 1u);
  EXPECT_EQ(assets.held_out_objects()[0].name, "fox");

  ASSERT_EQ(assets.photos(Split::test).size(), 1u);
  EXPECT_EQ(assets.photos(Split::test)[0].label, "dog");
  EXPECT_EQ(assets.photos(Split::test)[0].path, folder_ + "/q.jpg");
}

TEST_F(AssetsFolder, DigitsAreCountedInEachSplit) {
  const Assets assets = open(catalogue_);
  EXPECT_EQ(assets.num_digits(Split::train), 2);
  EXPECT_EQ(assets.digit(Split::train, 1).value, 1);
  const AssetDigit tested = assets.digit(Split::test, 0);
  EXPECT_EQ(tested.value, 3);
  ASSERT_EQ(tested.pixels.size(), 28u * 28u);
  EXPECT_EQ(tested.pixels.front(), 103);
  EXPECT_EQ(tested.pixels.back(), 103);
  EXPECT_THAT(assets.digits_of(Split::train, 3), ElementsAre(0));
  EXPECT_THAT(assets.digits_of(Split::train, 1), ElementsAre(1));
  EXPECT_THAT(assets.digits_of(Split::test, 1), IsEmpty());
  EXPECT_THROW(assets.digit(Split::train, 2), Error);
  EXPECT_THROW(assets.digits_of(Split::train, 10), Error);
}

TEST_F(AssetsFolder, DigitsMayBeLeftOut) {
  catalogue_.erase("digits");
  EXPECT_EQ(open(catalogue_).num_digits(Split::train), 0);
}

TEST_F(AssetsFolder, RefusesWithFileAndKey) {
  const auto changed = [this](const char* pointer, const Json& value) {
    Json copy = catalogue_;
    copy[Json::json_pointer(pointer)] = value;
    return copy;
  };
  const std::string fonts = "catalogue.json: fonts[1]: ";
  EXPECT_THAT(refusal(changed("/fonts/1/class", "gothic")),
              HasSubstr(fonts + "\"class\" should be one of sans, serif"));
  EXPECT_THAT(refusal(changed("/fonts/1/split", "valid")), HasSubstr(fonts + "\"split\" should be one of train, test"));
  EXPECT_THAT(refusal(changed("/fonts/1/script", 7)), HasSubstr(fonts + "\"script\" should be a string"));
  EXPECT_THAT(refusal(changed("/fonts/1/weight", 4)), HasSubstr(fonts + "unknown key \"weight\"; known are file"));
  EXPECT_THAT(refusal(changed("/fonts/1/family", "")), HasSubstr("\"family\" should be a text that is not empty"));
  EXPECT_THAT(refusal(changed("/fonts/1", "b.ttf")), HasSubstr("catalogue.json: fonts[1]: expected a JSON object"));
  EXPECT_THAT(refusal(changed("/objects", Json::object())), HasSubstr("catalogue.json: \"objects\" should be a list"));
  EXPECT_THAT(refusal(changed("/objects/1/name", "cat")), HasSubstr("objects[1]: \"name\" should be a name that no"));
  EXPECT_THAT(refusal(changed("/objects/1/pictures", Json::array())), HasSubstr("objects[1]: \"pictures\" should be"));
  EXPECT_THAT(refusal(changed("/objects/2/pictures/0/split", "train")),
              HasSubstr("objects[2]: pictures[0]: \"split\" should be test"));
  EXPECT_THAT(refusal(changed("/photos/1/file", "p.jpg")), HasSubstr("photos[1]: \"file\" should be a file that no"));
  EXPECT_THAT(refusal(changed("/photos/1/file", "./x/../p.jpg")),
              HasSubstr("photos[1]: \"file\" should be a file that"));
  EXPECT_THAT(refusal(changed("/photos/1/file", "../q.jpg")), HasSubstr("photos[1]: \"file\" should be a path inside"));
  EXPECT_THAT(refusal(changed("/photos/1/file", folder_ + "/q.jpg")), HasSubstr("\"file\" should be a path inside"));
  EXPECT_THAT(refusal(changed("/digits/train", -1)), HasSubstr("catalogue.json: digits: \"train\" should be"));
  EXPECT_THAT(refusal(changed("/digits/train", 3)), HasSubstr("digits.bin: 2355 bytes, expected 3140 for 4 digits"));
  EXPECT_THAT(refusal(changed("/photos/1/file", "z.jpg"), ErrorKind::input), HasSubstr("z.jpg: not found"));
}

TEST_F(AssetsFolder, RefusesADigitAboveNine) {
  std::string digits = read_file(folder_ + "/digits.bin", 10'000);
  digits[0] = 10;
  write_file_atomic(folder_ + "/digits.bin", digits);
  EXPECT_THAT(refusal(catalogue_), HasSubstr("digits.bin: a digit of the value 10"));
}

TEST_F(AssetsFolder, RefusesAFolderWithoutACatalogue) { EXPECT_THROW(Assets::open(folder_), Error); }

}  // namespace
}  // namespace ov
