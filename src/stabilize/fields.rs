//! The fields of a document: its places with any item for each index, over all of its examples.

use std::collections::HashMap;

use super::rules::{DocumentRules, Hold, Rule};
use super::tokens::{Context, names_id};
use crate::json::pointer;

/// The number of a field.
pub(super) type FieldId = usize;

/// What a field is, beyond a place in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A value of a body, or what holds values.
    Value,
    /// The path of a request.
    Path,
    /// The value of a header.
    Header,
    /// A text that is no JSON: its items are lines.
    Text,
    /// A line of such a text.
    Line,
    /// What has no volatile parts: status, reason, method, titles.
    Fixed,
}

/// A place with any item for each index.
#[derive(Debug)]
pub(super) struct Field<'a> {
    parent: Option<FieldId>,
    /// The name of the member, `*` for items.
    name: &'a str,
    /// What it is.
    pub role: Role,
    /// The name by which a number is an id: that of the member that holds the value or the array of it.
    key: &'a str,
    rules: Vec<usize>,
    /// What the rules say.
    pub rule: Option<Rule<'a>>,
    members: HashMap<&'a str, FieldId>,
}

/// The fields of a document that were seen.
pub(super) struct Fields<'a> {
    all: Vec<Field<'a>>,
    rules: DocumentRules<'a>,
}

impl<'a> Fields<'a> {
    /// The field of an example as a whole.
    pub const ROOT: FieldId = 0;

    pub fn new(rules: DocumentRules<'a>) -> Self {
        let start = rules.start();
        let root = Field {
            parent: None,
            name: "",
            role: Role::Value,
            key: "",
            rule: rules.rule(&start),
            rules: start,
            members: HashMap::new(),
        };
        Self {
            all: vec![root],
            rules,
        }
    }

    /// Fields in which nothing is volatile.
    pub fn exact() -> Self {
        let mut fields = Self::new(DocumentRules::default());
        fields.all[Self::ROOT].rule = Some(Rule::Stable);
        fields
    }

    pub fn get(&self, id: FieldId) -> &Field<'a> {
        &self.all[id]
    }

    /// The field of a member.
    pub fn member(&mut self, parent: FieldId, name: &'a str) -> FieldId {
        if let Some(id) = self.all[parent].members.get(name) {
            return *id;
        }
        let id = self.all.len();
        let holder = &self.all[parent];
        let role = role(self, parent, name);
        let is_item = name == "*";
        let rules = self.rules.below(&holder.rules, name);
        // What lies below a stable place is stable, too.
        let rule = match holder.rule {
            Some(Rule::Stable) => Some(Rule::Stable),
            _ => self.rules.rule(&rules),
        };
        let field = Field {
            parent: Some(parent),
            name,
            role,
            key: if is_item { holder.key } else { name },
            rules,
            rule,
            members: HashMap::new(),
        };
        self.all.push(field);
        self.all[parent].members.insert(name, id);
        id
    }

    /// The field of the items.
    pub fn item(&mut self, parent: FieldId) -> FieldId {
        self.member(parent, "*")
    }

    /// What the rules say of a line of text.
    pub fn line_rule(&self, line: FieldId, old: &str, new: &str) -> Option<Rule<'a>> {
        let field = &self.all[line];
        let text = field.parent.map_or(&[][..], |text| &self.all[text].rules);
        self.rules.line_rule(text, old, new).or(field.rule)
    }

    /// The address, `*` for any item.
    pub fn address(&self, id: FieldId) -> String {
        let field = &self.all[id];
        match field.parent {
            Some(parent) => pointer::join(&self.address(parent), field.name),
            None => String::new(),
        }
    }
}

fn role(fields: &Fields, parent: FieldId, name: &str) -> Role {
    let holder = fields.get(parent);
    let is_side = |id: FieldId| {
        fields.get(id).parent == Some(Fields::ROOT)
            && matches!(fields.get(id).name, "request" | "response")
    };
    if parent == Fields::ROOT && name == "title" {
        return Role::Fixed;
    }
    if is_side(parent) {
        return match name {
            "path" => Role::Path,
            "text" | "verbatim" => Role::Text,
            "body" | "headers" => Role::Value,
            _ => Role::Fixed,
        };
    }
    let is_headers = holder.name == "headers" && holder.parent.is_some_and(is_side);
    match holder.role {
        _ if is_headers => Role::Header,
        Role::Text => Role::Line,
        Role::Fixed => Role::Fixed,
        // What is in a line that is JSON.
        _ => Role::Value,
    }
}

impl<'a> Field<'a> {
    /// What is known of texts and numbers here.
    pub fn context(&self) -> Context<'a> {
        Context {
            key: Some(self.key),
            ..Context::default()
        }
    }

    /// Whether a number here is an id.
    pub fn names_id(&self) -> bool {
        names_id(self.key)
    }

    /// The name of the member; that of a header is in lower case.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// How the order of the items is held, if it is not by itself.
    pub fn order(&self) -> Option<&'a Hold> {
        let Some(Rule::Varies(holds)) = self.rule else {
            return None;
        };
        let mut holds = holds.0.iter();
        holds.find(|hold| matches!(hold, Hold::Unordered | Hold::KeyedBy(_)))
    }

    /// What is said of the values here, not of their order.
    pub fn value_rule(&self) -> Option<Rule<'a>> {
        match self.rule {
            Some(Rule::Varies(holds)) if holds.is_order() => None,
            rule => rule,
        }
    }
}
