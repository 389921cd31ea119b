// The one door from a conversation to what the model sees: token ids with media placeholders
// expanded, the plan of every picture and video, and their pixels. Training, asking, evaluating
// and serving all come through here, so the token rules exist once.
//
//   Processor processor(folder, config, {});
//   Prompt prompt = processor.prepare(talk);            // no pixel is read yet
//   processor.read_pixels(prompt.media[0], pixels);     // [plan.tiles, 3, S, S]
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/model_config.h"
#include "config/preprocessor_config.h"
#include "media/image.h"
#include "media/video.h"
#include "prompt/conversation.h"
#include "prompt/labels.h"
#include "prompt/prompt.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace ov {

struct ProcessorOptions {
  Compat compat = Compat::exact;
  std::int64_t num_frames = 32;  // per video
  // As the authors evaluate: the text form qwen_1_5 whatever template the folder has, and no newline after a padded
  // picture, so 729 tokens, not 730 (docs/evaluation.md).
  bool as_evaluated = false;
  MediaLimits limits;
};

class Processor {
 public:
  // Reads tokenizer and chat template of a checkpoint folder. `config` may differ from the folder's in
  // its tiling, as the stages of a training do. Throws format.
  Processor(const std::string& folder, const ModelConfig& config, const ProcessorOptions& options);

  // Renders, tokenizes, and plans every medium from its header alone. With more than one picture in
  // the conversation each is padded to one tile (LLaVA-OneVision's multi-image rule).
  // Throws input for unusable media and for prompts longer than the model's context.
  Prompt prepare(const Conversation& talk, bool add_generation_prompt = true) const;

  // A training sample: ids with placeholders expanded, and their labels. Always in the official text
  // form, whatever template the folder has; media are planned as above, videos in training_frames().
  // Throws input also when the sample has more than form.max_length tokens.
  TrainingPrompt prepare_training(const std::vector<TrainingTurn>& turns, const std::vector<MediaSource>& media,
                                  const TrainingForm& form) const;

  // Decodes, resizes and normalises one medium into `out`, plan.tiles * 3 * S * S floats.
  void read_pixels(const PromptMedia& media, float* out) const;

  const Tokenizer& tokenizer() const { return tokenizer_; }
  const ProcessorOptions& options() const { return options_; }
  const TilingConfig& tiling() const { return config_.tiling; }
  const Normalisation& normalisation() const { return pixels_.normalisation; }
  std::int64_t max_length() const;  // longest sequence, in tokens

 private:
  using FrameChoice = std::function<std::vector<std::int64_t>(const VideoInfo&)>;
  AspectMode mode_of(const std::vector<MediaSource>& media) const;
  PromptMedia plan(const MediaSource& source, AspectMode mode, const FrameChoice& frames_of) const;
  void place(PromptMedia media, Prompt& prompt) const;
  void encode_text(const RenderedPrompt& rendered, std::size_t begin, std::size_t end,
                   std::vector<std::int64_t>& ids) const;

  ModelConfig config_;
  ProcessorOptions options_;
  Tokenizer tokenizer_;
  std::optional<ChatTemplate> template_;  // of a llava-hf folder; official folders use qwen_1_5
  PreprocessorConfig pixels_;
};

}  // namespace ov
