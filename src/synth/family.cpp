#include "synth/family.h"

#include <filesystem>

#include "base/error.h"
#include "media/write_png.h"

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

const char* const kShortAnswer = "\nAnswer the question using a single word or phrase.";

const std::vector<Family>& families() {
  static const std::vector<Family> kFamilies = {caption_family(), detail_family(), question_family(), wide_family(),
                                                pair_family(),    motion_family(), text_family()};
  return kFamilies;
}

SampleWriter::SampleWriter(std::string folder, std::string file, std::int64_t index,
                           const std::map<std::string, Range>& settings)
    : folder_(std::move(folder)), file_(std::move(file)), number_(padded(index, 6)), settings_(&settings) {}

void SampleWriter::add_picture(const Image& picture) {
  const std::string parent = "images/" + file_;
  make_folder(folder_ + "/" + parent);
  const std::string part = images_.empty() ? "" : "-" + std::to_string(images_.size() + 1);
  images_.push_back(parent + "/" + number_ + part + ".png");
  write_png(folder_ + "/" + images_.back(), picture);
  ++pictures_;
}

void SampleWriter::add_video(const std::vector<Image>& frames) {
  video_ = "videos/" + file_ + "/" + number_;
  make_folder(folder_ + "/" + video_);
  for (const Image& frame : frames) {
    ++pictures_;
    write_png(folder_ + "/" + video_ + "/" + padded(pictures_, 4) + ".png", frame);
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
  Json record = {{"id", file_ + "-" + number_}};
  if (images_.size() == 1) record["image"] = images_[0];
  if (images_.size() > 1) record["image"] = images_;
  if (!video_.empty()) record["video"] = video_;
  record["conversations"] = turns_;
  record["data_source"] = source;
  return record;
}

}  // namespace ov
