#include "synth/family.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "media/write_png.h"
#include "synth/corpus.h"

namespace ov {
namespace {

std::string padded(std::int64_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  return std::string(text.size() < digits ? digits - text.size() : 0, '0') + text;
}

void make_folder(const std::string& path) {
  std::error_code problem;
  std::filesystem::create_directories(path, problem);
  if (problem) throw Error(ErrorKind::resource, path + ": cannot create: " + problem.message());
}

}  // namespace

const std::vector<Family>& families() {
  static const std::vector<Family> kFamilies = {
      caption_family(),      detail_family(),         question_family(),      wide_family(),
      pair_family(),         motion_family(),         text_family(),          object_caption_family(),
      scene_detail_family(), scene_question_family(), counting_family(),      photo_caption_family(),
      composite_family(),    difference_family(),     odd_one_family(),       statement_family(),
      which_image_family(),  ordering_family(),       pages_family(),         direction_family(),
      events_family(),       event_count_family(),    changing_text_family(), video_caption_family(),
      video_scene_family(),  read_word_family(),      read_line_family(),     read_small_family(),
      read_digits_family(),  read_chinese_family(),   synth_page_family(),    arithmetic_family(),
      geometry_family(),     sequence_family(),       language_family(),      plain_text_family(),
      chart_family(),        chart_detail_family(),   table_family(),         receipt_family(),
      form_family(),         window_family(),         page_family(),          document_detail_family(),
      regions_family()};
  return kFamilies;
}

SampleWriter::SampleWriter(const SampleContext& context, std::int64_t index)
    : context_(&context), number_(padded(index, 6)) {}

const Assets& SampleWriter::assets() const {
  if (context_->assets != nullptr) return *context_->assets;
  throw Error(ErrorKind::usage,
              context_->file + ": its family draws with fonts and pictures of things; fetch them with " +
                  "./run assets and name their folder: assets: build/assets in the recipe, or --assets");
}

const CorpusShare& SampleWriter::corpus() const {
  static const CorpusShare kNone;
  return context_->corpus != nullptr ? *context_->corpus : kNone;
}

void SampleWriter::add_picture(const Image& picture) {
  const std::string parent = "images/" + context_->file;
  make_folder(context_->folder + "/" + parent);
  const std::string part = images_.empty() ? "" : "-" + std::to_string(images_.size() + 1);
  images_.push_back(parent + "/" + number_ + part + ".png");
  write_file_unsynced(context_->folder + "/" + images_.back(), encode_png(picture));
  ++pictures_;
  width_ = picture.width, height_ = picture.height;
}

void SampleWriter::add_region(const Rect& box, std::vector<std::string> words) {
  const auto cut = [](double at, std::int64_t size) {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::llround(at)), 0, size);
  };
  const std::int64_t left = cut(box.x, width_), right = cut(box.x + box.width, width_);
  const std::int64_t top = cut(box.y, height_), bottom = cut(box.y + box.height, height_);
  if (left >= right || top >= bottom) return;
  Json region = {left, top, right - left, bottom - top};
  for (std::string& word : words) region.push_back(std::move(word));
  regions_.push_back(std::move(region));
}

void SampleWriter::add_video(const std::vector<Image>& frames) {
  video_ = "videos/" + context_->file + "/" + number_;
  make_folder(context_->folder + "/" + video_);
  for (const Image& frame : frames) {
    ++pictures_;
    write_file_unsynced(context_->folder + "/" + video_ + "/" + padded(pictures_, 4) + ".png", encode_png(frame));
  }
}

void SampleWriter::add_exchange(const std::string& question, const std::string& answer) {
  std::string text;
  if (turns_.empty()) {
    const std::size_t media = images_.size() + (video_.empty() ? 0 : 1);
    for (std::size_t i = 0; i < media; ++i) text += "<image>\n";
  }
  turns_.push_back({{"from", "human"}, {"value", text + question}});
  turns_.push_back({{"from", "gpt"}, {"value", answer}});
}

Json SampleWriter::record(const std::string& source) const {
  Json record = {{"id", context_->file + "-" + number_}};
  if (images_.size() == 1) record["image"] = images_[0];
  if (images_.size() > 1) record["image"] = images_;
  if (!video_.empty()) record["video"] = video_;
  record["conversations"] = turns_;
  if (!regions_.empty()) record["regions"] = regions_;
  record["data_source"] = kind_.empty() ? source : source + "/" + kind_;
  return record;
}

}  // namespace ov
