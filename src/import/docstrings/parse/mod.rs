//! Python source as [`Statement`]s, through tree-sitter.

mod expressions;

use std::ops::Range;

use tree_sitter::{Node, Parser};

use super::syntax::{Class, Expr, ExprKind, Function, Guard, Statement, StatementKind};

/// How deeply expressions, classes and branches may be nested; Python itself takes about 100.
const MAX_DEPTH: usize = 200;

/// How many faults of a file are told.
const MAX_FAULTS: usize = 3;

/// What a file binds, and the places that are not understood.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Parsed {
    pub body: Vec<Statement>,
    pub faults: Vec<Range<usize>>,
}

/// Reads a file. A fault does not stop the reading: what stands around it is read.
pub(super) fn parse(text: &str) -> Parsed {
    let mut parser = Parser::new();
    let language = tree_sitter_python::LANGUAGE.into();
    // The grammar is built for this very version of the library; a test parses with it.
    if parser.set_language(&language).is_err() {
        return Parsed::default();
    }
    let Some(tree) = parser.parse(text, None) else {
        return Parsed::default();
    };
    let root = tree.root_node();
    let mut reader = Reader {
        text,
        body: Vec::new(),
    };
    reader.block(root, Guard::None, 0);
    Parsed {
        body: reader.body,
        faults: faults(root),
    }
}

/// The outermost nodes that tree-sitter could not make sense of.
fn faults(root: Node<'_>) -> Vec<Range<usize>> {
    let mut faults = Vec::new();
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        if faults.len() == MAX_FAULTS {
            break;
        }
        if node.is_error() || node.is_missing() {
            faults.push(node.byte_range());
        } else if node.has_error() {
            let mut children = children(node);
            children.reverse();
            waiting.append(&mut children);
        }
    }
    faults
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}

fn named(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    children(node)
        .into_iter()
        .filter(|child| child.is_named() && child.kind() != "comment")
}

struct Reader<'t> {
    text: &'t str,
    body: Vec<Statement>,
}

impl<'t> Reader<'t> {
    fn of(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn field(&self, node: Node<'_>, field: &str) -> String {
        node.child_by_field_name(field)
            .map(|child| self.of(child).to_owned())
            .unwrap_or_default()
    }

    fn add(&mut self, kind: StatementKind, node: Node<'_>, guard: Guard) {
        let span = node.byte_range();
        self.body.push(Statement { kind, span, guard });
    }

    fn block(&mut self, block: Node<'_>, guard: Guard, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for node in named(block) {
            self.statement(node, guard, depth);
        }
    }

    fn statement(&mut self, node: Node<'_>, guard: Guard, depth: usize) {
        match node.kind() {
            "import_statement" => self.import(node, guard),
            "import_from_statement" => self.import_from(node, guard),
            "class_definition" => {
                let class = self.class(node, depth);
                self.add(StatementKind::Class(class), name_of(node), guard);
            }
            "function_definition" => {
                let function = self.function(node, Vec::new());
                self.add(StatementKind::Function(function), name_of(node), guard);
            }
            "decorated_definition" => self.decorated(node, guard, depth),
            "expression_statement" => {
                for expression in named(node) {
                    self.expression_statement(expression, guard, depth);
                }
            }
            "delete_statement" => {
                for target in named(node) {
                    self.change(target, guard);
                }
            }
            "if_statement" | "for_statement" | "while_statement" | "match_statement" => {
                self.branches(node, Guard::Unknown, depth);
            }
            "try_statement" | "with_statement" => {
                for part in named(node) {
                    let inner = match part.kind() {
                        "block" => guard.max(Guard::Tried),
                        _ => Guard::Unknown,
                    };
                    match part.kind() {
                        "block" => self.block(part, inner, depth + 1),
                        _ => self.branches(part, inner, depth + 1),
                    }
                }
            }
            // What tree-sitter could not make sense of may still hold whole statements.
            "ERROR" => self.block(node, guard, depth + 1),
            _ => {}
        }
    }

