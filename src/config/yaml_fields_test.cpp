#include "config/yaml_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ov {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

YamlFields fields(const std::string& text) { return YamlFields::parse(text, "r.yaml"); }

template <class Body>
std::string message_of(const Body& body, ErrorKind kind = ErrorKind::format) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

TEST(YamlFields, ReadsEveryType) {
  const YamlFields top = fields(
      "name: 0.5b\nseed: 42\nrate: 1.0e-3\nsmall: 1e-8\non: true\ntext: '7'\nlist: [1, 2]\none: 9\n"
      "words: [a, b]\nmap: {x: -3}\nnothing: ~\n");
  EXPECT_EQ(top.string("name"), "0.5b");
  EXPECT_EQ(top.integer("seed", 0, 100), 42);
  EXPECT_DOUBLE_EQ(top.number("rate", 0, 1), 1e-3);
  EXPECT_DOUBLE_EQ(top.number("small", 0, 1), 1e-8);
  EXPECT_DOUBLE_EQ(top.number("seed", 0, 100), 42.0);
  EXPECT_TRUE(top.boolean_or("on", false));
  EXPECT_EQ(top.string("text"), "7");
  EXPECT_THAT(top.integers("list", 0, 9), ElementsAre(1, 2));
  EXPECT_THAT(top.integers("one", 0, 9), ElementsAre(9));
  EXPECT_THAT(top.strings("words"), ElementsAre("a", "b"));
  EXPECT_EQ(top.object("map").integer("x", -5, 5), -3);
  EXPECT_FALSE(top.has("nothing"));
  EXPECT_EQ(top.string_or("nothing", "else"), "else");
  EXPECT_EQ(top.integer_or("absent", 5, 0, 9), 5);
  top.finish();
}

TEST(YamlFields, RefusesWrongTypesWithLineAndPath) {
  const YamlFields top = fields("a: 1\nmap:\n  count: many\n  quoted: '7'\n  big: 11\n  octal: 010\n  inf: .inf\n");
  const YamlFields map = top.object("map");
  EXPECT_THAT(message_of([&] { map.integer("count", 1, 9); }),
              HasSubstr("r.yaml:3: \"map.count\" should be a whole number from 1 to 9, found many"));
  EXPECT_THAT(message_of([&] { map.integer("quoted", 1, 9); }), HasSubstr("found the text \"7\""));
  EXPECT_THAT(message_of([&] { map.integer("big", 1, 9); }), HasSubstr("r.yaml:5"));
  EXPECT_THAT(message_of([&] { map.integer("octal", 1, 9); }), HasSubstr("found 010"));
  EXPECT_THAT(message_of([&] { map.number("inf", 0, 9); }), HasSubstr("found .inf"));
  EXPECT_THAT(message_of([&] { map.number("absent", 0, 9); }), HasSubstr("\"map.absent\" should be a number"));
  EXPECT_THAT(message_of([&] { top.object("a"); }), HasSubstr("should be a map, found 1"));
  EXPECT_THAT(message_of([&] { top.choice("a", {"all", "none"}); }), HasSubstr("one of all, none"));
}

TEST(YamlFields, FinishNamesTheNearestKey) {
  const YamlFields top = fields("seed: 1\nstages:\n  - name: a\n    batch_sise: 4\n");
  top.integer("seed", 0, 9);
  for (const YamlFields& stage : top.objects("stages")) {
    stage.string("name");
    stage.integer_or("batch_size", 1, 1, 9);
    EXPECT_THAT(message_of([&] { stage.finish(); }),
                HasSubstr("r.yaml:4: unknown key \"stages[0].batch_sise\"; did you mean \"batch_size\"?"));
  }
  EXPECT_THAT(message_of([&] { top.finish(); }), HasSubstr("batch_size"));
}

TEST(YamlFields, HasAloneIsNotReading) {
  const YamlFields top = fields("a: 1\n");
  EXPECT_TRUE(top.has("a"));
  EXPECT_THAT(message_of([&] { top.finish(); }), HasSubstr("unknown key \"a\""));
}

TEST(YamlFields, DefaultsFillInAndMapsMerge) {
  const YamlFields top = fields(
      "defaults: {epochs: 2, rates: {vision: 1, language: 2}, unused: 1}\n"
      "stage: {epochs: 3, rates: {vision: 7}}\n");
  const YamlFields defaults = top.object("defaults");
  const YamlFields stage = top.object("stage").over(defaults);
  EXPECT_EQ(stage.integer("epochs", 0, 9), 3);
  EXPECT_EQ(stage.object("rates").integer("vision", 0, 9), 7);
  EXPECT_EQ(stage.object("rates").integer("language", 0, 9), 2);
  stage.finish();
  EXPECT_THAT(message_of([&] { stage.integer("unused", 5, 9); }), HasSubstr("\"defaults.unused\" should be"));
  const YamlFields again = fields("d: {x: 1, typo: 2}\ns: {}\n");
  again.object("s").over(again.object("d")).integer("x", 0, 9);
  EXPECT_THAT(message_of([&] { again.object("d").finish(); }), HasSubstr("\"d.typo\""));
}

