//! Objects laid over one another: members by their names, of which some are volatile values.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::Overlay;
use crate::stabilize::delta::Delta;
use crate::stabilize::fields::FieldId;
use crate::stabilize::kind::Kind;
use crate::stabilize::renaming::Pair;
use crate::stabilize::rules::Rule;
use crate::stabilize::tokens::{Context, tokens};

impl<'a> Overlay<'a> {
    pub(super) fn object(
        &mut self,
        new: &'a Value,
        a: &'a Map<String, Value>,
        b: &'a Map<String, Value>,
        field: FieldId,
    ) -> Delta<'a> {
        let outer = self.boundaries;
        if let (Some(a), Some(b)) = (boundary(a), boundary(b)) {
            self.boundaries = [Some(a), Some(b)];
        }
        let renamed = self.renamed_members(a, b, field);
        let mut members = Vec::with_capacity(a.len().max(b.len()));
        let mut newer = b.iter().peekable();
        let mut done = HashSet::new();
        let newer_names: HashSet<_> = renamed.values().map(|(to, _)| *to).collect();
        let is_added = |key: &str| !a.contains_key(key) && !newer_names.contains(key);
        for (key, before) in a {
            if let Some((to, leaf)) = renamed.get(key.as_str()) {
                let item = self.fields.item(field);
                let after = &b[*to];
                let value = Box::new(self.value(before, after, item));
                let (old, new, leaf) = (before, after, *leaf);
                members.push((
                    *to,
                    Delta::Renamed {
                        old,
                        new,
                        leaf,
                        value,
                    },
                ));
                continue;
            }
            let Some(after) = b.get(key) else {
                members.push((key.as_str(), Delta::Removed(before)));
                continue;
            };
            while let Some((added, value)) = newer.next_if(|(next, _)| is_added(next)) {
                members.push((added.as_str(), Delta::Added(value)));
            }
            let member = self.fields.member(field, key);
            members.push((key.as_str(), self.value(before, after, member)));
            if newer.next_if(|(next, _)| *next == key).is_none() {
                done.insert(key.as_str());
            }
            while newer
                .next_if(|(next, _)| done.contains(next.as_str()))
                .is_some()
            {}
        }
        for (key, value) in newer.filter(|(key, _)| is_added(key)) {
            members.push((key.as_str(), Delta::Added(value)));
        }
        self.boundaries = outer;
        if members.iter().all(|(_, member)| member.is_same()) {
            return Delta::Same(new);
        }
        Delta::Object(members)
    }

    /// Members whose names are volatile values, older name to newer one: as many on either side, of one kind, in order.
    fn renamed_members(
        &mut self,
        a: &'a Map<String, Value>,
        b: &'a Map<String, Value>,
        field: FieldId,
    ) -> HashMap<&'a str, (&'a str, usize)> {
        let only = |one: &'a Map<String, Value>, other: &Map<String, Value>| -> Vec<&'a str> {
            let keys = one.keys().filter(|key| !other.contains_key(*key));
            keys.map(String::as_str).collect()
        };
        let gone = only(a, b);
        if gone.is_empty() || self.fields.get(field).rule == Some(Rule::Stable) {
            return HashMap::new();
        }
        let came = only(b, a);
        let kind = |key: &str| {
            let found = tokens(key, Context::default());
            match found.as_slice() {
                [token] if token.span == (0..key.len()) => Some(token.kind),
                _ => None,
            }
        };
        let pairs = gone.iter().zip(&came);
        let all_pair = gone.len() == came.len()
            && pairs.clone().all(|(old, new)| {
                kind(old).is_some_and(|of| kind(new) == Some(of) && of.has_form_of(old, new))
            });
        if !all_pair {
            return HashMap::new();
        }
        let item = self.fields.item(field);
        pairs
            .map(|(old, new)| {
                let kind = kind(old).unwrap_or(Kind::Hex);
                let provisional = self.fields.get(item).rule.is_none();
                let leaf = self.leaf(provisional, Vec::new());
                self.pairs.push(Pair {
                    leaf,
                    field: item,
                    kind,
                    old: Cow::Borrowed(*old),
                    new: Cow::Borrowed(*new),
                    in_url: false,
                });
                (*old, (*new, leaf))
            })
            .collect()
    }
}

/// The boundary that a message names in its content type; only a message has one.
fn boundary(message: &Map<String, Value>) -> Option<&str> {
    let content_type = message.get("headers")?.get("content-type")?.as_str()?;
    let (_, rest) = content_type.split_once("boundary=")?;
    let end = rest.find([';', ',']).unwrap_or(rest.len());
    let boundary = rest[..end].trim().trim_matches('"');
    (!boundary.is_empty()).then_some(boundary)
}
