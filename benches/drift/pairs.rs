//! Table 1: pairs of pages that people judged.

use std::collections::BTreeMap;

use apidocs::finding::{DocumentChanges, DocumentStatus};
use apidocs::stabilize::{Rules, learn};

use super::corpus::{Documents, changes, folder, pages, views};

/// A pair as it was judged.
pub struct Pair {
    pub page: String,
    pub old: String,
    pub new: String,
    pub is_drift: bool,
    /// A plain number moved in it, which no kind can know.
    pub has_count: bool,
}

/// The judged pairs, and the pages of each run.
pub fn read(corpus: &std::path::Path) -> (Vec<Pair>, BTreeMap<String, Documents>) {
    let text = std::fs::read(corpus.join("pairs.json")).expect("pairs.json is there");
    let judged = apidocs::json::parse_bytes(&text).expect("pairs.json is JSON");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let judged = judged.as_array().expect("pairs.json is an array").iter();
    let pairs: Vec<_> = judged
        .map(|pair| Pair {
            page: text(&pair["page"]),
            old: text(&pair["old"]),
            new: text(&pair["new"]),
            is_drift: pair["label"] == "drift",
            has_count: pair["categories"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one == "value:num")),
        })
        .collect();
    let mut runs = BTreeMap::new();
    for run in pairs.iter().flat_map(|pair| [&pair.old, &pair.new]) {
        runs.entry(run.clone())
            .or_insert_with(|| pages(corpus, run));
    }
    (pairs, runs)
}

/// What changed in a pair.
pub fn compare(pair: &Pair, runs: &BTreeMap<String, Documents>, rules: &Rules) -> DocumentChanges {
    let name = pair
        .page
        .trim_end_matches(".md")
        .parse()
        .expect("a page has a name");
    changes(
        &name,
        &runs[&pair.old][&name],
        &runs[&pair.new][&name],
        rules,
    )
}

pub fn print() -> bool {
    let Some(corpus) = folder("1. judged pairs") else {
        return true;
    };
    let (pairs, runs) = read(&corpus);
    println!("1. {} judged pairs of pages, by kinds alone", pairs.len());
    let mut counts = [[0; 2]; 2];
    let mut wrong = Vec::new();
    let mut unknowable = Vec::new();
    for pair in &pairs {
        let changed = compare(pair, &runs, &Rules::default());
        let is_drift = changed.status == DocumentStatus::Drift;
        counts[usize::from(pair.is_drift)][usize::from(is_drift)] += 1;
        if is_drift != pair.is_drift {
            let told: Vec<_> = changed
                .changes
                .iter()
                .map(|change| {
                    format!(
                        "{} {} {:?} {:?}",
                        change.code, change.address, change.old, change.new
                    )
                })
                .collect();
            let line = format!(
                "{} {} to {}: {}",
                pair.page,
                pair.old,
                pair.new,
                told.join(", ")
            );
            match pair.has_count && told.len() == 1 {
                true => unknowable.push(line),
                false => wrong.push(line),
            }
        }
    }
    println!("   judged  called noise  called drift");
    println!("   noise   {:>12}  {:>12}", counts[0][0], counts[0][1]);
    println!("   drift   {:>12}  {:>12}", counts[1][0], counts[1][1]);
    println!(
        "   in {} of those called drift, a plain number moved",
        unknowable.len()
    );
    for line in &wrong {
        println!("   WRONG {line}");
    }
    let lesson = learn(
        &[views(&runs["2020-03-09"]), views(&runs["2020-03-10"])],
        &Rules::default(),
    );
    let later: Vec<_> = pairs
        .iter()
        .filter(|pair| pair.old == "2020-03-10" && pair.new == "2020-03-10b")
        .collect();
    let mut drift = 0;
    for pair in &later {
        let changed = compare(pair, &runs, &lesson.rules);
        if changed.status == DocumentStatus::Drift {
            drift += 1;
            for change in &changed.changes {
                println!("   WRONG {} {} {}", pair.page, change.code, change.address);
            }
        }
    }
    println!(
        "   with rules learned from 2020-03-09 and 2020-03-10: {} pairs from 2020-03-10 to 2020-03-10b, {drift} called drift",
        later.len()
    );
    wrong.is_empty() && unknowable.len() == 8 && drift == 0
}
