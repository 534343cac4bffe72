//! Classes: where an attribute comes from, and what it is.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::modules::{ClassRef, Entity, Module, Modules};
use super::syntax::{ExprKind, Function, StatementKind};

/// How long a line of bases may be.
const MAX_BASES: usize = 200;

/// One of the classes that a class inherits from, itself the first.
#[derive(Debug, Clone)]
pub(super) enum Link {
    Class(ClassRef),
    /// A class that is not in the source; its dotted name.
    External(String),
    /// A base that is computed, and where.
    Unknown(Arc<Module>, Range<usize>),
}

/// The classes in which Python looks for an attribute, in that order.
#[derive(Debug, Clone)]
pub(super) struct Lineage(Vec<Link>);

/// An attribute, and the class that has it.
pub(super) struct Attribute<'l> {
    pub class: &'l ClassRef,
    pub kind: &'l StatementKind,
    pub span: Range<usize>,
}

impl Link {
    fn path(&self) -> Option<String> {
        match self {
            Self::Class(class) => Some(class.path()),
            Self::External(path) => Some(path.clone()),
            Self::Unknown(..) => None,
        }
    }

    fn is(&self, other: &Self) -> bool {
        matches!((self.path(), other.path()), (Some(one), Some(other)) if one == other)
    }
}

impl Lineage {
    /// The line of a class, by the rule that Python calls C3; depth first where a source breaks it.
    pub fn of(modules: &Modules<'_>, class: &ClassRef) -> Self {
        Self(linearize(modules, class, MAX_BASES, &mut HashMap::new()))
    }

    /// Whether one of them has one of these names; `module.*` names all classes of a module.
    pub fn has(&self, names: &[String]) -> bool {
        let paths = self.0.iter().filter_map(Link::path);
        paths.into_iter().any(|path| {
            names.iter().any(|name| match name.strip_suffix(".*") {
                Some(module) => path.rsplit_once('.').is_some_and(|(of, _)| of == module),
                None => *name == path,
            })
        })
    }

    /// The bases that are computed.
    pub fn unknown(&self) -> impl Iterator<Item = (&Arc<Module>, &Range<usize>)> {
        self.0.iter().filter_map(|link| match link {
            Link::Unknown(module, span) => Some((module, span)),
            _ => None,
        })
    }

    pub fn attribute(&self, name: &str) -> Option<Attribute<'_>> {
        self.0.iter().find_map(|link| {
            let Link::Class(class) = link else {
                return None;
            };
            let statement = class.own(name)?;
            Some(Attribute {
                class,
                kind: &statement.kind,
                span: statement.span.clone(),
            })
        })
    }
}

impl Attribute<'_> {
    /// The function that it is, also under another name; `None` where it is none.
    pub fn function<'s>(&'s self, modules: &Modules<'_>) -> Option<Found<'s>> {
        match self.kind {
            StatementKind::Function(function) => Some(Found::Here(function)),
            StatementKind::Assign { value, .. } => {
                let ExprKind::Name(name) = &value.kind else {
                    return None;
                };
                match self.class.own(name).map(|statement| &statement.kind) {
                    Some(StatementKind::Function(function)) => Some(Found::Here(function)),
                    Some(_) => None,
                    None => match modules.resolve(&self.class.module, value) {
                        Entity::Function(place) => {
                            let function = place.function()?.clone();
                            Some(Found::There(place.module, Box::new(function)))
                        }
                        _ => None,
                    },
                }
            }
            _ => None,
        }
    }
}

/// A function in the class's own module or in another.
pub(super) enum Found<'s> {
    Here(&'s Function),
    There(Arc<Module>, Box<Function>),
}

/// `known` has the lines of classes that were asked for before; one that is being made is empty, so that classes that
/// inherit in circles come to an end.
fn linearize(
    modules: &Modules<'_>,
    class: &ClassRef,
    steps: usize,
    known: &mut HashMap<String, Vec<Link>>,
) -> Vec<Link> {
    let path = class.path();
    if let Some(line) = known.get(&path) {
        return line.clone();
    }
    known.insert(path.clone(), Vec::new());
    let own = Link::Class(class.clone());
    let Some(left) = steps.checked_sub(1) else {
        let module = Arc::clone(&class.module);
        return vec![own, Link::Unknown(module, class.span())];
    };
    let bases = class.class().map(|class| class.bases.as_slice());
    let direct: Vec<Link> = bases
        .unwrap_or_default()
        .iter()
        .map(|base| match modules.resolve(&class.module, base) {
            Entity::Class(base) => Link::Class(base),
            Entity::External(path) => Link::External(path),
            // A builtin: `object`, `Exception`.
            Entity::Unknown if matches!(base.kind, ExprKind::Name(_)) => {
                Link::External(base.dotted().unwrap_or_default())
            }
            _ => Link::Unknown(Arc::clone(&class.module), base.span.clone()),
        })
        .collect();
    let mut lines: Vec<Vec<Link>> = Vec::new();
    for base in &direct {
        lines.push(match base {
            Link::Class(base) => linearize(modules, base, left, known),
            other => vec![other.clone()],
        });
    }
    lines.push(direct);
    let mut line = vec![own];
    line.append(&mut merge(lines));
    known.insert(path, line.clone());
    line
}

/// C3: the first head that is in no other line's tail. Where there is none, the first head.
fn merge(mut lines: Vec<Vec<Link>>) -> Vec<Link> {
    let mut merged = Vec::new();
    loop {
        lines.retain(|line| !line.is_empty());
        let heads: Vec<Link> = lines
            .iter()
            .filter_map(|line| line.first().cloned())
            .collect();
        let free = heads.iter().find(|head| {
            let in_tail = |line: &Vec<Link>| line.iter().skip(1).any(|link| link.is(head));
            !lines.iter().any(in_tail)
        });
        let Some(next) = free.or(heads.first()).cloned() else {
            return merged;
        };
        let mut taken = false;
        for line in &mut lines {
            let known = next.path().is_some();
            if known {
                line.retain(|link| !link.is(&next));
            } else if !taken && matches!(line.first(), Some(Link::Unknown(..))) {
                line.remove(0);
                taken = true;
            }
        }
        merged.push(next);
    }
}
