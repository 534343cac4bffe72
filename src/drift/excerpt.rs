//! The changed lines of a delta, in place, with a few lines around.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::finding::{DiffLine, Marked};
use crate::json::{KeyOrder, write};
use crate::stabilize::Delta;

/// How many lines of both versions stand around a change.
const CONTEXT: usize = 3;

/// How many lines of one version stand in a row before the others are left out: a whole object that came or went is
/// told by its first lines.
const RUN: usize = 12;

/// How many lines of a new example are shown.
const WHOLE: usize = 40;

/// The lines of a delta as JSON; long runs that did not change are left out.
pub(super) fn lines(delta: &Delta) -> Vec<DiffLine> {
    let mut printer = Printer { lines: Vec::new() };
    printer.delta(delta, "", 0, "");
    shorten(collapse(printer.lines))
}

/// The first lines of a whole that came along.
pub(super) fn added(value: &Value) -> Vec<DiffLine> {
    let mut printer = Printer { lines: Vec::new() };
    printer.value(value, "", 0, "", |text| DiffLine::New(whole(text)));
    let mut lines = printer.lines;
    let left = lines.len().saturating_sub(WHOLE);
    lines.truncate(WHOLE);
    lines.extend((left > 0).then_some(DiffLine::Skipped(left)));
    lines
}

struct Printer {
    lines: Vec<DiffLine>,
}

impl Printer {
    /// `key` is `"name": ` or nothing, `end` a comma or nothing.
    fn delta(&mut self, delta: &Delta, key: &str, depth: usize, end: &str) {
        let indent = "  ".repeat(depth);
        match delta {
            // What pairs is shown as it is committed.
            Delta::Same(value) | Delta::Paired { old: value, .. } => {
                self.value(value, key, depth, end, DiffLine::Both);
            }
            Delta::Renamed { value, .. } => self.delta(value, key, depth, end),
            Delta::Added(value) => {
                self.value(value, key, depth, end, |text| DiffLine::New(whole(text)));
            }
            Delta::Removed(value) => {
                self.value(value, key, depth, end, |text| DiffLine::Old(whole(text)));
            }
            Delta::Replaced(Value::String(old), Value::String(new)) => {
                self.strings(old, new, key, depth, end);
            }
            Delta::Replaced(old, new) => {
                self.value(old, key, depth, end, |text| DiffLine::Old(whole(text)));
                self.value(new, key, depth, end, |text| DiffLine::New(whole(text)));
            }
            Delta::Object(members) => {
                self.lines.push(DiffLine::Both(format!("{indent}{key}{{")));
                for (index, (name, member)) in members.iter().enumerate() {
                    let key = format!("{}: ", Value::from(*name));
                    self.delta(member, &key, depth + 1, comma(index, members.len()));
                }
                self.lines.push(DiffLine::Both(format!("{indent}}}{end}")));
            }
            Delta::Array(items) => {
                self.lines.push(DiffLine::Both(format!("{indent}{key}[")));
                for (index, (_, item)) in items.iter().enumerate() {
                    self.delta(item, "", depth + 1, comma(index, items.len()));
                }
                self.lines.push(DiffLine::Both(format!("{indent}]{end}")));
            }
        }
    }

    fn value(
        &mut self,
        value: &Value,
        key: &str,
        depth: usize,
        end: &str,
        line: impl Fn(String) -> DiffLine,
    ) {
        let indent = "  ".repeat(depth);
        let text = write(value, KeyOrder::Kept);
        let mut rest = text.trim_end_matches('\n').split('\n').peekable();
        let mut before = key;
        while let Some(part) = rest.next() {
            let after = if rest.peek().is_none() { end } else { "" };
            self.lines
                .push(line(format!("{indent}{before}{part}{after}")));
            before = "";
        }
    }

    /// Two strings: what differs in them is marked; texts of several lines are shown by lines.
    fn strings(&mut self, old: &str, new: &str, key: &str, depth: usize, end: &str) {
        let indent = "  ".repeat(depth);
        if old.contains('\n') || new.contains('\n') {
            self.lines
                .push(DiffLine::Both(format!("{indent}{key}\"\"\"")));
            let diff = TextDiff::from_lines(old, new);
            for change in diff.iter_all_changes() {
                let text = format!("{indent}  {}", change.value().trim_end_matches('\n'));
                self.lines.push(match change.tag() {
                    ChangeTag::Equal => DiffLine::Both(text),
                    ChangeTag::Delete => DiffLine::Old(whole(text)),
                    ChangeTag::Insert => DiffLine::New(whole(text)),
                });
            }
            self.lines
                .push(DiffLine::Both(format!("{indent}\"\"\"{end}")));
            return;
        }
        let (old, new) = (Value::from(old).to_string(), Value::from(new).to_string());
        let start = format!("{indent}{key}");
        let (old, new) = (words(&old), words(&new));
        let diff = TextDiff::from_slices(&old, &new);
        let mut sides = [
            Marked {
                text: start.clone(),
                marks: Vec::new(),
            },
            Marked {
                text: start,
                marks: Vec::new(),
            },
        ];
        for change in diff.iter_all_changes() {
            let (touched, mark): (&[usize], bool) = match change.tag() {
                ChangeTag::Equal => (&[0, 1], false),
                ChangeTag::Delete => (&[0], true),
                ChangeTag::Insert => (&[1], true),
            };
            for side in touched {
                let side = &mut sides[*side];
                let from = side.text.len();
                side.text.push_str(change.value());
                if mark {
                    add_mark(side, from);
                }
            }
        }
        let [mut before, mut after] = sides;
        before.text.push_str(end);
        after.text.push_str(end);
        self.lines.push(DiffLine::Old(before));
        self.lines.push(DiffLine::New(after));
    }
}

