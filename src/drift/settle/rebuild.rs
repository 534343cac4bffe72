//! The values of an example after a capture.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::json::pointer;
use crate::stabilize::{Delta, Pseudonyms, sorted_header};

/// Builds the values of an example again: committed spellings where they pair, pseudonyms where they are new.
pub(super) struct Rebuild<'a> {
    pub names: Pseudonyms<'a>,
    /// The committed names of members, by the place of their values.
    pub keys: HashMap<*const Value, &'a str>,
}

impl Rebuild<'_> {
    /// The value to be written; `None` where there is none any more.
    pub fn value(&mut self, delta: &Delta<'_>, key: &str, at: &str) -> Option<Value> {
        Some(match delta {
            Delta::Same(value) => (*value).clone(),
            Delta::Paired { old, .. } => (*old).clone(),
            Delta::Removed(_) => return None,
            Delta::Added(new) => self.fresh(new, key, at, None),
            Delta::Replaced(old, new) => self.fresh(new, key, at, Some(old)),
            Delta::Renamed { value, .. } => return self.value(value, key, at),
            Delta::Object(members) => {
                let mut out = Map::new();
                for (name, member) in members {
                    let inner = pointer::join(at, name);
                    let kept = match member {
                        Delta::Renamed { old, .. } => {
                            self.keys.get(&std::ptr::from_ref(*old)).copied()
                        }
                        Delta::Added(_) if is_written(&inner) => None,
                        _ => Some(*name),
                    };
                    let kept = match kept {
                        Some(kept) => kept.to_owned(),
                        None => self.names.text(name, "", &format!("{inner}#"), None),
                    };
                    if let Some(value) = self.value(member, name, &inner) {
                        out.insert(kept, value);
                    }
                }
                Value::Object(out)
            }
            Delta::Array(items) => {
                let items = items.iter().filter_map(|(index, item)| {
                    self.value(item, key, &pointer::join(at, &index.to_string()))
                });
                Value::Array(items.collect())
            }
        })
    }

    /// A value that nothing pairs with; `old` is what stood in its place.
    fn fresh(&mut self, value: &Value, key: &str, at: &str, old: Option<&Value>) -> Value {
        match value {
            Value::Object(members) => {
                let mut names: Vec<_> = members.keys().collect();
                // In a body, order means nothing; the parts of a message have theirs.
                if is_written(at) {
                    names.sort();
                }
                let members = names.into_iter().filter_map(|name| {
                    let inner = pointer::join(at, name);
                    let value = members.get(name)?;
                    let old = old.and_then(|old| old.get(name));
                    let shown = match is_written(&inner) && !inner.contains("/headers/") {
                        true => self.names.text(name, "", &format!("{inner}#"), None),
                        false => name.clone(),
                    };
                    Some((shown, self.fresh(value, name, &inner, old)))
                });
                Value::Object(members.collect())
            }
            Value::Array(items) => {
                if is_written(at)
                    && let Some(series) = self.names.series(items, at)
                {
                    return Value::Array(series);
                }
                let items = items.iter().enumerate().map(|(index, item)| {
                    self.fresh(item, key, &pointer::join(at, &index.to_string()), None)
                });
                Value::Array(items.collect())
            }
            Value::String(text) if is_written(at) && key != "content-length" => {
                let name = self.names.text(text, key, at, old.and_then(Value::as_str));
                let header = at
                    .rsplit_once('/')
                    .is_some_and(|(outer, _)| outer.ends_with("/headers"));
                let sorted = header.then(|| sorted_header(key, &name)).flatten();
                sorted.unwrap_or(name).into()
            }
            Value::Number(_) if is_written(at) => match old == Some(value) {
                true => value.clone(),
                false => self.names.number(value, key, at),
            },
            Value::Bool(flag) if is_written(at) => self.names.flag(*flag, at).into(),
            other => other.clone(),
        }
    }
}

/// Whether a place is in what pseudonyms are for: `EXAMPLE/response/body/…`, and paths and headers.
fn is_written(at: &str) -> bool {
    let mut tokens = at.split('/').skip(1);
    matches!(tokens.next(), Some("request" | "response"))
        && matches!(tokens.next(), Some("path" | "headers" | "body" | "text"))
}
