#include "report/tensorboard.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <filesystem>

namespace ov {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "events.out.tfevents.";

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F63B78u : 0u);
    table[i] = value;
  }
  return table;
}

// TFRecord stores checksums rotated and offset, so that a checksum of data with checksums is not special.
std::uint32_t masked_crc32c(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8u; }

template <class Integer>
std::string little_endian(Integer value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xff);
  return bytes;
}

// Fields of protocol buffers: the key is number * 8 + wire type.
enum Wire : std::uint64_t { kVarint = 0, kEight = 1, kLength = 2, kFour = 5 };

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

std::string key(std::uint64_t number, Wire wire) { return varint(number << 3 | wire); }

std::string length_field(std::uint64_t number, std::string_view content) {
  return key(number, kLength) + varint(content.size()) + std::string(content);
}

// Summary.Value: tag = 1, simple_value = 2. Summary: value = 1.
std::string summary_value(const std::string& tag, double value) {
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  return length_field(1, length_field(1, tag) + key(2, kFour) + little_endian(bits));
}

// Names start with the time of creation, and readers go by the order of names: a new file must come last even when
// the clock was set back or two files are made in one second.
std::int64_t next_time(const std::string& folder) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::int64_t time = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix)) continue;
    std::int64_t other = 0;
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), other);
    if (other < INT64_MAX) time = std::max(time, other + 1);
  }
  return time;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static constexpr std::array<std::uint32_t, 256> kTable = make_crc_table();
  std::uint32_t crc = 0xffffffffu;
  for (const char byte : bytes) crc = kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

TensorBoardFile::TensorBoardFile(const std::string& folder, std::int64_t first_step) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) throw Error(ErrorKind::resource, folder + ": cannot make the folder: " + problem.message());
  path_ = folder + "/" + std::string(kPrefix) + std::to_string(next_time(folder)) + ".onevision";
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) throw Error(ErrorKind::resource, path_ + ": cannot create: " + std::strerror(errno));
  // Event: file_version = 3, session_log = 7. SessionLog: status = 1, START = 1.
  write_event(0, length_field(3, "brain.Event:2"));
  write_event(first_step, length_field(7, key(1, kVarint) + varint(1)));
}

TensorBoardFile::~TensorBoardFile() { ::close(file_); }

void TensorBoardFile::add(const StepMetrics& metrics, std::int64_t global_step) {
  add_scalars(scalars(metrics), global_step);
}

void TensorBoardFile::add_scalars(const Scalars& values, std::int64_t global_step) {
  std::string summary;
  for (const auto& [tag, value] : values) summary += summary_value(tag, value);
  write_event(global_step, length_field(5, summary));  // Event: summary = 5
}

// Event: wall_time = 1, step = 2.
void TensorBoardFile::write_event(std::int64_t step, std::string_view content) {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  std::string event = key(1, kEight) + little_endian(std::bit_cast<std::uint64_t>(now.count()));
  if (step != 0) event += key(2, kVarint) + varint(static_cast<std::uint64_t>(step));
  event += content;
  const std::string length = little_endian(static_cast<std::uint64_t>(event.size()));
  const std::string record =
      length + little_endian(masked_crc32c(length)) + event + little_endian(masked_crc32c(event));
  std::size_t done = 0;
  while (done < record.size()) {
    const ssize_t put = ::write(file_, record.data() + done, record.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw Error(ErrorKind::resource, path_ + ": cannot write: " + std::strerror(errno));
    done += static_cast<std::size_t>(put);
  }
}

TensorBoardFile::Scalars scalars(const StepMetrics& m) {
  TensorBoardFile::Scalars values = {{"loss", m.loss},
                                     {"lr/vision", m.lr.vision},
                                     {"lr/projector", m.lr.projector},
                                     {"lr/newline", m.lr.newline},
                                     {"lr/language", m.lr.language},
                                     {"grad_norm", m.grad_norm},
                                     {"tokens_per_s", m.tokens_per_s},
                                     {"samples_per_s", m.samples_per_s},
                                     {"utilisation", m.utilisation},
                                     {"memory_gib", static_cast<double>(m.peak_rss_bytes) / (1 << 30)}};
  if (m.mfu > 0) values.emplace_back("mfu", m.mfu);
  if (m.accuracy) values.emplace_back("accuracy", *m.accuracy);
  return values;
}

}  // namespace ov
