#include "text/template_render.h"

#include <compare>

#include "base/error.h"
#include "text/template_builtins.h"

namespace ov {
namespace {

class Renderer {
 public:
  Renderer(const TemplateAst& ast, std::vector<std::pair<std::string, Value>> variables)
      : ast_(ast), budget_(ast.where) {
    scopes_.emplace_back().entries = std::move(variables);
  }

  MarkedText run() {
    run_block(ast_.body);
    return std::move(out_);
  }

 private:
  // ---- variables
  Value lookup(std::string_view name) const {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      if (const Value* found = scope->find(name)) return *found;
    }
    return {};
  }

  void run_scope(const Block& block, std::vector<std::pair<std::string, Value>> variables) {
    scopes_.emplace_back().entries = std::move(variables);
    run_block(block);
    scopes_.pop_back();
  }

  // ---- statements
  void run_block(const Block& block) {
    for (const Statement& statement : block) {
      budget_.line = statement.line;
      budget_.spend_steps(1);
      switch (statement.kind) {
        case StatementKind::text: print(control_text(statement.text)); break;
        case StatementKind::print: print(to_text(evaluate(*statement.expr), budget_)); break;
        case StatementKind::loop: run_loop(statement); break;
        case StatementKind::choice: run_choice(statement); break;
        case StatementKind::set: assign(statement); break;
        case StatementKind::scope: run_scope(statement.body, {}); break;
      }
    }
  }

  void print(const MarkedText& text) {
    budget_.spend_bytes(text.text.size());
    out_.append(text);
  }

  void run_choice(const Statement& statement) {
    for (const auto& [condition, body] : statement.branches) {
      if (evaluate(*condition).truthy()) return run_block(body);
    }
    run_block(statement.otherwise);
  }

  void run_loop(const Statement& statement) {
    std::vector<Value> items = items_of(evaluate(*statement.expr), budget_);
    if (statement.condition != nullptr) {
      std::erase_if(items, [&](const Value& item) {
        scopes_.emplace_back().entries = {{statement.name, item}};
        const bool keep = evaluate(*statement.condition).truthy();
        scopes_.pop_back();
        return !keep;
      });
    }
    const auto count = static_cast<std::int64_t>(items.size());
    for (std::int64_t i = 0; i < count; ++i) {
      Value loop = map_value({{"index0", {i}},
                              {"index", {i + 1}},
                              {"first", {i == 0}},
                              {"last", {i + 1 == count}},
                              {"length", {count}},
                              {"revindex", {count - i}},
                              {"revindex0", {count - i - 1}}});
      run_scope(statement.body, {{"loop", std::move(loop)}, {statement.name, items[static_cast<std::size_t>(i)]}});
    }
    if (count == 0) run_scope(statement.otherwise, {});
  }

  void assign(const Statement& statement) {
    Value value = evaluate(*statement.expr);
    if (statement.key.empty()) return scopes_.back().put(statement.name, std::move(value));
    const Value target = lookup(statement.name);
    if (target.map() == nullptr || !target.map()->is_namespace) {
      budget_.refuse("setting ." + statement.key + " of " + std::string(target.type_name()));
    }
    // A namespace inside a namespace could hold itself.
    if (holds_namespace(value)) budget_.refuse("a namespace inside a namespace");
    target.map()->put(statement.key, std::move(value));
  }

  // Lists never hold namespaces, so only the value itself can be one.
  static bool holds_namespace(const Value& value) { return value.map() != nullptr && value.map()->is_namespace; }

  // ---- expressions
  Value evaluate(const Expr& expr) {
    budget_.line = expr.line;
    budget_.spend_steps(1);
    Value value = evaluate_kind(expr);
    if (value.text() != nullptr) budget_.spend_bytes(value.text()->text.size());
    return value;
  }

  Value evaluate_kind(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::constant: return expr.value;
      case ExprKind::name: return lookup(expr.name);
      case ExprKind::list: return make_list(expr);
      case ExprKind::attribute: return member(evaluate(*expr.children[0]), expr.name, budget_);
      case ExprKind::subscript: {
        const Value object = evaluate(*expr.children[0]);
        return element(object, evaluate(*expr.children[1]), budget_);
      }
      case ExprKind::slice: return make_slice(expr);
      case ExprKind::call: return call(expr);
      case ExprKind::filter: {
        const Value object = evaluate(*expr.children[0]);
        return apply_filter(expr.name, object, arguments(expr, 1), budget_);
      }
      case ExprKind::test: {
        const Value object = evaluate(*expr.children[0]);
        return {apply_test(expr.name, object, arguments(expr, 1), budget_)};
      }
      case ExprKind::unary: return unary(expr);
      case ExprKind::binary: return binary(expr);
      case ExprKind::compare: return {compare(expr)};
      case ExprKind::condition: {
        if (evaluate(*expr.children[1]).truthy()) return evaluate(*expr.children[0]);
        return expr.children[2] == nullptr ? Value{} : evaluate(*expr.children[2]);
      }
    }
    throw Error(ErrorKind::internal, "chat template: unknown expression");
  }

  Arguments arguments(const Expr& expr, std::size_t first) {
    Arguments result;
    for (std::size_t i = first; i < expr.children.size(); ++i) result.plain.push_back(evaluate(*expr.children[i]));
    for (const auto& [key, value] : expr.named) result.named.emplace_back(key, evaluate(*value));
    return result;
  }

  Value make_list(const Expr& expr) {
    std::vector<Value> items;
    for (const auto& child : expr.children) {
      items.push_back(evaluate(*child));
      if (holds_namespace(items.back())) budget_.refuse("a namespace in a list");
    }
    return checked_list(std::move(items));
  }

