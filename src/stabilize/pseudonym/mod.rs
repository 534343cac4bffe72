//! What is written in the place of new volatile values.
//!
//! A value with identity becomes another one of its kind, length and alphabet, derived from where it first appears in
//! the document, so that the same capture on another machine gives the same bytes. A time becomes one of a fixed
//! calendar: times that lie close together (the moments of one capture) are one day of it, later ones a later day.

mod made;
mod place;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;

use aho_corasick::AhoCorasick;
use serde_json::{Number, Value};

use super::kind::identity::is_decimal;
use super::kind::{Kind, identity};
use super::pairing::{DocumentView, Renaming};
use super::rules::{DocumentRules, Rules};
use super::series::Series;
use super::tokens::{Context, number, tokens};
use super::{clock, shape};
use made::{Digits, shaped};
use place::Place;

/// The fewest digits of a number that is written as another one: shorter ones count up from one in a fresh database.
pub(super) const LONG_NUMBER: usize = 4;

/// How many digits such a number has where a rule says that it varies.
const COUNTED: usize = 4;

/// Numbers of so many digits do not count up: they have one length.
const LONGEST_COUNTED: usize = 10;

/// So many values are looked for in a text one by one.
const LOOKED_FOR_BY_ITSELF: usize = 64;

/// For more values than this, the search would take more memory than a text does.
const LOOKED_FOR_AT_ONCE: usize = 1 << 16;

