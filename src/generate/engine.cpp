#include "generate/engine.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/error.h"
#include "generate/stop.h"
#include "model/splice.h"
#include "tensor/ops.h"

namespace ov {
namespace {

class Stopwatch {
 public:
  // Seconds since construction or the last lap.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(start_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

bool same_medium(const PromptMedia& a, const PromptMedia& b) {
  return a.begin == b.begin && a.source.path == b.source.path && a.source.is_video == b.source.is_video &&
         a.plan.mode == b.plan.mode && a.plan.tokens == b.plan.tokens && a.frames == b.frames;
}

// How many leading positions of the prompt the prefix has already computed. Never all of them, since
// the last one's logits are needed, and never part of a medium.
std::int64_t shared_length(const Prefix& prefix, const Prompt& prompt) {
  const auto limit = static_cast<std::size_t>(std::min<std::int64_t>(prefix.cache.length, prompt.length() - 1));
  std::size_t shared = 0;
  while (shared < limit && prefix.ids[shared] == prompt.ids[shared]) ++shared;
  auto length = static_cast<std::int64_t>(shared);
  for (std::size_t i = 0; i < prompt.media.size(); ++i) {
    const PromptMedia& media = prompt.media[i];
    if (media.begin >= length) break;
    const bool known = i < prefix.media.size() && same_medium(prefix.media[i], media);
    if (!known || media.begin + media.plan.tokens > length) length = media.begin;
  }
  return length;
}

// A cache with room for `capacity` positions that starts with the first `length` of `old`.
KvCache grown(KvCache fresh, const KvCache& old, std::int64_t length) {
  for (std::size_t i = 0; i < fresh.keys.size() && length > 0; ++i) {
    fresh.keys[i].narrow(1, 0, length).copy_(old.keys[i].narrow(1, 0, length));
    fresh.values[i].narrow(1, 0, length).copy_(old.values[i].narrow(1, 0, length));
  }
  fresh.length = length;
  return fresh;
}

}  // namespace

struct Sequence::Text {
  Text(const Tokenizer& tokenizer, std::vector<std::string> stops)
      : decoder(tokenizer, /*skip_special=*/true), stop(std::move(stops)) {}
  StreamDecoder decoder;
  StopMatcher stop;
};

Sequence::Sequence(const Processor& processor, const GenerateOptions& options, const StreamText& stream)
    : tokenizer_(processor.tokenizer()),
      options_(options),
      stream_(stream),
      sampler_(options.sampling),
      text_(std::make_unique<Text>(tokenizer_, options.stop)) {}

Sequence::~Sequence() = default;

void Sequence::show(const std::string& text) {
  result_.text += text;
  if (stream_ && !text.empty() && !stream_(text)) done_ = true;
}

void Sequence::accept(Tensor logits) {
  const std::int64_t id = sampler_.sample({logits.data_ptr<float>(), static_cast<std::size_t>(logits.numel())});
  sampler_.observe(id);
  result_.token_ids.push_back(id);
  const auto& ends = options_.eos_token_ids;
  const bool ended = std::find(ends.begin(), ends.end(), id) != ends.end();
  // Padded vocabulary rows have no text; a model with trained weights never picks one.
  if (!ended && tokenizer_.has_token(id)) show(text_->stop.push(text_->decoder.push(id)));
  result_.stopped = ended || text_->stop.stopped();
  if (result_.stopped || static_cast<std::int64_t>(result_.token_ids.size()) >= options_.max_new_tokens) done_ = true;
  if (done_) {
    show(text_->stop.push(text_->decoder.finish()));
    show(text_->stop.finish());
  }
}

GenerateResult Sequence::take() { return std::move(result_); }

Engine::Engine(const OneVision& model, const Processor& processor, const EngineOptions& options)
    : model_(model), processor_(processor), options_(options) {}

Engine::~Engine() = default;

void Engine::check_cancelled() const {
  if (options_.cancelled != nullptr && options_.cancelled->load(std::memory_order_relaxed)) {
    throw Error(ErrorKind::interrupted, "interrupted");
  }
}

Tensor Engine::embed(const Prompt& prompt, std::int64_t from, Timings& timings, const Observer& observe) const {
  const at::NoGradGuard no_grad;
  // Placeholder ids may lie outside the embedding table: any row will do, features replace it.
  std::vector<std::int64_t> ids(prompt.ids.begin() + from, prompt.ids.end());
  std::vector<MediaRun> runs;
  std::vector<const PromptMedia*> fresh;
  for (const PromptMedia& media : prompt.media) {
    if (media.begin < from) continue;
    fresh.push_back(&media);
    runs.push_back({media.begin - from, media.plan.tokens});
    std::fill_n(ids.begin() + runs.back().begin, media.plan.tokens, 0);
  }
  const std::int64_t vocabulary = model_.language_model.embed_tokens.size(0);
  for (const std::int64_t id : ids) {
    if (id >= vocabulary) {
      throw Error(ErrorKind::format, "token " + std::to_string(id) + " is outside the model's " +
                                         std::to_string(vocabulary) +
                                         " embedding rows; tokenizer and weights do not belong together");
    }
  }
  Tensor embeds = model_.language_model.embed(ids);  // [T - from, D]
  std::vector<Tensor> features;
  const std::int64_t side = model_.config.tiling.tile_size;
  for (const PromptMedia* media : fresh) {
    check_cancelled();
    Stopwatch watch;
    const Tensor pixels = at::empty({media->plan.tiles, 3, side, side}, at::TensorOptions().dtype(at::kFloat));
    processor_.read_pixels(*media, pixels.data_ptr<float>());
    timings.preprocess_s += watch.lap();
    if (observe) observe("pixel_values", pixels);
    features.push_back(model_.encode(pixels.to(embeds.device()), media->plan, observe));
    if (observe) observe("image_tokens", features.back());
    timings.vision_s += watch.lap();
  }
  splice_media(embeds, runs, features);
  return embeds;
}

std::unique_ptr<Sequence> Engine::start(const Prompt& prompt, const GenerateOptions& options, const StreamText& stream,
                                        Prefix* prefix) const {
  const at::NoGradGuard no_grad;
  Stopwatch total;
  auto sequence = std::make_unique<Sequence>(processor_, options, stream);
  GenerateResult& result = sequence->result_;
  result.prompt_tokens = prompt.length();
  if (options.max_new_tokens < 1) throw Error(ErrorKind::usage, "max-new-tokens should be 1 or more");
  if (options.penalty_sees_prompt) {
    for (const std::int64_t id : prompt.ids) sequence->sampler_.observe(id);
  }
  const std::int64_t T = prompt.length(), known = prefix != nullptr ? shared_length(*prefix, prompt) : 0;
  const Tensor embeds = embed(prompt, known, result.timings);
  Stopwatch watch;
  sequence->cache_ = model_.language_model.new_cache(T + options.max_new_tokens);
  if (known > 0) sequence->cache_ = grown(std::move(sequence->cache_), prefix->cache, known);
  Tensor last;  // [1, D]
  for (std::int64_t first = known; first < T; first += options_.prefill_chunk) {
    check_cancelled();
    const std::int64_t count = std::min(options_.prefill_chunk, T - first);
    last =
        model_.language_model.prefill(embeds.narrow(0, first - known, count), sequence->cache_).narrow(0, count - 1, 1);
  }
  sequence->accept(model_.logits(last, Path::narrow)[0].cpu());
  result.timings.prefill_s = watch.lap();
  result.timings.first_token_s = total.lap();
  return sequence;
}

void Engine::step(const std::vector<Sequence*>& sequences) const {
  const at::NoGradGuard no_grad;
  check_cancelled();
  Stopwatch watch;
  std::vector<std::int64_t> ids;
  std::vector<KvCache*> caches;
  for (Sequence* sequence : sequences) {
    ids.push_back(sequence->result_.token_ids.back());
    caches.push_back(&sequence->cache_);
  }
  const Tensor x = model_.language_model.decode(model_.language_model.embed(ids), caches);
  const Tensor logits = model_.logits(x, Path::narrow).cpu();  // [sequences, V]
  const double seconds = watch.lap();
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    sequences[i]->result_.timings.decode_s += seconds;
    sequences[i]->accept(logits[static_cast<std::int64_t>(i)]);
  }
}

GenerateResult Engine::generate(const Prompt& prompt, const GenerateOptions& options, const StreamText& stream,
                                Prefix* prefix) const {
  const std::unique_ptr<Sequence> sequence = start(prompt, options, stream, prefix);
  while (!sequence->done()) step({sequence.get()});
  GenerateResult result = sequence->take();
  if (prefix != nullptr) {
    // The last token was chosen but never fed to the model.
    prefix->ids = prompt.ids;
    prefix->ids.insert(prefix->ids.end(), result.token_ids.begin(), result.token_ids.end() - 1);
    prefix->media = prompt.media;
    prefix->cache = std::move(sequence->cache_);
  }
  return result;
}

}  // namespace ov
