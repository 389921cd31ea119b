// PNG through libpng. Every CRC is checked up to the end of the file; text and colour profiles,
// which do not change pixels here, are skipped without being decompressed.
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <memory>

#include "media/decode_formats.h"

namespace ov {
namespace {

constexpr std::size_t kSignatureBytes = 8;
constexpr std::size_t kChunkFrame = 12;  // length, type and CRC
constexpr std::size_t kMaxDeflateRatio = 1032;

// Outlives the longjmp out of the library: nothing in it has a destructor.
struct Reader {
  png_color palette[PNG_MAX_PALETTE_LENGTH];
  int colours;
  png_structp png;
  png_infop info;
  std::jmp_buf jump;
  const std::uint8_t* next;
  std::size_t left;
  bool ended_early;
};

void on_error(png_structp png, png_const_charp) { std::longjmp(static_cast<Reader*>(png_get_error_ptr(png))->jump, 1); }

void on_warning(png_structp, png_const_charp) {}

void on_read(png_structp png, png_bytep out, std::size_t count) {
  auto* reader = static_cast<Reader*>(png_get_io_ptr(png));
  if (count > reader->left) {
    reader->ended_early = true;
    png_error(png, "");
  }
  std::memcpy(out, reader->next, count);
  reader->next += count;
  reader->left -= count;
}

void skip_side_chunks(png_structp png) {
  static const png_byte kSkipped[] =
      "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0"
      "sRGB\0tEXt\0tIME\0zTXt";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, 0);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, kSkipped, sizeof kSkipped / 5);
}

// 16-bit grey as Pillow converts it: everything above 255 is white.
void clip_grey(Bytes raw, std::uint8_t* rgb) {
  for (std::size_t i = 0; i < raw.size(); i += 2, rgb += 3) {
    std::fill_n(rgb, 3, raw[i] != 0 ? std::uint8_t{255} : raw[i + 1]);
  }
}

void expand_palette(Bytes raw, const Reader& reader, std::uint8_t* rgb) {
  for (const std::uint8_t index : raw) {
    if (index >= reader.colours) throw Damage("a pixel uses a colour that the palette does not have; save it again");
    const png_color& colour = reader.palette[index];
    *rgb++ = colour.red;
    *rgb++ = colour.green;
    *rgb++ = colour.blue;
  }
}

// How a row leaves the library, and its bytes per pixel. Palettes are expanded here, because the
// library lets pixels use colours that the palette does not have.
enum class Row { rgb = 3, wide_grey = 2, index = 1 };

void ask_for(png_structp png, Row row) {
  if (row == Row::wide_grey) return;
  if (row == Row::index) return png_set_packing(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_set_expand_gray_1_2_4_to_8(png);
  png_set_gray_to_rgb(png);
}

const char* create(Reader& reader, Bytes bytes) {
  reader.next = bytes.data();
  reader.left = bytes.size();
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning);
  reader.info = reader.png == nullptr ? nullptr : png_create_info_struct(reader.png);
  return reader.info == nullptr ? "there is not enough memory" : nullptr;
}

