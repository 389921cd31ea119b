// Answers must not depend on how they are computed: alone or in a batch, in one prefill or in many
// chunks, from the start or from what a conversation already holds.
#include "generate/engine.h"

#include <ATen/ops/abs.h>
#include <gtest/gtest.h>

#include <deque>

#include "base/error.h"
#include "base/parallel.h"
#include "model/load.h"

namespace ov {
namespace {

const std::string kFolder = OV_TESTDATA "/goldens/checkpoints/small-hf-a";
const std::string kImages = OV_TESTDATA "/images/";

struct Loaded {
  explicit Loaded(at::ScalarType dtype)
      : checkpoint(std::make_shared<const Checkpoint>(Checkpoint::open(kFolder))),
        processor(kFolder, checkpoint->config(), frames(5)),
        model(load_onevision(checkpoint, dtype, at::kCPU)) {}

  static ProcessorOptions frames(std::int64_t count) {
    ProcessorOptions options;
    options.num_frames = count;
    return options;
  }

  std::shared_ptr<const Checkpoint> checkpoint;
  Processor processor;
  std::unique_ptr<OneVision> model;
};

// One image, two images, a video, text only: a batch of mixed media.
std::vector<Prompt> mixed_prompts(const Processor& processor) {
  const MediaSource coffee = MediaSource::image(kImages + "coffee.jpg"),
                    cat = MediaSource::image(kImages + "chelsea.jpg");
  const MediaSource ball = MediaSource::video(OV_TESTDATA "/videos/ball.mp4");
  return {processor.prepare(ask_conversation("What is on the table?", {coffee}, "")),
          processor.prepare(ask_conversation("<image> or <image>: which has a cat?", {coffee, cat}, "Answer briefly.")),
          processor.prepare(ask_conversation("What happens?", {ball}, "")),
          processor.prepare(ask_conversation("Say hello.", {}, "")),
          processor.prepare(ask_conversation("Is the cat in the video?", {cat, ball}, ""))};
}

GenerateOptions greedy(std::int64_t tokens) {
  GenerateOptions options;
  options.max_new_tokens = tokens;
  return options;
}

class Invariance : public testing::TestWithParam<at::ScalarType> {
 protected:
  Invariance() : loaded_(GetParam()), prompts_(mixed_prompts(loaded_.processor)) {}

  std::vector<std::vector<std::int64_t>> one_by_one(const Engine& engine) const {
    std::vector<std::vector<std::int64_t>> answers;
    for (const Prompt& prompt : prompts_) answers.push_back(engine.generate(prompt, greedy(24)).token_ids);
    return answers;
  }

