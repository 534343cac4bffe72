//! The lines of a document that changed, cut where there is no room for all.

use crate::finding::{DiffLine, DocumentChanges, Excerpt};

/// A part of a document, and its lines up to the last changed one that is shown.
pub(super) type Cut<'a> = (&'a str, &'a [DiffLine]);

/// At most so many changed lines of a document, with the unchanged lines around them, and how many more changed lines
/// there are. What is cut is never the change itself for the sake of its surroundings.
pub(super) fn cut_excerpts(document: &DocumentChanges, most: usize) -> (Vec<Cut<'_>>, usize) {
    let mut shown = Vec::new();
    let mut room = most;
    let mut more = 0;
    for Excerpt { part, lines } in &document.excerpts {
        let changed: Vec<_> = (1..)
            .zip(lines)
            .filter(|(_, line)| matches!(line, DiffLine::Old(_) | DiffLine::New(_)))
            .map(|(end, _)| end)
            .collect();
        let own = changed.len().min(room);
        more += changed.len() - own;
        room -= own;
        if own == changed.len() {
            shown.push((part.as_str(), lines.as_slice()));
        } else if let Some(&end) = changed[..own].last() {
            shown.push((part.as_str(), &lines[..end]));
        }
    }
    (shown, more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{DocumentStatus, Marked};

    #[test]
    fn changed_lines_are_counted_and_those_around_come_along() {
        let line = |text: &str| Marked {
            text: text.to_owned(),
            marks: Vec::new(),
        };
        let lines = vec![
            DiffLine::Both("{".to_owned()),
            DiffLine::Skipped(3),
            DiffLine::Both("  a".to_owned()),
            DiffLine::Old(line("  b")),
            DiffLine::New(line("  c")),
            DiffLine::Both("  d".to_owned()),
            DiffLine::Old(line("  e")),
            DiffLine::Both("}".to_owned()),
        ];
        let excerpt = Excerpt {
            part: "#default".to_owned(),
            lines,
        };
        let document = DocumentChanges {
            document: "a/b".to_owned(),
            previous: None,
            endpoint: String::new(),
            status: DocumentStatus::Drift,
            changes: Vec::new(),
            excerpts: vec![excerpt.clone(), excerpt],
            provisional: 0,
        };
        let counts = |most| {
            let (shown, more) = cut_excerpts(&document, most);
            let lengths: Vec<_> = shown.iter().map(|(_, lines)| lines.len()).collect();
            (lengths, more)
        };
        assert_eq!(counts(usize::MAX), (vec![8, 8], 0));
        assert_eq!(counts(6), (vec![8, 8], 0));
        assert_eq!(counts(5), (vec![8, 5], 1));
        assert_eq!(counts(3), (vec![8], 3));
        assert_eq!(counts(2), (vec![5], 4));
        assert_eq!(counts(0), (vec![], 6));
    }
}
