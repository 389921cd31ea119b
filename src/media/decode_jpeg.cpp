// JPEG through libjpeg-turbo with its defaults (accurate integer DCT, fancy upsampling), which are
// Pillow's. Headers are walked here, so that a probe never starts the library. A warning that means
// wrong or missing pixels is an error; harmless ones (stray bytes between segments) are not.
#include <algorithm>
#include <csetjmp>
#include <cstdio>

#include <jerror.h>
#include <jpeglib.h>

#include "media/decode_formats.h"

namespace ov {
namespace {

constexpr const char* kTruncated = "the data ends early; download or save it again";
constexpr const char* kDamaged = "the data is damaged; download or save it again";
constexpr const char* kTooManyScans = "more progressive scans than any real picture has; save it again";
constexpr int kMaxScans = 200;

bool is_frame_header(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

StoredInfo read_frame_header(Bytes bytes, std::size_t at, std::uint8_t marker) {
  if (marker == 0xC3 || marker >= 0xC5) {
    // 0xC9 and 0xCA are arithmetic-coded baseline and progressive, which the library reads.
    if (marker != 0xC9 && marker != 0xCA) {
      throw Damage("a lossless or hierarchical JPEG is not supported; save it as baseline JPEG");
    }
  }
  const int bits = byte_at(bytes, at + 2);
  if (bits != 8) {
    throw Damage(std::to_string(bits) + " bits per sample are not supported, 8 are expected; save it as 8-bit JPEG");
  }
  const int components = byte_at(bytes, at + 7);
  if (components != 1 && components != 3 && components != 4) {
    throw Damage(std::to_string(components) + " colour components; expected 1 (grey), 3 (colour) or 4 (CMYK)");
  }
  return {be16(bytes, at + 5), be16(bytes, at + 3), 1};
}

// Outlives the longjmp out of the library: nothing in it has a destructor.
struct Reader {
  jpeg_decompress_struct info;
  jpeg_error_mgr errors;
  jpeg_progress_mgr progress;
  std::jmp_buf jump;
  const char* what;
};

[[noreturn]] void give_up(j_common_ptr info, const char* what) {
  auto* reader = static_cast<Reader*>(info->client_data);
  reader->what = what;
  std::longjmp(reader->jump, 1);
}

void on_error(j_common_ptr info) {
  give_up(info,
          info->err->msg_code == JERR_INPUT_EOF || info->err->msg_code == JERR_INPUT_EMPTY ? kTruncated : kDamaged);
}

void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR: return;
    case JWRN_JPEG_EOF: give_up(info, kTruncated);
    default: give_up(info, kDamaged);
  }
}

void on_progress(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > kMaxScans) give_up(info, kTooManyScans);
}

void on_output(j_common_ptr) {}

// As Pillow: C, M, Y, K stored inverted (Adobe), multiplied with rounding.
void cmyk_to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb, std::int64_t width) {
  for (std::int64_t x = 0; x < width; ++x) {
    const int not_k = cmyk[4 * x + 3];
    for (int c = 0; c < 3; ++c) {
      const int product = (255 - cmyk[4 * x + c]) * not_k + 128;
      rgb[3 * x + c] = static_cast<std::uint8_t>(std::max(0, not_k - (((product >> 8) + product) >> 8)));
    }
  }
}

void read_rows(Reader& reader, const StoredInfo& stored, std::uint8_t* rgb, std::uint8_t* cmyk_row) {
  jpeg_decompress_struct& info = reader.info;
  while (info.output_scanline < info.output_height) {
    std::uint8_t* out = rgb + 3 * stored.width * static_cast<std::int64_t>(info.output_scanline);
    JSAMPROW row = info.out_color_space == JCS_CMYK ? cmyk_row : out;
    jpeg_read_scanlines(&info, &row, 1);
    if (row != out) cmyk_to_rgb(cmyk_row, out, stored.width);
  }
}

// Fills rgb; returns what went wrong or nullptr. No object with a destructor lives in here.
const char* decode_into(Reader& reader, Bytes bytes, const StoredInfo& stored, std::uint8_t* rgb,
                        std::uint8_t* cmyk_row) {
  reader.info.err = jpeg_std_error(&reader.errors);
  reader.errors.error_exit = on_error;
  reader.errors.emit_message = on_message;
  reader.errors.output_message = on_output;
  reader.progress.progress_monitor = on_progress;
  reader.info.client_data = &reader;
  if (setjmp(reader.jump) != 0) {
    jpeg_destroy_decompress(&reader.info);
    return reader.what;
  }
  jpeg_create_decompress(&reader.info);
  reader.info.progress = &reader.progress;
  jpeg_mem_src(&reader.info, bytes.data(), bytes.size());
  jpeg_read_header(&reader.info, TRUE);
  reader.info.out_color_space = reader.info.num_components == 4 ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&reader.info);
  if (reader.info.output_width != stored.width || reader.info.output_height != stored.height) {
    jpeg_destroy_decompress(&reader.info);
    return "two headers disagree about the size; save it again";
  }
  read_rows(reader, stored, rgb, cmyk_row);
  jpeg_finish_decompress(&reader.info);
  jpeg_destroy_decompress(&reader.info);
  return nullptr;
}

}  // namespace

StoredInfo probe_jpeg(Bytes bytes) {
  StoredInfo info;
  std::vector<std::uint8_t> exif;
  bool found = false;
  std::size_t at = 2;
  for (;;) {
    // Bytes between segments are skipped, as the library does.
    while (byte_at(bytes, at) != 0xFF) ++at;
    while (byte_at(bytes, at) == 0xFF) ++at;
    const std::uint8_t marker = bytes[at++];
    if (marker == 0 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) continue;
    if (marker == 0xD8 || marker == 0xD9) throw Damage("no picture data before the end marker; save it again");
    const std::size_t length = be16(bytes, at);
    const Bytes segment = part_of(bytes, at, std::max<std::size_t>(length, 2));
    if (marker == 0xDA) break;
    if (is_frame_header(marker)) {
      if (found) throw Damage("two frame headers; save it again");
      const StoredInfo size = read_frame_header(segment, 0, marker);
      info.width = size.width;
      info.height = size.height;
      found = true;
    }
    if (marker == 0xE1 && has_text(segment, 2, std::string_view("Exif\0\0", 6))) {
      // A block longer than a segment goes on in the next ones.
      exif.insert(exif.end(), segment.begin() + 8, segment.end());
    }
    at += segment.size();
  }
  if (!found) throw Damage("no frame header before the picture data; save it again");
  info.orientation = exif_orientation(exif);
  return info;
}

Image decode_jpeg(Bytes bytes, const StoredInfo& info) {
  Image image = blank_image(info.width, info.height);
  std::vector<std::uint8_t> cmyk_row(static_cast<std::size_t>(4 * info.width));
  Reader reader{};
  if (const char* what = decode_into(reader, bytes, info, image.rgb.data(), cmyk_row.data())) throw Damage(what);
  return image;
}

}  // namespace ov