  Loaded loaded_;
  std::vector<Prompt> prompts_;
};

TEST_P(Invariance, BatchesOfMixedMediaAnswerAsAlone) {
  const Engine engine(*loaded_.model, loaded_.processor);
  const auto alone = one_by_one(engine);
  // Sequences join and leave while others decode.
  std::deque<std::size_t> waiting = {3, 0, 4, 1, 2};
  std::vector<std::pair<std::size_t, std::unique_ptr<Sequence>>> running;
  std::size_t finished = 0;
  while (finished < prompts_.size()) {
    if (!waiting.empty() && running.size() < 3) {
      running.emplace_back(waiting.front(), engine.start(prompts_[waiting.front()], greedy(24)));
      waiting.pop_front();
    }
    std::vector<Sequence*> active;
    for (const auto& entry : running) active.push_back(entry.second.get());
    engine.step(active);
    for (auto entry = running.begin(); entry != running.end();) {
      if (!entry->second->done()) {
        ++entry;
        continue;
      }
      EXPECT_EQ(entry->second->take().token_ids, alone[entry->first]) << "prompt " << entry->first;
      entry = running.erase(entry);
      ++finished;
    }
  }
}

TEST_P(Invariance, PrefillChunksAndThreadsDoNotMatter) {
  const auto whole = one_by_one(Engine(*loaded_.model, loaded_.processor));
  for (const std::int64_t chunk : {1, 7, 64, 100000}) {
    EngineOptions options;
    options.prefill_chunk = chunk;
    EXPECT_EQ(one_by_one(Engine(*loaded_.model, loaded_.processor, options)), whole) << "chunk " << chunk;
  }
  set_num_threads(3);
  EXPECT_EQ(one_by_one(Engine(*loaded_.model, loaded_.processor)), whole) << "three threads";
  set_num_threads(0);
}

INSTANTIATE_TEST_SUITE_P(Types, Invariance, testing::Values(at::kFloat, at::kBFloat16),
                         [](const testing::TestParamInfo<at::ScalarType>& type) {
                           return std::string(type.param == at::kFloat ? "float32" : "bfloat16");
                         });

TEST(Engine, KernelsAndPlainLayersAgree) {
  const Loaded loaded(at::kFloat);
  const Prompt prompt = mixed_prompts(loaded.processor)[0];
  const Engine engine(*loaded.model, loaded.processor);
  Timings ignored;
  const Tensor fast = engine.embed(prompt, 0, ignored);
  set_kernels_enabled(false);
  const Tensor slow = engine.embed(prompt, 0, ignored);
  set_kernels_enabled(true);
  EXPECT_LT((fast - slow).abs().max().item<float>(), 1e-4);
}

TEST(Engine, AConversationGoesOnFromWhatItHolds) {
  const Loaded loaded(at::kFloat);
  const Engine engine(*loaded.model, loaded.processor);
  Conversation talk = ask_conversation("What is this?", {MediaSource::image(kImages + "coffee.jpg")}, "");
  Prefix prefix;
  const GenerateResult first = engine.generate(loaded.processor.prepare(talk), greedy(12), {}, &prefix);
  ASSERT_EQ(prefix.cache.length, first.prompt_tokens + 11);
  talk.messages.push_back({"assistant", {{ChatPart::Kind::text, "A cup of coffee."}}});
  talk.messages.push_back({"user", {{ChatPart::Kind::text, "And the colour?"}}});
  const Prompt second = loaded.processor.prepare(talk);
  const GenerateResult fresh = engine.generate(second, greedy(12));
  const GenerateResult going_on = engine.generate(second, greedy(12), {}, &prefix);
  EXPECT_EQ(going_on.token_ids, fresh.token_ids);
  EXPECT_LT(going_on.timings.vision_s, 1e-9) << "the picture was encoded again";

  // A second picture turns the first one's tiles into one: nothing of it may be reused.
  talk.messages.push_back({"assistant", {{ChatPart::Kind::text, "Brown."}}});
  talk.messages.push_back({"user", {{ChatPart::Kind::image, ""}, {ChatPart::Kind::text, "And here?"}}});
  talk.media.push_back(MediaSource::image(kImages + "chelsea.jpg"));
  const Prompt third = loaded.processor.prepare(talk);
  EXPECT_EQ(engine.generate(third, greedy(12), {}, &prefix).token_ids, engine.generate(third, greedy(12)).token_ids);
}

TEST(Engine, CancellingThrowsInterrupted) {
  const Loaded loaded(at::kFloat);
  const std::atomic<bool> cancelled{true};
  EngineOptions options;
  options.cancelled = &cancelled;
  const Engine engine(*loaded.model, loaded.processor, options);
  try {
    engine.generate(mixed_prompts(loaded.processor)[0], greedy(4));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
}

TEST(Engine, StreamedTextIsTheText) {
  const Loaded loaded(at::kFloat);
  const Engine engine(*loaded.model, loaded.processor);
  std::string streamed;
  const GenerateResult all =
      engine.generate(mixed_prompts(loaded.processor)[3], greedy(40), [&](std::string_view text) {
        streamed += text;
        return true;
      });
  EXPECT_EQ(streamed, all.text);
  ASSERT_GT(all.text.size(), 8u);

  GenerateOptions options = greedy(40);
  options.stop = {all.text.substr(4, 4)};
  const GenerateResult stopped = engine.generate(mixed_prompts(loaded.processor)[3], options);
  EXPECT_EQ(stopped.text, all.text.substr(0, all.text.find(options.stop[0])));
  EXPECT_TRUE(stopped.stopped);

  options = greedy(40);
  options.eos_token_ids = {all.token_ids[5]};
  const GenerateResult ended = engine.generate(mixed_prompts(loaded.processor)[3], options);
  EXPECT_TRUE(ended.stopped);
  EXPECT_EQ(ended.token_ids.back(), all.token_ids[5]);
}

}  // namespace
}  // namespace ov
