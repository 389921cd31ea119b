// Files, read whole or memory-mapped, and written complete or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace ov {

// A read-only private mapping of a whole regular file. Move-only; unmaps on destruction.
class MappedFile {
 public:
  // Throws input when the path is missing, a folder, or not readable.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::uint8_t> bytes() const { return {data_, size_}; }
  const std::string& path() const { return path_; }

  // Tells the kernel that the pages under `part` will not be read again soon, so that they stop
  // counting as this process's memory. Reading them later is still correct.
  void release(std::span<const std::uint8_t> part) const;

 private:
  std::string path_;
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

// The whole file. Throws input when it is missing, not a regular file or larger than `max_bytes`.
std::string read_file(const std::string& path, std::size_t max_bytes);

// Writes aside, syncs and renames, so that `path` is either the old file or the whole new one.
// Throws resource when the disk is full or the folder is not writable; the old file stays.
void write_file_atomic(const std::string& path, std::string_view content);

// Writes one of many files of a folder that is not in its place yet and is synced as a whole (NewFolder::finish).
// Throws resource as above; what is half written stays.
void write_file_unsynced(const std::string& path, std::string_view content);

}  // namespace ov
