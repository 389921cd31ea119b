#include "text/template_expression.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace ov {
namespace {

constexpr int kMaxDepth = 64;       // of blocks and of brackets
constexpr int kMaxExprDepth = 400;  // of the tree, which is walked recursively

constexpr std::array<std::string_view, 26> kReserved = {
    "for",  "in",   "if",     "elif", "else",  "endif", "endfor",    "set",       "endset",
    "and",  "or",   "not",    "is",   "macro", "block", "extends",   "include",   "import",
    "from", "call", "filter", "raw",  "with",  "do",    "recursive", "autoescape"};

}  // namespace

bool ExpressionParser::is_reserved(std::string_view name) {
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

ExpressionParser::Nesting::Nesting(ExpressionParser& parser) : parser_(parser) {
  if (++parser_.depth_ > kMaxDepth) parser_.refuse("nested deeper than 64");
}

const TemplateToken& ExpressionParser::peek(std::size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

TemplateToken ExpressionParser::take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }

bool ExpressionParser::skip_symbol(std::string_view text) {
  if (!is_symbol(text)) return false;
  take();
  return true;
}

bool ExpressionParser::skip_word(std::string_view text) {
  if (!is_word(text)) return false;
  take();
  return true;
}

void ExpressionParser::refuse(const std::string& what) const {
  throw Error(ErrorKind::format, where_ + ": line " + std::to_string(peek().line) + ": " + what);
}
void ExpressionParser::unexpected() const {
  std::string found = peek().text.substr(0, 40);
  switch (peek().kind) {
    case Kind::print_end: found = "}}"; break;
    case Kind::block_end: found = "%}"; break;
    case Kind::end: found = "the end of the template"; break;
    default: break;
  }
  refuse("\"" + found + "\" is not expected or not implemented here");
}
void ExpressionParser::expect_symbol(std::string_view text) {
  if (!skip_symbol(text)) unexpected();
}
void ExpressionParser::expect(Kind kind) {
  if (!is(kind)) unexpected();
  take();
}
std::string ExpressionParser::expect_name() {
  if (!is(Kind::name)) unexpected();
  return take().text;
}

ExpressionParser::ExprPtr ExpressionParser::make(ExprKind kind, std::string name, std::vector<ExprPtr> children) {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->line = peek().line;
  expr->name = std::move(name);
  for (const ExprPtr& child : children) {
    if (child != nullptr) expr->depth = std::max(expr->depth, child->depth + 1);
  }
  expr->children = std::move(children);
  if (expr->depth > kMaxExprDepth) refuse("an expression of more than 400 levels");
  return expr;
}
ExpressionParser::ExprPtr ExpressionParser::make(ExprKind kind, std::string name, ExprPtr a, ExprPtr b) {
  std::vector<ExprPtr> children;
  children.push_back(std::move(a));
  children.push_back(std::move(b));
  return make(kind, std::move(name), std::move(children));
}
ExpressionParser::ExprPtr ExpressionParser::make(ExprKind kind, std::string name, ExprPtr a) {
  std::vector<ExprPtr> children;
  children.push_back(std::move(a));
  return make(kind, std::move(name), std::move(children));
}
ExpressionParser::ExprPtr ExpressionParser::constant(Value value) {
  ExprPtr expr = make(ExprKind::constant, "", std::vector<ExprPtr>{});
  expr->value = std::move(value);
  return expr;
}

ExpressionParser::ExprPtr ExpressionParser::expression() {
  const Nesting nesting(*this);
  ExprPtr left = or_expression();
  while (skip_word("if")) {
    ExprPtr condition = or_expression();
    ExprPtr otherwise = skip_word("else") ? expression() : nullptr;
    std::vector<ExprPtr> children;
    children.push_back(std::move(left));
    children.push_back(std::move(condition));
    children.push_back(std::move(otherwise));
    left = make(ExprKind::condition, "", std::move(children));
  }
  return left;
}

ExpressionParser::ExprPtr ExpressionParser::or_expression() {
  ExprPtr left = and_expression();
  while (skip_word("or")) left = make(ExprKind::binary, "or", std::move(left), and_expression());
  return left;
}

ExpressionParser::ExprPtr ExpressionParser::and_expression() {
  ExprPtr left = not_expression();
  while (skip_word("and")) left = make(ExprKind::binary, "and", std::move(left), not_expression());
  return left;
}

ExpressionParser::ExprPtr ExpressionParser::not_expression() {
  const Nesting nesting(*this);
  if (skip_word("not")) return make(ExprKind::unary, "not", not_expression());
  return comparison();
}

ExpressionParser::ExprPtr ExpressionParser::comparison() {
  std::vector<ExprPtr> operands;
  std::vector<std::string> ops;
  operands.push_back(sum());
  while (true) {
    std::string op;
    for (const std::string_view symbol : {"==", "!=", "<", ">", "<=", ">="}) {
      if (is_symbol(symbol)) op = symbol;
    }
    if (is_word("in")) op = "in";
    if (op.empty() && is_word("not") && peek(1).kind == Kind::name && peek(1).text == "in") {
      take();
      op = "not in";
    }
    if (op.empty()) break;
    take();
    ops.push_back(std::move(op));
    operands.push_back(sum());
  }
  if (ops.empty()) return std::move(operands.front());
  ExprPtr expr = make(ExprKind::compare, "", std::move(operands));
  expr->ops = std::move(ops);
  return expr;
}

ExpressionParser::ExprPtr ExpressionParser::sum() {
  ExprPtr left = concatenation();
  while (is_symbol("+") || is_symbol("-")) {
    const std::string op = take().text;
    left = make(ExprKind::binary, op, std::move(left), concatenation());
  }
  return left;
}

ExpressionParser::ExprPtr ExpressionParser::concatenation() {
  ExprPtr left = product();
  while (skip_symbol("~")) left = make(ExprKind::binary, "~", std::move(left), product());
  return left;
}

ExpressionParser::ExprPtr ExpressionParser::product() {
  ExprPtr left = signed_term(true);
  while (is(Kind::symbol)) {
    if (is_symbol("/") || is_symbol("**")) refuse("the operators / and ** are not implemented");
    if (!is_symbol("*") && !is_symbol("//") && !is_symbol("%")) break;
    const std::string op = take().text;
    left = make(ExprKind::binary, op, std::move(left), signed_term(true));
  }
  return left;
}

ExpressionParser::ExprPtr ExpressionParser::signed_term(bool with_filters) {
  const Nesting nesting(*this);
  ExprPtr expr;
  if (is_symbol("-") || is_symbol("+")) {
    const std::string op = take().text;
    expr = make(ExprKind::unary, op, signed_term(false));
  } else {
    expr = primary();
  }
  expr = postfix(std::move(expr));
  return with_filters ? filters(std::move(expr)) : std::move(expr);
}

ExpressionParser::ExprPtr ExpressionParser::primary() {
  if (is(Kind::string)) {
    std::string text;
    while (is(Kind::string)) text += take().text;
    return constant(text_value(control_text(std::move(text))));
  }
  if (is(Kind::integer)) return constant({std::stoll(take().text)});
  if (skip_symbol("(")) {
    ExprPtr inner = expression();
    if (is_symbol(",")) refuse("a tuple is not implemented; use a list");
    expect_symbol(")");
    return inner;
  }
  if (skip_symbol("[")) {
    std::vector<ExprPtr> items;
    while (!is_symbol("]")) {
      if (!items.empty()) expect_symbol(",");
      if (is_symbol("]")) break;
      items.push_back(expression());
    }
    expect_symbol("]");
    return make(ExprKind::list, "", std::move(items));
  }
  if (is_symbol("{")) refuse("a mapping written with {} is not implemented");
  return word();
}

ExpressionParser::ExprPtr ExpressionParser::word() {
  if (!is(Kind::name)) unexpected();
  const std::string name = peek().text;
  if (is_reserved(name)) unexpected();
  take();
  if (name == "true" || name == "True") return constant({true});
  if (name == "false" || name == "False") return constant({false});
  if (name == "none" || name == "None") return constant({NoneValue{}});
  if (!is_symbol("(")) return make(ExprKind::name, name, std::vector<ExprPtr>{});
  if (name != "namespace" && name != "raise_exception") refuse("the function " + name + "() is not implemented");
  ExprPtr call = make(ExprKind::call, name, std::vector<ExprPtr>{});
  arguments(*call);
  return call;
}

// (a, b, key=c) onto the expression's children and named.
void ExpressionParser::arguments(Expr& expr) {
  const Nesting nesting(*this);
  expect_symbol("(");
  bool first = true;
  while (!is_symbol(")")) {
    if (!first) expect_symbol(",");
    if (is_symbol(")")) break;
    first = false;
    const bool is_named = is(Kind::name) && peek(1).kind == Kind::symbol && peek(1).text == "=";
    std::string key = is_named ? take().text : "";
    if (is_named) take();
    ExprPtr value = expression();
    expr.depth = std::max(expr.depth, value->depth + 1);
    if (is_named) {
      for (const auto& earlier : expr.named) {
        if (earlier.first == key) refuse("the argument " + key + " is given twice");
      }
      expr.named.emplace_back(std::move(key), std::move(value));
    } else {
      if (!expr.named.empty()) refuse("a plain argument after a named one");
      expr.children.push_back(std::move(value));
    }
  }
  expect_symbol(")");
  if (expr.depth > kMaxExprDepth) refuse("an expression of more than 400 levels");
}

ExpressionParser::ExprPtr ExpressionParser::postfix(ExprPtr expr) {
  while (true) {
    if (skip_symbol(".")) {
      const bool number = is(Kind::integer);
      if (!number && !is(Kind::name)) unexpected();
      const std::string name = take().text;
      if (number) {
        expr = make(ExprKind::subscript, "", std::move(expr), constant({std::stoll(name)}));
        continue;
      }
      note_part_key(name);
      expr = make(ExprKind::attribute, name, std::move(expr));
      if (!is_symbol("(")) continue;
      if (!is_known_method(name)) refuse("the method ." + name + "() is not implemented");
      expr->kind = ExprKind::call;
      expr->is_method = true;
      arguments(*expr);
    } else if (skip_symbol("[")) {
      expr = subscript(std::move(expr));
    } else {
      if (is_symbol("(")) refuse("a call of this kind is not implemented");
      return expr;
    }
  }
}

ExpressionParser::ExprPtr ExpressionParser::subscript(ExprPtr object) {
  std::vector<ExprPtr> children;
  children.push_back(std::move(object));
  bool slice = false;
  ExprPtr current;
  while (!is_symbol("]")) {
    if (skip_symbol(":")) {
      slice = true;
      children.push_back(std::move(current));
      if (children.size() > 3) unexpected();
    } else {
      if (current != nullptr) unexpected();
      current = expression();
    }
  }
  expect_symbol("]");
  if (!slice && current == nullptr) unexpected();
  if (!slice && current->kind == ExprKind::constant && current->value.text() != nullptr) {
    note_part_key(current->value.text()->text);
  }
  children.push_back(std::move(current));
  if (slice) children.resize(4);
  return make(slice ? ExprKind::slice : ExprKind::subscript, "", std::move(children));
}

void ExpressionParser::note_part_key(std::string_view key) {
  reads_parts_ = reads_parts_ || key == "type" || key == "text";
}

ExpressionParser::ExprPtr ExpressionParser::filters(ExprPtr expr) {
  while (true) {
    if (skip_symbol("|")) {
      const std::string name = expect_name();
      if (!is_known_filter(name)) refuse("the filter " + name + " is not implemented");
      expr = make(ExprKind::filter, name, std::move(expr));
      if (is_symbol("(")) arguments(*expr);
      for (std::size_t i = 1; i < expr->children.size(); ++i) {
        const Value& value = expr->children[i]->value;
        if (value.text() != nullptr) note_part_key(value.text()->text);
      }
      for (const auto& argument : expr->named) {
        const Value& value = argument.second->value;
        if (value.text() != nullptr) note_part_key(value.text()->text);
      }
    } else if (skip_word("is")) {
      expr = test(std::move(expr));
    } else {
      return expr;
    }
  }
}

ExpressionParser::ExprPtr ExpressionParser::test(ExprPtr expr) {
  const bool negated = skip_word("not");
  const std::string name = expect_name();
  if (!is_known_test(name)) refuse("the test \"is " + name + "\" is not implemented");
  expr = make(ExprKind::test, name, std::move(expr));
  const bool word_argument = is(Kind::name) && !is_word("else") && !is_word("or") && !is_word("and") &&
                             !is_word("if") && !is_word("is") && !is_word("in") && !is_word("not");
  if (is_symbol("(")) {
    arguments(*expr);
  } else if (word_argument || is(Kind::string) || is(Kind::integer) || is_symbol("[")) {
    ExprPtr argument = postfix(primary());
    expr->depth = std::max(expr->depth, argument->depth + 1);
    expr->children.push_back(std::move(argument));
  }
  if (negated) expr = make(ExprKind::unary, "not", std::move(expr));
  return expr;
}

}  // namespace ov
