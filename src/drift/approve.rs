//! Approvals laid over changes.

use jiff::civil::Date;

use crate::document::{Approvals, Loaded};
use crate::finding::{DocumentChanges, Finding, codes};

/// Marks the changes that are approved on that day, and tells which approvals have expired or match nothing.
pub fn approve(
    documents: &mut [DocumentChanges],
    approvals: &Loaded<Approvals>,
    today: Date,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let listed = approvals.item.iter().flat_map(|item| &item.approvals);
    for (index, approval) in listed.enumerate() {
        let mut matches = documents
            .iter_mut()
            .flat_map(|document| &mut document.changes)
            .filter(|change| change.fingerprint == approval.fingerprint)
            .peekable();
        let name = format!("{} {}", approval.code, approval.address);
        if matches.peek().is_none() {
            let message = format!("no change is the approved one ({name})");
            findings.push(
                Finding::new(codes::UNUSED_APPROVAL, message)
                    .at_pointer(&approvals.source, &format!("/approvals/{index}/fingerprint"))
                    .about(&approval.document)
                    .help("remove the approval: it is in the base now, or the change became another one"),
            );
        } else if approval.is_expired(today) {
            let message = format!("the approval has expired ({name})");
            findings.push(
                Finding::new(codes::EXPIRED_APPROVAL, message)
                    .at_pointer(&approvals.source, &format!("/approvals/{index}/until"))
                    .about(&approval.document)
                    .help(format!(
                        "undo the change, or approve it anew: apidocs approve {} --reason …",
                        approval.fingerprint
                    )),
            );
        } else {
            for change in matches {
                change.approved = Some(approval.reason.clone());
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::classify::change;
    use crate::finding::{DocumentStatus, SourceFile};
    use jiff::civil::date;
    use serde_json::json;

    fn told(until: &str, fingerprint: &str) -> (Option<String>, Vec<&'static str>) {
        let mut lost = change(
            codes::FIELD_REMOVED,
            "#default/response/body/a".to_owned(),
            Some(&json!(1)),
            None,
        );
        lost.fingerprint = "0123456789ab".to_owned();
        let mut documents = [DocumentChanges {
            document: "a/b".to_owned(),
            previous: None,
            endpoint: "GET /b".to_owned(),
            status: DocumentStatus::Drift,
            provisional: 0,
            changes: vec![lost],
            excerpts: Vec::new(),
        }];
        let json = json!({"approvals": [{
            "document": "a/b", "code": "field-removed", "address": "#default/response/body/a",
            "fingerprint": fingerprint, "reason": "nobody reads it", "until": until,
        }]});
        let source = SourceFile::new("approvals.json", json.to_string().as_bytes());
        let approvals = Loaded::new(source, json);
        let findings = approve(&mut documents, &approvals, date(2026, 6, 1));
        let codes = findings.iter().map(|finding| finding.code.id).collect();
        (documents[0].changes[0].approved.clone(), codes)
    }

    #[test]
    fn an_approval_covers_its_change_until_its_day() {
        let reason = Some("nobody reads it".to_owned());
        assert_eq!(told("2026-06-01", "0123456789ab"), (reason, vec![]));
        let expired = told("2026-05-31", "0123456789ab");
        assert_eq!(expired, (None, vec!["expired-approval"]));
        let unused = told("2026-06-01", "ba9876543210");
        assert_eq!(unused, (None, vec!["unused-approval"]));
    }
}
