#include "train/sample_answers.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "base/error.h"
#include "generate/engine.h"
#include "prompt/thumbnail.h"
#include "report/answers.h"

namespace ov {
namespace {

constexpr std::int64_t kAnswerTokens = 64;
constexpr std::int64_t kThumbnail = 160;  // pixels of the longer side

// The sample up to its first answer; false when there is nothing to answer.
bool cut_at_answer(TrainingPrompt& prepared) {
  const auto first = std::find_if(prepared.labels.begin(), prepared.labels.end(),
                                  [](std::int64_t label) { return label != kNotSupervised; });
  const std::int64_t length = first - prepared.labels.begin();
  Prompt& prompt = prepared.prompt;
  if (length == 0 || length == prompt.length()) return false;
  prompt.ids.resize(static_cast<std::size_t>(length));
  std::erase_if(prompt.media, [&](const PromptMedia& media) { return media.begin >= length; });
  return true;
}

}  // namespace

SampleAnswers::SampleAnswers(const Dataset& data, const Processor& processor, const StageRecipe& stage,
                             std::vector<std::int64_t> eos_token_ids)
    : processor_(processor), stage_(stage.name), eos_(std::move(eos_token_ids)) {
  TrainingForm form = stage.form();
  form.labels = LabelRule::clean;
  const std::int64_t wanted = std::min(stage.sample_count, data.size());
  for (std::int64_t i = 0; i < wanted; ++i) {
    const std::int64_t index = i * data.size() / wanted;
    try {
      const Sample sample = data.sample(index);
      TrainingPrompt prepared = processor.prepare_training(sample.turns, sample.media, form);
      if (!cut_at_answer(prepared)) continue;
      SampleQuestion question{sample.id.empty() ? sample.where : sample.id, "", "", "", prepared.prompt};
      for (const Turn& turn : sample.turns) {
        std::string& text = turn.role == "user" ? question.question : question.expected;
        if (text.empty()) text = turn.text;
      }
      if (!prepared.prompt.media.empty()) {
        const std::string png = picture_png(prepared.prompt.media[0].source, processor.options().limits, kThumbnail);
        question.picture = picture_uri(png);
      }
      questions_.push_back(std::move(question));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::input) throw;  // a bad record is the training's to report
    }
  }
}

std::vector<Json> SampleAnswers::answer(const OneVision& model, std::int64_t step) const {
  const at::NoGradGuard no_gradients;
  OneVision seen = model;  // shares the weights
  if (!processor_.tiling().newline) seen.image_newline = Tensor();
  const Engine engine(seen, processor_);
  GenerateOptions options;
  options.max_new_tokens = kAnswerTokens;
  options.eos_token_ids = eos_;
  options.stop = {"\n"};  // ends the answers of the plain form, which has no end token
  std::vector<Json> lines;
  for (const SampleQuestion& question : questions_) {
    const GenerateResult result = engine.generate(question.prompt, options);
    lines.push_back(to_json(
        SampleAnswer{stage_, step, question.id, question.question, question.expected, result.text, question.picture}));
  }
  return lines;
}

}  // namespace ov
