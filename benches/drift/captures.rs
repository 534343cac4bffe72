//! Table 2: captures of four servers.

use apidocs::finding::DocumentStatus;
use apidocs::stabilize::{Rules, learn};

use super::corpus::{captures, changes, folder, views};

pub fn print() -> bool {
    let Some(corpus) = folder("2. captures") else {
        return true;
    };
    let runs = ["run1", "run2", "run3"].map(|run| captures(&corpus, run));
    let [first, second, third] = &runs;
    println!("2. {} requests to four servers", first.len());
    let mut drift = 0;
    for (name, old) in first {
        let changed = changes(name, old, &second[name], &Rules::default());
        if changed.status == DocumentStatus::Drift {
            drift += 1;
            let first = &changed.changes[0];
            println!(
                "   by kinds alone: {name}: {} changes, the first {} {}",
                changed.changes.len(),
                first.code,
                first.address
            );
        }
    }
    println!("   run1 to run2 by kinds alone: {drift} called drift");
    let lesson = learn(&[views(first), views(second)], &Rules::default());
    for finding in &lesson.findings {
        println!(
            "   learning: {} {}: {}",
            finding.code,
            finding.address.as_deref().unwrap_or_default(),
            finding.message
        );
    }
    let mut drift = 0;
    for (name, old) in second {
        let changed = changes(name, old, &third[name], &lesson.rules);
        if changed.status == DocumentStatus::Drift {
            drift += 1;
            for change in &changed.changes {
                println!(
                    "   not taught: {name} {} {} {:?} {:?}",
                    change.code, change.address, change.old, change.new
                );
            }
        }
    }
    println!("   run2 to run3 with rules learned from run1 and run2: {drift} called drift");
    true
}
