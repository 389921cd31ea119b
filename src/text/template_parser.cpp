#include <algorithm>

#include "text/template_expression.h"

namespace ov {
namespace {

class Parser : private ExpressionParser {
 public:
  using ExpressionParser::ExpressionParser;

  TemplateAst run() {
    TemplateAst ast;
    ast.where = where();
    ast.body = block({});
    if (!is(Kind::end)) unexpected();
    ast.reads_parts = reads_parts();
    return ast;
  }

 private:
  // Statements up to a tag whose name is in `ends`; its {% and name stay unread.
  Block block(const std::vector<std::string_view>& ends) {
    const Nesting nesting(*this);
    Block statements;
    while (!is(Kind::end)) {
      if (is(Kind::block_begin)) {
        const TemplateToken& name = peek(1);
        if (name.kind == Kind::name && std::find(ends.begin(), ends.end(), name.text) != ends.end()) return statements;
        take();
        statements.push_back(tag());
        continue;
      }
      Statement statement;
      statement.line = peek().line;
      if (is(Kind::text)) {
        statement.text = take().text;
      } else {
        expect(Kind::print_begin);
        statement.kind = StatementKind::print;
        statement.expr = expression();
        expect(Kind::print_end);
      }
      statements.push_back(std::move(statement));
    }
    if (!ends.empty()) refuse("the template ends without {% " + std::string(ends.back()) + " %}");
    return statements;
  }

  Statement tag() {
    Statement statement;
    statement.line = peek().line;
    const std::string name = expect_name();
    if (name == "for") return loop(std::move(statement));
    if (name == "if") return choice(std::move(statement));
    if (name == "set") return assignment(std::move(statement));
    if (name == "generation") {
      statement.kind = StatementKind::scope;
      expect(Kind::block_end);
      statement.body = block({"endgeneration"});
      end_tag();
      return statement;
    }
    refuse("the statement {% " + name.substr(0, 40) + " %} is not implemented or out of place");
  }

  // {% endx %} of the block just read.
  void end_tag() {
    expect(Kind::block_begin);
    expect(Kind::name);
    expect(Kind::block_end);
  }

  Statement loop(Statement statement) {
    statement.kind = StatementKind::loop;
    statement.name = variable();
    if (!skip_word("in")) unexpected();
    statement.expr = or_expression();
    if (skip_word("if")) statement.condition = expression();
    expect(Kind::block_end);
    statement.body = block({"else", "endfor"});
    if (peek(1).text == "else") {
      end_tag();
      statement.otherwise = block({"endfor"});
    }
    end_tag();
    return statement;
  }

  Statement choice(Statement statement) {
    statement.kind = StatementKind::choice;
    while (true) {
      ExprPtr condition = expression();
      expect(Kind::block_end);
      Block body = block({"elif", "else", "endif"});
      statement.branches.emplace_back(std::move(condition), std::move(body));
      if (peek(1).text != "elif") break;
      take();
      take();
    }
    if (peek(1).text == "else") {
      end_tag();
      statement.otherwise = block({"endif"});
    }
    end_tag();
    return statement;
  }

  Statement assignment(Statement statement) {
    statement.kind = StatementKind::set;
    statement.name = variable();
    if (skip_symbol(".")) statement.key = expect_name();
    expect_symbol("=");
    statement.expr = expression();
    expect(Kind::block_end);
    return statement;
  }

  // A name that may be assigned.
  std::string variable() {
    const std::string name = expect_name();
    const bool reserved = is_reserved(name);
    for (const std::string_view constant : {"true", "false", "none", "True", "False", "None", "loop"}) {
      if (reserved || name == constant) refuse("\"" + name + "\" cannot be assigned");
    }
    return name;
  }
};

}  // namespace

TemplateAst parse_template(std::string_view source, const std::string& where) { return Parser(source, where).run(); }

}  // namespace ov
