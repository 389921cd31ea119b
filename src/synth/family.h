// A family is one kind of drawn sample. Each lives in the file of its name and is listed once, in
// families(); the order of samples, their random streams, files and records are taken care of around it.
//
//   Family caption_family() {
//     return {"caption", "one sentence about a picture", {{"sides", {56, 112}, {8, 4096}}}, draw_caption};
//   }
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "media/image.h"
#include "synth/drawing.h"
#include "synth/random_stream.h"
#include "synth/words.h"

namespace ov {

// What the recipe may say about samples of a family: a whole number or [low, high].
struct Setting {
  std::string name;
  Range otherwise;  // where the recipe says nothing
  Range allowed;
};

class Assets;
struct CorpusShare;

// The file that a sample belongs to.
struct SampleContext {
  std::string folder;  // pictures go to folder/images/<file>/, frames to folder/videos/<file>/
  std::string file;
  bool test = false;    // what is kept out of training may be drawn
  bool unseen = false;  // pictures of things and photos are such that training never shows
  const std::map<std::string, Range>* settings = nullptr;
  const Assets* assets = nullptr;
  const CorpusShare* corpus = nullptr;  // of the split
};

// Takes the parts of one sample and writes its pictures as they come.
class SampleWriter {
 public:
  SampleWriter(const SampleContext& context, std::int64_t index);

  const Range& setting(const std::string& name) const { return context_->settings->at(name); }
  bool test() const { return context_->test; }
  bool unseen() const { return context_->unseen; }
  // Fonts and pictures of things. Throws usage where the recipe names none.
  const Assets& assets() const;
  // The user's text (corpus.h); its lists are empty where the recipe names none.
  const CorpusShare& corpus() const;
  // Which kind of the family's questions this is; stands behind the family's name in data_source.
  void set_kind(const std::string& kind) { kind_ = kind; }

  // Several pictures, or one video; before the first exchange. Throws resource when they cannot be written.
  void add_picture(const Image& picture);
  void add_video(const std::vector<Image>& frames);
  // What stands in a box of the last picture, in words. The box is cut at the picture's edges and to whole pixels;
  // where nothing of it is left, nothing is added.
  void add_region(const Rect& box, std::vector<std::string> words);
  // One question and its answer. The first question gets an <image> for each picture or for the video.
  void add_exchange(const std::string& question, const std::string& answer);

  std::int64_t pictures() const { return pictures_; }  // written, frames included
  // The record in the LLaVA data format.
  Json record(const std::string& source) const;

 private:
  const SampleContext* context_;
  std::string number_;
  std::string kind_;
  std::vector<std::string> images_;
  std::string video_;
  std::int64_t pictures_ = 0;
  std::int64_t width_ = 0, height_ = 0;  // of the last picture
  Json turns_ = Json::array(), regions_ = Json::array();
};

struct Family {
  std::string name;
  std::string what;  // for help
  std::vector<Setting> settings;
  // `index` counts the samples of a file from 0: families with several kinds of questions take turns by it.
  void (*generate)(RandomStream& random, std::int64_t index, SampleWriter& writer);
};

const std::vector<Family>& families();

Family caption_family();
Family detail_family();
Family question_family();
Family wide_family();
Family pair_family();
Family motion_family();
Family text_family();
Family object_caption_family();
Family scene_detail_family();
Family scene_question_family();
Family counting_family();
Family photo_caption_family();
Family composite_family();
Family difference_family();
Family odd_one_family();
Family statement_family();
Family which_image_family();
Family ordering_family();
Family pages_family();
Family direction_family();
Family events_family();
Family event_count_family();
Family changing_text_family();
Family video_caption_family();
Family video_scene_family();
// General OCR.
Family read_word_family();
Family read_line_family();
Family read_small_family();
Family read_digits_family();
Family read_chinese_family();
Family regions_family();
Family synth_page_family();
// Mathematics and reasoning.
Family arithmetic_family();
Family geometry_family();
Family sequence_family();
// Language only.
Family language_family();
Family plain_text_family();
// Charts, documents and screens.
Family chart_family();
Family chart_detail_family();
Family table_family();
Family receipt_family();
Family form_family();
Family window_family();
Family page_family();
Family document_detail_family();

}  // namespace ov
