#include "checkpoint/new_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"

namespace ov {

namespace fs = std::filesystem;

namespace {

// Makes the names inside a folder survive a power cut. Folders that cannot be synced stay as they are.
void sync_folder(const std::string& path) {
  const int fd = ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

// Files that were written without a sync of their own come to rest with all of their file system.
void sync_files(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::syncfs(fd) == 0;
  const int problem = errno;
  if (fd >= 0) ::close(fd);
  if (!synced) throw Error(ErrorKind::resource, path + ": cannot sync: " + std::strerror(problem));
}

}  // namespace

NewFolder::NewFolder(const std::string& target) : target_(target) {
  while (target_.size() > 1 && target_.back() == '/') target_.pop_back();
  if (target_.empty()) throw Error(ErrorKind::usage, "the new folder needs a name");
  aside_ = target_ + ".partial-" + std::to_string(::getpid());
  std::error_code problem;
  if (fs::exists(target_, problem) && !(fs::is_directory(target_, problem) && fs::is_empty(target_, problem))) {
    throw Error(ErrorKind::input, target_ + ": exists already; choose a new or an empty folder");
  }
  fs::create_directories(aside_, problem);
  if (problem) throw Error(ErrorKind::resource, target_ + ": cannot create: " + problem.message());
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  if (!finished_) fs::remove_all(aside_, ignored);
}

void NewFolder::finish(bool has_unsynced_files) {
  has_unsynced_files ? sync_files(aside_) : sync_folder(aside_);
  std::error_code problem;
  fs::rename(aside_, target_, problem);  // replaces an empty folder
  if (problem) throw Error(ErrorKind::resource, target_ + ": cannot rename into place: " + problem.message());
  finished_ = true;
  sync_folder(fs::path(target_).parent_path().string());
}

}  // namespace ov
