// Answers of the model in training to a few fixed questions: answers.jsonl, shown in report.html.
//
//   JsonlFile answers(out + "/answers.jsonl");
//   answers.add(to_json(SampleAnswer{.stage = "stage2", .step = 500, .id = "chart-17", ...}));
//   answers.flush();
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace ov {

struct SampleAnswer {
  std::string stage;
  std::int64_t step = 0;
  std::string id;        // the same question at different steps has the same id
  std::string question;  // the last one of the conversation
  std::string expected;
  std::string answer;
  // "data:image/png;base64,..." (png, jpeg, gif or webp), a file inside the run's folder, or empty. It is enough
  // that the first answer of an id has it.
  std::string picture;
};

Json to_json(const SampleAnswer& answer);

// All complete lines of folder/answers.jsonl; empty when there is no such file. Files named as pictures are read and
// come back as data URIs. Throws format with file:line for other content, also for a picture outside the folder.
std::vector<SampleAnswer> read_answers(const std::string& folder);

// "data:image/png;base64,..." of an encoded PNG, JPEG, GIF or WebP picture, "" of other bytes.
std::string picture_uri(std::string_view bytes);

// Base64 with padding (RFC 4648, section 4).
std::string base64(std::string_view bytes);

}  // namespace ov
