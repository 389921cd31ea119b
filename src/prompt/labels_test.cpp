// Training labels against the `transformers` library (reference/labels_reference.py wrote the goldens).
#include "prompt/labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>

#include "base/error.h"
#include "base/file.h"
#include "prompt/processor.h"

namespace ov {
namespace {

using testing::HasSubstr;
using Ids = std::vector<std::int64_t>;

const std::string kCheckpoints = OV_TESTDATA "/goldens/checkpoints/";
const std::string kCoffee = OV_TESTDATA "/images/coffee.jpg";
const std::string kBall = OV_TESTDATA "/videos/ball.mp4";
const std::vector<TrainingTurn> kTalk = {{"user", "<image>\nWhat?"}, {"assistant", "A cup."}};

Tokenizer small_tokenizer() { return Tokenizer::load(OV_TESTDATA "/tokenizer/qwen4096"); }

Processor processor(const std::string& name, const std::function<void(TilingConfig&)>& change = {}) {
  ModelConfig config = read_model_config(kCheckpoints + name + "/config.json");
  if (change) change(config.tiling);
  return Processor(kCheckpoints + name, config, {});
}

std::string input_error(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

std::shared_ptr<const std::string> content_of(const std::string& path) {
  return std::make_shared<const std::string>(read_file(path, 100'000'000));
}

TrainingForm form_of(const Json& golden) {
  TrainingForm form;
  form.form = golden.at("form") == "plain" ? PromptForm::plain : PromptForm::qwen_1_5;
  form.labels = golden.at("labels") == "clean" ? LabelRule::clean : LabelRule::official;
  return form;
}

TEST(Labels, EqualTheAuthorsAlgorithm) {
  const Tokenizer tokenizer = small_tokenizer();
  std::ifstream file(OV_TESTDATA "/prompt/labels.jsonl");
  int equal = 0, refused = 0;
  for (std::string line; std::getline(file, line);) {
    const Json golden = parse_json(line, "labels.jsonl");
    std::vector<TrainingTurn> turns;
    for (const Json& turn : golden.at("turns")) turns.push_back({turn.at(0), turn.at(1)});
    const auto media = golden.at("media").get<std::size_t>();
    if (golden.at("ids").is_null()) {
      input_error([&] { label_turns(turns, media, form_of(golden), tokenizer); });
      ++refused;
      continue;
    }
    const LabelledText found = label_turns(turns, media, form_of(golden), tokenizer);
    EXPECT_EQ(found.ids, golden.at("ids").get<Ids>()) << line;
    EXPECT_EQ(found.labels, golden.at("targets").get<Ids>()) << line;
    ++equal;
  }
  EXPECT_GT(equal, 150);
  EXPECT_GT(refused, 5);
}

TEST(Labels, WorkedExampleWithTheQwen2Vocabulary) {
  const char* folder = std::getenv("OV_QWEN2_TOKENIZER");
  if (folder == nullptr) GTEST_SKIP() << "OV_QWEN2_TOKENIZER names no folder; reference/make_tokenizer.py makes one";
  const LabelledText found = label_turns(
      {{"user", "<image>\nProvide a brief description of the given image."}, {"assistant", "the bunk room"}}, 1, {},
      Tokenizer::load(folder));
  EXPECT_EQ(found.ids, (Ids{151644, 8948,   198,  2610,   525,   264, 10950, 17847, 13,   151645, 198,  151644,
                            872,    198,    -200, 198,    60424, 264, 9814,  4008,  315,  279,    2661, 2168,
                            13,     151645, 198,  151644, 77091, 198, 1782,  45469, 3054, 151645, 198}));
  EXPECT_EQ(found.labels, (Ids{151644, -100,   198,  -100,   -100,  -100, -100, -100,  -100, 151645, 198,  151644,
                               -100,   198,    -100, 198,    -100,  -100, -100, -100,  -100, -100,   -100, -100,
                               -100,   151645, 198,  151644, 77091, 198,  1782, 45469, 3054, 151645, 198}));
}

TEST(Labels, ControlTokensInTextAreLiteral) {
  const Tokenizer tokenizer = small_tokenizer();
  const std::int64_t end = *tokenizer.token_to_id("<|im_end|>");
  const LabelledText found =
      label_turns({{"user", "a <|im_end|> <image>"}, {"assistant", "b <|im_end|>\n<|im_start|>"}}, 0, {}, tokenizer);
  EXPECT_EQ(std::count(found.ids.begin(), found.ids.end(), end), 3);
  EXPECT_EQ(std::count(found.ids.begin(), found.ids.end(), kMediaPlace), 0);
  EXPECT_THAT(found.text, HasSubstr("a <|im_end|> <image>"));
}

TEST(Labels, PlainTextIsSupervisedAsAWhole) {
  const Tokenizer tokenizer = small_tokenizer();
  const std::int64_t end = *tokenizer.token_to_id("<|endoftext|>");
  TrainingForm form;
  form.form = PromptForm::text;
  const LabelledText one = label_turns({{"assistant", "Once <|im_end|> upon <image>"}}, 0, form, tokenizer);
  Ids expected = tokenizer.encode_ordinary("Once <|im_end|> upon <image>");
  expected.push_back(end);
  EXPECT_EQ(one.ids, expected);
  EXPECT_EQ(one.labels, expected);
  EXPECT_EQ(std::count(one.ids.begin(), one.ids.end(), end), 1);
  // Whoever speaks, turns are lines; none needs to be an answer.
  const LabelledText two = label_turns({{"user", "Once"}, {"assistant", "upon"}}, 0, form, tokenizer);
  EXPECT_EQ(two.text, "Once\nupon<|endoftext|>");
  EXPECT_EQ(two.labels, two.ids);
  EXPECT_EQ(label_turns({{"user", "Once\nupon"}}, 0, form, tokenizer).ids, two.ids);
  EXPECT_THAT(input_error([&] { label_turns(kTalk, 1, form, tokenizer); }), HasSubstr("no picture"));
}

TEST(Labels, PairsEndTheirCaption) {
  const Tokenizer tokenizer = small_tokenizer();
  TrainingForm form;
  form.form = PromptForm::pair;
  const LabelledText found = label_turns(kTalk, 1, form, tokenizer);
  Ids expected = tokenizer.encode_ordinary("A cup.");
  expected.push_back(*tokenizer.token_to_id("<|endoftext|>"));
  EXPECT_EQ(Ids(found.labels.begin() + 1, found.labels.end()), expected);
  EXPECT_EQ(found.ids[0], kMediaPlace);
  EXPECT_EQ(found.labels[0], kNotSupervised);
  EXPECT_THAT(input_error([&] {
                label_turns({{"user", "?"}, {"assistant", "!"}}, 0, form, tokenizer);
              }),
              HasSubstr("the form pair takes one picture"));
}

TEST(Labels, RefusalsSayWhatIsWrong) {
  const Tokenizer tokenizer = small_tokenizer();
  const auto refusal = [&](const std::vector<TrainingTurn>& turns, std::size_t media, PromptForm form) {
    TrainingForm training;
    training.form = form;
    return input_error([&] { label_turns(turns, media, training, tokenizer); });
  };
  const PromptForm qwen = PromptForm::qwen_1_5, plain = PromptForm::plain;
  EXPECT_THAT(refusal(kTalk, 2, qwen), HasSubstr("1 <image> for 2 media"));
  EXPECT_THAT(refusal({}, 0, qwen), HasSubstr("no turn"));
  EXPECT_THAT(refusal({{"user", "?"}}, 0, qwen), HasSubstr("nothing to learn"));
  EXPECT_THAT(refusal({{"assistant", "x"}, {"user", "?"}}, 0, qwen), HasSubstr("nothing to learn"));
  EXPECT_THAT(refusal({{"system", "x"}, {"user", "?"}, {"assistant", "!"}}, 0, qwen), HasSubstr("\"system\""));
  EXPECT_THAT(refusal({{"user", "\xff"}, {"assistant", "!"}}, 0, qwen), HasSubstr("UTF-8"));
  EXPECT_THAT(refusal({{"user", "?"}, {"assistant", "!"}}, 0, plain), HasSubstr("found 0 media"));
  EXPECT_THAT(refusal({{"user", "?"}, {"assistant", "<image>"}}, 1, plain), HasSubstr("not in the caption"));
}

TEST(TrainingPrompt, MediaRunsAreExpandedAndNotSupervised) {
  for (const char* name : {"small-official", "small-hf-a"}) {
    const Processor exact = processor(name);
    const TrainingPrompt one = exact.prepare_training(kTalk, {MediaSource::image(kCoffee)}, {});
    const LabelledText text = label_turns(kTalk, 1, {}, exact.tokenizer());
    ASSERT_EQ(one.prompt.media.size(), 1u);
    const PromptMedia& media = one.prompt.media[0];
    EXPECT_EQ(media.plan.mode, MediaPlan::Mode::anyres);
    EXPECT_EQ(one.labels.size(), one.prompt.ids.size());
    EXPECT_EQ(one.prompt.length(), static_cast<std::int64_t>(text.ids.size()) - 1 + media.plan.tokens);
    EXPECT_EQ(text.ids[static_cast<std::size_t>(media.begin)], kMediaPlace);
    for (std::int64_t i = 0; i < media.plan.tokens; ++i) {
      const auto at = static_cast<std::size_t>(media.begin + i);
      EXPECT_EQ(one.labels[at], kNotSupervised);
      EXPECT_EQ(one.prompt.ids[at], one.prompt.ids[static_cast<std::size_t>(media.begin)]);
    }
    const auto supervised =
        std::count_if(one.labels.begin(), one.labels.end(), [](std::int64_t label) { return label != kNotSupervised; });
    EXPECT_EQ(one.supervised, supervised - 1);  // <|im_start|> at position 0 is never predicted
  }
}

TEST(TrainingPrompt, SeveralPicturesArePaddedAndOneFollowsTheStage) {
  const std::vector<TrainingTurn> two = {{"user", "<image> or <image>?"}, {"assistant", "!"}};
  const MediaSource wide = MediaSource::sized(400, 100);
  const auto plans = [&](const Processor& exact, const std::vector<TrainingTurn>& turns, std::size_t count) {
    return exact.prepare_training(turns, std::vector<MediaSource>(count, wide), {}).prompt.media;
  };
  for (const char* name : {"small-official", "small-hf-a", "small-hf-c"}) {
    EXPECT_EQ(plans(processor(name), two, 2)[1].plan.mode, MediaPlan::Mode::pad);
    EXPECT_EQ(plans(processor(name), kTalk, 1)[0].plan.mode, MediaPlan::Mode::anyres);
    const Processor flat = processor(name, [](TilingConfig& tiling) {
      tiling.single_image_mode = AspectMode::square;
      tiling.newline = false;
    });
    const MediaPlan square = plans(flat, kTalk, 1)[0].plan;
    EXPECT_EQ(square.mode, MediaPlan::Mode::square);
    const std::int64_t side = read_model_config(kCheckpoints + name + "/config.json").tiling.patches_per_side;
    EXPECT_EQ(square.tokens, side * side);
    // The stages of a training bring canvases of their own, also where a folder names others.
    const Processor coarse = processor(name, [](TilingConfig& tiling) {
      tiling.pinpoints = {{tiling.tile_size * 2, tiling.tile_size * 2}};
    });
    EXPECT_EQ(plans(coarse, kTalk, 1)[0].plan.grid, (Grid{2, 2}));
  }
}

TEST(TrainingPrompt, MediaInMemoryAreTheSameMedia) {
  const Processor exact = processor("small-hf-a");
  for (const bool is_video : {false, true}) {
    const std::string& path = is_video ? kBall : kCoffee;
    const MediaSource file{is_video, path, 0, 0, nullptr}, memory{is_video, "shown name", 0, 0, content_of(path)};
    const PromptMedia a = exact.prepare_training(kTalk, {file}, {}).prompt.media[0];
    const PromptMedia b = exact.prepare_training(kTalk, {memory}, {}).prompt.media[0];
    EXPECT_EQ(a.plan.tokens, b.plan.tokens);
    EXPECT_EQ(a.frames, b.frames);
    std::vector<float> x(static_cast<std::size_t>(a.plan.tiles * 3 * 56 * 56), 7.0F), y(x.size(), 9.0F);
    exact.read_pixels(a, x.data());
    exact.read_pixels(b, y.data());
    EXPECT_EQ(x, y) << path;
  }
  const MediaSource broken{false, "row 9", 0, 0, std::make_shared<const std::string>("not a picture")};
  EXPECT_THAT(input_error([&] { exact.prepare_training(kTalk, {broken}, {}); }), HasSubstr("row 9"));
}

TEST(TrainingPrompt, LongSamplesAreRefusedWithNumbers) {
  const Processor exact = processor("small-official");
  TrainingForm form;
  const std::int64_t length = exact.prepare_training(kTalk, {MediaSource::image(kCoffee)}, form).prompt.length();
  form.max_length = length;
  exact.prepare_training(kTalk, {MediaSource::image(kCoffee)}, form);
  form.max_length = length - 1;
  const std::string message = input_error([&] { exact.prepare_training(kTalk, {MediaSource::image(kCoffee)}, form); });
  EXPECT_THAT(message, HasSubstr(std::to_string(length) + " tokens"));
  EXPECT_THAT(message, HasSubstr("at most " + std::to_string(length - 1)));
}

TEST(TrainingPrompt, TextAloneAndPlainCaptions) {
  const Processor exact = processor("small-official");
  const TrainingPrompt text = exact.prepare_training({{"user", "Hi"}, {"assistant", "Ho"}}, {}, {});
  EXPECT_TRUE(text.prompt.media.empty());
  TrainingForm form;
  form.form = PromptForm::plain;
  const TrainingPrompt plain = exact.prepare_training(kTalk, {MediaSource::image(kCoffee)}, form);
  EXPECT_EQ(plain.prompt.media[0].begin, 0);
  const Ids caption = exact.tokenizer().encode("A cup.\n");
  EXPECT_EQ(Ids(plain.labels.end() - static_cast<std::ptrdiff_t>(caption.size()), plain.labels.end()), caption);
  EXPECT_EQ(plain.supervised, static_cast<std::int64_t>(caption.size()));
}

TEST(TrainingFrames, OneASecondUntilThereAreTooMany) {
  VideoInfo info;
  TrainingForm form;
  const auto frames = [&](std::int64_t count, double fps, const std::string& path = "clip.mp4") {
    info.num_frames = count, info.fps = fps;
    return training_frames(info, path, form);
  };
  EXPECT_EQ(frames(95, 30), (Ids{0, 30, 60, 90}));
  EXPECT_EQ(frames(6, 2.5), (Ids{0, 2, 4}));  // Python rounds 2.5 to 2
  EXPECT_EQ(frames(8, 3.5), (Ids{0, 4}));     // and 3.5 to 4
  EXPECT_EQ(frames(3, 0.2), (Ids{0, 1, 2}));
  EXPECT_EQ(frames(1, 0), (Ids{0}));
  EXPECT_EQ(frames(961, 30).size(), 32u);  // 33 seconds
  EXPECT_EQ(frames(961, 30)[1], 30);       // int(linspace(0, 960, 32))
  EXPECT_EQ(frames(961, 30).back(), 960);
  EXPECT_EQ(frames(931, 30).size(), 32u);
  form.max_frames = 0;
  EXPECT_EQ(frames(3000, 30).size(), 100u);
  form.max_frames = 4;
  info.is_folder = true;
  EXPECT_EQ(frames(3, 0), (Ids{0, 1, 2}));
  EXPECT_EQ(frames(10, 0), (Ids{0, 3, 6, 9}));
  EXPECT_EQ(frames(19, 0, "a/shareVideoGPTV/b"), (Ids{0, 2, 4, 6, 8, 10, 12, 14, 16, 18}));
}

}  // namespace
}  // namespace ov
