// A folder that appears complete or not at all: files are written into a sibling, which is renamed
// when everything is there and removed otherwise.
//
//   NewFolder folder(target);
//   write_file_atomic(folder.path() + "/config.json", text);
//   folder.finish();
#pragma once

#include <string>

namespace ov {

class NewFolder {
 public:
  // Throws input when `target` exists and is not an empty folder, resource when it cannot be made.
  explicit NewFolder(const std::string& target);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  const std::string& path() const { return aside_; }  // where to write
  // True where files came from write_file_unsynced. Throws resource when the folder cannot be put into place.
  void finish(bool has_unsynced_files = false);

 private:
  std::string target_;
  std::string aside_;
  bool finished_ = false;
};

}  // namespace ov
