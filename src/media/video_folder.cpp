#include "media/video_folder.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "media/video_index.h"

namespace ov {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes a run of digits from the front and drops its leading zeros.
std::string_view take_number(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  std::string_view number = text.substr(0, end);
  text.remove_prefix(end);
  while (number.size() > 1 && number.front() == '0') number.remove_prefix(1);
  return number;
}

bool has_picture_ending(const std::filesystem::path& path) {
  static constexpr std::array<const char*, 5> kEndings = {".jpg", ".jpeg", ".png", ".webp", ".bmp"};
  std::string ending = path.extension().string();
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
  const std::string_view whole_a = a, whole_b = b;
  while (!a.empty() && !b.empty()) {
    if (is_digit(a.front()) && is_digit(b.front())) {
      const std::string_view x = take_number(a), y = take_number(b);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else {
      if (a.front() != b.front()) return static_cast<unsigned char>(a.front()) < static_cast<unsigned char>(b.front());
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  if (a.empty() != b.empty()) return a.empty();
  return whole_a < whole_b;
}

std::vector<std::string> list_frames(const std::string& folder, Compat compat) {
  std::error_code failed;
  std::vector<std::string> names;
  std::size_t num_entries = 0;
  for (auto entry = std::filesystem::directory_iterator(folder, failed);
       !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
    ++num_entries;
    std::error_code unknown;
    const std::string name = entry->path().filename().string();
    if (name.front() == '.' || !has_picture_ending(name) || !entry->is_regular_file(unknown)) continue;
    names.push_back(name);
    if (names.size() > static_cast<std::size_t>(kMaxVideoFrames)) {
      throw Error(ErrorKind::input, folder + ": more than " + std::to_string(kMaxVideoFrames) + " frames");
    }
  }
  if (failed) throw Error(ErrorKind::input, folder + ": cannot list the folder: " + failed.message());
  if (names.empty()) {
    throw Error(ErrorKind::input, folder + ": no frames in this folder (" + std::to_string(num_entries) +
                                      " other files); a video folder holds .jpg, .png, .webp or .bmp pictures");
  }
  if (compat == Compat::official) {
    std::sort(names.begin(), names.end());
  } else {
    std::sort(names.begin(), names.end(), natural_less);
  }
  for (std::string& name : names) name = (std::filesystem::path(folder) / name).string();
  return names;
}

}  // namespace ov