// Fills `rows` and the palette; returns what went wrong or nullptr. No object with a destructor lives
// in here.
const char* decode_into(Reader& reader, Bytes bytes, const StoredInfo& stored, png_bytepp rows, Row row) {
  if (const char* what = create(reader, bytes)) return what;
  if (setjmp(reader.jump) != 0) {
    return reader.ended_early ? "the data ends early; download or save it again"
                              : "the data is damaged; download or save it again";
  }
  png_set_read_fn(reader.png, &reader, on_read);
  png_set_crc_action(reader.png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  skip_side_chunks(reader.png);
  png_read_info(reader.png, reader.info);
  const std::size_t row_bytes = static_cast<std::size_t>(row) * static_cast<std::size_t>(stored.width);
  ask_for(reader.png, row);
  png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
  if (png_get_image_width(reader.png, reader.info) != stored.width ||
      png_get_image_height(reader.png, reader.info) != stored.height ||
      png_get_rowbytes(reader.png, reader.info) != row_bytes) {
    return "two headers disagree about the size; save it again";
  }
  png_read_image(reader.png, rows);
  png_read_end(reader.png, reader.info);
  png_colorp palette = nullptr;
  if (row == Row::index && png_get_PLTE(reader.png, reader.info, &palette, &reader.colours) != 0) {
    std::copy_n(palette, reader.colours, reader.palette);
  }
  return nullptr;
}

struct Header {
  StoredInfo info;
  int bits = 8;
  int colour_type = 0;
};

Header read_header(Bytes bytes) {
  if (be32(bytes, kSignatureBytes) != 13 || !has_text(bytes, kSignatureBytes + 4, "IHDR")) {
    throw Damage("the header chunk is missing; save it again");
  }
  Header header;
  header.info.width = be32(bytes, 16);
  header.info.height = be32(bytes, 20);
  header.bits = byte_at(bytes, 24);
  header.colour_type = byte_at(bytes, 25);
  if (header.info.width > PNG_UINT_31_MAX || header.info.height > PNG_UINT_31_MAX) {
    throw Damage("the header says " + std::to_string(header.info.width) + "x" + std::to_string(header.info.height) +
                 " pixels, more than the format allows");
  }
  return header;
}

Row row_of(const Header& header, Compat compat) {
  if (header.colour_type == PNG_COLOR_TYPE_PALETTE) return Row::index;
  const bool clip = header.bits == 16 && header.colour_type == PNG_COLOR_TYPE_GRAY && compat != Compat::exact;
  return clip ? Row::wide_grey : Row::rgb;
}

// A few bytes cannot hold a large picture: refused before it is allocated.
void check_size(Bytes bytes, const Header& header) {
  static constexpr int kChannels[] = {1, 0, 3, 1, 2, 0, 4};
  const int channels = header.colour_type <= 6 ? kChannels[header.colour_type] : 0;
  const auto pixels = static_cast<std::uint64_t>(header.info.width * header.info.height);
  if (pixels * static_cast<std::uint64_t>(channels * header.bits) / 8 / kMaxDeflateRatio > bytes.size()) {
    throw Damage("the file is too short for " + std::to_string(header.info.width) + "x" +
                 std::to_string(header.info.height) + " pixels; download or save it again");
  }
}

}  // namespace

StoredInfo probe_png(Bytes bytes) {
  StoredInfo info = read_header(bytes).info;
  // eXIf may follow the pixels.
  std::size_t at = kSignatureBytes;
  while (at + kChunkFrame <= bytes.size()) {
    const std::size_t length = be32(bytes, at);
    if (length > bytes.size() - at - kChunkFrame || has_text(bytes, at + 4, "IEND")) break;
    if (has_text(bytes, at + 4, "eXIf")) info.orientation = exif_orientation(part_of(bytes, at + 8, length));
    at += kChunkFrame + length;
  }
  return info;
}

Image decode_png(Bytes bytes, const StoredInfo& info, Compat compat) {
  const Header header = read_header(bytes);
  check_size(bytes, header);
  const Row row = row_of(header, compat);
  Image image = blank_image(info.width, info.height);
  const std::int64_t row_bytes = static_cast<std::int64_t>(row) * info.width;
  std::vector<std::uint8_t> raw;
  if (row != Row::rgb) raw.resize(static_cast<std::size_t>(row_bytes * info.height));
  std::uint8_t* target = row == Row::rgb ? image.rgb.data() : raw.data();
  std::vector<png_bytep> rows(static_cast<std::size_t>(info.height));
  for (std::int64_t y = 0; y < info.height; ++y) rows[static_cast<std::size_t>(y)] = target + y * row_bytes;
  const auto reader = std::make_unique<Reader>();
  const char* what = decode_into(*reader, bytes, info, rows.data(), row);
  png_destroy_read_struct(&reader->png, &reader->info, nullptr);
  if (what != nullptr) throw Damage(what);
  if (row == Row::wide_grey) clip_grey(raw, image.rgb.data());
  if (row == Row::index) expand_palette(raw, *reader, image.rgb.data());
  return image;
}

}  // namespace ov
