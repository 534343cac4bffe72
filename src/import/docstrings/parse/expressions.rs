//! The expressions that endpoints are read from.

use tree_sitter::Node;

use super::super::literal;
use super::super::syntax::{Argument, Expr, ExprKind};
use super::{MAX_DEPTH, Reader, named};

impl Reader<'_> {
    pub(super) fn expr(&self, node: Node<'_>, depth: usize) -> Expr {
        let kind = if depth > MAX_DEPTH {
            ExprKind::Other
        } else {
            self.kind(node, depth + 1)
        };
        Expr {
            kind,
            span: node.byte_range(),
        }
    }

    fn kind(&self, node: Node<'_>, depth: usize) -> ExprKind {
        match node.kind() {
            "none" => ExprKind::Nothing,
            "identifier" => ExprKind::Name(self.of(node).to_owned()),
            "string" => self.string(node),
            "concatenated_string" => {
                let parts = named(node).map(|part| self.string(part));
                let joined = parts.reduce(|joined, part| match (joined, part) {
                    (ExprKind::Text(mut text), ExprKind::Text(part)) => {
                        text.append(&part);
                        ExprKind::Text(text)
                    }
                    _ => ExprKind::Other,
                });
                joined.unwrap_or(ExprKind::Other)
            }
            "attribute" => match node.child_by_field_name("object") {
                Some(object) => ExprKind::Attribute(
                    Box::new(self.expr(object, depth)),
                    self.field(node, "attribute"),
                ),
                None => ExprKind::Other,
            },
            "call" => self.call(node, depth),
            "list" | "tuple" | "expression_list" => {
                ExprKind::Sequence(named(node).map(|item| self.expr(item, depth)).collect())
            }
            "list_splat" => match named(node).next() {
                Some(inner) => ExprKind::Splat(Box::new(self.expr(inner, depth))),
                None => ExprKind::Other,
            },
            "parenthesized_expression" => match named(node).next() {
                Some(inner) => self.kind(inner, depth + 1),
                None => ExprKind::Other,
            },
            "binary_operator" if self.field(node, "operator") == "+" => {
                let sides = (
                    node.child_by_field_name("left"),
                    node.child_by_field_name("right"),
                );
                match sides {
                    (Some(left), Some(right)) => ExprKind::Sum(
                        Box::new(self.expr(left, depth)),
                        Box::new(self.expr(right, depth)),
                    ),
                    _ => ExprKind::Other,
                }
            }
            _ => ExprKind::Other,
        }
    }

    fn string(&self, node: Node<'_>) -> ExprKind {
        let computed = node.has_error() || named(node).any(|part| part.kind() == "interpolation");
        let value = literal::value(self.text, node.byte_range()).filter(|_| !computed);
        value.map_or(ExprKind::Other, ExprKind::Text)
    }

    fn call(&self, node: Node<'_>, depth: usize) -> ExprKind {
        let (Some(function), Some(list)) = (
            node.child_by_field_name("function"),
            node.child_by_field_name("arguments"),
        ) else {
            return ExprKind::Other;
        };
        ExprKind::Call {
            function: Box::new(self.expr(function, depth)),
            arguments: self.arguments(list, depth),
        }
    }

    pub(super) fn arguments(&self, list: Node<'_>, depth: usize) -> Vec<Argument> {
        if list.kind() != "argument_list" {
            // `f(x for x in y)`.
            return vec![Argument {
                keyword: None,
                value: self.expr(list, MAX_DEPTH + 1),
            }];
        }
        named(list)
            .map(|item| {
                let (keyword, value) = match item.kind() {
                    "keyword_argument" => (
                        Some(self.field(item, "name")),
                        item.child_by_field_name("value").unwrap_or(item),
                    ),
                    "dictionary_splat" => (Some("**".to_owned()), item),
                    _ => (None, item),
                };
                let value = self.expr(value, depth);
                Argument { keyword, value }
            })
            .collect()
    }
}
