//! Changes of files that mend what a finding tells.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::SourceFile;

/// The one right change that mends a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// What it does, as a sentence without subject: "removes the comma".
    pub what: String,
    /// The texts to replace. They stand in files that were read whole.
    pub edits: Vec<Edit>,
}

/// Bytes of a file, and what must stand there instead.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The file.
    pub source: Arc<SourceFile>,
    /// The bytes; an empty range inserts.
    pub span: Range<usize>,
    /// What must stand there.
    pub text: String,
}

impl Fix {
    /// A change at one place.
    pub fn new(
        what: impl Into<String>,
        source: &Arc<SourceFile>,
        span: Range<usize>,
        text: impl Into<String>,
    ) -> Self {
        let edit = Edit {
            source: Arc::clone(source),
            span,
            text: text.into(),
        };
        Self {
            what: what.into(),
            edits: vec![edit],
        }
    }

    /// The fixes that go together, and each file as they make it: of two that touch the same bytes the first wins.
    /// The other one may be found again in what they leave. Insertions at one place stand in the order of the fixes.
    pub fn apply<'a>(
        fixes: impl IntoIterator<Item = &'a Self>,
    ) -> (Vec<&'a Self>, Vec<(Arc<SourceFile>, String)>) {
        let mut files: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
        let mut applied = Vec::new();
        for fix in fixes {
            let free = fix.edits.iter().all(|edit| {
                let there = files.get(edit.source.path.as_str());
                there.is_none_or(|edits| edits.iter().all(|other| !clash(edit, other)))
            });
            if !free {
                continue;
            }
            for edit in &fix.edits {
                files.entry(&edit.source.path).or_default().push(edit);
            }
            applied.push(fix);
        }
        let files = files.into_values().filter_map(|edits| {
            let source = Arc::clone(&edits.first()?.source);
            let text = edited(&source.text, edits);
            Some((source, text))
        });
        (applied, files.collect())
    }
}

fn clash(one: &Edit, other: &Edit) -> bool {
    one.span.start < other.span.end && other.span.start < one.span.end
        // An insertion at the edge of what is replaced belongs to it.
        || one.span.is_empty() != other.span.is_empty()
            && (one.span.start == other.span.end || one.span.end == other.span.start)
}

fn edited(text: &str, mut edits: Vec<&Edit>) -> String {
    // Stable: insertions at one place stay in order.
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.span.start).unwrap_or_default());
        out.push_str(&edit.text);
        at = edit.span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixes_that_touch_one_place_wait_for_each_other() {
        let source = SourceFile::new("a.json", b"[1, 2, 3]");
        let all = [
            Fix::new("whole", &source, 1..5, "x"),
            Fix::new("part", &source, 4..8, "y"),
            Fix::new("end", &source, 8..8, ", 4"),
            Fix::new("end again", &source, 8..8, ", 5"),
            Fix::new("at the edge", &source, 5..5, "z"),
        ];
        let (applied, files) = Fix::apply(&all);
        let applied: Vec<_> = applied.iter().map(|fix| fix.what.as_str()).collect();
        assert_eq!(applied, ["whole", "end", "end again"]);
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].1, "[x, 3, 4, 5]");
    }
}
