#include "synth/fonts.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>
#include <pango/pangoft2.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "base/error.h"
#include "synth/drawing.h"

namespace ov {
namespace {

// All of the process, in the order in which they came.
struct KnownFonts {
  std::mutex mutex;
  std::map<std::string, std::string> families;  // by file
  std::vector<std::string> files;
  std::atomic<std::size_t> count = 0;
};

KnownFonts& known_fonts() {
  static KnownFonts fonts;
  return fonts;
}

using FontPattern = std::unique_ptr<FcPattern, decltype(&FcPatternDestroy)>;

// What is known of a file that is a font with a family's name.
FontPattern query(const std::string& path) {
  int faces = 0;
  FontPattern pattern(FcFreeTypeQuery(reinterpret_cast<const FcChar8*>(path.c_str()), 0, nullptr, &faces),
                      FcPatternDestroy);
  FcChar8* family = nullptr;
  if (pattern == nullptr || FcPatternGetString(pattern.get(), FC_FAMILY, 0, &family) != FcResultMatch)
    throw Error(ErrorKind::format, path + ": not a font that can be read (TrueType or OpenType)");
  return pattern;
}

std::string family_of(const std::string& path) {
  const FontPattern pattern = query(path);
  FcChar8* family = nullptr;
  FcPatternGetString(pattern.get(), FC_FAMILY, 0, &family);
  return reinterpret_cast<const char*>(family);
}

void smooth_and_unhinted(FcPattern* pattern, gpointer) {
  FcPatternDel(pattern, FC_HINTING);
  FcPatternAddBool(pattern, FC_HINTING, FcFalse);
  FcPatternDel(pattern, FC_ANTIALIAS);
  FcPatternAddBool(pattern, FC_ANTIALIAS, FcTrue);
}

// Pango's font map of one thread over a fontconfig that knows our files alone.
class ThreadFonts {
 public:
  ThreadFonts() = default;
  ThreadFonts(const ThreadFonts&) = delete;
  ThreadFonts& operator=(const ThreadFonts&) = delete;
  ~ThreadFonts() { drop(); }

  PangoContext* context() {
    if (context_ == nullptr || count_ != known_fonts().count.load()) build();
    return context_;
  }

 private:
  void drop() {
    if (context_ != nullptr) g_object_unref(context_);
    if (map_ != nullptr) g_object_unref(map_);
    if (config_ != nullptr) FcConfigDestroy(config_);
    context_ = nullptr, map_ = nullptr, config_ = nullptr;
  }

  void build() {
    drop();
    config_ = FcConfigCreate();
    {
      const std::lock_guard lock(known_fonts().mutex);
      for (const std::string& file : known_fonts().files) {
        FcConfigAppFontAddFile(config_, reinterpret_cast<const FcChar8*>(file.c_str()));
      }
      count_ = known_fonts().files.size();
    }
    map_ = pango_ft2_font_map_new();
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map_), config_);
    pango_fc_font_map_set_default_substitute(PANGO_FC_FONT_MAP(map_), smooth_and_unhinted, nullptr, nullptr);
    context_ = pango_font_map_create_context(map_);
    pango_context_set_round_glyph_positions(context_, FALSE);
  }

  FcConfig* config_ = nullptr;
  PangoFontMap* map_ = nullptr;
  PangoContext* context_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace

std::string use_font(const std::string& path) {
  KnownFonts& fonts = known_fonts();
  const std::lock_guard lock(fonts.mutex);
  const auto found = fonts.families.find(path);
  if (found != fonts.families.end()) return found->second;
  const std::string family = family_of(path);
  fonts.families[path] = family;
  fonts.files.push_back(path);
  fonts.count = fonts.files.size();
  return family;
}

void add_characters(const std::string& path, std::vector<bool>& characters) {
  const FontPattern pattern = query(path);
  FcCharSet* set = nullptr;
  if (FcPatternGetCharSet(pattern.get(), FC_CHARSET, 0, &set) != FcResultMatch) return;
  FcChar32 map[FC_CHARSET_MAP_SIZE], next = 0;
  for (FcChar32 page = FcCharSetFirstPage(set, map, &next); page != FC_CHARSET_DONE;
       page = FcCharSetNextPage(set, map, &next)) {
    if (characters.size() < page + 256) characters.resize(page + 256);
    for (FcChar32 i = 0; i < 256; ++i) {
      if ((map[i / 32] >> (i % 32) & 1U) != 0) characters[page + i] = true;
    }
  }
}

PangoContext* font_context() {
  thread_local ThreadFonts fonts;
  return fonts.context();
}

}  // namespace ov
