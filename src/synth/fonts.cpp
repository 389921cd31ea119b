#include "synth/fonts.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>
#include <pango/pangoft2.h>

#include <atomic>
#include <map>
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

std::string family_of(const std::string& path) {
  int faces = 0;
  FcPattern* pattern = FcFreeTypeQuery(reinterpret_cast<const FcChar8*>(path.c_str()), 0, nullptr, &faces);
  FcChar8* family = nullptr;
  if (pattern == nullptr || FcPatternGetString(pattern, FC_FAMILY, 0, &family) != FcResultMatch) {
    if (pattern != nullptr) FcPatternDestroy(pattern);
    throw Error(ErrorKind::format, path + ": not a font that can be read (TrueType or OpenType)");
  }
  const std::string name = reinterpret_cast<const char*>(family);
  FcPatternDestroy(pattern);
  return name;
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

PangoContext* font_context() {
  thread_local ThreadFonts fonts;
  return fonts.context();
}

}  // namespace ov