TEST(YamlFields, SetReplacesByNumberAndByName) {
  YamlFields top = fields("stages:\n  - name: one\n  - name: two\n    tiling: {mode: pad}\n");
  top.set("stages.0.batch_size", "8");
  top.set("stages.two.tiling.mode", "square");
  top.set("output.layout", "hf");
  YamlFields aliases = fields("a: &p {x: 1}\nb: *p\n");
  aliases.set("b.x", "2");
  EXPECT_EQ(aliases.object("a").integer("x", 0, 9), 1);
  EXPECT_EQ(aliases.object("b").integer("x", 0, 9), 2);
  const auto stages = top.objects("stages");
  EXPECT_EQ(stages[0].integer("batch_size", 1, 9), 8);
  EXPECT_EQ(stages[1].object("tiling").string("mode"), "square");
  EXPECT_EQ(top.object("output").string("layout"), "hf");
  EXPECT_THAT(message_of([&] { stages[0].integer("batch_size", 1, 4); }), HasSubstr("setting stages.0.batch_size"));
  EXPECT_THAT(message_of([&] { top.set("stages.three.x", "1"); }, ErrorKind::usage), HasSubstr("\"three\""));
  EXPECT_THAT(message_of([&] { top.set("stages.one.name.x", "1"); }, ErrorKind::usage), HasSubstr("no map"));
  EXPECT_THAT(message_of([&] { top.set("a..b", "1"); }, ErrorKind::usage), HasSubstr("empty name"));
}

TEST(YamlTree, RefusesWhatIsNotPlainYaml) {
  EXPECT_THAT(message_of([] { fields("a: 1\na: 2\n"); }), HasSubstr("r.yaml:2: key \"a\" appears twice"));
  EXPECT_THAT(message_of([] { fields("a: !!python/object x\n"); }), HasSubstr("tag"));
  EXPECT_THAT(message_of([] { fields("a: [1, 2\n"); }), HasSubstr("not valid YAML"));
  EXPECT_THAT(message_of([] { fields("a: 1\n---\nb: 2\n"); }), HasSubstr("more than one"));
  EXPECT_THAT(message_of([] { fields(""); }), HasSubstr("empty file"));
  EXPECT_THAT(message_of([] { fields("- 1\n"); }), HasSubstr("found a list"));
  EXPECT_THAT(message_of([] { fields("[1]: 2\n"); }), HasSubstr("keys must be text"));
  EXPECT_THAT(message_of([] { fields("a: \xff\xfe\n"); }), HasSubstr("UTF-8"));
  EXPECT_THAT(message_of([] { fields(std::string("a: 1\0b", 6)); }), HasSubstr("control byte"));
  EXPECT_THAT(message_of([] { fields("a: &x [*x]\n"); }), HasSubstr("alias"));
}

TEST(YamlTree, BoundsSizeDepthAndAliases) {
  EXPECT_THAT(message_of([] { fields("a: " + std::string(40, '[') + std::string(40, ']') + "\n"); }),
              HasSubstr("nested deeper than 16"));
  EXPECT_THAT(message_of([] { fields("a: " + std::string(kMaxYamlBytes, 'x')); }), HasSubstr("bytes"));
  std::string bomb = "l0: &l0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string below = "*l" + std::to_string(i - 1);
    bomb += "l" + std::to_string(i) + ": &l" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) bomb += (j ? ", " : "") + below;
    bomb += "]\n";
  }
  EXPECT_THAT(message_of([&] { fields(bomb); }), HasSubstr("more than 100000 YAML nodes"));
  std::string chain = "l0: &l0 [x]\n";
  for (int i = 1; i < 40; ++i) {
    chain += "l" + std::to_string(i) + ": &l" + std::to_string(i) + " [*l" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_THAT(message_of([&] { fields(chain); }), HasSubstr("nested deeper than 16"));
  std::string keys;
  for (int i = 0; i < 2002; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  EXPECT_THAT(message_of([&] { fields(keys); }), HasSubstr("more than 2000 keys"));
  const YamlFields shared = fields("a: &p {x: 1}\nb: *p\n");
  EXPECT_EQ(shared.object("b").integer("x", 0, 9), 1);
}

}  // namespace
}  // namespace ov
