// Runs a parsed chat template on its variables.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "text/template_ast.h"

namespace ov {

// Throws input when the template calls raise_exception, format when it does what is not
// implemented, resource when it takes more than its bounded steps or text.
MarkedText render_template(const TemplateAst& ast, std::vector<std::pair<std::string, Value>> variables);

}  // namespace ov