/// The names of the new volatile values of one document. Each value is seen first ([`Pseudonyms::text`] and
/// [`Pseudonyms::number`] give it back as it is), then, after [`Pseudonyms::settle`], replaced.
pub struct Pseudonyms<'a> {
    document: &'a str,
    renaming: Renaming,
    /// Whether a value does not vary, whatever it looks like: somebody wrote it into a scenario.
    is_stable: &'a dyn Fn(&str) -> bool,
    rules: DocumentRules<'a>,
    /// What must not be given to another value.
    taken: HashSet<String>,
    seen: Vec<Seen>,
    moments: BTreeSet<i64>,
    /// The numbers that are ids by the names of their members: in a URL of the document they are ids too.
    ids: HashSet<String>,
    /// The numbers that are abbreviations of a hash.
    abbreviations: HashSet<String>,
    /// The numbers that are ids, or those of cursors, and vary by a rule.
    counted: HashSet<String>,
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
    /// For the capture of a document; `renaming` says which values it holds already under another spelling, `taken` what
    /// it holds, `rules` what varies in it and what does not.
    pub fn new(
        document: &'a str,
        captured: &DocumentView,
        renaming: Renaming,
        taken: HashSet<String>,
        rules: &'a Rules,
        is_stable: &'a dyn Fn(&str) -> bool,
    ) -> Self {
        Self {
            document,
            renaming,
            is_stable,
            rules: DocumentRules::of(rules, document),
            taken,
            seen: Vec::new(),
            moments: BTreeSet::new(),
            ids: captured.ids(),
            abbreviations: captured.abbreviations(),
            counted: HashSet::new(),
            settled: None,
        }
    }

    /// A text at an address, `EXAMPLE/response/…`; `old` is what stood there. `key` is the member or header that holds it.
    pub fn text(&mut self, text: &str, key: &str, address: &str, old: Option<&str>) -> String {
        let rules = std::mem::take(&mut self.rules);
        let place = Place::new(&rules, address, text);
        let made = match place.is_stable {
            true => text.to_owned(),
            false => self.made_text(text, key, &place, old),
        };
        self.rules = rules;
        made
    }

    fn made_text(&mut self, text: &str, key: &str, place: &Place<'_>, old: Option<&str>) -> String {
        let context = Context {
            ids: Some(&self.ids),
            abbreviations: Some(&self.abbreviations),
            ..Context::of_key(key)
        };
        let found = place.whole(text, tokens(text, context));
        let values = found.iter().map(|token| &text[token.span.clone()]);
        let kept = old.map_or_else(HashSet::new, |old| held(old, values.collect()));
        let mut out = String::with_capacity(text.len());
        let mut copied = 0;
        for (index, token) in found.into_iter().enumerate() {
            let value = &text[token.span.clone()];
            if kept.contains(value) {
                continue;
            }
            let address = format!("{}:{index}", place.address);
            self.literal(text, copied..token.span.start, place, &mut out);
            out.push_str(&self.value(token.kind, value, &address, place));
            copied = token.span.end;
        }
        self.literal(text, copied..text.len(), place, &mut out);
        out
    }

    /// What lies between volatile values: numbers that vary without a kind become others.
    fn literal(&self, text: &str, range: Range<usize>, place: &Place<'_>, out: &mut String) {
        let mut copied = range.start;
        for (index, number) in shape::numbers(text, range.clone()).into_iter().enumerate() {
            let holds = |free: &Range<usize>| free.start <= number.start && number.end <= free.end;
            if self.settled.is_none() || !place.free.iter().any(holds) {
                continue;
            }
            let seed = format!("{}\n{}\n{index}", self.document, place.address);
            out.push_str(&text[copied..number.start]);
            // In a text, 7 and 2.5e-05 have one shape.
            out.push_str(&made::number(2, &mut Digits::new(&seed)));
            copied = number.end;
        }
        out.push_str(&text[copied..range.end]);
    }

    /// A number at an address.
    pub fn number(&mut self, value: &Value, key: &str, address: &str) -> Value {
        let Value::Number(found) = value else {
            return value.clone();
        };
        let rules = std::mem::take(&mut self.rules);
        let made = self.made_number(found, key, &Place::new(&rules, address, ""));
        self.rules = rules;
        made.map_or_else(|| value.clone(), Value::Number)
    }

    fn made_number(&mut self, found: &Number, key: &str, place: &Place<'_>) -> Option<Number> {
        if place.is_stable {
            return None;
        }
        let text = found.as_str();
        let is_id = place.varies(Kind::Id) && is_decimal(text);
        let kind = number(text, Context::of_key(key)).or(is_id.then_some(Kind::Id));
        match kind {
            Some(kind) => self.value(kind, text, place.address, place).parse().ok(),
            None if place.free.is_empty() || self.settled.is_none() => None,
            None => made::free(found, &mut self.digits(place.address)),
        }
    }

    /// A truth at an address: one that varies is always the same.
    pub fn flag(&self, value: bool, address: &str) -> bool {
        value || !Place::new(&self.rules, address, "").free.is_empty()
    }

    /// The items of a series with other times: it begins with the calendar and keeps its steps; where they are not all the
    /// same, its numbers are others. `None` for other arrays.
    pub fn series(&self, items: &[Value], address: &str) -> Option<Vec<Value>> {
        Series::read(items)?;
        if Place::new(&self.rules, address, "").is_stable {
            return Some(items.to_vec());
        }
        let time = |item: &Value| {
            let Some(Value::Number(time)) = item.get(0) else {
                return None;
            };
            let kind = number(time.as_str(), Context::default())?;
            Some((kind, time.to_string(), clock::moment(kind, time.as_str())?))
        };
        let (_, _, first) = time(items.first()?)?;
        let quiet = items.iter().all(|item| item.get(1) == items[0].get(1));
        let mut digits = self.digits(address);
        let moved = items.iter().map(|item| {
            let (kind, text, moment) = time(item)?;
            let written = clock::write_behind(kind, &text, moment.checked_sub(first)?)?;
            let number: Number = written.parse().ok()?;
            let count = match item.get(1)? {
                Value::Number(count) if !quiet => Value::Number(made::free(count, &mut digits)?),
                count => count.clone(),
            };
            Some(Value::Array(vec![Value::Number(number), count]))
        });
        moved.collect()
    }

    fn digits(&self, address: &str) -> Digits {
        Digits::new(&format!("{}\n{address}", self.document))
    }

    fn value(&mut self, kind: Kind, text: &str, address: &str, place: &Place<'_>) -> String {
        let moment = clock::moment(kind, text);
        let key = normal(kind, text);
        if says_none(kind, &key, moment) {
            return text.to_owned();
        }
        // How many digits it has is chance, and nobody wrote it anywhere.
        let counts = is_counted(kind, &key) && moment.is_none();
        if counts && (place.varies(kind) || !place.free.is_empty()) {
            self.counted.insert(key.clone());
        }
        let is_counted = counts && self.counted.contains(&key);
        if !is_counted && (is_short(kind, &key) && self.settled.is_some() || (self.is_stable)(text))
        {
            return text.to_owned();
        }
        if let Some(old) = self.renaming.old_spelling(kind, text) {
            return old.to_owned();
        }
        match &self.settled {
            None => {
                if kind.is_time() || moment.is_some() {
                    self.moments.extend(moment);
                } else {
                    self.seen.push(Seen {
                        kind,
                        text: text.to_owned(),
                        address: address.to_owned(),
                    });
                }
                text.to_owned()
            }
            Some(settled) if kind.is_time() || moment.is_some() => {
                let day = moment.and_then(|moment| settled.days.get(&moment));
                day.and_then(|day| clock::write(kind, text, *day))
                    .unwrap_or_else(|| text.to_owned())
            }
            Some(settled) => settled
                .names
                .get(&key)
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
        let mut behind = BTreeMap::new();
        for seen in &self.seen {
            let key = normal(seen.kind, &seen.text);
            let is_kept = is_short(seen.kind, &key) && !self.counted.contains(&key);
            if is_kept || settled.names.contains_key(&key) {
                continue;
            }
            if let Some(whole) = longer(&key).filter(|_| seen.kind == Kind::Hex) {
                abbreviations.push((key, whole));
                continue;
            }
            let name = self
                .made(seen)
                .unwrap_or_else(|| self.next_number(seen, &mut behind));
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

    /// A value that looks like the one that was seen, is recognised as one of its kind, and is nobody else's. `None` where none
    /// is found, since there are only so many short numbers.
    fn made(&self, seen: &Seen) -> Option<String> {
        let mut last = None;
        let is_number = matches!(seen.kind, Kind::Id | Kind::Cursor);
        let counts = self.counted.contains(&normal(seen.kind, &seen.text));
        for attempt in 0..64 {
            let seed = format!("{}\n{}\n{attempt}", self.document, seen.address);
            let digits = &mut Digits::new(&seed);
            if counts {
                let tail = match seen.kind {
                    Kind::Cursor => identity::cursor_tail(&seen.text),
                    _ => "",
                };
                // Longer ones where most are taken.
                let name = made::number(COUNTED + attempt / 16, digits) + tail;
                if !self.taken.contains(&name) {
                    return Some(name);
                }
                continue;
            }
            let name = shaped(seen.kind, &seen.text, digits);
            if is_number && self.taken.contains(&name) {
                continue;
            }
            let found = tokens(&name, Context::default());
            let is_one = matches!(found.as_slice(), [one] if one.kind == seen.kind && one.span == (0..name.len()));
            if (is_one || seen.kind == Kind::Id) && !self.taken.contains(&name) {
                return Some(name);
            }
            last = Some(name);
        }
        last
    }

    /// The next number of that many digits that is nobody's; a longer one where all are taken. `behind` is the last one of each
    /// length that was looked at.
    fn next_number(&self, seen: &Seen, behind: &mut BTreeMap<usize, u128>) -> String {
        let tail = match seen.kind {
            Kind::Cursor => identity::cursor_tail(&seen.text),
            _ => "",
        };
        let length = seen.text.len() - tail.len();
        let first =
            || 10u128.saturating_pow(u32::try_from(length.saturating_sub(1)).unwrap_or(u32::MAX));
        let next = behind.entry(length).or_insert_with(first);
        loop {
            let name = format!("{next}{tail}");
            *next = next.wrapping_add(1);
            if !self.taken.contains(&name) {
                return name;
            }
        }
    }
}

/// Which of these values stand in a text. They are looked for at once where they are many.
fn held<'v>(text: &str, values: HashSet<&'v str>) -> HashSet<&'v str> {
    if values.len() <= LOOKED_FOR_BY_ITSELF {
        let held = values.into_iter().filter(|value| text.contains(value));
        return held.collect();
    }
    let values: Vec<_> = values.into_iter().collect();
    let mut held = HashSet::new();
    for values in values.chunks(LOOKED_FOR_AT_ONCE) {
        match AhoCorasick::new(values) {
            Ok(search) => {
                let found = search.find_overlapping_iter(text);
                held.extend(found.filter_map(|found| values.get(found.pattern().as_usize())));
            }
            // They are too many for it.
            Err(_) => held.extend(values.iter().filter(|value| text.contains(**value))),
        }
    }
    held
}

/// Whether a number counts up from one, so that its length is chance; longer ones have one length.
fn is_counted(kind: Kind, number: &str) -> bool {
    matches!(kind, Kind::Id | Kind::Cursor) && number.len() < LONGEST_COUNTED
}

/// Whether a number is written as it is, unless a rule says that it varies.
fn is_short(kind: Kind, number: &str) -> bool {
    matches!(kind, Kind::Id | Kind::Cursor) && number.len() < LONG_NUMBER
}

/// Whether a value says that there is none: the nil UUID and the max UUID (RFC 9562, sections 5.9 and 5.10), a hash of zeros, the
/// first moment of the Unix clock or of the calendar. Nobody draws these, and readers know them.
fn says_none(kind: Kind, key: &str, moment: Option<i64>) -> bool {
    const YEAR_ONE: i64 = -62_135_596_800;
    let all = |digit: char| key.chars().all(|found| found == digit || found == '-');
    match kind {
        Kind::Hex | Kind::Uuid => all('0') || all('f'),
        _ => matches!(moment, Some(0 | YEAR_ONE)),
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
