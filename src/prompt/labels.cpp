#include "prompt/labels.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/error.h"
#include "media/geometry.h"
#include "text/template_value.h"
#include "text/utf8.h"

namespace ov {
namespace {

constexpr std::string_view kMark = "<image>";
constexpr std::string_view kStart = "<|im_start|>";
constexpr std::string_view kEnd = "<|im_end|>";
constexpr std::string_view kEndOfText = "<|endoftext|>";
constexpr std::string_view kSystem = "You are a helpful assistant.";
constexpr std::string_view kNoise = "QA_GT_caption_based_noisy";  // left over in VideoInstruct-100k

std::int64_t control_id(const Tokenizer& tokenizer, std::string_view token) {
  const auto id = tokenizer.token_to_id(token);
  if (!id) {
    throw Error(ErrorKind::format, "the tokenizer has no " + std::string(token) +
                                       "; this form of training needs a tokenizer of the Qwen2 kind");
  }
  return *id;
}

std::size_t count_marks(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(kMark); at != text.npos; at = text.find(kMark, at + kMark.size())) ++count;
  return count;
}

void remove_all(std::string& text, std::string_view part) {
  std::size_t kept = 0, at = 0;
  std::string out;
  while ((at = text.find(part, kept)) != text.npos) {
    out.append(text, kept, at - kept);
    kept = at + part.size();
  }
  if (kept > 0) text = out.append(text, kept);
}

std::string strip(const std::string& text) {
  const auto [begin, end] = stripped_range(text, true, true);
  return text.substr(begin, end - begin);
}

void check_marks(const std::vector<TrainingTurn>& turns, std::size_t num_media) {
  std::size_t marks = 0;
  for (const TrainingTurn& turn : turns) marks += count_marks(turn.text);
  if (marks == num_media) return;
  throw Error(ErrorKind::input, "the turns have " + std::to_string(marks) + " <image> for " +
                                    std::to_string(num_media) + (num_media == 1 ? " medium" : " media") +
                                    "; each picture and each video needs one mark");
}

void append(std::vector<std::int64_t>& ids, const std::vector<std::int64_t>& more) {
  ids.insert(ids.end(), more.begin(), more.end());
}

// One turn in the form qwen_1_5. With `media` the marks of its text become kMediaPlace.
struct EncodedTurn {
  std::string text;
  std::vector<std::int64_t> ids;
};

EncodedTurn encode_turn(const Tokenizer& tokenizer, const TrainingTurn& turn, bool media) {
  EncodedTurn out;
  out.text = std::string(kStart) + turn.role + "\n" + turn.text + std::string(kEnd) + "\n";
  const std::size_t text_begin = kStart.size() + turn.role.size() + 1, text_end = text_begin + turn.text.size();
  const std::vector<LiteralRange> literal = merge_ranges({{kStart.size(), text_begin - 1}, {text_begin, text_end}});
  const auto encode = [&](std::size_t begin, std::size_t end) {
    std::vector<LiteralRange> inside;
    for (const LiteralRange& range : literal) {
      const std::size_t from = std::max(range.begin, begin), to = std::min(range.end, end);
      if (from < to) inside.push_back({from - begin, to - begin});
    }
    append(out.ids, tokenizer.encode(std::string_view(out.text).substr(begin, end - begin), inside));
  };
  std::size_t from = 0;
  for (std::size_t at = media ? out.text.find(kMark, text_begin) : out.text.npos; at < text_end;
       at = out.text.find(kMark, from)) {
    encode(from, at);
    out.ids.push_back(kMediaPlace);
    from = at + kMark.size();
  }
  encode(from, out.text.size());
  return out;
}

// Labels of an assistant's turn whose answer and <|im_end|> alone are supervised. The header is not,
// but a token that holds both its line break and the start of the answer is.
void label_answer(const Tokenizer& tokenizer, const std::vector<std::int64_t>& ids, std::int64_t end,
                  std::vector<std::int64_t>& labels) {
  const std::vector<std::int64_t> header = tokenizer.encode(std::string(kStart) + "assistant\n");
  const auto begin = std::mismatch(header.begin(), header.end(), ids.begin(), ids.end()).second - ids.begin();
  const auto last = std::find(ids.rbegin(), ids.rend(), end).base() - ids.begin();
  std::copy(ids.begin() + begin, ids.begin() + last, labels.begin() + begin);
}

LabelledText label_qwen_1_5(const std::vector<TrainingTurn>& turns, bool media, LabelRule rule,
                            const Tokenizer& tokenizer) {
  const std::int64_t start = control_id(tokenizer, kStart), end = control_id(tokenizer, kEnd);
  const std::int64_t line_break = tokenizer.encode_ordinary("\n").at(0);
  LabelledText out;
  const auto add = [&](const TrainingTurn& turn, bool with_media) {
    const EncodedTurn encoded = encode_turn(tokenizer, turn, with_media);
    const bool answer = turn.role != "user" && turn.role != "system";
    std::vector<std::int64_t> labels(encoded.ids.size(), kNotSupervised);
    if (rule == LabelRule::official && answer) labels = encoded.ids;
    if (rule == LabelRule::clean && turn.role == "assistant") label_answer(tokenizer, encoded.ids, end, labels);
    out.text += encoded.text;
    append(out.ids, encoded.ids);
    append(out.labels, labels);
  };
  add({"system", std::string(kSystem)}, false);
  for (const TrainingTurn& turn : turns) add(turn, media);
  for (std::size_t i = 0; i < out.ids.size(); ++i) {
    const std::int64_t id = out.ids[i];
    if (rule == LabelRule::official && (id == line_break || id == start || id == end)) out.labels[i] = id;
    if (id == kMediaPlace) out.labels[i] = kNotSupervised;
  }
  return out;
}

LabelledText label_text(const std::vector<TrainingTurn>& turns, std::size_t num_media, const Tokenizer& tokenizer) {
  if (num_media > 0) {
    throw Error(ErrorKind::input, "the form text takes no picture and no video; found " + std::to_string(num_media));
  }
  LabelledText out;
  for (const TrainingTurn& turn : turns) out.text += (out.text.empty() ? "" : "\n") + turn.text;
  out.ids = tokenizer.encode_ordinary(out.text);
  out.ids.push_back(control_id(tokenizer, kEndOfText));
  out.text += kEndOfText;
  out.labels = out.ids;
  return out;
}

LabelledText label_caption(const std::vector<TrainingTurn>& turns, std::size_t num_media, PromptForm form,
                           const Tokenizer& tokenizer) {
  const std::string name = form == PromptForm::plain ? "plain" : "pair";
  if (num_media != 1 || turns.size() != 2 || turns[0].role != "user" || turns[1].role != "assistant") {
    throw Error(ErrorKind::input, "the form " + name +
                                      " takes one picture, a turn of the user and its caption; found " +
                                      std::to_string(num_media) + " media and " + std::to_string(turns.size()) +
                                      " turns; use the form qwen_1_5");
  }
  if (count_marks(turns[0].text) != 1) {
    throw Error(ErrorKind::input,
                "the form " + name + " needs the <image> in the turn of the user, not in the caption");
  }
  LabelledText out;
  const std::string caption = turns[1].text + (form == PromptForm::plain ? "\n" : "");
  out.text = std::string(kMark) + caption;
  out.ids = {kMediaPlace};
  append(out.ids, tokenizer.encode_ordinary(caption));
  if (form == PromptForm::pair) {
    out.text += kEndOfText;
    out.ids.push_back(control_id(tokenizer, kEndOfText));
  }
  out.labels = out.ids;
  out.labels[0] = kNotSupervised;
  return out;
}

std::vector<TrainingTurn> checked_turns(std::vector<TrainingTurn> turns, bool media, PromptForm form) {
  if (turns.empty()) throw Error(ErrorKind::input, "the conversation has no turn");
  if (turns[0].role == "assistant") {
    if (form == PromptForm::qwen_1_5) turns.erase(turns.begin());
  } else if (turns[0].role != "user") {
    throw Error(ErrorKind::input, "the first turn is from \"" + turns[0].role +
                                      "\"; expected the user (or an assistant's turn, which is dropped)");
  }
  const bool answered = std::any_of(turns.begin(), turns.end(), [](const TrainingTurn& turn) {
    return turn.role != "user" && turn.role != "system";
  });
  if (!answered && form != PromptForm::text)
    throw Error(ErrorKind::input, "no turn is an answer, so there is nothing to learn");
  for (TrainingTurn& turn : turns) {
    for (const std::string& text : {turn.role, turn.text}) {
      const std::size_t bad = first_invalid_utf8(text);
      if (bad < text.size()) {
        throw Error(ErrorKind::input, "a turn is not UTF-8 at byte " + std::to_string(bad) + "; convert the file");
      }
    }
    if (media) turn.text = arrange_turn(std::move(turn.text));
  }
  return turns;
}

}  // namespace

