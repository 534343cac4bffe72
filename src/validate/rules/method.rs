//! Methods that HTTP does not know.

use super::Document;
use crate::document::{Collection, Step};
use crate::finding::spelling::{nearest, quoted};
use crate::finding::{Finding, Fix, codes};

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

/// With the fix, where what does not fit its schema is a known method in small letters: alone, or before a path.
pub(in crate::validate) fn in_capitals(finding: Finding) -> Finding {
    let pointer = finding.pointer.as_deref().unwrap_or_default();
    if !matches!(pointer.rsplit('/').next(), Some("method" | "request")) {
        return finding;
    }
    let fix = finding.label.as_ref().and_then(|label| {
        let span = label.span.clone()?;
        let written = label.source.text.get(span.clone())?.strip_prefix('"')?;
        let method = written.split(['"', ' ']).next()?;
        let capitals = method.to_ascii_uppercase();
        let start = span.start + 1;
        (capitals != method && REGISTERED.contains(&capitals.as_str())).then(|| {
            let place = start..start + method.len();
            Fix::new(
                "writes the method in capitals",
                &label.source,
                place,
                capitals,
            )
        })
    });
    match fix {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

/// Whether two methods are not the same one: of one that HTTP does not know, or in small letters, others tell.
pub(super) fn differ(one: &str, other: &str) -> bool {
    one != other
        && [one, other]
            .iter()
            .all(|method| REGISTERED.contains(method))
}

fn unknown(method: &str) -> Option<Finding> {
    // Of one in small letters the schema tells.
    if REGISTERED.contains(&method.to_ascii_uppercase().as_str()) {
        return None;
    }
    let message = format!("HTTP registers no method {}", quoted(method));
    let finding = Finding::new(codes::UNKNOWN_METHOD, message);
    Some(match nearest(method, REGISTERED) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding.help("if the API has it, `unknown-method = \"off\"` under [severity]"),
    })
}
