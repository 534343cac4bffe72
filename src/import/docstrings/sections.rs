//! The sections of endpoints: members of an enumeration, or texts.

use std::sync::Arc;

use super::modules::{ClassRef, Entity, Module, Modules};
use super::syntax::{Expr, ExprKind, StatementKind};

/// How many names may lead to a section.
const MAX_STEPS: usize = 8;

/// A section's id and title.
pub(super) type Titled = (String, String);

/// The section of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub id: String,
    /// The sections that are known through it, in order: all members of its enumeration.
    pub all: Vec<Titled>,
}

/// What the section attribute of a class says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Section(Section),
    /// `None`: there is no section.
    Nothing,
    /// It is computed.
    Unknown,
}

/// Reads the value of the attribute, which stands in a module.
pub(super) fn read(modules: &Modules<'_>, module: &Arc<Module>, value: &Expr) -> Said {
    read_within(modules, module, value, MAX_STEPS)
}

fn read_within(modules: &Modules<'_>, module: &Arc<Module>, value: &Expr, steps: usize) -> Said {
    let Some(left) = steps.checked_sub(1) else {
        return Said::Unknown;
    };
    match &value.kind {
        ExprKind::Nothing => Said::Nothing,
        ExprKind::Text(text) => of_text(&text.value),
        ExprKind::Attribute(object, member) => match modules.resolve(module, object) {
            Entity::Class(class) => of_member(&class, member),
            _ => follow(modules, module, value, left),
        },
        ExprKind::Name(_) => follow(modules, module, value, left),
        _ => Said::Unknown,
    }
}

fn follow(modules: &Modules<'_>, module: &Arc<Module>, value: &Expr, left: usize) -> Said {
    match modules.resolve(module, value) {
        Entity::Value(place) => match place.value() {
            Some(value) => read_within(modules, &place.module, value, left),
            None => Said::Unknown,
        },
        _ => Said::Unknown,
    }
}

/// The section of a text: without anything that no file name has.
pub(super) fn of_text(text: &str) -> Said {
    let id: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    let id = id.join("-").to_ascii_lowercase();
    if id.is_empty() {
        return Said::Unknown;
    }
    let all = vec![(id.clone(), capitalised(text))];
    Said::Section(Section { id, all })
}

/// The member of an enumeration; one that has the value of an earlier one is that one.
fn of_member(class: &ClassRef, member: &str) -> Said {
    let members = members(class);
    let Some((_, value)) = members.iter().find(|(name, _)| name == member) else {
        return Said::Unknown;
    };
    let same = |(_, other): &&(String, Option<String>)| other.is_some() && other == value;
    let name = members
        .iter()
        .find(same)
        .map_or(member, |(name, _)| name.as_str());
    let is_alias = |index: usize, value: &Option<String>| {
        let before = members.iter().take(index);
        value.is_some() && before.into_iter().any(|(_, other)| other == value)
    };
    let all = members
        .iter()
        .enumerate()
        .filter(|(index, (_, value))| !is_alias(*index, value))
        .map(|(_, (name, value))| {
            let title = value
                .clone()
                .unwrap_or_else(|| capitalised(&name.to_lowercase()));
            (name.to_lowercase(), title)
        })
        .collect();
    let id = name.to_lowercase();
    Said::Section(Section { id, all })
}

/// Names and values; a value that is no text is `None`.
fn members(class: &ClassRef) -> Vec<(String, Option<String>)> {
    let body = class.class().map(|class| class.body.as_slice());
    body.unwrap_or_default()
        .iter()
        .filter_map(|statement| match &statement.kind {
            StatementKind::Assign { name, value } if !name.starts_with('_') => {
                let value = match &value.kind {
                    ExprKind::Text(text) => Some(text.value.clone()),
                    _ => None,
                };
                Some((name.clone(), value))
            }
            _ => None,
        })
        .collect()
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}
