// The GPT-2 alphabet: every byte has one printable character. Bytes that are printable in Latin-1
// stand for themselves, the other 68 follow from U+0100 on, in order.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ov {

const std::string& letter_of_byte(unsigned char byte);

// The bytes that a token's text stands for; nothing when a character is not of the alphabet.
std::optional<std::string> bytes_of_letters(std::string_view token);

}  // namespace ov
