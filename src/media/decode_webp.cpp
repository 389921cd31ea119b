// WebP through libwebp. The first frame of an animation is drawn on its canvas, as Pillow does;
// a still picture is a one-frame animation to the library.
#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <memory>

#include "media/decode_formats.h"

namespace ov {
namespace {

constexpr const char* kDamaged = "the data is damaged or ends early; download or save it again";
constexpr std::size_t kRiffHeader = 12;

struct DeleteDemuxer {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};
struct DeleteDecoder {
  void operator()(WebPAnimDecoder* decoder) const { WebPAnimDecoderDelete(decoder); }
};

int orientation_of(const WebPDemuxer* demuxer) {
  WebPChunkIterator chunk;
  if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk) == 0) return 1;
  const int orientation = exif_orientation({chunk.chunk.bytes, chunk.chunk.size});
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

}  // namespace

StoredInfo probe_webp(Bytes bytes) {
  if (bytes.size() < kRiffHeader || le32(bytes, 4) > bytes.size() - 8) throw Damage(kDamaged);
  const WebPData data{bytes.data(), bytes.size()};
  const std::unique_ptr<WebPDemuxer, DeleteDemuxer> demuxer(WebPDemux(&data));
  if (!demuxer) throw Damage(kDamaged);
  return {WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH), WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT),
          orientation_of(demuxer.get())};
}

Image decode_webp(Bytes bytes, const StoredInfo& info) {
  const WebPData data{bytes.data(), bytes.size()};
  WebPAnimDecoderOptions options;
  WebPAnimDecoderOptionsInit(&options);
  options.color_mode = MODE_RGBA;
  const std::unique_ptr<WebPAnimDecoder, DeleteDecoder> decoder(WebPAnimDecoderNew(&data, &options));
  std::uint8_t* rgba = nullptr;
  int timestamp = 0;
  if (!decoder || WebPAnimDecoderGetNext(decoder.get(), &rgba, &timestamp) == 0) throw Damage(kDamaged);
  Image image = blank_image(info.width, info.height);
  for (std::int64_t i = 0; i < info.width * info.height; ++i) std::copy_n(rgba + 4 * i, 3, image.rgb.data() + 3 * i);
  return image;
}

}  // namespace ov
