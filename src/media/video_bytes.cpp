#include "media/video_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace ov {

VideoBytes::VideoBytes(const std::string& path) : name_(path) {
  // O_NONBLOCK keeps a named pipe from hanging.
  fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) throw Error(ErrorKind::input, path + ": cannot open the video: " + std::strerror(errno));
  struct stat info {};
  const bool regular = ::fstat(fd_, &info) == 0 && S_ISREG(info.st_mode);
  if (!regular || info.st_size == 0) {
    ::close(fd_);
    throw Error(ErrorKind::input, path + (regular ? ": the video file is empty" : ": not a regular file"));
  }
  size_ = info.st_size;
}

VideoBytes::VideoBytes(std::span<const std::uint8_t> bytes, std::string name)
    : name_(std::move(name)), memory_(bytes), size_(static_cast<std::int64_t>(bytes.size())) {
  if (bytes.empty()) throw Error(ErrorKind::input, name_ + ": the video is empty");
}

VideoBytes::~VideoBytes() {
  if (fd_ >= 0) ::close(fd_);
}

std::int64_t VideoBytes::read_at(std::int64_t offset, std::span<std::uint8_t> into) const noexcept {
  if (offset < 0 || offset >= size_) return 0;
  const auto wanted = static_cast<std::size_t>(std::min(static_cast<std::int64_t>(into.size()), size_ - offset));
  if (fd_ < 0) {
    std::memcpy(into.data(), memory_.data() + offset, wanted);
    return static_cast<std::int64_t>(wanted);
  }
  std::size_t done = 0;
  while (done < wanted) {
    const ssize_t got = ::pread(fd_, into.data() + done, wanted - done, offset + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;  // the file shrank under us
    done += static_cast<std::size_t>(got);
  }
  return static_cast<std::int64_t>(done);
}

void ByteCursor::move_to(std::uint64_t offset) {
  ended_ = ended_ || offset > static_cast<std::uint64_t>(bytes_.size());
  position_ = ended_ ? bytes_.size() : static_cast<std::int64_t>(offset);
}

void ByteCursor::skip(std::uint64_t count) {
  // Compared this way round because position + count may overflow.
  const auto left = static_cast<std::uint64_t>(bytes_.size() - position_);
  move_to(count > left ? static_cast<std::uint64_t>(bytes_.size()) + 1 : static_cast<std::uint64_t>(position_) + count);
}

std::uint8_t ByteCursor::byte() {
  if (position_ < buffer_begin_ || position_ >= buffer_end_) {
    const std::int64_t got = bytes_.read_at(position_, buffer_);
    buffer_begin_ = position_;
    buffer_end_ = position_ + std::max<std::int64_t>(got, 0);
  }
  if (position_ >= buffer_end_) {
    ended_ = true;
    return 0;
  }
  return buffer_[static_cast<std::size_t>(position_++ - buffer_begin_)];
}

std::uint64_t ByteCursor::big_endian(int count) {
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | byte();
  return value;
}

std::uint64_t ByteCursor::little_endian(int count) {
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i) value |= static_cast<std::uint64_t>(byte()) << (8 * i);
  return value;
}

std::string ByteCursor::text(int count) {
  std::string value;
  for (int i = 0; i < count; ++i) value.push_back(static_cast<char>(byte()));
  return value;
}

}  // namespace ov
