#include "prompt/processor.h"

#include <algorithm>

#include "base/error.h"
#include "media/decode.h"
#include "media/tiles.h"
#include "media/video.h"

namespace ov {
namespace {

// The released models saw at most this many tokens in training.
constexpr std::int64_t kTrainedContext = 32768;

constexpr std::string_view kImageMark = "<image>";
constexpr std::string_view kVideoMark = "<video>";

// True when no byte of [begin, end) was typed by a user.
bool is_control(const std::vector<LiteralRange>& literal, std::size_t begin, std::size_t end) {
  return std::none_of(literal.begin(), literal.end(),
                      [&](const LiteralRange& range) { return range.begin < end && begin < range.end; });
}

// Finds the next <image> or <video> that the template itself wrote.
std::size_t find_placeholder(const RenderedPrompt& rendered, std::size_t from) {
  const std::string& text = rendered.text;
  for (std::size_t at = text.find('<', from); at != std::string::npos; at = text.find('<', at + 1)) {
    const std::string_view rest = std::string_view(text).substr(at, kImageMark.size());
    if ((rest == kImageMark || rest == kVideoMark) && is_control(rendered.literal, at, at + kImageMark.size()))
      return at;
  }
  return std::string::npos;
}

ChatPart control(std::string text, bool continues) { return {ChatPart::Kind::text, std::move(text), false, continues}; }

// What a chat template is given. Marks that the user placed become control text inside the message's
// text, since templates put the media of structured parts first.
ChatMessage for_chat_template(const Message& message) {
  ChatMessage out{message.role, message.parts};
  if (!message.placed) return out;
  for (std::size_t i = 0; i < out.parts.size(); ++i) {
    ChatPart& part = out.parts[i];
    if (part.kind != ChatPart::Kind::text) {
      part = control(std::string(part.kind == ChatPart::Kind::video ? kVideoMark : kImageMark), i > 0);
    }
    part.continues = i > 0;
  }
  return out;
}

// The released code's form: media that come first are joined by a space and end in a line break.
ChatMessage for_qwen_1_5(const Message& message) {
  ChatMessage out{message.role, {}};
  bool leading = !message.placed;
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    const bool is_text = message.parts[i].kind == ChatPart::Kind::text;
    if (leading && i > 0) out.parts.push_back(control(is_text ? "\n" : " ", false));
    leading = leading && !is_text;
    out.parts.push_back(message.parts[i]);
  }
  return out;
}

// The first medium of a kind at or after `index`, which moves past it.
const MediaSource& next_of_kind(const std::vector<MediaSource>& media, bool is_video, std::size_t& index) {
  while (index < media.size() && media[index].is_video != is_video) ++index;
  if (index == media.size()) {
    throw Error(ErrorKind::input, std::string("the chat template writes more ") + (is_video ? "<video>" : "<image>") +
                                      " placeholders than were given");
  }
  return media[index++];
}

std::string describe(const MediaSource& source) { return source.path.empty() ? "picture" : source.path; }

std::span<const std::uint8_t> bytes_of(const MediaSource& source) {
  return {reinterpret_cast<const std::uint8_t*>(source.bytes->data()), source.bytes->size()};
}

VideoInfo probe(const MediaSource& source, const ProcessorOptions& options) {
  if (source.bytes) return probe_video(bytes_of(source), describe(source), options.limits);
  return probe_video(source.path, options.limits, options.compat);
}

std::pair<std::int64_t, std::int64_t> picture_size(const MediaSource& source, const ProcessorOptions& options) {
  if (!source.bytes && source.path.empty()) return {source.width, source.height};
  const ImageInfo info = source.bytes ? probe_image(bytes_of(source), describe(source), options.limits, options.compat)
                                      : probe_image_file(source.path, options.limits, options.compat);
  return {info.width, info.height};
}

Image decode(const MediaSource& source, const ProcessorOptions& options) {
  if (source.bytes) return decode_image(bytes_of(source), describe(source), options.limits, options.compat);
  return load_image(source.path, options.limits, options.compat);
}

std::vector<Image> decode_frames(const PromptMedia& media, const ProcessorOptions& options) {
  const MediaSource& source = media.source;
  if (source.bytes) return read_frames(bytes_of(source), describe(source), media.frames, options.limits);
  return read_frames(source.path, media.frames, options.limits, options.compat);
}

// The configuration as its file has it: the checks of a folder's other files are against that one.
ModelConfig stored_config(const std::string& folder, const ModelConfig& config) {
  return config.raw.is_object() ? parse_model_config(config.raw, folder + "/config.json") : config;
}

}  // namespace

