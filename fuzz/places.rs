//! What must hold of every finding, whatever was read.

use apidocs::finding::Finding;

/// Each place lies in its file, between characters.
pub fn check(findings: &[Finding]) {
    for finding in findings {
        assert!(!finding.message.is_empty());
        let Some(label) = &finding.label else {
            continue;
        };
        if let Some(span) = &label.span {
            assert!(label.source.text.get(span.clone()).is_some(), "{finding:?}");
            label.source.position(span.start);
        }
    }
}
