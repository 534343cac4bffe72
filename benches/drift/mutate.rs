//! One mutation of an example, as a change of the API would make it.

use apidocs::stabilize::{Context, Kind, tokens};
use serde_json::{Map, Value, json};

/// A generator of numbers, the same for the same seed (splitmix64).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or(0)
    }

    fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        items.get(self.below(items.len())).cloned()
    }
}

/// What is mutated, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mutation {
    KeyAdded,
    KeyRemoved,
    KeyRenamed,
    NullForValue,
    TypeChanged,
    NumberByOne,
    HashReplaced,
    EqualIdReplaced,
    TwoIdsMadeEqual,
    IdInUrlReplaced,
    ZuluLost,
    ZoneChanged,
    Status,
    Reason,
    HeaderAdded,
    HeaderRemoved,
    HeaderChanged,
    ItemRemoved,
    ItemAdded,
    ItemsReordered,
    SeriesStep,
    SeriesLength,
    StringEdited,
    BooleanFlipped,
}

impl Mutation {
    pub const ALL: [(Self, &str); 24] = [
        (Self::KeyAdded, "key added"),
        (Self::KeyRemoved, "key removed"),
        (Self::KeyRenamed, "key renamed"),
        (Self::NullForValue, "null for a value"),
        (Self::TypeChanged, "type changed"),
        (Self::NumberByOne, "number ±1"),
        (Self::HashReplaced, "stable hash replaced"),
        (Self::EqualIdReplaced, "one of equal ids replaced"),
        (Self::TwoIdsMadeEqual, "two ids made equal"),
        (Self::IdInUrlReplaced, "id unequal in one URL"),
        (Self::ZuluLost, "`Z` lost"),
        (Self::ZoneChanged, "zone changed"),
        (Self::Status, "status"),
        (Self::Reason, "reason"),
        (Self::HeaderAdded, "header added"),
        (Self::HeaderRemoved, "header removed"),
        (Self::HeaderChanged, "header value edited"),
        (Self::ItemRemoved, "list item removed"),
        (Self::ItemAdded, "list item added"),
        (Self::ItemsReordered, "list items swapped"),
        (Self::SeriesStep, "series step changed"),
        (Self::SeriesLength, "series length changed"),
        (Self::StringEdited, "string edited by one character"),
        (Self::BooleanFlipped, "boolean flipped"),
    ];
}

/// Where something was changed.
pub struct Place {
    /// In the example's JSON.
    pub pointer: String,
    /// Whether it was the value itself that changed, not the structure around it.
    pub is_value: bool,
}

/// All values of the bodies with their JSON Pointers, and, where it is wanted, the path of the request and the headers.
fn values(example: &Value, with_head: bool) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for side in ["request", "response"] {
        let parts: &[&str] = match with_head {
            true => &["path", "headers", "body", "text"],
            false => &["body"],
        };
        for part in parts {
            let pointer = format!("/{side}/{part}");
            if let Some(value) = example.pointer(&pointer) {
                walk(value, pointer, &mut found);
            }
        }
    }
    found
}

fn walk(value: &Value, pointer: String, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                walk(member, apidocs::json::pointer::join(&pointer, key), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
    found.push((pointer, value.clone()));
}

/// Values with identity: where they stand, their bytes there, and their text.
fn identities(example: &Value) -> Vec<(String, std::ops::Range<usize>, String, Kind)> {
    let mut found = Vec::new();
    for (pointer, value) in values(example, true) {
        let Some(text) = value.as_str() else { continue };
        for token in tokens(text, Context::default()) {
            let is_random = matches!(token.kind, Kind::Hex | Kind::Uuid | Kind::Key);
            if is_random {
                let value = text[token.span.clone()].to_owned();
                found.push((pointer.clone(), token.span, value, token.kind));
            }
        }
    }
    found
}

/// Another value of the same length and alphabet.
fn another(text: &str, random: &mut Random) -> String {
    let is_hex = text
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    text.chars()
        .map(|c| match c {
            '0'..='9' if is_hex => char::from(b'0' + random.below(10) as u8),
            'a'..='f' if is_hex => char::from(b'a' + random.below(6) as u8),
            '0'..='9' => char::from(b'0' + random.below(10) as u8),
            'a'..='z' => char::from(b'a' + random.below(26) as u8),
            'A'..='Z' => char::from(b'A' + random.below(26) as u8),
            other => other,
        })
        .collect()
}

fn edit(text: &str, random: &mut Random) -> Option<String> {
    let places: Vec<_> = text
        .char_indices()
        .filter(|(_, c)| c.is_ascii_alphanumeric())
        .map(|(at, _)| at)
        .collect();
    let at = random.pick(&places)?;
    let before = &text[at..=at];
    let mut after = another(before, random);
    while after == before {
        after = another(before, random);
    }
    Some(format!("{}{after}{}", &text[..at], &text[at + 1..]))
}

fn replace_everywhere(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text.contains(from) => *text = text.replace(from, to),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| replace_everywhere(item, from, to)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|item| replace_everywhere(item, from, to)),
        _ => {}
    }
}