Processor::Processor(const std::string& folder, const ModelConfig& config, const ProcessorOptions& options)
    : config_(config),
      options_(options),
      tokenizer_(Tokenizer::load(folder)),
      pixels_(read_preprocessor_config(folder, stored_config(folder, config))) {
  if (config.layout == Layout::hf && !options.as_evaluated) template_ = load_chat_template(folder);
}

std::int64_t Processor::max_length() const { return std::max(config_.max_sequence_length, kTrainedContext); }

AspectMode Processor::mode_of(const std::vector<MediaSource>& media) const {
  const auto images = std::count_if(media.begin(), media.end(), [](const MediaSource& m) { return !m.is_video; });
  return images > 1 ? AspectMode::pad : config_.tiling.single_image_mode;
}

PromptMedia Processor::plan(const MediaSource& source, AspectMode mode, const FrameChoice& frames_of) const {
  PromptMedia media;
  media.source = source;
  if (source.is_video) {
    const VideoInfo info = probe(source, options_);
    media.frames = frames_of(info);
    media.plan = plan_video(info.width, info.height, static_cast<std::int64_t>(media.frames.size()), config_.tiling,
                            options_.compat);
    return media;
  }
  const auto [width, height] = picture_size(source, options_);
  try {
    media.plan = plan_image(width, height, mode, config_.tiling, options_.compat);
    if (options_.as_evaluated && media.plan.mode == MediaPlan::Mode::pad && config_.tiling.newline) {
      media.plan.ends_with_newline = false;
      --media.plan.tokens;
    }
  } catch (const Error& error) {
    if (source.path.empty()) throw;
    throw Error(error.kind(), source.path + ": " + error.what());
  }
  return media;
}

void Processor::place(PromptMedia media, Prompt& prompt) const {
  media.begin = prompt.length();
  prompt.ids.insert(prompt.ids.end(), static_cast<std::size_t>(media.plan.tokens),
                    media.source.is_video ? config_.video_token_id : config_.image_token_id);
  prompt.media.push_back(std::move(media));
}

void Processor::encode_text(const RenderedPrompt& rendered, std::size_t begin, std::size_t end,
                            std::vector<std::int64_t>& ids) const {
  std::vector<LiteralRange> literal;
  for (const LiteralRange& range : rendered.literal) {
    const std::size_t from = std::max(range.begin, begin), to = std::min(range.end, end);
    if (from < to) literal.push_back({from - begin, to - begin});
  }
  const std::vector<std::int64_t> piece =
      tokenizer_.encode(std::string_view(rendered.text).substr(begin, end - begin), literal);
  ids.insert(ids.end(), piece.begin(), piece.end());
}

