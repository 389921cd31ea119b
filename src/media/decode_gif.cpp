// GIF87a and GIF89a: the first picture, drawn on its screen. Only the LZW stream needs care: every
// code is checked against the table, and the picture must be filled exactly.
// As in Pillow, screen outside the picture has the transparent colour, or colour 0.
#include <algorithm>
#include <array>

#include "media/decode_formats.h"

namespace ov {
namespace {

constexpr int kMaxCodes = 4096;
constexpr int kNoCode = -1;

struct Header {
  std::int64_t width = 0;  // of the screen, enlarged where the first picture is larger
  std::int64_t height = 0;
  std::int64_t left = 0, top = 0, frame_width = 0, frame_height = 0;
  bool interlaced = false;
  std::size_t palette_at = 0;
  std::size_t colours = 0;  // 0: no palette, grey
  int transparent = kNoCode;
  std::size_t data_at = 0;  // the LZW minimum code size
};

// Skips length-prefixed blocks up to and with the empty one.
std::size_t skip_blocks(Bytes bytes, std::size_t at) {
  while (const std::size_t length = byte_at(bytes, at)) at += 1 + length;
  return at + 1;
}

void read_frame(Bytes bytes, std::size_t at, Header& header) {
  header.left = le16(bytes, at);
  header.top = le16(bytes, at + 2);
  header.frame_width = le16(bytes, at + 4);
  header.frame_height = le16(bytes, at + 6);
  const int flags = byte_at(bytes, at + 8);
  header.interlaced = (flags & 0x40) != 0;
  at += 9;
  if ((flags & 0x80) != 0) {
    header.palette_at = at;
    header.colours = std::size_t{2} << (flags & 7);
    at += 3 * header.colours;
  }
  header.data_at = at;
  if (header.frame_width < 1 || header.frame_height < 1) {
    throw Damage("the first picture is " + std::to_string(header.frame_width) + "x" +
                 std::to_string(header.frame_height) + "; both sides must be > 0");
  }
  header.width = std::max(header.width, header.left + header.frame_width);
  header.height = std::max(header.height, header.top + header.frame_height);
}

Header read_header(Bytes bytes) {
  Header header;
  header.width = le16(bytes, 6);
  header.height = le16(bytes, 8);
  const int flags = byte_at(bytes, 10);
  std::size_t at = 13;
  if ((flags & 0x80) != 0) {
    header.palette_at = at;
    header.colours = std::size_t{2} << (flags & 7);
    at += 3 * header.colours;
  }
  for (;;) {
    const int kind = byte_at(bytes, at);
    if (kind == ',') {
      read_frame(bytes, at + 1, header);
      return header;
    }
    if (kind != '!') throw Damage("no picture before the end; download or save it again");
    if (byte_at(bytes, at + 1) == 0xF9 && byte_at(bytes, at + 2) >= 4) {
      header.transparent = (byte_at(bytes, at + 3) & 1) != 0 ? byte_at(bytes, at + 6) : kNoCode;
    }
    at = skip_blocks(bytes, at + 2);
  }
}

// Codes of growing length, low bits first, out of length-prefixed blocks.
class CodeReader {
 public:
  CodeReader(Bytes bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  int next(int bits) {
    while (held_ < bits) {
      if (left_ == 0) left_ = byte_at(bytes_, at_++);
      if (left_ == 0) throw Damage("the data ends early; download or save it again");
      buffer_ |= std::uint32_t{byte_at(bytes_, at_++)} << held_;
      held_ += 8;
      --left_;
    }
    const int code = static_cast<int>(buffer_ & ((1U << bits) - 1));
    buffer_ >>= bits;
    held_ -= bits;
    return code;
  }

 private:
  Bytes bytes_;
  std::size_t at_;
  std::size_t left_ = 0;  // bytes of the current block
  std::uint32_t buffer_ = 0;
  int held_ = 0;
};

// The string of a code is the string of its prefix followed by its last byte.
class CodeTable {
 public:
  explicit CodeTable(int literal_bits) : literal_bits_(literal_bits), clear_code_(1 << literal_bits) {
    for (int i = 0; i < clear_code_; ++i) last_[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i);
    clear();
  }
  void clear() {
    next_ = clear_code_ + 2;
    bits_ = literal_bits_ + 1;
    previous_ = kNoCode;
  }
  int bits() const { return bits_; }
  int clear_code() const { return clear_code_; }

