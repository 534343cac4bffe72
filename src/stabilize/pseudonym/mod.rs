//! What is written in the place of new volatile values.
//!
//! A value with identity becomes another one of its kind, length and alphabet, derived from where it first appears in
//! the document, so that the same capture on another machine gives the same bytes. A time becomes one of a fixed
//! calendar: times that lie close together (the moments of one capture) are one day of it, later ones a later day.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::clock;
use super::kind::{Kind, identity};
use super::pairing::Renaming;
use super::series::Series;
use super::tokens::{Context, number, tokens};

/// The fewest digits of a number that is written as another one: shorter ones count up from one in a fresh database.
pub(super) const LONG_NUMBER: usize = 4;

/// The names of the new volatile values of one document. Each value is seen first ([`Pseudonyms::text`] and
/// [`Pseudonyms::number`] give it back as it is), then, after [`Pseudonyms::settle`], replaced.
pub struct Pseudonyms<'a> {
    document: &'a str,
    renaming: Renaming,
    /// Whether a value does not vary, whatever it looks like: somebody wrote it into a scenario.
    is_stable: &'a dyn Fn(&str) -> bool,
    /// What must not be given to another value.
    taken: HashSet<String>,
    seen: Vec<Seen>,
    moments: BTreeSet<i64>,
    /// The numbers that are ids by the names of their members: in a URL of the document they are ids too.
    ids: HashSet<String>,
    settled: Option<Settled>,
}

struct Seen {
    kind: Kind,
    text: String,
    address: String,
}

#[derive(Default)]
struct Settled {
    /// By normal form.
    names: HashMap<String, String>,
    /// The day of the calendar by moment.
    days: BTreeMap<i64, i64>,
}

impl<'a> Pseudonyms<'a> {
    /// For a document; `renaming` says which values it holds already under another spelling, `taken` which it holds,
    /// `ids` which numbers of the capture are ids.
    pub fn new(
        document: &'a str,
        renaming: Renaming,
        taken: HashSet<String>,
        ids: HashSet<String>,
        is_stable: &'a dyn Fn(&str) -> bool,
    ) -> Self {
        Self {
            document,
            renaming,
            is_stable,
            taken,
            seen: Vec::new(),
            moments: BTreeSet::new(),
            ids,
            settled: None,
        }
    }

    /// A text at an address; `old` is what stood there. `key` is the member or header that holds it.
    pub fn text(&mut self, text: &str, key: &str, address: &str, old: Option<&str>) -> String {
        let mut out = String::with_capacity(text.len());
        let mut copied = 0;
        let context = Context {
            ids: Some(&self.ids),
            ..Context::of_key(key)
        };
        for (index, token) in tokens(text, context).into_iter().enumerate() {
            let value = &text[token.span.clone()];
            if old.is_some_and(|old| old.contains(value)) {
                continue;
            }
            let address = format!("{address}:{index}");
            out.push_str(&text[copied..token.span.start]);
            out.push_str(&self.value(token.kind, value, &address));
            copied = token.span.end;
        }
        out.push_str(&text[copied..]);
        out
    }

    /// A number at an address.
    pub fn number(&mut self, value: &Value, key: &str, address: &str) -> Value {
        let Value::Number(found) = value else {
            return value.clone();
        };
        let Some(kind) = number(found.as_str(), Context::of_key(key)) else {
            return value.clone();
        };
        let name = self.value(kind, found.as_str(), address);
        match name.parse::<serde_json::Number>() {
            Ok(number) => Value::Number(number),
            Err(_) => value.clone(),
        }
    }

    /// The items of a series with other times: it begins with the calendar and keeps its steps. `None` for other arrays.
    pub fn series(&self, items: &[Value]) -> Option<Vec<Value>> {
        Series::read(items)?;
        let time = |item: &Value| {
            let Some(Value::Number(time)) = item.get(0) else {
                return None;
            };
            let kind = number(time.as_str(), Context::default())?;
            Some((kind, time.to_string(), clock::moment(kind, time.as_str())?))
        };
        let (_, _, first) = time(items.first()?)?;
        let moved = items.iter().map(|item| {
            let (kind, text, moment) = time(item)?;
            let written = clock::write_behind(kind, &text, moment.checked_sub(first)?)?;
            let number: serde_json::Number = written.parse().ok()?;
            Some(Value::Array(vec![
                Value::Number(number),
                item.get(1)?.clone(),
            ]))
        });
        moved.collect()
    }