fn whole(text: String) -> Marked {
    Marked {
        text,
        marks: Vec::new(),
    }
}

/// Marks the text from a byte on, as one with a mark that ends there.
fn add_mark(side: &mut Marked, from: usize) {
    let to = side.text.len();
    match side.marks.last_mut() {
        Some(last) if last.end == from => last.end = to,
        _ => side.marks.push(from..to),
    }
}

/// Runs of letters and digits, and every other character by itself: the parts of URLs as well as of sentences.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut in_word = false;
    for (at, character) in text.char_indices() {
        let belongs = character.is_alphanumeric();
        if at > start && !(in_word && belongs) {
            words.push(&text[start..at]);
            start = at;
        }
        in_word = belongs;
    }
    words.push(&text[start..]);
    words
}

fn comma(index: usize, len: usize) -> &'static str {
    if index + 1 < len { "," } else { "" }
}

/// Leaves out what is farther than [`CONTEXT`] from a change. A run of one line is shown: its notice would be no shorter.
fn collapse(lines: Vec<DiffLine>) -> Vec<DiffLine> {
    let changed: Vec<_> = lines
        .iter()
        .map(|line| !matches!(line, DiffLine::Both(_)))
        .collect();
    let mut wanted = vec![false; lines.len()];
    for (index, _) in changed.iter().enumerate().filter(|(_, changed)| **changed) {
        let around = index.saturating_sub(CONTEXT)..(index + CONTEXT + 1).min(lines.len());
        wanted[around].fill(true);
    }
    let mut out = Vec::new();
    let mut skipped = Vec::new();
    for (line, wanted) in lines.into_iter().zip(wanted) {
        if wanted {
            skip(&mut out, &mut skipped);
            out.push(line);
        } else {
            skipped.push(line);
        }
    }
    skip(&mut out, &mut skipped);
    out
}

fn skip(out: &mut Vec<DiffLine>, skipped: &mut Vec<DiffLine>) {
    if skipped.len() > 1 {
        out.push(DiffLine::Skipped(skipped.len()));
        skipped.clear();
    }
    out.append(skipped);
}

/// Of a long run of lines of one version, the first ones.
fn shorten(lines: Vec<DiffLine>) -> Vec<DiffLine> {
    let mut out: Vec<DiffLine> = Vec::with_capacity(lines.len());
    let mut run = 0;
    for line in lines {
        let kind = std::mem::discriminant(&line);
        let continues = out
            .iter()
            .rev()
            .find(|line| !matches!(line, DiffLine::Skipped(_)));
        let continues = continues.is_some_and(|last| std::mem::discriminant(last) == kind);
        run = if continues { run + 1 } else { 1 };
        if matches!(line, DiffLine::Both(_) | DiffLine::Skipped(_)) || run <= RUN {
            out.push(line);
        } else if let Some(DiffLine::Skipped(count)) = out.last_mut() {
            *count += 1;
        } else {
            out.push(DiffLine::Skipped(1));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stabilize::exact;
    use serde_json::json;

    fn shown(old: &Value, new: &Value) -> String {
        lines(&exact(old, new))
            .iter()
            .map(|line| match line {
                DiffLine::Both(text) => format!("  {text}\n"),
                DiffLine::Old(line) => format!("- {}\n", line.text),
                DiffLine::New(line) => format!("+ {}\n", line.text),
                DiffLine::Skipped(count) => format!("~ {count}\n"),
            })
            .collect()
    }

    #[test]
    fn a_renamed_field_is_seen_in_its_place() {
        let old = json!({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": {"total": 3, "z": 1}});
        let new = json!({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": {"count": 3, "z": 1}});
        insta::assert_snapshot!(shown(&old, &new), @r#"
        ~ 4
            "d": 4,
            "e": 5,
            "f": {
        -     "total": 3,
        +     "count": 3,
              "z": 1
            }
          }
        "#);
    }

    #[test]
    fn a_long_object_that_went_is_told_by_its_first_lines() {
        let old = json!({"a": (0..50).collect::<Vec<_>>(), "b": 1});
        let lines = shown(&old, &json!({"b": 1}));
        assert_eq!(lines.matches("- ").count(), RUN, "{lines}");
        assert!(lines.contains(&format!("~ {}\n", 52 - RUN)), "{lines}");
    }

    #[test]
    fn a_new_example_is_shown_by_its_first_lines() {
        let count = |items: usize| {
            let lines = added(&json!((0..items).collect::<Vec<_>>()));
            let new = lines.iter().filter(|line| matches!(line, DiffLine::New(_)));
            (new.count(), lines.last().cloned())
        };
        assert_eq!(count(38).0, 40);
        assert_eq!(count(40), (40, Some(DiffLine::Skipped(2))));
    }

    #[test]
    fn what_differs_in_a_string_is_marked() {
        let (old, new) = (json!("one two three"), json!("one 2 three"));
        let delta = exact(&old, &new);
        let lines = lines(&delta);
        let [DiffLine::Old(before), DiffLine::New(after)] = lines.as_slice() else {
            panic!("{lines:?}");
        };
        assert_eq!(&before.text[before.marks[0].clone()], "two");
        assert_eq!(&after.text[after.marks[0].clone()], "2");
    }
}
