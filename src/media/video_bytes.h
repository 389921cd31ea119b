// The bytes of one video, from a regular file or from memory, read at any offset.
//
//   const VideoBytes bytes("clip.mp4");
//   ByteCursor cursor(bytes);
//   const uint64_t size = cursor.big_endian(4);
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace ov {

class VideoBytes {
 public:
  // Throws input when the path is missing, not a regular file (a pipe may never end) or empty.
  explicit VideoBytes(const std::string& path);
  // Borrows the memory.
  VideoBytes(std::span<const std::uint8_t> bytes, std::string name);
  ~VideoBytes();
  VideoBytes(const VideoBytes&) = delete;
  VideoBytes& operator=(const VideoBytes&) = delete;

  const std::string& name() const { return name_; }
  std::int64_t size() const { return size_; }
  // How many bytes could be read, fewer than asked for only at the end; -1 when reading failed.
  // Never throws, because FFmpeg calls it.
  std::int64_t read_at(std::int64_t offset, std::span<std::uint8_t> into) const noexcept;

 private:
  std::string name_;
  int fd_ = -1;
  std::span<const std::uint8_t> memory_;
  std::int64_t size_ = 0;
};

// Walks over the bytes with a small buffer. Reading past the end gives zeros and sets ended().
class ByteCursor {
 public:
  explicit ByteCursor(const VideoBytes& bytes) : bytes_(bytes) {}

  std::int64_t position() const { return position_; }
  bool ended() const { return ended_; }
  // A target past the end is clamped to it and sets ended().
  void move_to(std::uint64_t offset);
  void skip(std::uint64_t count);
  std::uint8_t byte();
  std::uint64_t big_endian(int count);
  std::uint64_t little_endian(int count);
  std::string text(int count);

 private:
  const VideoBytes& bytes_;
  std::array<std::uint8_t, 4096> buffer_;
  std::int64_t buffer_begin_ = 0;
  std::int64_t buffer_end_ = 0;
  std::int64_t position_ = 0;
  bool ended_ = false;
};

}  // namespace ov