    fn value(&mut self, kind: Kind, text: &str, address: &str) -> String {
        let short = kind == Kind::Id && text.len() < LONG_NUMBER;
        if short || (self.is_stable)(text) {
            return text.to_owned();
        }
        if let Some(old) = self.renaming.old_spelling(kind, text) {
            return old.to_owned();
        }
        match &self.settled {
            None => {
                if kind.is_time() {
                    self.moments.extend(clock::moment(kind, text));
                } else {
                    self.seen.push(Seen {
                        kind,
                        text: text.to_owned(),
                        address: address.to_owned(),
                    });
                }
                text.to_owned()
            }
            Some(settled) if kind.is_time() => {
                let day = clock::moment(kind, text).and_then(|moment| settled.days.get(&moment));
                day.and_then(|day| clock::write(kind, text, *day))
                    .unwrap_or_else(|| text.to_owned())
            }
            Some(settled) => settled
                .names
                .get(&*normal(kind, text))
                .and_then(|name| respelled(kind, text, name))
                .unwrap_or_else(|| text.to_owned()),
        }
    }

    /// Gives names to all values that were seen.
    pub fn settle(&mut self) {
        let mut settled = Settled {
            days: clock::days(&self.moments),
            ..Settled::default()
        };
        let normals: BTreeSet<String> = self
            .seen
            .iter()
            .filter(|seen| matches!(seen.kind, Kind::Hex | Kind::Uuid))
            .map(|seen| normal(seen.kind, &seen.text))
            .collect();
        let longer = |short: &str| {
            let behind = (
                std::ops::Bound::Excluded(short.to_owned()),
                std::ops::Bound::Unbounded,
            );
            normals
                .range(behind)
                .next()
                .filter(|long| long.starts_with(short))
                .cloned()
        };
        let mut abbreviations = Vec::new();
        for seen in &self.seen {
            let key = normal(seen.kind, &seen.text);
            if settled.names.contains_key(&key) {
                continue;
            }
            if let Some(whole) = longer(&key).filter(|_| seen.kind == Kind::Hex) {
                abbreviations.push((key, whole));
                continue;
            }
            let name = self.made(seen);
            self.taken.insert(name.clone());
            settled.names.insert(key, name);
        }
        // The longest first: an abbreviation of one is the abbreviation of its whole.
        abbreviations.sort_by_key(|(key, _)| std::cmp::Reverse(key.len()));
        for (key, whole) in abbreviations {
            let name = settled.names.get(&whole).and_then(|name| {
                let name = name.replace('-', "");
                name.get(..key.len()).map(str::to_owned)
            });
            settled.names.insert(key, name.unwrap_or_default());
        }
        self.settled = Some(settled);
    }

    /// A value that looks like the one that was seen, is recognised as one of its kind, and is nobody else's.
    fn made(&self, seen: &Seen) -> String {
        let mut last = seen.text.clone();
        for attempt in 0..64 {
            let seed = format!("{}\n{}\n{attempt}", self.document, seen.address);
            last = shaped(seen.kind, &seen.text, &mut Digits::new(&seed));
            let found = tokens(&last, Context::default());
            let is_one = matches!(found.as_slice(), [one] if one.kind == seen.kind && one.span == (0..last.len()));
            if (is_one || seen.kind == Kind::Id) && !self.taken.contains(&last) {
                break;
            }
        }
        last
    }
}

/// The spelling by which a value is one: a cursor is its number.
fn normal(kind: Kind, text: &str) -> String {
    match kind {
        Kind::Cursor => {
            let tail = identity::cursor_tail(text);
            text[..text.len() - tail.len()].to_owned()
        }
        _ => kind.normal_form(text).into_owned(),
    }
}

/// A name as this spelling of the value has it: with its dashes, its case, its tail.
fn respelled(kind: Kind, text: &str, name: &str) -> Option<String> {
    match kind {
        Kind::Cursor => {
            let number: String = name.chars().take_while(char::is_ascii_digit).collect();
            Some(number + identity::cursor_tail(text))
        }
        Kind::Hex | Kind::Uuid => {
            let mut digits = name.chars().filter(|c| *c != '-');
            let upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
            let spelled: Option<String> = text
                .chars()
                .map(|c| match c {
                    '-' => Some('-'),
                    _ if upper => digits.next().map(|c| c.to_ascii_uppercase()),
                    _ => digits.next().map(|c| c.to_ascii_lowercase()),
                })
                .collect();
            spelled.filter(|spelled| spelled.len() == text.len())
        }
        _ => Some(name.to_owned()),
    }
}

/// Digits that follow from a seed.
struct Digits {
    seed: String,
    block: Vec<u8>,
    blocks: usize,
}

impl Digits {
    fn new(seed: &str) -> Self {
        Self {
            seed: seed.to_owned(),
            block: Vec::new(),
            blocks: 0,
        }
    }

    fn of(&mut self, alphabet: &[u8]) -> char {
        if self.block.is_empty() {
            self.blocks += 1;
            self.block = Sha256::digest(format!("{}\n{}", self.seed, self.blocks)).to_vec();
        }
        let byte = usize::from(self.block.pop().unwrap_or_default());
        alphabet
            .get(byte % alphabet.len().max(1))
            .map_or('0', |byte| char::from(*byte))
    }

    fn run(&mut self, length: usize, alphabet: &[u8]) -> String {
        (0..length).map(|_| self.of(alphabet)).collect()
    }
}

