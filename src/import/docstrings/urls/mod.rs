//! URL patterns: which class answers at which path.

mod views;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::modules::{ClassRef, Entity, Module, Modules, Place};
use super::regex::Piece;
use super::syntax::{
    Argument, Expr, ExprKind, Guard, StatementKind, argument, last_name, positional,
};
use crate::finding::{Code, Finding, codes};

/// How deeply patterns may include others.
const MAX_DEPTH: usize = 32;

/// How many patterns and lists are looked at: a few lines can include one another without end.
const MAX_PATTERNS: usize = 200_000;

/// The name of a module's list of patterns.
const PATTERNS: &str = "urlpatterns";

/// A class, and a pattern that leads to it.
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub pieces: Vec<Piece>,
    pub class: ClassRef,
    pub module: Arc<Module>,
    /// Where the pattern stands.
    pub span: Range<usize>,
}

/// The patterns of a project, in order.
pub(super) struct Urls<'m> {
    modules: &'m Modules<'m>,
    pub routes: Vec<Route>,
    pub findings: Vec<Finding>,
    patterns: usize,
    depth: usize,
    /// The places that were told: a list that is included twice is told once.
    told: HashSet<(String, usize)>,
}

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
struct Here<'e> {
    module: &'e Arc<Module>,
    /// The statement of the module in which it stands: names have the values that they have there.
    at: usize,
    /// The patterns around.
    pieces: &'e [Piece],
    /// What `patterns()` puts before the names of views.
    prefix: &'e str,
}

impl<'m> Urls<'m> {
    /// The routes of a module's `urlpatterns`.
    pub fn of(modules: &'m Modules<'m>, module: &Arc<Module>) -> Self {
        let mut urls = Self {
            modules,
            routes: Vec::new(),
            findings: Vec::new(),
            patterns: 0,
            depth: 0,
            told: HashSet::new(),
        };
        urls.module(module, &[]);
        urls
    }

    fn tell(
        &mut self,
        code: Code,
        module: &Module,
        span: &Range<usize>,
        message: &str,
        help: &str,
    ) {
        if self.told.insert((module.name.clone(), span.start)) {
            let finding = Finding::new(code, message).at(&module.source, span.clone());
            self.findings.push(finding.help(help));
        }
    }

    fn unread(&mut self, module: &Module, span: &Range<usize>, message: &str) {
        let help = "patterns are read where they are written out: lists, url(), path() and include(); write documents of the others by hand";
        self.tell(codes::COMPUTED_URLS, module, span, message, help);
    }

    /// Whether there is no end of it.
    fn is_too_much(&mut self, module: &Module, span: &Range<usize>) -> bool {
        self.patterns += 1;
        if self.patterns == MAX_PATTERNS {
            self.unread(
                module,
                span,
                "there are too many patterns: the others are not read",
            );
        }
        self.patterns >= MAX_PATTERNS
    }

    fn module(&mut self, module: &Arc<Module>, pieces: &[Piece]) {
        let here = Here {
            module,
            at: usize::MAX,
            pieces,
            prefix: "",
        };
        if !self.variable(here, PATTERNS) {
            let message = format!(
                "the module {} has no `{PATTERNS}` that can be read",
                module.name
            );
            self.unread(module, &(0..0), &message);
        }
    }

    /// The patterns of a variable; `false` where the module gives it no value.
    fn variable(&mut self, here: Here<'_>, name: &str) -> bool {
        let module = Arc::clone(here.module);
        let before = |(index, _): &(usize, _)| *index < here.at;
        let statements: Vec<_> = module.statements(name).filter(before).collect();
        let bound = statements
            .iter()
            .rposition(|(_, one)| one.kind.binds() && one.guard != Guard::Unknown);
        let is_value = bound
            .and_then(|bound| statements.get(bound))
            .is_some_and(|(_, one)| matches!(one.kind, StatementKind::Assign { .. }));
        // A list of another module may be made longer here.
        if !is_value && !self.other_variable(here, name) {
            return false;
        }
        let changes = bound.map_or(0, |bound| bound + usize::from(!is_value));
        for (index, statement) in statements.iter().skip(changes) {
            let here = Here { at: *index, ..here };
            if statement.guard == Guard::Unknown {
                let message = "whether these patterns are there shows when the program runs: they are not read";
                self.unread(&module, &statement.span, message);
                continue;
            }
            match &statement.kind {
                StatementKind::Assign { value, .. } | StatementKind::Extend { value, .. } => {
                    self.list(here, value);
                }
                StatementKind::Append { value, .. } => self.pattern(here, value),
                _ => self.unread(
                    &module,
                    &statement.span,
                    &format!("`{name}` is changed here in a way that is not read"),
                ),
            }
        }
        true
    }

    /// The patterns of a variable that the module has from another one.
    fn other_variable(&mut self, here: Here<'_>, name: &str) -> bool {
        let name = Expr {
            kind: ExprKind::Name(name.to_owned()),
            span: 0..0,
        };
        match self.modules.resolve(here.module, &name) {
            Entity::Value(place) if place.module.name != here.module.name => {
                self.variable_of(here, &place)
            }
            _ => false,
        }
    }

    /// All patterns of a variable of some module.
    fn variable_of(&mut self, here: Here<'_>, place: &Place) -> bool {
        if self.depth == MAX_DEPTH {
            return false;
        }
        let there = Here {
            module: &place.module,
            at: usize::MAX,
            ..here
        };
        self.depth += 1;
        let known = self.variable(there, place.name());
        self.depth -= 1;
        known
    }

