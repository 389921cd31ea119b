#include "benchmarks/subtitles.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "base/error.h"

namespace ov {
namespace {

struct Entry {
  double begin = 0, end = 0;
  std::string text;
};

std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t at = text.find(separator); at != text.npos; at = text.find(separator, begin)) {
    parts.push_back(text.substr(begin, at - begin));
    begin = at + separator.size();
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::optional<double> number_at(const std::string& text, std::size_t& at, char after) {
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  at = static_cast<std::size_t>(end - text.data());
  if (failure != std::errc() || value < 0) return std::nullopt;
  if (after != '\0' && (at >= text.size() || text[at++] != after)) return std::nullopt;
  return value;
}

// "01:02:03,456" in seconds.
std::optional<double> seconds_of(const std::string& text) {
  std::size_t at = text.find_first_not_of(' ');
  if (at == text.npos) return std::nullopt;
  const auto hours = number_at(text, at, ':');
  const auto minutes = hours ? number_at(text, at, ':') : std::nullopt;
  const auto seconds = minutes ? number_at(text, at, ',') : std::nullopt;
  const auto thousandths = seconds ? number_at(text, at, '\0') : std::nullopt;
  if (!thousandths || text.find_first_not_of(" \t", at) != text.npos) return std::nullopt;
  return *hours * 3600 + *minutes * 60 + *seconds + *thousandths / 1000;
}

// Two entries of the same times are one, with the later text.
std::vector<Entry> entries_of(const std::string& srt, const std::string& name) {
  std::string text = srt;
  text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
  std::vector<Entry> entries;
  std::map<std::pair<double, double>, std::size_t> known;
  for (const std::string& section : split(text, "\n\n")) {
    const std::vector<std::string> lines = split(section, "\n");
    if (lines.size() < 3) continue;
    const std::vector<std::string> times = split(lines[1], " --> ");
    const auto begin = seconds_of(times[0]), end = times.size() == 2 ? seconds_of(times[1]) : std::nullopt;
    if (!begin || !end) {
      throw Error(ErrorKind::input, name + ": \"" + lines[1].substr(0, 80) +
                                        "\" is no time of a subtitle; expected 00:00:01,500 --> 00:00:03,000");
    }
    std::string joined;
    for (std::size_t i = 2; i < lines.size(); ++i) joined += (i == 2 ? "" : " ") + lines[i];
    const auto [at, is_new] = known.try_emplace({*begin, *end}, entries.size());
    if (is_new) entries.push_back({*begin, *end, {}});
    entries[at->second].text = joined;
  }
  return entries;
}

std::optional<std::string> shown_text(const std::string& text) {
  constexpr std::string_view kOpen = "<font color=\"white\" size=\".72c\">", kClose = "</font>";
  const std::size_t open = text.find(kOpen);
  if (open == text.npos) return std::nullopt;
  const std::size_t begin = open + kOpen.size(), close = text.find(kClose, begin);
  if (close == text.npos) return std::nullopt;
  return text.substr(begin, close - begin);
}

}  // namespace

std::string subtitles_at(const std::string& srt, const std::string& name, double fps,
                         std::span<const std::int64_t> frames) {
  std::string shown;
  bool first = true;
  for (const Entry& entry : entries_of(srt, name)) {
    const auto begin = static_cast<std::int64_t>(entry.begin * fps), end = static_cast<std::int64_t>(entry.end * fps);
    const bool is_on = std::any_of(frames.begin(), frames.end(), [&](auto at) { return begin <= at && at < end; });
    const auto text = is_on ? shown_text(entry.text) : std::nullopt;
    if (!text) continue;
    shown += (first ? "" : "\n") + *text;
    first = false;
  }
  return shown;
}

}  // namespace ov
