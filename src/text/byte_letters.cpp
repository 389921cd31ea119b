#include "text/byte_letters.h"

#include <array>

#include "text/utf8.h"

namespace ov {
namespace {

constexpr char32_t kLettersEnd = 256 + 68;

struct Alphabet {
  std::array<std::string, 256> letters;
  std::array<int, kLettersEnd> bytes{};  // -1: not a letter

  Alphabet() {
    bytes.fill(-1);
    char32_t next = 256;
    for (char32_t byte = 0; byte < 256; ++byte) {
      const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
      const char32_t letter = printable ? byte : next++;
      append_utf8(letters[byte], letter);
      bytes[letter] = static_cast<int>(byte);
    }
  }
};

const Alphabet& alphabet() {
  static const Alphabet instance;
  return instance;
}

}  // namespace

const std::string& letter_of_byte(unsigned char byte) { return alphabet().letters[byte]; }

std::optional<std::string> bytes_of_letters(std::string_view token) {
  std::string bytes;
  for (std::size_t at = 0; at < token.size();) {
    const char32_t letter = next_code_point(token, at);
    if (letter >= kLettersEnd || alphabet().bytes[letter] < 0) return std::nullopt;
    bytes += static_cast<char>(alphabet().bytes[letter]);
  }
  return bytes;
}

}  // namespace ov