    /// Goes on with the value of a name of some module.
    fn value(&mut self, here: Here<'_>, place: &Place, go_on: fn(&mut Self, Here<'_>, &Expr)) {
        if self.depth == MAX_DEPTH {
            let message = "names lead to one another without end here";
            return self.unread(here.module, &(0..0), message);
        }
        let there = Here {
            module: &place.module,
            at: place.index(),
            ..here
        };
        self.depth += 1;
        if let Some(value) = place.value() {
            go_on(self, there, value);
        }
        self.depth -= 1;
    }

    /// The patterns of a list.
    fn list(&mut self, here: Here<'_>, expr: &Expr) {
        if self.is_too_much(here.module, &expr.span) {
            return;
        }
        match &expr.kind {
            ExprKind::Sequence(items) => {
                for item in items {
                    self.pattern(here, item);
                }
            }
            ExprKind::Sum(left, right) => {
                self.list(here, left);
                self.list(here, right);
            }
            ExprKind::Name(_) | ExprKind::Attribute(..) => self.named_list(here, expr),
            ExprKind::Call {
                function,
                arguments,
            } => match self.function(here, function).as_str() {
                "patterns" => self.patterns_call(here, arguments),
                // Variants of the same patterns with a format behind are no endpoints of their own.
                "list" | "tuple" | "format_suffix_patterns" => {
                    match argument(arguments, 0, "urlpatterns") {
                        Some(list) => self.list(here, list),
                        None => self.computed(here, expr),
                    }
                }
                _ => self.computed(here, expr),
            },
            _ => self.computed(here, expr),
        }
    }

    fn computed(&mut self, here: Here<'_>, expr: &Expr) {
        let message = "these URL patterns are computed when the program runs, and are not read";
        self.unread(here.module, &expr.span, message);
    }

    fn named_list(&mut self, here: Here<'_>, expr: &Expr) {
        let known = match &expr.kind {
            ExprKind::Name(name) => self.variable(here, name),
            _ => match self.modules.resolve(here.module, expr) {
                Entity::Value(place) => self.variable_of(here, &place),
                _ => false,
            },
        };
        if !known {
            self.computed(here, expr);
        }
    }

    /// `patterns('prefix', …)`.
    fn patterns_call(&mut self, here: Here<'_>, arguments: &[Argument]) {
        let mut items = positional(arguments);
        let prefix = items.next().and_then(|prefix| self.text(here, prefix));
        let prefix = prefix.unwrap_or_default();
        let here = Here {
            prefix: &prefix,
            ..here
        };
        for item in items {
            self.pattern(here, item);
        }
    }

    /// One pattern of a list.
    fn pattern(&mut self, here: Here<'_>, expr: &Expr) {
        if self.is_too_much(here.module, &expr.span) {
            return;
        }
        match &expr.kind {
            ExprKind::Splat(list) => self.list(here, list),
            ExprKind::Call {
                function,
                arguments,
            } => {
                let is_route = match self.function(here, function).as_str() {
                    "url" | "re_path" => false,
                    "path" => true,
                    _ => return self.computed(here, expr),
                };
                let pattern = argument(arguments, 0, if is_route { "route" } else { "regex" });
                let pattern = pattern.or_else(|| argument(arguments, 0, "route"));
                let view = argument(arguments, 1, "view");
                let (Some(pattern), Some(view)) = (pattern, view) else {
                    return self.computed(here, expr);
                };
                self.entry(here, expr, pattern, view, is_route);
            }
            // As `patterns()` takes it: (regex, view).
            ExprKind::Sequence(items) => match items.as_slice() {
                [pattern, view, ..] => self.entry(here, expr, pattern, view, false),
                _ => self.computed(here, expr),
            },
            ExprKind::Name(_) | ExprKind::Attribute(..) => {
                match self.modules.resolve(here.module, expr) {
                    Entity::Value(place) => self.value(here, &place, Self::pattern),
                    _ => self.computed(here, expr),
                }
            }
            _ => self.computed(here, expr),
        }
    }

    fn entry(&mut self, here: Here<'_>, expr: &Expr, pattern: &Expr, view: &Expr, route: bool) {
        let Some(text) = self.text(here, pattern) else {
            let message =
                "the pattern is computed when the program runs: what it leads to is not read";
            return self.unread(here.module, &pattern.span, message);
        };
        let mut pieces = here.pieces.to_vec();
        pieces.push(if route {
            Piece::Route(text)
        } else {
            Piece::Regex(text)
        });
        let here = Here {
            pieces: &pieces,
            ..here
        };
        self.view(here, expr, view);
    }

    /// The name of a function, as the module that has it calls it.
    fn function(&self, here: Here<'_>, function: &Expr) -> String {
        match self.modules.resolve(here.module, function) {
            Entity::External(path) => {
                let name = path.rsplit('.').next();
                name.unwrap_or_default().to_owned()
            }
            _ => last_name(function).unwrap_or_default().to_owned(),
        }
    }

    /// A text that is written out, in one piece or several.
    fn text(&self, here: Here<'_>, expr: &Expr) -> Option<String> {
        self.text_within(here.module, expr, MAX_DEPTH)
    }

    fn text_within(&self, module: &Arc<Module>, expr: &Expr, depth: usize) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        match &expr.kind {
            ExprKind::Text(text) => Some(text.value.clone()),
            ExprKind::Sum(left, right) => {
                let left = self.text_within(module, left, depth)?;
                Some(left + &self.text_within(module, right, depth)?)
            }
            ExprKind::Name(_) | ExprKind::Attribute(..) => {
                match self.modules.resolve(module, expr) {
                    Entity::Value(place) => self.text_within(&place.module, place.value()?, depth),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
