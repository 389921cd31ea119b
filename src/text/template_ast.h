// The parsed form of a chat template: expressions and statements, each with its line.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/template_value.h"

namespace ov {

enum class ExprKind {
  constant,   // value
  name,       // name
  list,       // children: items
  attribute,  // children[0].name
  subscript,  // children[0][children[1]]
  slice,      // children[0][children[1] : children[2] : children[3]], absent ones null
  call,       // name(children, named); children[0] is the object where `is_method`
  filter,     // children[0] | name(rest)
  test,       // children[0] is name(rest)
  unary,      // name is "-", "+" or "not"
  binary,     // children[0] name children[1]: + - * // % ~ and or
  compare,    // children[0] op children[1] op ...; ops
  condition,  // children[0] if children[1] else children[2] (may be null)
};

struct Expr {
  ExprKind kind = ExprKind::constant;
  int line = 0;
  int depth = 1;
  std::string name;
  Value value;
  bool is_method = false;
  std::vector<std::unique_ptr<Expr>> children;
  std::vector<std::pair<std::string, std::unique_ptr<Expr>>> named;  // key=value arguments
  std::vector<std::string> ops;
};

enum class StatementKind {
  text,    // text
  print,   // expr
  loop,    // for name in expr if condition: body, else: otherwise
  choice,  // branches in order, then otherwise
  set,     // name = expr, or name.key = expr
  scope,   // body with variables of its own ({% generation %})
};

struct Statement;
using Block = std::vector<Statement>;

struct Statement {
  StatementKind kind = StatementKind::text;
  int line = 0;
  std::string text, name, key;
  std::unique_ptr<Expr> expr, condition;
  Block body, otherwise;
  std::vector<std::pair<std::unique_ptr<Expr>, Block>> branches;
};

struct TemplateAst {
  std::string where;
  Block body;
  bool reads_parts = false;  // looks at the "type" or "text" of content parts
};

// Throws format naming `where`, the line and the construct that is not implemented.
TemplateAst parse_template(std::string_view source, const std::string& where);

// What filters, tests, functions and methods there are.
bool is_known_filter(std::string_view name);
bool is_known_test(std::string_view name);
bool is_known_method(std::string_view name);

}  // namespace ov