Prompt Processor::prepare(const Conversation& talk, bool add_generation_prompt) const {
  std::vector<ChatMessage> messages;
  const bool structured = template_ && template_->reads_parts();
  for (const Message& message : talk.messages) {
    messages.push_back(structured ? for_chat_template(message) : for_qwen_1_5(message));
  }
  const RenderedPrompt rendered =
      template_ ? template_->render(messages, add_generation_prompt) : render_qwen_1_5(messages, add_generation_prompt);
  const AspectMode mode = mode_of(talk.media);
  const FrameChoice frames_of = [&](const VideoInfo& info) {
    return sample_frames(info.num_frames, options_.num_frames, options_.compat);
  };

  Prompt prompt;
  prompt.text = rendered.text;
  // Media are tokens of their own: the text pieces between them are tokenized apart.
  std::size_t from = 0;
  std::size_t next[2] = {0, 0};  // templates may write pictures before videos, each kind in its order
  for (std::size_t at = find_placeholder(rendered, 0); at != std::string::npos; at = find_placeholder(rendered, from)) {
    encode_text(rendered, from, at, prompt.ids);
    from = at + kImageMark.size();
    const bool is_video = std::string_view(rendered.text).substr(at, kVideoMark.size()) == kVideoMark;
    place(plan(next_of_kind(talk.media, is_video, next[is_video ? 1 : 0]), mode, frames_of), prompt);
    if (prompt.length() > max_length()) break;
  }
  if (prompt.length() <= max_length()) encode_text(rendered, from, rendered.text.size(), prompt.ids);
  if (prompt.length() > max_length()) {
    throw Error(ErrorKind::input, "the prompt needs at least " + std::to_string(prompt.length()) +
                                      " tokens, the model takes " + std::to_string(max_length()) +
                                      "; give fewer or smaller pictures, or fewer frames");
  }
  if (prompt.media.size() != talk.media.size()) {
    throw Error(ErrorKind::input, "the chat template placed " + std::to_string(prompt.media.size()) + " of " +
                                      std::to_string(talk.media.size()) + " pictures and videos");
  }
  return prompt;
}

TrainingPrompt Processor::prepare_training(const std::vector<TrainingTurn>& turns,
                                           const std::vector<MediaSource>& media, const TrainingForm& form) const {
  LabelledText labelled = label_turns(turns, media.size(), form, tokenizer_);
  TrainingPrompt out;
  out.prompt.text = std::move(labelled.text);
  const AspectMode mode = mode_of(media);
  std::int64_t media_tokens = 0;
  for (std::size_t i = 0; i < labelled.ids.size(); ++i) {
    if (labelled.ids[i] != kMediaPlace) {
      out.prompt.ids.push_back(labelled.ids[i]);
      out.labels.push_back(labelled.labels[i]);
      continue;
    }
    const MediaSource& source = media[out.prompt.media.size()];
    place(plan(source, mode, [&](const VideoInfo& info) { return training_frames(info, source.path, form); }),
          out.prompt);
    media_tokens += out.prompt.media.back().plan.tokens;
    out.labels.resize(out.prompt.ids.size(), kNotSupervised);
  }
  if (out.prompt.length() > form.max_length) {
    throw Error(ErrorKind::input, "the sample has " + std::to_string(out.prompt.length()) + " tokens, " +
                                      std::to_string(media_tokens) + " of them for media, and at most " +
                                      std::to_string(form.max_length) + " are allowed; raise max_length or skip it");
  }
  out.supervised = std::count_if(out.labels.begin() + 1, out.labels.end(),
                                 [](std::int64_t label) { return label != kNotSupervised; });
  if (out.supervised == 0) throw Error(ErrorKind::input, "the sample has no supervised token");
  return out;
}

void Processor::read_pixels(const PromptMedia& media, float* out) const {
  const std::int64_t tile = 3 * config_.tiling.tile_size * config_.tiling.tile_size;
  if (media.source.path.empty() && !media.source.bytes) {
    throw Error(ErrorKind::usage, "a picture given by its size only has no pixels");
  }
  if (!media.source.is_video) {
    const Image image = decode(media.source, options_);
    if (image.width != media.plan.width || image.height != media.plan.height) {
      throw Error(ErrorKind::input, describe(media.source) + ": changed while it was being read");
    }
    write_tiles(image, media.plan, config_.tiling, out, pixels_.normalisation);
    return;
  }
  const std::vector<Image> frames = decode_frames(media, options_);
  MediaPlan frame_plan = media.plan;
  frame_plan.tiles = 1;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    write_tiles(frames[i], frame_plan, config_.tiling, out + static_cast<std::int64_t>(i) * tile,
                pixels_.normalisation);
  }
}

}  // namespace ov