std::string arrange_turn(std::string text) {
  if (count_marks(text) == 1 && !text.starts_with(kMark)) {
    remove_all(text, kMark);
    text = strip(std::string(kMark) + "\n" + strip(text));
  }
  remove_all(text, kNoise);
  return text;
}

LabelledText label_turns(const std::vector<TrainingTurn>& turns, std::size_t num_media, const TrainingForm& form,
                         const Tokenizer& tokenizer) {
  const std::vector<TrainingTurn> checked = checked_turns(turns, num_media > 0, form.form);
  if (num_media > 0) check_marks(checked, num_media);
  if (form.form == PromptForm::text) return label_text(checked, num_media, tokenizer);
  if (form.form != PromptForm::qwen_1_5) return label_caption(checked, num_media, form.form, tokenizer);
  return label_qwen_1_5(checked, num_media > 0, form.labels, tokenizer);
}

std::vector<std::int64_t> training_frames(const VideoInfo& info, const std::string& path, const TrainingForm& form) {
  constexpr std::int64_t kFolderFrames = 10;
  const auto spread = [&](std::int64_t count) { return sample_frames(info.num_frames, count, Compat::exact); };
  if (path.find("shareVideoGPTV") != path.npos) return spread(kFolderFrames);
  const std::int64_t limit = form.max_frames > 0 ? form.max_frames : info.num_frames;
  if (info.is_folder) return spread(std::min(info.num_frames, limit));
  // As Python rounds: halves to the even neighbour. A video slower than video_fps shows every frame.
  if (!(form.video_fps > 0)) throw Error(ErrorKind::usage, "video_fps should be above 0");
  const double every = std::nearbyint(info.fps / form.video_fps);
  const auto step = static_cast<std::int64_t>(std::clamp(every, 1.0, static_cast<double>(info.num_frames)));
  const std::int64_t shown = (info.num_frames + step - 1) / step;
  if (shown > limit) return spread(limit);
  std::vector<std::int64_t> frames;
  for (std::int64_t frame = 0; frame < info.num_frames; frame += step) frames.push_back(frame);
  return frames;
}

}  // namespace ov
