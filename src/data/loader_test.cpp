#include "data/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "base/error.h"

namespace ov {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

void sleep_ms(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

double seconds_of(const std::function<void()>& action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::int64_t slow_square(std::int64_t index) {
  std::this_thread::sleep_for(std::chrono::microseconds(index * 7919 % 500));
  return index * index;
}

TEST(Prefetcher, ResultsComeInOrderWhateverTheThreads) {
  for (const int threads : {0, 1, 2, 5}) {
    Prefetcher<std::int64_t> squares(300, slow_square, {.threads = threads, .max_ahead = 16});
    for (std::int64_t i = 0; i < 300; ++i) {
      EXPECT_EQ(squares.index(), i);
      EXPECT_EQ(squares.next(), i * i) << threads << " threads";
    }
    EXPECT_EQ(squares.next(), std::nullopt);
    EXPECT_EQ(squares.next(), std::nullopt);
  }
  EXPECT_EQ(Prefetcher<int>(0, [](std::int64_t) { return 1; }).next(), std::nullopt);
}

TEST(Prefetcher, ErrorsAreThrownAtTheirIndexOnly) {
  for (const int threads : {0, 3}) {
    const auto produce = [](std::int64_t i) -> std::string {
      if (i % 3 == 1) throw Error(ErrorKind::input, "record " + std::to_string(i));
      return std::to_string(i);
    };
    Prefetcher<std::string> texts(20, produce, {.threads = threads});
    for (std::int64_t i = 0; i < 20; ++i) {
      if (i % 3 != 1) {
        EXPECT_EQ(texts.next(), std::to_string(i));
        continue;
      }
      try {
        texts.next();
        ADD_FAILURE() << i;
      } catch (const Error& error) {
        EXPECT_EQ(error.what(), "record " + std::to_string(i));
      }
    }
    EXPECT_EQ(texts.next(), std::nullopt);
  }
}

TEST(Prefetcher, NeverRunsFurtherAheadThanAllowed) {
  std::atomic<std::int64_t> started{0};
  Prefetcher<std::int64_t> ahead(60, [&](std::int64_t i) { return started.fetch_add(1), i; },
                                 {.threads = 3, .max_ahead = 5});
  for (std::int64_t i = 0; i < 60; ++i) {
    sleep_ms(1);
    EXPECT_LE(started.load(), i + 5);
    ahead.next();
  }
  EXPECT_EQ(started.load(), 60);
}

TEST(Prefetcher, ReadyResultsAreBoundedInBytes) {
  std::atomic<std::int64_t> started{0};
  Prefetcher<std::int64_t> large(
      40, [&](std::int64_t i) { return started.fetch_add(1), i; }, {.threads = 2, .max_ahead = 100, .max_bytes = 1000},
      [](const std::int64_t&) { return std::int64_t{400}; });
  for (std::int64_t i = 0; i < 40; ++i) {
    sleep_ms(2);
    EXPECT_LE(started.load(), i + 4);  // three are ready; the other thread may have begun one when two were
    EXPECT_EQ(large.next(), i);
  }
  // A result above the limit still passes when it is next.
  Prefetcher<int> huge(
      5, [](std::int64_t i) { return static_cast<int>(i); }, {.threads = 2, .max_bytes = 10},
      [](const int&) { return std::int64_t{1000}; });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(huge.next(), i);
}

TEST(Prefetcher, IsDestroyedPromptlyWithoutTakingAll) {
  const double seconds = seconds_of([] {
    Prefetcher<int> many(1000000, [](std::int64_t) { return sleep_ms(5), 1; }, {.threads = 4, .max_ahead = 1000000});
    many.next();
  });
  EXPECT_LT(seconds, 2.0);
}

TEST(Prefetcher, MeasuresHowLongItWasWaitedFor) {
  const auto produce = [](std::int64_t) { return sleep_ms(20), 1; };
  Prefetcher<int> starved(5, produce, {.threads = 1});
  while (starved.next()) {
  }
  EXPECT_GE(starved.waited_s(), 0.09);
  Prefetcher<int> fed(5, produce, {.threads = 1});
  sleep_ms(400);
  while (fed.next()) {
  }
  EXPECT_LT(fed.waited_s(), 0.09);
}

TEST(Prefetcher, StopsWaitingWhenCancelled) {
  std::atomic<bool> cancelled{false};
  std::atomic<bool> release{false};
  const auto produce = [&](std::int64_t) {
    while (!release) sleep_ms(1);
    return 1;
  };
  Prefetcher<int> stuck(3, produce, {.threads = 1, .cancelled = &cancelled});
  std::thread signal([&] {
    sleep_ms(30);
    cancelled = true;
  });
  try {
    stuck.next();
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  signal.join();
  release = true;
}

// The consumer may be a thread of another queue that is taken down first.
TEST(Prefetcher, StopEndsAWaitForWhatNeverComes) {
  std::atomic<bool> release{false};
  const auto produce = [&](std::int64_t) {
    while (!release) sleep_ms(1);
    return 1;
  };
  Prefetcher<int> stuck(3, produce, {.threads = 1});
  std::thread other([&] {
    sleep_ms(30);
    stuck.stop();
  });
  try {
    stuck.next();
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  other.join();
  release = true;
}

Processor small_processor() {
  const std::string folder = OV_TESTDATA "/goldens/checkpoints/small-official";
  return Processor(folder, read_model_config(folder + "/config.json"), {});
}

Sample sample_of(const std::vector<std::string>& pictures) {
  Sample sample;
  sample.id = "7", sample.dataset = "set", sample.where = "caps.jsonl:17", sample.sha256 = "0123";
  std::string question;
  for (const std::string& name : pictures) {
    sample.media.push_back(MediaSource::image(OV_TESTDATA "/images/" + name));
    question += "<image>\n";
  }
  sample.turns = {{"user", question + "What?"}, {"assistant", "This."}};
  return sample;
}

TEST(Loader, PixelsOfAllMediaInOrder) {
  const Processor processor = small_processor();
  const TrainingSample both = prepare_sample(sample_of({"coffee.jpg", "chelsea.jpg"}), processor, {});
  EXPECT_EQ(both.id, "7");
  EXPECT_EQ(both.dataset, "set");
  EXPECT_EQ(both.sha256, "0123");
  const std::vector<float> pixels = read_pixels(both, processor);
  const std::size_t tile = 3 * 56 * 56;
  ASSERT_EQ(pixels.size(), 2 * tile);
  std::vector<float> second(tile);
  processor.read_pixels(both.prompt.prompt.media[1], second.data());
  EXPECT_TRUE(std::equal(second.begin(), second.end(), pixels.begin() + static_cast<std::ptrdiff_t>(tile)));
  EXPECT_TRUE(read_pixels(prepare_sample(sample_of({}), processor, {}), processor).empty());
}

TEST(Loader, ErrorsNameTheRecord) {
  const Processor processor = small_processor();
  const auto message = [&](const Sample& sample) -> std::string {
    try {
      read_pixels(prepare_sample(sample, processor, {}), processor);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_THAT(message(sample_of({"missing.jpg"})), StartsWith("caps.jsonl:17: "));
  EXPECT_THAT(message(sample_of({"../corrupt/images/no_such.jpg"})), HasSubstr("no_such.jpg"));
  Sample twice = sample_of({"coffee.jpg"});
  twice.media.push_back(twice.media[0]);
  EXPECT_THAT(message(twice), StartsWith("caps.jsonl:17: the turns have 1 <image> for 2 media"));
}

TEST(Loader, ThreadsLoadTheSameSamples) {
  const Processor processor = small_processor();
  const std::vector<std::string> names = {"coffee.jpg", "chelsea.jpg", "rgb.png", "lossy.webp", "orientation_6.jpg"};
  const auto load = [&](std::int64_t i) {
    TrainingSample sample =
        prepare_sample(sample_of({names[static_cast<std::size_t>(i) % names.size()]}), processor, {});
    sample.pixels = read_pixels(sample, processor);
    return sample;
  };
  const auto bytes_of = [](const TrainingSample& sample) { return sample.bytes(); };
  Prefetcher<TrainingSample> alone(20, load, {.threads = 0}, bytes_of), several(20, load, {.threads = 4}, bytes_of);
  for (int i = 0; i < 20; ++i) {
    const auto a = alone.next(), b = several.next();
    EXPECT_EQ(a->prompt.prompt.ids, b->prompt.prompt.ids);
    EXPECT_EQ(a->prompt.labels, b->prompt.labels);
    EXPECT_EQ(a->pixels, b->pixels);
    EXPECT_GT(a->bytes(), static_cast<std::int64_t>(a->pixels.size() * sizeof(float)));
  }
}

}  // namespace
}  // namespace ov
