#include "report/answers.h"

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "report/jsonl_file.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxPictureBytes = 4 << 20;
constexpr std::string_view kFormats[] = {"png", "jpeg", "gif", "webp"};

constexpr std::string_view kBase64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Only pictures that a browser shows without running anything: no SVG.
bool is_picture_uri(std::string_view uri) {
  for (const std::string_view format : kFormats) {
    const std::string head = "data:image/" + std::string(format) + ";base64,";
    if (!uri.starts_with(head)) continue;
    const std::string_view body = uri.substr(head.size());
    const std::string_view letters = body.substr(0, body.find('='));
    return letters.find_first_not_of(kBase64Letters) == std::string_view::npos && body.size() - letters.size() <= 2 &&
           body.find_first_not_of('=', letters.size()) == std::string_view::npos;
  }
  return false;
}

std::string_view format_of(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "png";
  if (bytes.starts_with("\xff\xd8\xff")) return "jpeg";
  if (bytes.starts_with("GIF8")) return "gif";
  if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP")) return "webp";
  return "";
}

// A file of the run's folder: answers.jsonl may come from elsewhere, and must not publish other files.
std::string file_uri(const std::string& folder, const std::string& name, const std::string& where) {
  std::error_code problem;
  const fs::path root = fs::canonical(folder, problem);
  const fs::path path = fs::canonical(root / name, problem);
  if (problem) throw Error(ErrorKind::format, where + ": picture " + name + ": " + problem.message());
  const auto [end, ignored] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  if (end != root.end()) throw Error(ErrorKind::format, where + ": picture " + name + " is outside the run's folder");
  const std::string bytes = read_file(path.string(), kMaxPictureBytes);
  const std::string uri = picture_uri(bytes);
  if (uri.empty()) {
    throw Error(ErrorKind::format, where + ": picture " + name + " is not a PNG, JPEG, GIF or WebP file");
  }
  return uri;
}

SampleAnswer sample_answer(const std::string& folder, const Json& line, const std::string& where) {
  const Fields fields(line, where);
  SampleAnswer answer;
  answer.stage = fields.string("stage");
  answer.step = fields.integer("step", 0, INT64_MAX);
  answer.id = fields.string("id");
  answer.question = fields.string("question");
  answer.expected = fields.string_or("expected", "");
  answer.answer = fields.string("answer");
  answer.picture = fields.string_or("picture", "");
  if (answer.picture.starts_with("data:")) {
    if (!is_picture_uri(answer.picture)) fields.refuse("picture", "base64 data of a PNG, JPEG, GIF or WebP picture");
  } else if (!answer.picture.empty()) {
    answer.picture = file_uri(folder, answer.picture, where);
  }
  return answer;
}

}  // namespace

Json to_json(const SampleAnswer& answer) {
  Json line = {{"stage", answer.stage},       {"step", answer.step},         {"id", answer.id},
               {"question", answer.question}, {"expected", answer.expected}, {"answer", answer.answer}};
  if (!answer.picture.empty()) line["picture"] = answer.picture;
  return line;
}

std::vector<SampleAnswer> read_answers(const std::string& folder) {
  std::vector<SampleAnswer> answers;
  for_each_line(folder + "/answers.jsonl", [&](const Json& line, const std::string& where) {
    answers.push_back(sample_answer(folder, line, where));
  });
  return answers;
}

std::string picture_uri(std::string_view bytes) {
  const std::string_view format = format_of(bytes);
  return format.empty() ? "" : "data:image/" + std::string(format) + ";base64," + base64(bytes);
}

std::string base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) text += i <= count ? kBase64Letters[group >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

}  // namespace ov