/// Whether an array is a series, `[[time, number], …]`.
pub fn is_series(items: &[Value]) -> bool {
    items.len() >= 3
        && items.iter().all(|item| {
            item.as_array().is_some_and(|point| {
                point.len() == 2
                    && point[0]
                        .as_f64()
                        .is_some_and(|time| (1e9..4e9).contains(&time))
                    && point[1].is_number()
            })
        })
}

fn set(example: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = example.pointer_mut(pointer) {
        *place = value;
    }
}

/// Changes an example in one way; `None` where it has no such place. `old` is its older version.
pub fn mutate(
    mutation: Mutation,
    old: &Value,
    example: &mut Value,
    random: &mut Random,
) -> Option<Place> {
    use Mutation as M;
    let all = values(example, false);
    let pick = |random: &mut Random, wanted: &dyn Fn(&Value) -> bool| {
        let fitting: Vec<_> = all
            .iter()
            .filter(|(_, value)| wanted(value))
            .cloned()
            .collect();
        random.pick(&fitting)
    };
    let is_full = |value: &Value| value.as_object().is_some_and(|members| !members.is_empty());
    let mut is_value = false;
    let pointer = match mutation {
        M::KeyAdded => {
            let (pointer, _) = pick(random, &Value::is_object)?;
            let object = example.pointer_mut(&pointer)?.as_object_mut()?;
            object.insert("unheardOf".to_owned(), json!(random.below(100)));
            pointer
        }
        M::KeyRemoved => {
            let (pointer, object) = pick(random, &is_full)?;
            let keys: Vec<_> = object.as_object()?.keys().cloned().collect();
            example
                .pointer_mut(&pointer)?
                .as_object_mut()?
                .shift_remove(&random.pick(&keys)?);
            pointer
        }
        M::KeyRenamed => {
            let (pointer, object) = pick(random, &is_full)?;
            let keys: Vec<_> = object.as_object()?.keys().cloned().collect();
            let from = random.pick(&keys)?;
            let renamed: Map<_, _> = object
                .as_object()?
                .iter()
                .map(|(key, value)| match *key == from {
                    true => (format!("{key}Renamed"), value.clone()),
                    false => (key.clone(), value.clone()),
                })
                .collect();
            set(example, &pointer, Value::Object(renamed));
            pointer
        }
        M::NullForValue => {
            let (pointer, _) = pick(random, &|value| !value.is_null())?;
            set(example, &pointer, Value::Null);
            pointer
        }
        M::TypeChanged => {
            let (pointer, value) = pick(random, &|value| {
                !value.is_null() && !value.is_object() && !value.is_array()
            })?;
            let other = match &value {
                Value::String(text) => json!([text]),
                other => Value::String(other.to_string()),
            };
            set(example, &pointer, other);
            pointer
        }
        M::NumberByOne => {
            is_value = true;
            let (pointer, value) = pick(random, &|value| value.is_i64() || value.is_u64())?;
            let by = if random.below(2) == 0 { 1 } else { -1 };
            set(example, &pointer, json!(value.as_i64()?.checked_add(by)?));
            pointer
        }
        M::HashReplaced => {
            is_value = true;
            let stable: Vec<_> = identities(example)
                .into_iter()
                .filter(|(pointer, ..)| old.pointer(pointer) == example.pointer(pointer))
                .collect();
            let (pointer, _, from, _) = random.pick(&stable)?;
            replace_everywhere(example, &from, &another(&from, random));
            pointer
        }
        M::EqualIdReplaced | M::IdInUrlReplaced => {
            let all = identities(example);
            let repeated: Vec<_> = all
                .iter()
                .filter(|(pointer, _, value, _)| {
                    let text = example
                        .pointer(pointer)
                        .and_then(Value::as_str)
                        .unwrap_or_default();
                    let fits = mutation == M::EqualIdReplaced
                        || text.contains("://")
                        || text.starts_with('/');
                    fits && all.iter().filter(|(.., other, _)| other == value).count() > 1
                })
                .cloned()
                .collect();
            let (pointer, span, from, _) = random.pick(&repeated)?;
            let text = example.pointer(&pointer)?.as_str()?;
            let text = format!(
                "{}{}{}",
                &text[..span.start],
                another(&from, random),
                &text[span.end..]
            );
            set(example, &pointer, json!(text));
            pointer
        }
        M::TwoIdsMadeEqual => {
            let all = identities(example);
            let (pointer, _, from, kind) = random.pick(&all)?;
            let others: Vec<_> = all
                .iter()
                .filter(|(.., other, of)| {
                    *of == kind && *other != from && other.len() == from.len()
                })
                .cloned()
                .collect();
            let (.., to, _) = random.pick(&others)?;
            replace_everywhere(example, &from, &to);
            pointer
        }
        M::ZuluLost | M::ZoneChanged => {
            let times: Vec<_> = all
                .iter()
                .filter(|(_, value)| {
                    let text = value.as_str().unwrap_or_default();
                    let found = tokens(text, Context::default());
                    text.ends_with('Z') && found.len() == 1 && found[0].kind == Kind::Iso8601
                })
                .cloned()
                .collect();
            let (pointer, time) = random.pick(&times)?;
            let time = time.as_str()?.trim_end_matches('Z').to_owned();
            let zone = if mutation == M::ZuluLost {
                ""
            } else {
                "+02:00"
            };
            set(example, &pointer, json!(format!("{time}{zone}")));
            pointer
        }
        M::Status => {
            let other = random.pick(&[201, 204, 301, 404, 500])?;
            let status = example.pointer_mut("/response/status")?;
            if *status == other {
                return None;
            }
            *status = json!(other);
            "/response/status".to_owned()
        }
        M::Reason => {
            let reason = example.pointer_mut("/response/reason")?;
            *reason = json!(format!("{}y", reason.as_str()?));
            "/response/reason".to_owned()
        }
        M::HeaderAdded | M::HeaderRemoved | M::HeaderChanged => {
            let headers = example.pointer_mut("/response/headers")?.as_array_mut()?;
            let at = random.below(headers.len());
            match mutation {
                M::HeaderAdded => headers.insert(at, json!("X-Unheard-Of: 1")),
                M::HeaderRemoved => drop(headers.remove(at)),
                _ => {
                    is_value = true;
                    let line = headers.get(at)?.as_str()?;
                    let (name, value) = line.split_once(": ")?;
                    let edited = format!("{name}: {}", edit(value, random)?);
                    headers[at] = json!(edited);
                }
            }
            format!("/response/headers/{at}")
        }
        M::ItemRemoved | M::ItemAdded => {
            let (pointer, items) = pick(random, &|value| {
                value
                    .as_array()
                    .is_some_and(|items| !items.is_empty() && !is_series(items))
            })?;
            let at = random.below(items.as_array()?.len());
            let items = example.pointer_mut(&pointer)?.as_array_mut()?;
            if mutation == M::ItemRemoved {
                items.remove(at);
            } else {
                let copy = items.get(at)?.clone();
                items.insert(at, copy);
            }
            pointer
        }
        M::ItemsReordered => {
            let (pointer, items) = pick(random, &|value| {
                value.as_array().is_some_and(|items| {
                    !is_series(items) && items.windows(2).any(|pair| pair[0] != pair[1])
                })
            })?;
            let places: Vec<_> = items
                .as_array()?
                .windows(2)
                .enumerate()
                .filter(|(_, pair)| pair[0] != pair[1])
                .map(|(at, _)| at)
                .collect();
            let at = random.pick(&places)?;
            example
                .pointer_mut(&pointer)?
                .as_array_mut()?
                .swap(at, at + 1);
            pointer
        }
        M::SeriesStep | M::SeriesLength => {
            let (pointer, _) = pick(random, &|value| {
                value.as_array().is_some_and(|items| is_series(items))
            })?;
            let items = example.pointer_mut(&pointer)?.as_array_mut()?;
            if mutation == M::SeriesLength {
                items.pop();
            } else {
                let first = items[0][0].as_f64()?;
                for item in items.iter_mut() {
                    let time = item[0].as_f64()?;
                    let later = first + (time - first) * 2.0;
                    item[0] = match item[0].is_i64() {
                        true => json!(later as i64),
                        false => json!(later),
                    };
                }
            }
            pointer
        }
        M::StringEdited => {
            is_value = true;
            let (pointer, text) = pick(random, &|value| {
                value.as_str().is_some_and(|text| !text.is_empty())
            })?;
            set(example, &pointer, json!(edit(text.as_str()?, random)?));
            pointer
        }
        M::BooleanFlipped => {
            is_value = true;
            let (pointer, value) = pick(random, &Value::is_boolean)?;
            set(example, &pointer, json!(!value.as_bool()?));
            pointer
        }
    };
    Some(Place { pointer, is_value })
}
