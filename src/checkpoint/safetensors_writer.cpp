#include "checkpoint/safetensors_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/json.h"

namespace ov {
namespace {

constexpr std::size_t kBufferBytes = 4 << 20;

// The header with its length in front, padded with spaces so that tensors begin at a multiple of 8.
std::string make_header(const std::vector<TensorDeclaration>& tensors,
                        const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t at = 0;
  for (const TensorDeclaration& tensor : tensors) {
    const std::uint64_t end = at + tensor.num_bytes();
    header[tensor.name] = {{"dtype", dtype_name(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text = dump_json(header);
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(text.size() >> (8 * i) & 255);
  return length + text;
}

}  // namespace

std::uint64_t TensorDeclaration::num_bytes() const {
  std::uint64_t bytes = dtype_size(dtype);
  for (const std::int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) {
      throw Error(ErrorKind::internal, "tensor " + name + ": impossible shape " + shape_text(shape));
    }
  }
  return bytes;
}

SafetensorsWriter::SafetensorsWriter(std::string path, const std::vector<TensorDeclaration>& tensors,
                                     const std::map<std::string, std::string>& metadata)
    : path_(std::move(path)), aside_(path_ + ".partial-" + std::to_string(::getpid())) {
  const std::string header = make_header(tensors, metadata);
  for (const TensorDeclaration& tensor : tensors) left_ += tensor.num_bytes();
  fd_ = ::open(aside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) throw Error(ErrorKind::resource, path_ + ": cannot create: " + std::strerror(errno));
  // Not every file system can reserve; those find a full disk while writing.
  const auto total = static_cast<off_t>(header.size() + left_);
  if (::fallocate(fd_, 0, 0, total) != 0 && (errno == ENOSPC || errno == EFBIG || errno == EDQUOT)) {
    give_up("reserve " + std::to_string(total) + " bytes");
  }
  buffer_.reserve(kBufferBytes);
  put(reinterpret_cast<const std::uint8_t*>(header.data()), header.size());
}

SafetensorsWriter::~SafetensorsWriter() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(aside_.c_str());
}

void SafetensorsWriter::give_up(const std::string& what) {
  const std::string why = std::strerror(errno);
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  ::unlink(aside_.c_str());
  throw Error(ErrorKind::resource,
              path_ + ": cannot " + what + ": " + why + "; free some space or choose another folder");
}

void SafetensorsWriter::flush() {
  std::size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t written = ::write(fd_, buffer_.data() + done, buffer_.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) give_up("write");
    done += static_cast<std::size_t>(written);
  }
  buffer_.clear();
}

void SafetensorsWriter::put(const std::uint8_t* data, std::size_t size) {
  while (size > 0) {
    const std::size_t part = std::min(size, kBufferBytes - buffer_.size());
    buffer_.insert(buffer_.end(), data, data + part);
    data += part;
    size -= part;
    if (buffer_.size() == kBufferBytes) flush();
  }
}

void SafetensorsWriter::append(std::span<const std::uint8_t> bytes) {
  if (fd_ < 0 || bytes.size() > left_) throw Error(ErrorKind::internal, path_ + ": more bytes than were declared");
  left_ -= bytes.size();
  put(bytes.data(), bytes.size());
}

void SafetensorsWriter::finish() {
  if (fd_ < 0 || left_ != 0) {
    throw Error(ErrorKind::internal, path_ + ": " + std::to_string(left_) + " declared bytes were never written");
  }
  flush();
  if (::fsync(fd_) != 0) give_up("sync");
  if (::close(std::exchange(fd_, -1)) != 0) give_up("close");
  if (::rename(aside_.c_str(), path_.c_str()) != 0) give_up("rename into place");
}

}  // namespace ov
