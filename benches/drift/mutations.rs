//! Table 3: one mutation each on the newer side of pairs that differ in noise alone.

use std::collections::BTreeMap;

use apidocs::document::{DocumentName, EndpointDocument};
use apidocs::finding::DocumentStatus;
use apidocs::stabilize::{Context, Rules, learn, tokens};
use serde_json::Value;

use super::corpus::{Documents, captures, changes, folder, views};
use super::mutate::{self, Mutation, Place, Random, mutate};
use super::pairs;

/// How often each mutation is tried on each pair, with other places.
const TRIES: usize = 6;

/// A pair that differs in noise alone, and what two captures teach of it.
struct Subject {
    name: DocumentName,
    old: EndpointDocument,
    new: EndpointDocument,
    rules: Rules,
    /// Whether it is noise by kinds alone.
    by_kinds: bool,
}

/// A row of the table.
#[derive(Default)]
struct Row {
    made: usize,
    caught: usize,
    by_kinds: (usize, usize),
    /// Of those to values that did not vary.
    stable: (usize, usize),
    missed: BTreeMap<&'static str, usize>,
}

fn is_drift(subject: &Subject, new: &EndpointDocument, rules: &Rules) -> bool {
    changes(&subject.name, &subject.old, new, rules).status == DocumentStatus::Drift
}

fn subjects(corpus: &std::path::Path) -> Vec<Subject> {
    let mut found = Vec::new();
    let mut add = |name: &DocumentName,
                   old: &EndpointDocument,
                   new: &EndpointDocument,
                   taught: &[&EndpointDocument]| {
        let versions: Vec<_> = taught
            .iter()
            .map(|document| views(&Documents::from([(name.clone(), (*document).clone())])))
            .collect();
        let mut subject = Subject {
            name: name.clone(),
            old: old.clone(),
            new: new.clone(),
            rules: learn(&versions, &Rules::default()).rules,
            by_kinds: false,
        };
        subject.by_kinds = !is_drift(&subject, new, &Rules::default());
        assert!(
            !is_drift(&subject, new, &subject.rules),
            "{name} is noise with its own rules"
        );
        found.push(subject);
    };
    let (judged, runs) = pairs::read(corpus);
    for pair in judged.iter().filter(|pair| !pair.is_drift) {
        let name: DocumentName = pair
            .page
            .trim_end_matches(".md")
            .parse()
            .expect("a page has a name");
        let (old, new) = (&runs[&pair.old][&name], &runs[&pair.new][&name]);
        add(&name, old, new, &[old, new]);
    }
    let [first, second, third] = ["run1", "run2", "run3"].map(|run| captures(corpus, run));
    for (name, old) in &second {
        add(name, old, &third[name], &[&first[name], old, &third[name]]);
    }
    found
}

/// Whether a header line is the length of the body.
fn is_length(line: &Value) -> bool {
    let line = line.as_str().unwrap_or_default();
    line.to_ascii_lowercase().starts_with("content-length:")
}

/// Whether a value is the number of a point of a series, which moves as a whole.
fn is_point(place: &Place, example: &Value) -> bool {
    let series = place.pointer.rsplitn(3, '/').nth(2);
    let series = series.and_then(|pointer| example.pointer(pointer)?.as_array());
    series.is_some_and(|items| mutate::is_series(items))
}

/// Whether a value follows from others, so that it is no evidence by itself.
fn is_free(place: &Place, example: &Value) -> bool {
    example.pointer(&place.pointer).is_some_and(is_length) || is_point(place, example)
}

/// Why what was missed cannot be known.
fn reason(
    mutation: Mutation,
    place: &Place,
    old: &Value,
    new: &Value,
    mutated: &Value,
) -> &'static str {
    let at = |example: &Value| example.pointer(&place.pointer).cloned().unwrap_or_default();
    let (before, after, changed) = (at(old), at(new), at(mutated));
    if is_length(&changed) {
        "the length follows from the body"
    } else if place.is_value && is_point(place, mutated) {
        "a point of a series, which moves as a whole"
    } else if mutation == Mutation::ItemsReordered {
        match before == after {
            false => "the items differ in volatile values alone",
            true => "the order of the items varied between the captures",
        }
    } else if before != after && place.is_value {
        let is_time = |value: &Value| match value {
            Value::String(text) => tokens(text, Context::default())
                .iter()
                .any(|token| token.kind.is_time()),
            Value::Number(number) => {
                apidocs::stabilize::tokens::number(number.as_str(), Context::default()).is_some()
            }
            _ => false,
        };
        match is_time(&changed) {
            true => "a time, and no time is like another",
            false => "the value itself varies, and stands in this place alone",
        }
    } else {
        "other"
    }
}

