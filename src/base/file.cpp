#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"

namespace ov {
namespace {

// Owns a file descriptor; -1 means none.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string reason() { return std::strerror(errno); }

// Opens a regular file for reading and tells its size. O_NONBLOCK keeps a named pipe from hanging.
int open_regular(const std::string& path, std::size_t& size) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) throw Error(ErrorKind::input, path + ": cannot open: " + reason());
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(fd);
    throw Error(ErrorKind::input, path + ": not a regular file");
  }
  size = static_cast<std::size_t>(info.st_size);
  return fd;
}

}  // namespace

MappedFile::MappedFile(const std::string& path) : path_(path) {
  const Descriptor file(open_regular(path, size_));
  if (size_ == 0) return;
  void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (mapped == MAP_FAILED) {
    throw Error(ErrorKind::resource, path + ": cannot map " + std::to_string(size_) + " bytes: " + reason());
  }
  data_ = static_cast<const std::uint8_t*>(mapped);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::uint8_t*>(data_), size_);
}

void MappedFile::release(std::span<const std::uint8_t> part) const {
  if (part.empty()) return;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  // Only whole pages inside the part: neighbours may still be in use.
  const auto begin = (reinterpret_cast<std::uintptr_t>(part.data()) + page - 1) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(part.data() + part.size()) / page * page;
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

std::string read_file(const std::string& path, std::size_t max_bytes) {
  std::size_t size = 0;
  const Descriptor file(open_regular(path, size));
  if (size > max_bytes) {
    throw Error(ErrorKind::input,
                path + ": " + std::to_string(size) + " bytes, the limit is " + std::to_string(max_bytes));
  }
  std::string content(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(file.get(), content.data() + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(ErrorKind::input, path + ": cannot read: " + reason());
    if (got == 0) break;  // the file shrank under us
    done += static_cast<std::size_t>(got);
  }
  content.resize(done);
  return content;
}

namespace {

// Creates or empties `path` and writes all of it; `give_up` gets what could not be done and throws.
template <class GiveUp>
void write_all(const std::string& path, std::string_view content, bool sync, const GiveUp& give_up) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) give_up("create");
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t put = ::write(file.get(), content.data() + done, content.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) give_up("write");
    done += static_cast<std::size_t>(put);
  }
  if (sync && ::fsync(file.get()) != 0) give_up("sync");
}

}  // namespace

void write_file_atomic(const std::string& path, std::string_view content) {
  const std::string aside = path + ".partial-" + std::to_string(::getpid());
  const auto give_up = [&](const std::string& what) {
    const std::string why = reason();
    ::unlink(aside.c_str());
    throw Error(ErrorKind::resource, path + ": cannot " + what + ": " + why);
  };
  write_all(aside, content, /*sync=*/true, give_up);
  if (::rename(aside.c_str(), path.c_str()) != 0) give_up("rename into place");
}

void write_file_unsynced(const std::string& path, std::string_view content) {
  write_all(path, content, /*sync=*/false, [&](const std::string& what) {
    throw Error(ErrorKind::resource, path + ": cannot " + what + ": " + reason());
  });
}

}  // namespace ov