const DECIMAL: &[u8] = b"0123456789";
const HEX: &[u8] = b"0123456789abcdef";
const CROCKFORD: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const BOTH: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A value of that kind and length. Which characters of an alphabet a random value has, is chance: none of it stays.
fn shaped(kind: Kind, like: &str, digits: &mut Digits) -> String {
    let upper = like.bytes().any(|byte| byte.is_ascii_uppercase());
    let lower = like.bytes().any(|byte| byte.is_ascii_lowercase());
    let letters = match (upper, lower) {
        (true, true) => BOTH,
        (true, false) => UPPER,
        _ => LOWER,
    };
    match kind {
        Kind::Hex => {
            let text = digits.run(like.len(), HEX);
            if upper { text.to_uppercase() } else { text }
        }
        Kind::Uuid => {
            let text = like.char_indices().map(|(at, character)| match at {
                8 | 13 | 18 | 23 => character,
                // A random one (RFC 9562, version 4): ids of other makers have any digit there.
                14 => '4',
                19 => 'a',
                _ => digits.of(HEX),
            });
            let text: String = text.collect();
            if upper {
                text.to_uppercase()
            } else {
                text.to_lowercase()
            }
        }
        Kind::Ulid => format!("0{}", digits.run(like.len().saturating_sub(1), CROCKFORD)),
        Kind::Id => format!("1{}", digits.run(like.len().saturating_sub(1), DECIMAL)),
        Kind::Cursor => {
            let tail = identity::cursor_tail(like);
            let length = like.len() - tail.len();
            format!("1{}{tail}", digits.run(length.saturating_sub(1), DECIMAL))
        }
        Kind::Jwt => {
            let parts: Vec<_> = like
                .split('.')
                .enumerate()
                .map(|(index, part)| match index {
                    0 => format!("eyJ{}", digits.run(part.len().saturating_sub(3), BOTH)),
                    _ => digits.run(part.len(), BOTH),
                })
                .collect();
            parts.join(".")
        }
        _ => {
            // `$2b$12$` and its like say how a password was hashed; `=` fills up.
            let head = match like.starts_with('$') {
                true => like.match_indices('$').nth(2).map_or(0, |(at, _)| at + 1),
                false => 0,
            };
            let tail = like.len() - like.trim_end_matches('=').len();
            let length = like.len() - head - tail;
            format!(
                "{}{}{}",
                &like[..head],
                digits.run(length, letters),
                "=".repeat(tail)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str]) -> Vec<String> {
        let mut names = Pseudonyms::new(
            "a/b",
            Renaming::default(),
            HashSet::new(),
            HashSet::new(),
            &|text| text == "1234567890abcdef",
        );
        let mut pass = || -> Vec<String> {
            let texts = texts.iter().enumerate();
            texts
                .map(|(at, text)| names.text(text, "k", &format!("/{at}"), None))
                .collect()
        };
        assert_eq!(pass(), texts);
        names.settle();
        let mut names_again = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            names_again.push(names.text(text, "k", &format!("/{at}"), None));
        }
        names_again
    }

    #[test]
    fn a_name_follows_from_the_place_and_not_from_the_value() {
        let one = names(&[
            "x cbd1f80781a5 y",
            "https://cbd1f80781a5@h/2",
            "CBD1F80781A5",
            "cbd1f80",
            "0a1b2c3d4e5f",
        ]);
        let other = names(&[
            "x abd1f80781a7 y",
            "https://abd1f80781a7@h/2",
            "ABD1F80781A7",
            "abd1f80",
            "5a1b2c3d4e5a",
        ]);
        assert_eq!(one, other);
        let name = &one[0][2..14];
        assert_ne!(name, "cbd1f80781a5");
        assert_eq!(one[1], format!("https://{name}@h/2"));
        assert_eq!(one[2], name.to_uppercase());
        assert_eq!(one[3], name[..7]);
        assert_ne!(one[4], name);
    }

    #[test]
    fn kinds_stay_and_names_are_their_own_names() {
        let texts = [
            "fa4a97b8df1911350952658435e3a36d",
            "9a2e63c1-51e9-4dd1-8a38-6b0c94a0f6dd",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "kJ8dn3Ks0aQx7Lw2ZpVt",
            "1583819858583:0:1",
            "2020-03-10T05:57:38.386Z",
            "Tue, 10 Mar 2020 05:57:38 GMT",
            "a 1234567890abcdef",
        ];
        let once = names(&texts);
        for (text, name) in texts.iter().zip(&once) {
            assert_eq!(text.len(), name.len());
            let kinds = |text: &str| -> Vec<_> {
                tokens(text, Context::default())
                    .into_iter()
                    .map(|token| token.kind)
                    .collect()
            };
            assert_eq!(kinds(text), kinds(name), "{text} {name}");
        }
        assert_eq!(once[7], texts[7], "what is stable stays");
        let again: Vec<_> = once.iter().map(String::as_str).collect();
        assert_eq!(names(&again), once);
    }
}
