//! What a pattern leads to: a view, or more patterns.

use std::sync::Arc;

use super::{Here, MAX_DEPTH, Route, Urls};
use crate::finding::codes;

use super::super::modules::Entity;
use super::super::syntax::{Argument, Expr, ExprKind, argument, positional};

impl Urls<'_> {
    /// What a pattern leads to: `whole` is the pattern.
    pub(super) fn view(&mut self, here: Here<'_>, whole: &Expr, view: &Expr) {
        match &view.kind {
            ExprKind::Call {
                function,
                arguments,
            } => {
                if self.function(here, function) == "include" {
                    let first = argument(arguments, 0, "arg");
                    return match first {
                        Some(included) => self.include(here, included),
                        None => self.computed(here, view),
                    };
                }
                if let ExprKind::Attribute(class, method) = &function.kind
                    && method == "as_view"
                {
                    return self.class(here, whole, class, arguments);
                }
                // Decorators leave a view what it is: csrf_exempt(View.as_view()), cache_page(60)(…).
                let inner = positional(arguments).find(|inner| is_view(inner));
                match inner {
                    Some(inner) => self.view(here, whole, inner),
                    None => self.unknown_view(here, view),
                }
            }
            // (patterns, application, namespace).
            ExprKind::Sequence(items) => match items.first() {
                Some(list) => self.list(here, list),
                None => self.unknown_view(here, view),
            },
            ExprKind::Name(_) | ExprKind::Attribute(..) => {
                let entity = self.modules.resolve(here.module, view);
                self.view_entity(here, whole, view, entity);
            }
            ExprKind::Text(text) => {
                let path = match here.prefix {
                    "" => text.value.clone(),
                    prefix => format!("{prefix}.{}", text.value),
                };
                match self.modules.dotted(&path) {
                    Entity::External(_) | Entity::Module(_) => self.unknown_view(here, view),
                    entity => self.view_entity(here, whole, view, entity),
                }
            }
            _ => self.unknown_view(here, view),
        }
    }

    fn view_entity(&mut self, here: Here<'_>, whole: &Expr, view: &Expr, entity: Entity) {
        match entity {
            // A function, or something of elsewhere, is no endpoint of this source.
            Entity::Function(_) | Entity::External(_) | Entity::Class(_) => {}
            Entity::Value(place) => {
                let Some(value) = place.value() else {
                    return self.unknown_view(here, view);
                };
                let there = Here {
                    module: &place.module,
                    at: place.index(),
                    ..here
                };
                if self.depth == MAX_DEPTH {
                    return self.unknown_view(here, view);
                }
                self.depth += 1;
                self.view(there, whole, value);
                self.depth -= 1;
            }
            Entity::Module(_) | Entity::Unknown => self.unknown_view(here, view),
        }
    }

    fn unknown_view(&mut self, here: Here<'_>, view: &Expr) {
        let path = match self.modules.resolve(here.module, view) {
            Entity::External(path) => Some(path),
            _ => None,
        };
        let message = match &path {
            Some(path) => &format!("{path} is not in the source: the view is not read"),
            None => "the view is computed when the program runs, and is not read",
        };
        let help = "views are read as `View.as_view()`; name the folders of all source in `paths`, if the view is in another";
        self.tell(codes::UNKNOWN_VIEW, here.module, &view.span, message, help);
    }

    /// `class.as_view(…)`.
    fn class(&mut self, here: Here<'_>, whole: &Expr, class: &Expr, arguments: &[Argument]) {
        let Entity::Class(found) = self.modules.resolve(here.module, class) else {
            return self.unknown_view(here, class);
        };
        if positional(arguments).next().is_some() {
            let message =
                "a view set says only when the program runs which method is which: it is not read";
            let help = "give each its own `View.as_view()`, or write documents by hand";
            return self.tell(codes::UNKNOWN_VIEW, here.module, &whole.span, message, help);
        }
        self.routes.push(Route {
            pieces: here.pieces.to_vec(),
            class: found,
            module: Arc::clone(here.module),
            span: whole.span.clone(),
        });
    }

    fn include(&mut self, here: Here<'_>, included: &Expr) {
        if self.depth == MAX_DEPTH {
            let message = "patterns include one another without end here";
            return self.unread(here.module, &included.span, message);
        }
        self.depth += 1;
        self.include_within(here, included);
        self.depth -= 1;
    }

    fn include_within(&mut self, here: Here<'_>, included: &Expr) {
        match &included.kind {
            ExprKind::Text(text) => match self.modules.get(&text.value) {
                Some(module) => self.module(&module, here.pieces),
                None => {
                    let message = format!(
                        "the module {} is not in the source: its patterns are not read",
                        text.value
                    );
                    self.unread(here.module, &included.span, &message);
                }
            },
            // (patterns, application).
            ExprKind::Sequence(items) => match items.as_slice() {
                [list, name] | [list, name, _]
                    if matches!(name.kind, ExprKind::Text(_) | ExprKind::Nothing) =>
                {
                    self.include(here, list);
                }
                _ => self.list(here, included),
            },
            ExprKind::Name(_) | ExprKind::Attribute(..) => {
                match self.modules.resolve(here.module, included) {
                    Entity::Module(module) => self.module(&module, here.pieces),
                    _ => self.list(here, included),
                }
            }
            _ => self.list(here, included),
        }
    }
}

/// Whether an expression is `View.as_view()`, with or without decorators.
fn is_view(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call {
            function,
            arguments,
        } => {
            let is_class =
                matches!(&function.kind, ExprKind::Attribute(_, method) if method == "as_view");
            is_class || positional(arguments).any(is_view)
        }
        _ => false,
    }
}
