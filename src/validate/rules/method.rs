//! Methods that HTTP does not know.

use super::Document;
use crate::document::{Collection, Step};
use crate::finding::spelling::{nearest, quoted};
use crate::finding::{Finding, codes};

/// Source: the HTTP Method Registry of IANA, without `PRI`, which no request uses.
const REGISTERED: [&str; 39] = [
    "ACL",
    "BASELINE-CONTROL",
    "BIND",
    "CHECKIN",
    "CHECKOUT",
    "CONNECT",
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LABEL",
    "LINK",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MKREDIRECTREF",
    "MKWORKSPACE",
    "MOVE",
    "OPTIONS",
    "ORDERPATCH",
    "PATCH",
    "POST",
    "PROPFIND",
    "PROPPATCH",
    "PUT",
    "QUERY",
    "REBIND",
    "REPORT",
    "SEARCH",
    "TRACE",
    "UNBIND",
    "UNCHECKOUT",
    "UNLINK",
    "UNLOCK",
    "UPDATE",
    "UPDATEREDIRECTREF",
    "VERSION-CONTROL",
];

/// The method of an endpoint.
pub(super) fn document(document: &Document<'_>) -> Vec<Finding> {
    let finding = unknown(&document.item.method);
    let finding = finding.map(|finding| {
        let finding = finding.at_pointer(document.source, "/method");
        finding.about(document.name)
    });
    finding.into_iter().collect()
}

/// The methods of requests.
pub(super) fn requests(collection: &Collection) -> Vec<Finding> {
    let mut findings = Vec::new();
    let finding = |source, (pointer, step): (String, &Step)| {
        let finding = unknown(&step.method)?;
        let method = 0..step.method.len();
        Some(finding.at_text(source, &format!("{pointer}/request"), method))
    };
    for loaded in collection.scenarios.values() {
        let steps = loaded.item.iter().flat_map(|scenario| scenario.steps());
        findings.extend(steps.filter_map(|step| finding(&loaded.source, step)));
    }
    if let Some(loaded) = &collection.fixtures {
        let steps = loaded.item.iter().flat_map(|fixtures| fixtures.steps());
        findings.extend(steps.filter_map(|step| finding(&loaded.source, step)));
    }
    findings
}

fn unknown(method: &str) -> Option<Finding> {
    if REGISTERED.contains(&method) {
        return None;
    }
    let message = format!("HTTP registers no method {}", quoted(method));
    let finding = Finding::new(codes::UNKNOWN_METHOD, message);
    Some(match nearest(method, REGISTERED) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding.help("if the API has it, `unknown-method = \"off\"` under [severity]"),
    })
}