  // Writes the string of `code` and adds one entry to the table; returns the string's length.
  std::size_t take(int code, std::array<std::uint8_t, kMaxCodes + 1>& text) {
    const bool is_new = code == next_ && previous_ != kNoCode && next_ < kMaxCodes;
    if (code > clear_code_ && code >= next_ && !is_new) throw Damage("the data is damaged; save it again");
    if (previous_ == kNoCode && code >= clear_code_) throw Damage("the data is damaged; save it again");
    std::size_t length = is_new ? 1 : 0;
    for (int c = is_new ? previous_ : code; c != kNoCode; c = c < clear_code_ ? kNoCode : prefix(c)) {
      text[length++] = last_[static_cast<std::size_t>(c)];
    }
    const std::uint8_t first = text[length - 1];
    if (is_new) text[0] = first;
    std::reverse(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length));
    if (previous_ != kNoCode && next_ < kMaxCodes) add(first);
    previous_ = code;
    return length;
  }

 private:
  int prefix(int code) const { return prefix_[static_cast<std::size_t>(code)]; }
  void add(std::uint8_t last) {
    prefix_[static_cast<std::size_t>(next_)] = static_cast<std::int16_t>(previous_);
    last_[static_cast<std::size_t>(next_)] = last;
    ++next_;
    if (next_ == 1 << bits_ && bits_ < 12) ++bits_;
  }

  int literal_bits_;
  int clear_code_;
  int next_ = 0;
  int bits_ = 0;
  int previous_ = kNoCode;
  std::array<std::int16_t, kMaxCodes> prefix_{};
  std::array<std::uint8_t, kMaxCodes> last_{};
};

std::vector<std::uint8_t> decode_indices(Bytes bytes, const Header& header) {
  const int literal_bits = byte_at(bytes, header.data_at);
  if (literal_bits < 1 || literal_bits > 8) {
    throw Damage("LZW starts with " + std::to_string(literal_bits) + " bits; expected 1 to 8");
  }
  const auto count = static_cast<std::size_t>(header.frame_width * header.frame_height);
  std::vector<std::uint8_t> indices;
  indices.reserve(count);
  CodeReader codes(bytes, header.data_at + 1);
  CodeTable table(literal_bits);
  std::array<std::uint8_t, kMaxCodes + 1> text{};
  while (indices.size() < count) {
    const int code = codes.next(table.bits());
    if (code == table.clear_code()) {
      table.clear();
      continue;
    }
    if (code == table.clear_code() + 1) throw Damage("the data ends early; download or save it again");
    const std::size_t length = std::min(table.take(code, text), count - indices.size());
    indices.insert(indices.end(), text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length));
  }
  return indices;
}

// The screen row of the n-th stored row: interlaced rows come in four passes.
std::vector<std::int64_t> row_order(const Header& header) {
  std::vector<std::int64_t> rows;
  static constexpr std::array<std::array<int, 2>, 4> kPasses = {{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
  if (!header.interlaced) {
    for (std::int64_t y = 0; y < header.frame_height; ++y) rows.push_back(y);
    return rows;
  }
  for (const auto& [start, step] : kPasses) {
    for (std::int64_t y = start; y < header.frame_height; y += step) rows.push_back(y);
  }
  return rows;
}

}  // namespace

StoredInfo probe_gif(Bytes bytes) {
  const Header header = read_header(bytes);
  return {header.width, header.height, 1};
}

Image decode_gif(Bytes bytes, const StoredInfo& info) {
  const Header header = read_header(bytes);
  const Bytes palette = part_of(bytes, header.palette_at, 3 * header.colours);
  const auto paint = [&](std::size_t index, std::uint8_t* out) {
    if (header.colours == 0) {
      std::fill_n(out, 3, static_cast<std::uint8_t>(index));
    } else {
      if (index >= header.colours) throw Damage("a pixel uses a colour that the palette does not have; save it again");
      std::copy_n(palette.data() + 3 * index, 3, out);
    }
  };
  const std::vector<std::uint8_t> indices = decode_indices(bytes, header);
  Image image = blank_image(info.width, info.height);
  if (header.frame_width < info.width || header.frame_height < info.height) {
    const auto background = static_cast<std::size_t>(std::max(header.transparent, 0));
    for (std::int64_t i = 0; i < info.width * info.height; ++i) paint(background, image.rgb.data() + 3 * i);
  }
  const std::vector<std::int64_t> rows = row_order(header);
  for (std::size_t n = 0; n < rows.size(); ++n) {
    std::uint8_t* out = image.rgb.data() + 3 * ((header.top + rows[n]) * info.width + header.left);
    const std::uint8_t* from = indices.data() + n * static_cast<std::size_t>(header.frame_width);
    for (std::int64_t x = 0; x < header.frame_width; ++x) paint(from[x], out + 3 * x);
  }
  return image;
}

}  // namespace ov
