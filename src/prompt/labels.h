// Training text: the tokens of a sample and which of them are supervised, as the authors' code makes
// them (train.py: preprocess_qwen, preprocess_plain and preprocess_multimodal; docs/data.md).
// One deliberate difference: text of a data set is literal. "<|im_end|>" inside an answer is ordinary
// text here, where the authors' tokenizer reads it as the end of the turn. Only <image> marks count,
// and only in samples with media.
//
//   const LabelledText text = label_turns({{"user", "<image>\nWhat?"}, {"assistant", "A cat."}}, 1, form, tokenizer);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "media/video.h"
#include "prompt/prompt.h"
#include "text/tokenizer.h"

namespace ov {

enum class PromptForm {
  plain,     // stage 1: the picture, its caption and a line break; no roles
  qwen_1_5,  // every other stage
  text,      // plain text: the turns, a line break between them, and <|endoftext|>, as Qwen2 is pretrained
  pair,      // a picture and its caption for the contrastive objective, which ends with <|endoftext|>
};
enum class LabelRule {
  official,  // the assistant's turns with their headers, and in all turns line breaks and the turn's marks
  clean,     // the assistant's answers and their <|im_end|>
};

struct TrainingTurn {
  std::string role;  // "user", "assistant", "system"; others are taken for answers, as in the authors' code
  std::string text;  // with an <image> for each picture, and one for a video
};

struct TrainingForm {
  PromptForm form = PromptForm::qwen_1_5;
  LabelRule labels = LabelRule::official;
  double video_fps = 1;             // frames shown of each second
  std::int64_t max_frames = 32;     // of one video; 0: no limit
  std::int64_t max_length = 32768;  // tokens of one sample
};

constexpr std::int64_t kNotSupervised = -100;
constexpr std::int64_t kMediaPlace = -200;  // in LabelledText: one for each medium

struct TrainingPrompt {
  Prompt prompt;
  std::vector<std::int64_t> labels;  // of prompt.ids, not shifted: the id itself or kNotSupervised
  std::int64_t supervised = 0;       // labels that are predicted: all supervised ones but that of position 0
};

struct LabelledText {
  std::string text;  // as rendered
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> labels;
};

// One turn of a sample with media: a single <image> that is not at the front moves there, on a line of its
// own, and a left-over word of VideoInstruct-100k is removed. Doing it again changes nothing.
std::string arrange_turn(std::string text);

// In the form text all tokens are supervised. In the form qwen_1_5 a first turn that is the assistant's is dropped. In
// samples with media turns are arranged. Throws input when marks and media differ in number, when the turns do not fit
// the form, and when none of them is an answer; format without the control tokens.
LabelledText label_turns(const std::vector<TrainingTurn>& turns, std::size_t num_media, const TrainingForm& form,
                         const Tokenizer& tokenizer);

// Frames that training shows of a video: one every round(fps / video_fps) frames from 0, but evenly
// spread ones when these are more than max_frames. Folders of frames, which have no fps: all or
// max_frames evenly; ten of those whose path contains shareVideoGPTV.
std::vector<std::int64_t> training_frames(const VideoInfo& info, const std::string& path, const TrainingForm& form);

}  // namespace ov
