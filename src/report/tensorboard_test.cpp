#include "report/tensorboard.h"

#include <gmock/gmock.h>

#include <bit>
#include <map>

#include "report/test_folder.h"

namespace ov {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::StartsWith;

// A second reading of the formats, written from their documentation and not from the writer.
struct Reader {
  std::string_view bytes;

  template <class Integer>
  Integer fixed() {
    Integer value = 0;
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
      value |= static_cast<Integer>(static_cast<unsigned char>(bytes.at(i))) << (8 * i);
    }
    bytes.remove_prefix(sizeof(Integer));
    return value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = fixed<std::uint8_t>();
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
  std::string_view take(std::uint64_t size) {
    const std::string_view part = bytes.substr(0, size);
    EXPECT_EQ(part.size(), size);
    bytes.remove_prefix(part.size());
    return part;
  }
};

struct Event {
  double wall_time = 0;
  std::uint64_t step = 0;
  std::string file_version;
  std::uint64_t session_status = 0;
  std::map<std::string, float> scalars;
};

void read_summary(std::string_view content, Event& event) {
  for (Reader summary{content}; !summary.bytes.empty();) {
    EXPECT_EQ(summary.varint(), 0x0au);
    std::string tag;
    for (Reader value{summary.take(summary.varint())}; !value.bytes.empty();) {
      const std::uint64_t key = value.varint();
      if (key == 0x0a) {
        tag = value.take(value.varint());
      } else {
        EXPECT_EQ(key, 0x15u);
        event.scalars[tag] = std::bit_cast<float>(value.fixed<std::uint32_t>());
      }
    }
  }
}

Event read_event(std::string_view content) {
  Event event;
  for (Reader reader{content}; !reader.bytes.empty();) {
    const std::uint64_t key = reader.varint();
    switch (key) {
      case 0x09: event.wall_time = std::bit_cast<double>(reader.fixed<std::uint64_t>()); break;
      case 0x10: event.step = reader.varint(); break;
      case 0x1a: event.file_version = reader.take(reader.varint()); break;
      case 0x2a: read_summary(reader.take(reader.varint()), event); break;
      case 0x3a: {
        Reader session{reader.take(reader.varint())};
        EXPECT_EQ(session.varint(), 0x08u);
        event.session_status = session.varint();
        break;
      }
      default: ADD_FAILURE() << "unexpected field key " << key; return event;
    }
  }
  return event;
}

std::uint32_t unmasked(std::uint32_t stored) {
  const std::uint32_t rotated = stored - 0xa282ead8u;
  return (rotated >> 17) | (rotated << 15);
}

std::vector<Event> read_events(const std::string& path) {
  const std::string content = read_file(path, 1 << 20);
  std::vector<Event> events;
  for (Reader reader{content}; !reader.bytes.empty();) {
    const std::string_view length_bytes = reader.bytes.substr(0, 8);
    const auto length = reader.fixed<std::uint64_t>();
    EXPECT_EQ(unmasked(reader.fixed<std::uint32_t>()), crc32c(length_bytes));
    const std::string_view event = reader.take(length);
    EXPECT_EQ(unmasked(reader.fixed<std::uint32_t>()), crc32c(event));
    events.push_back(read_event(event));
  }
  return events;
}

TEST(Crc32c, KnownVectors) {
  // RFC 3720 appendix B.4, and the check value of the catalogue of CRC algorithms.
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  std::string rising;
  for (char c = 0; c < 32; ++c) rising += c;
  EXPECT_EQ(crc32c(rising), 0x46dd794eu);
  EXPECT_EQ(crc32c(""), 0u);
}

TEST(TensorBoardFile, WritesAnEventFileOfScalars) {
  const TestFolder folder;
  TensorBoardFile file(folder.file("tensorboard"), 1);
  file.add_scalars({{"loss", 1.5}, {"lr/vision", 2e-6}}, 1);
  file.add_scalars({{"loss", 1.25}}, 3'000'000'000);
  EXPECT_THAT(fs::path(file.path()).filename().string(), StartsWith("events.out.tfevents."));
  const std::vector<Event> events = read_events(file.path());
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].file_version, "brain.Event:2");
  EXPECT_GT(events[0].wall_time, 1.7e9);
  EXPECT_EQ(events[1].session_status, 1u);
  EXPECT_EQ(events[1].step, 1u);
  EXPECT_EQ(events[2].step, 1u);
  EXPECT_EQ(events[2].scalars, (std::map<std::string, float>{{"loss", 1.5f}, {"lr/vision", 2e-6f}}));
  EXPECT_EQ(events[3].step, 3'000'000'000u);
}

TEST(TensorBoardFile, ANewFileSortsLastAndStartsAtItsStep) {
  const TestFolder folder;
  folder.write("events.out.tfevents.9000000000.other", "");  // from a clock that was ahead
  const TensorBoardFile second(folder.path(), 6);
  const TensorBoardFile third(folder.path(), 8);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder.path())) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  EXPECT_THAT(names, ElementsAre("events.out.tfevents.9000000000.other", "events.out.tfevents.9000000001.onevision",
                                 "events.out.tfevents.9000000002.onevision"));
  EXPECT_EQ(read_events(third.path())[1].step, 8u);
}

TEST(TensorBoardFile, ShowsAllMetrics) {
  StepMetrics metrics;
  metrics.loss = 2;
  metrics.lr = {1, 2, 3, 4};
  metrics.utilisation = 0.5;
  metrics.peak_rss_bytes = 3ll << 30;
  const TestFolder folder;
  TensorBoardFile file(folder.path(), 1);
  file.add(metrics, 7);
  const Event event = read_events(file.path()).back();
  EXPECT_EQ(event.scalars.size(), 10u);
  EXPECT_EQ(event.scalars.at("lr/language"), 4);
  EXPECT_EQ(event.scalars.at("memory_gib"), 3);
}

}  // namespace
}  // namespace ov
