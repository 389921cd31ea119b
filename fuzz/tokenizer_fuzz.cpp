// Feeds bytes to the tokenizer as a tokenizer.json, then encodes and decodes a short text with
// whatever loads. Only ov::Error may come out.
//
//   tokenizer_fuzz fuzz/seeds/tokenizer
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.h"
#include "text/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const ov::Tokenizer tokenizer = ov::Tokenizer::parse(bytes, "fuzz");
    const std::string text = "ab ba  abab<s>\xC3\xA9 e\xCC\x81 12'S \xEA\xB0\x80\xE1\x86\xA7";
    const std::vector<ov::LiteralRange> literal = {{3, 6}, {12, 15}};
    const std::vector<std::int64_t> ids = tokenizer.encode(text, literal);
    ov::StreamDecoder stream(tokenizer, true);
    std::string pieces;
    for (const std::int64_t id : ids) pieces += stream.push(id);
    if (pieces + stream.finish() != tokenizer.decode(ids, true)) std::abort();
  } catch (const ov::Error&) {
  }
  return 0;
}