  Value checked_list(std::vector<Value> items) {
    constexpr int kMaxListDepth = 16;
    Value list = list_value(std::move(items));
    if (list.depth() > kMaxListDepth) budget_.refuse("a list nested deeper than 16");
    return list;
  }

  Value make_slice(const Expr& expr) {
    const Value object = evaluate(*expr.children[0]);
    Value bounds[3] = {{NoneValue{}}, {NoneValue{}}, {NoneValue{}}};
    for (std::size_t i = 0; i < 3; ++i) {
      if (expr.children[i + 1] != nullptr) bounds[i] = evaluate(*expr.children[i + 1]);
    }
    return slice(object, bounds[0], bounds[1], bounds[2], budget_);
  }

  Value call(const Expr& expr) {
    if (expr.is_method) {
      const Value object = evaluate(*expr.children[0]);
      return apply_method(expr.name, object, arguments(expr, 1), budget_);
    }
    Arguments given = arguments(expr, 0);
    if (expr.name == "namespace") {
      if (!given.plain.empty()) budget_.refuse("namespace() with plain arguments");
      for (const auto& entry : given.named) {
        if (holds_namespace(entry.second)) budget_.refuse("a namespace inside a namespace");
      }
      Value made = map_value(std::move(given.named));
      made.map()->is_namespace = true;
      return made;
    }
    const Value* message = given.get(0, "message");
    budget_.reject("the chat template refuses this conversation: " +
                   (message == nullptr ? std::string() : to_text(*message, budget_).text));
  }

  Value unary(const Expr& expr) {
    const Value value = evaluate(*expr.children[0]);
    if (expr.name == "not") return {!value.truthy()};
    if (value.integer() == nullptr) budget_.refuse("a sign before " + std::string(value.type_name()));
    return arithmetic(expr.name, 0, *value.integer());
  }

  Value binary(const Expr& expr) {
    Value left = evaluate(*expr.children[0]);
    if (expr.name == "and") return left.truthy() ? evaluate(*expr.children[1]) : left;
    if (expr.name == "or") return left.truthy() ? left : evaluate(*expr.children[1]);
    const Value right = evaluate(*expr.children[1]);
    budget_.line = expr.line;
    if (expr.name == "~") {
      MarkedText text = to_text(left, budget_);
      text.append(to_text(right, budget_));
      return text_value(std::move(text));
    }
    if (left.integer() != nullptr && right.integer() != nullptr) {
      return arithmetic(expr.name, *left.integer(), *right.integer());
    }
    if (expr.name == "+" && left.text() != nullptr && right.text() != nullptr) {
      MarkedText text = to_text(left, budget_);
      text.append(to_text(right, budget_));
      return text_value(std::move(text));
    }
    if (expr.name == "+" && left.list() != nullptr && right.list() != nullptr) {
      std::vector<Value> items = items_of(left, budget_);
      for (Value& item : items_of(right, budget_)) items.push_back(std::move(item));
      return checked_list(std::move(items));
    }
    budget_.refuse(std::string(left.type_name()) + " " + expr.name + " " + std::string(right.type_name()));
  }

  Value arithmetic(const std::string& op, std::int64_t a, std::int64_t b) const {
    std::int64_t result = 0;
    bool overflow = false;
    if (op == "+") overflow = __builtin_add_overflow(a, b, &result);
    if (op == "-") overflow = __builtin_sub_overflow(a, b, &result);
    if (op == "*") overflow = __builtin_mul_overflow(a, b, &result);
    if (op == "//" || op == "%") {
      if (b == 0 || b == -1) overflow = b == 0 || a == INT64_MIN;
      if (!overflow) {
        // Python rounds down.
        const std::int64_t remainder = b == -1 ? 0 : a % b;
        const bool down = remainder != 0 && (remainder < 0) != (b < 0);
        result = op == "%" ? remainder + (down ? b : 0) : a / b - (down ? 1 : 0);
      }
    }
    if (overflow) budget_.refuse("a number that leaves 64 bits, or a division by zero,");
    return {result};
  }

  bool compare(const Expr& expr) {
    Value left = evaluate(*expr.children[0]);
    for (std::size_t i = 0; i < expr.ops.size(); ++i) {
      Value right = evaluate(*expr.children[i + 1]);
      if (!holds(expr.ops[i], left, right)) return false;
      left = std::move(right);
    }
    return true;
  }

  bool holds(const std::string& op, const Value& left, const Value& right) {
    if (op == "in") return contains(right, left, budget_);
    if (op == "not in") return !contains(right, left, budget_);
    if (op == "==" || op == "!=") {
      return equal(left, right, budget_) == (op == "==");
    }
    std::strong_ordering order = std::strong_ordering::equal;
    if (left.integer() != nullptr && right.integer() != nullptr) {
      order = *left.integer() <=> *right.integer();
    } else if (left.text() != nullptr && right.text() != nullptr) {
      order = left.text()->text <=> right.text()->text;  // UTF-8 sorts like its code points
    } else {
      budget_.refuse("ordering " + std::string(left.type_name()) + " and " + std::string(right.type_name()));
    }
    if (op == "<") return order < 0;
    if (op == "<=") return order <= 0;
    return op == ">" ? order > 0 : order >= 0;
  }

  const TemplateAst& ast_;
  RenderBudget budget_;
  std::vector<MapData> scopes_;
  MarkedText out_;
};

}  // namespace

MarkedText render_template(const TemplateAst& ast, std::vector<std::pair<std::string, Value>> variables) {
  return Renderer(ast, std::move(variables)).run();
}

}  // namespace ov
