// From a prepared prompt to an answer: encode the media, splice, prefill in chunks, then one token
// at a time. Several sequences decode together; each answer is the same as when asked alone,
// because no kernel lets one row depend on another (kernels/kernels.h).
//
//   Engine engine(model, processor);
//   GenerateResult answer = engine.generate(processor.prepare(talk), options, print);
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/generation_config.h"
#include "generate/sampler.h"
#include "model/onevision.h"
#include "prompt/processor.h"

namespace ov {

struct GenerateOptions {
  std::int64_t max_new_tokens = 1024;
  SamplingOptions sampling;
  std::vector<std::string> stop;
  std::vector<std::int64_t> eos_token_ids;
  bool penalty_sees_prompt = false;  // transformers: yes; the released code: only generated tokens
};

struct Timings {
  double preprocess_s = 0;   // decode, resize, normalise
  double vision_s = 0;       // tower, projector, packing
  double prefill_s = 0;      // language model over the prompt
  double first_token_s = 0;  // from the prepared prompt to the first token
  double decode_s = 0;       // all further tokens
};

struct GenerateResult {
  std::string text;
  std::vector<std::int64_t> token_ids;  // as generated, an end token included
  bool stopped = false;                 // by an end token or stop string; otherwise by length
  std::int64_t prompt_tokens = 0;
  Timings timings;
};

// Receives text as it becomes certain; returns false to stop.
using StreamText = std::function<bool(std::string_view)>;

struct EngineOptions {
  std::int64_t prefill_chunk = 2048;             // positions per pass
  const std::atomic<bool>* cancelled = nullptr;  // checked between passes; then throws interrupted
};

class Sequence;  // one answer in the making

// What a conversation has already computed, so that its next turn only reads what is new.
struct Prefix {
  std::vector<std::int64_t> ids;   // one for each cached position
  std::vector<PromptMedia> media;  // those inside ids
  KvCache cache;
};

class Engine {
 public:
  Engine(const OneVision& model, const Processor& processor, const EngineOptions& options = {});
  ~Engine();

  // With `prefix`, positions that it shares with the prompt are not computed again, and it holds the
  // whole conversation afterwards.
  GenerateResult generate(const Prompt& prompt, const GenerateOptions& options, const StreamText& stream = {},
                          Prefix* prefix = nullptr) const;

  // For batches: start() encodes and prefills; step() gives every sequence one more token.
  std::unique_ptr<Sequence> start(const Prompt& prompt, const GenerateOptions& options, const StreamText& stream = {},
                                  Prefix* prefix = nullptr) const;
  void step(const std::vector<Sequence*>& sequences) const;

  // Embeddings of the prompt from position `from` on, media in place, [T - from, D]. `observe` gets
  // pixel_values, vision_features and projected of each medium, and its packed image_tokens.
  Tensor embed(const Prompt& prompt, std::int64_t from, Timings& timings, const Observer& observe = {}) const;

  const OneVision& model() const { return model_; }

 private:
  void check_cancelled() const;

  const OneVision& model_;
  const Processor& processor_;
  EngineOptions options_;
};

class Sequence {
 public:
  Sequence(const Processor& processor, const GenerateOptions& options, const StreamText& stream);
  ~Sequence();

  bool done() const { return done_; }
  GenerateResult take();  // when done

 private:
  friend class Engine;
  // Chooses a token from logits [V] float32 and notes everything that follows from it.
  void accept(Tensor logits);
  void show(const std::string& text);

  struct Text;
  const Tokenizer& tokenizer_;
  GenerateOptions options_;
  StreamText stream_;
  Sampler sampler_;
  std::unique_ptr<Text> text_;
  KvCache cache_;
  GenerateResult result_;
  bool done_ = false;
};

}  // namespace ov
