// Reads the expressions of a chat template from its tokens; the statements' parser builds on it.
// The grammar is Jinja2 3.1's as far as chat templates use it, with its precedences: in particular
// `~` binds tighter than `+`, and filters bind tighter than any operator.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/template_ast.h"
#include "text/template_lexer.h"

namespace ov {

class ExpressionParser {
 public:
  ExpressionParser(std::string_view source, const std::string& where)
      : where_(where), tokens_(lex_template(source, where)) {}

 protected:
  using Kind = TemplateTokenKind;
  using ExprPtr = std::unique_ptr<Expr>;

  // One level of blocks or brackets; refuses the 65th.
  struct Nesting {
    explicit Nesting(ExpressionParser& parser);
    ~Nesting() { --parser_.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ExpressionParser& parser_;
  };

  const TemplateToken& peek(std::size_t ahead = 0) const;
  bool is(Kind kind) const { return peek().kind == kind; }
  bool is_symbol(std::string_view text) const { return is(Kind::symbol) && peek().text == text; }
  bool is_word(std::string_view text) const { return is(Kind::name) && peek().text == text; }
  TemplateToken take();
  bool skip_symbol(std::string_view text);
  bool skip_word(std::string_view text);
  void expect_symbol(std::string_view text);
  void expect(Kind kind);
  std::string expect_name();
  [[noreturn]] void refuse(const std::string& what) const;
  [[noreturn]] void unexpected() const;

  // A whole expression, and one without `if` at its top.
  ExprPtr expression();
  ExprPtr or_expression();

  static bool is_reserved(std::string_view name);
  bool reads_parts() const { return reads_parts_; }
  const std::string& where() const { return where_; }

 private:
  ExprPtr make(ExprKind kind, std::string name, std::vector<ExprPtr> children);
  ExprPtr make(ExprKind kind, std::string name, ExprPtr a);
  ExprPtr make(ExprKind kind, std::string name, ExprPtr a, ExprPtr b);
  ExprPtr constant(Value value);
  ExprPtr and_expression();
  ExprPtr not_expression();
  ExprPtr comparison();
  ExprPtr sum();
  ExprPtr concatenation();
  ExprPtr product();
  ExprPtr signed_term(bool with_filters);
  ExprPtr primary();
  ExprPtr list();
  ExprPtr word();
  ExprPtr postfix(ExprPtr expr);
  ExprPtr subscript(ExprPtr object);
  ExprPtr filters(ExprPtr expr);
  ExprPtr test(ExprPtr expr);
  void arguments(Expr& expr);
  std::string comparison_operator();
  void note_part_key(std::string_view key);

  const std::string& where_;
  std::vector<TemplateToken> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool reads_parts_ = false;
};

}  // namespace ov