    /// The blocks below a compound statement.
    fn branches(&mut self, node: Node<'_>, guard: Guard, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for part in named(node) {
            match part.kind() {
                "block" => self.block(part, guard, depth + 1),
                "elif_clause" | "else_clause" | "except_clause" | "finally_clause"
                | "case_clause" => self.branches(part, guard, depth + 1),
                _ => {}
            }
        }
    }

    fn import(&mut self, node: Node<'_>, guard: Guard) {
        for item in named(node) {
            let (module, name) = match item.kind() {
                "aliased_import" => (self.field(item, "name"), self.field(item, "alias")),
                // `import a.b` binds `a`.
                _ => {
                    let module = self.of(item);
                    let top = module.split('.').next().unwrap_or(module);
                    (top.to_owned(), top.to_owned())
                }
            };
            let module = compact(&module);
            self.add(StatementKind::Import { module, name }, item, guard);
        }
    }

    fn import_from(&mut self, node: Node<'_>, guard: Guard) {
        let Some(from) = node.child_by_field_name("module_name") else {
            return;
        };
        let from_text = compact(self.of(from));
        let module = from_text.trim_start_matches('.').to_owned();
        let level = from_text.len() - module.len();
        for item in named(node).filter(|item| item.id() != from.id()) {
            let (original, name) = match item.kind() {
                "wildcard_import" => {
                    let module = module.clone();
                    self.add(StatementKind::Star { level, module }, item, guard);
                    continue;
                }
                "aliased_import" => (self.field(item, "name"), self.field(item, "alias")),
                _ => (self.of(item).to_owned(), self.of(item).to_owned()),
            };
            let module = module.clone();
            let kind = StatementKind::From {
                level,
                module,
                original,
                name,
            };
            self.add(kind, item, guard);
        }
    }

    fn class(&self, node: Node<'_>, depth: usize) -> Class {
        let bases = node
            .child_by_field_name("superclasses")
            .map(|list| self.arguments(list, depth))
            .unwrap_or_default();
        let bases = bases
            .into_iter()
            .filter(|argument| argument.keyword.is_none())
            .map(|argument| argument.value)
            .collect();
        let mut inner = Reader {
            text: self.text,
            body: Vec::new(),
        };
        if let Some(body) = node.child_by_field_name("body") {
            inner.block(body, Guard::None, depth + 1);
        }
        Class {
            name: self.field(node, "name"),
            bases,
            body: inner.body,
        }
    }

    fn function(&self, node: Node<'_>, decorators: Vec<Expr>) -> Function {
        let first = node
            .child_by_field_name("body")
            .and_then(|body| named(body).next())
            .filter(|first| first.kind() == "expression_statement")
            .and_then(|statement| named(statement).next());
        let docstring = first.and_then(|first| match self.expr(first, 0).kind {
            ExprKind::Text(text) => Some(text),
            _ => None,
        });
        Function {
            name: self.field(node, "name"),
            docstring,
            decorators,
        }
    }

    fn decorated(&mut self, node: Node<'_>, guard: Guard, depth: usize) {
        let Some(definition) = node.child_by_field_name("definition") else {
            return;
        };
        let decorators: Vec<Expr> = named(node)
            .filter(|child| child.kind() == "decorator")
            .filter_map(|decorator| named(decorator).next())
            .map(|expression| self.expr(expression, depth))
            .collect();
        if definition.kind() == "function_definition" {
            let function = self.function(definition, decorators);
            self.add(
                StatementKind::Function(function),
                name_of(definition),
                guard,
            );
        } else {
            self.statement(definition, guard, depth);
        }
    }

    fn expression_statement(&mut self, node: Node<'_>, guard: Guard, depth: usize) {
        match node.kind() {
            "assignment" => self.assignment(node, guard, depth),
            "augmented_assignment" => {
                let (Some(left), Some(right)) = (
                    node.child_by_field_name("left"),
                    node.child_by_field_name("right"),
                ) else {
                    return;
                };
                if left.kind() == "identifier" && self.field(node, "operator") == "+=" {
                    let name = self.of(left).to_owned();
                    let value = self.expr(right, depth);
                    self.add(StatementKind::Extend { name, value }, node, guard);
                } else {
                    self.change(left, guard);
                }
            }
            "call" => self.method_call(node, guard, depth),
            _ => {}
        }
    }

    fn assignment(&mut self, node: Node<'_>, guard: Guard, depth: usize) {
        // `a = b = value` is an assignment whose value is one.
        let mut targets = Vec::new();
        let mut at = node;
        let value = loop {
            targets.extend(at.child_by_field_name("left"));
            match at.child_by_field_name("right") {
                Some(right) if right.kind() == "assignment" => at = right,
                right => break right,
            }
        };
        let Some(value) = value else {
            return;
        };
        for target in targets {
            if target.kind() == "identifier" {
                let name = self.of(target).to_owned();
                let value = self.expr(value, depth);
                self.add(StatementKind::Assign { name, value }, target, guard);
            } else {
                self.change(target, guard);
            }
        }
    }

    /// `name.append(value)` and the like.
    fn method_call(&mut self, node: Node<'_>, guard: Guard, depth: usize) {
        let Expr {
            kind:
                ExprKind::Call {
                    function,
                    arguments,
                },
            ..
        } = self.expr(node, depth)
        else {
            return;
        };
        let ExprKind::Attribute(object, method) = function.kind else {
            return;
        };
        let ExprKind::Name(name) = object.kind else {
            return;
        };
        let mut arguments = arguments.into_iter();
        let kind = match (method.as_str(), arguments.next(), arguments.next()) {
            ("append", Some(first), None) => StatementKind::Append {
                name,
                value: first.value,
            },
            ("extend", Some(first), None) => StatementKind::Extend {
                name,
                value: first.value,
            },
            ("insert" | "remove" | "pop" | "clear" | "reverse" | "sort", ..) => {
                StatementKind::Change { name }
            }
            _ => return,
        };
        self.add(kind, node, guard);
    }

    /// Every name in a target that is not followed.
    fn change(&mut self, target: Node<'_>, guard: Guard) {
        let mut waiting = vec![target];
        while let Some(node) = waiting.pop() {
            match node.kind() {
                "identifier" => {
                    let name = self.of(node).to_owned();
                    self.add(StatementKind::Change { name }, node, guard);
                }
                // `a[0] = x` and `a[:] = x` change `a`; `a.b = x` leaves it what it is.
                "subscript" => waiting.extend(node.child_by_field_name("value")),
                "attribute" => {}
                _ => waiting.extend(named(node)),
            }
        }
    }
}

/// Where a definition says its name.
fn name_of(node: Node<'_>) -> Node<'_> {
    node.child_by_field_name("name").unwrap_or(node)
}

/// A dotted name without the blanks and line ends that may stand around its dots.
fn compact(name: &str) -> String {
    name.split_whitespace().collect()
}

#[cfg(test)]
mod tests;
