// A drawing that keeps in mind what stands where: every letter, figure and thing goes onto the picture together with
// its box and its words.
//
//   MarkedDrawing marked(Drawing(128, 128, kWhite));
//   marked.write({.font = "Lato", .size = 20}, "Total", {8, 8}, kBlack);
//   marked.show(motif, {60, 40, 50, 50});
//   marked.hand_over(random, writer);  // the picture, its regions and a caption
#pragma once

#include <string>
#include <vector>

#include "synth/drawing.h"
#include "synth/family.h"
#include "synth/random_stream.h"
#include "synth/view.h"

namespace ov {

class MarkedDrawing {
 public:
  explicit MarkedDrawing(Drawing drawing) : drawing_(std::move(drawing)) {}

  // For what has no words.
  Drawing& plain() { return drawing_; }
  Rect all() const { return drawing_.all(); }

  // As the methods of Drawing; each letter is marked with itself.
  Rect write(const TextStyle& style, const std::string& text, Point at, const Rgb& ink, double wrap = 0);
  void write_in(TextStyle style, const std::string& text, const Rect& box, const Rgb& ink, Align align = Align::center);
  void write_turned(const TextStyle& style, const std::string& text, Point middle, double angle, const Rgb& ink);
  void show(const Motif& motif, const Rect& box, double angle = 0);
  // What has been drawn with plain().
  void mark(const Rect& box, const std::vector<std::string>& words) { regions_.push_back({box, words}); }
  // For the caption: "red bar", "red bars".
  void mention(const std::string& one, const std::string& many);
  void mention_text(const std::string& text) { texts_.push_back(text); }

  void hand_over(RandomStream& random, SampleWriter& writer) const;

 private:
  struct Region {
    Rect box;
    std::vector<std::string> words;
  };
  struct Mention {
    std::string one, many;
    std::int64_t count = 1;
  };
  std::string caption() const;

  Drawing drawing_;
  std::vector<Region> regions_;
  std::vector<Mention> things_;
  std::vector<std::string> texts_;
};

}  // namespace ov
