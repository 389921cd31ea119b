// Tables, receipts, forms, windows of a screen and pages of text. Each is first made as data, from which its picture,
// the answers to all questions about it and the text that reads it out are taken.
//
//   const Table table = Table::make(random, /*test=*/false);
//   writer.add_picture(table.draw(random, font));
//   ask_some(random, writer, table.queries(random));
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "media/image.h"
#include "synth/asking.h"
#include "synth/corpus.h"
#include "synth/drawing.h"
#include "synth/random_stream.h"

namespace ov {

// The first column names the rows; columns of numbers have nothing else.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> numeric;  // of the columns

  static Table make(RandomStream& random, bool test);
  Image draw(RandomStream& random, const std::string& font) const;
  Queries queries(RandomStream& random) const;
  std::string read_out() const;
};

struct Receipt {
  struct Line {
    std::string item;
    std::int64_t cents = 0;
  };
  std::string shop, date;
  std::vector<Line> lines;
  std::int64_t cash = 0;  // cents, 0 where it is not written
  bool dollars = false;   // a sign before the prices

  std::int64_t total() const;
  std::string price(std::int64_t cents) const;
  static Receipt make(RandomStream& random, bool test);
  Image draw(RandomStream& random, const std::string& font) const;
  Queries queries(RandomStream& random) const;
  std::string read_out() const;
};

struct FilledForm {
  struct Field {
    std::string label, value;
  };
  struct Tick {
    std::string label;
    bool ticked = false;
  };
  std::string title;
  std::vector<Field> fields;
  std::vector<Tick> ticks;

  static FilledForm make(RandomStream& random, bool test);
  Image draw(RandomStream& random, const std::string& font) const;
  Queries queries(RandomStream& random) const;
  std::string read_out() const;
};

struct Window {
  std::string title;
  std::vector<std::string> menus;    // in a row below the title; may be empty
  std::vector<std::string> entries;  // of a list
  std::size_t selected = 0;          // of the entries
  std::string message;               // of a dialog, which has no list
  std::vector<std::string> buttons;  // from left to right
  std::string colour;                // of the last button

  static Window make(RandomStream& random, bool test);
  Image draw(RandomStream& random, const std::string& font) const;
  Queries queries(RandomStream& random) const;
  std::string read_out() const;
};

struct Page {
  std::string heading, date, signature;  // empty where nothing is written
  std::vector<std::string> lines;
  bool bullets = false;  // a point before each line
  std::int64_t number = 0;

  // With lines of the user's text where the corpus has any.
  static Page make(RandomStream& random, bool test, const CorpusShare& corpus = {});
  Image draw(RandomStream& random, const std::string& font) const;
  Queries queries(RandomStream& random) const;
  std::string read_out() const;
};

// As a scanner or a camera would take it: with some grain, now and then turned by up to one degree.
Image scanned(RandomStream& random, const Drawing& drawing, const Rgb& ground);

}  // namespace ov