pub fn print() -> bool {
    let Some(corpus) = folder("3. mutations") else {
        return true;
    };
    let subjects = subjects(&corpus);
    let mut random = Random(2020);
    let mut rows: BTreeMap<Mutation, Row> = BTreeMap::new();
    for subject in &subjects {
        let old = serde_json::to_value(&subject.old.examples[0]).expect("an example is JSON");
        let new = serde_json::to_value(&subject.new.examples[0]).expect("an example is JSON");
        for (mutation, _) in Mutation::ALL {
            let mut seen = Vec::new();
            for _ in 0..TRIES {
                let mut mutated = new.clone();
                let Some(place) = mutate(mutation, &old, &mut mutated, &mut random) else {
                    continue;
                };
                if mutated == new || seen.contains(&mutated) {
                    continue;
                }
                let Ok(example) = serde_json::from_value(mutated.clone()) else {
                    continue;
                };
                let document = EndpointDocument {
                    examples: vec![example],
                    ..subject.new.clone()
                };
                if document == subject.new {
                    continue;
                }
                let row = rows.entry(mutation).or_default();
                row.made += 1;
                let caught = is_drift(subject, &document, &subject.rules);
                row.caught += usize::from(caught);
                let varied = is_free(&place, &mutated)
                    || old.pointer(&place.pointer) != new.pointer(&place.pointer);
                if place.is_value && !varied {
                    row.stable.0 += 1;
                    row.stable.1 += usize::from(caught);
                }
                if !caught {
                    let why = reason(mutation, &place, &old, &new, &mutated);
                    *row.missed.entry(why).or_default() += 1;
                    if why == "other" {
                        println!("   OTHER {mutation:?} {} {}", subject.name, place.pointer);
                    }
                }
                if subject.by_kinds {
                    row.by_kinds.0 += 1;
                    row.by_kinds.1 += usize::from(is_drift(subject, &document, &Rules::default()));
                }
                seen.push(mutated);
            }
        }
    }
    table(&rows, subjects.len())
}

fn share((all, part): (usize, usize)) -> String {
    match all {
        0 => "–".to_owned(),
        _ => format!("{:.1}%", 100.0 * part as f64 / all as f64),
    }
}

fn table(rows: &BTreeMap<Mutation, Row>, subjects: usize) -> bool {
    let all: usize = rows.values().map(|row| row.made).sum();
    println!("3. {all} mutations of {subjects} pairs that differ in noise alone");
    println!(
        "   {:<32}{:>6}{:>8}{:>8}{:>9}  missed, and why it cannot be known",
        "mutation", "made", "caught", "share", "by kinds"
    );
    let mut met = all >= 10_000;
    let mut stable = (0, 0);
    for (mutation, name) in Mutation::ALL {
        let Some(row) = rows.get(&mutation) else {
            continue;
        };
        let why: Vec<_> = row
            .missed
            .iter()
            .map(|(why, count)| format!("{count}: {why}"))
            .collect();
        println!(
            "   {name:<32}{:>6}{:>8}{:>8}{:>9}  {}",
            row.made,
            row.caught,
            share((row.made, row.caught)),
            share(row.by_kinds),
            why.join("; ")
        );
        let knowable = row.made
            - row
                .missed
                .iter()
                .filter(|(why, _)| **why != "other")
                .map(|(_, count)| count)
                .sum::<usize>();
        met &= row.caught * 100 >= knowable * 95;
        stable = (stable.0 + row.stable.0, stable.1 + row.stable.1);
    }
    println!(
        "   mutations to values that did not vary: {} of {} caught, {}",
        stable.1,
        stable.0,
        share(stable)
    );
    met && stable.1 * 100 >= stable.0 * 99
}
