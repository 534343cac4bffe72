//! JUnit's XML: a case for each endpoint document.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use super::Report;
use super::notice::{Notice, notices};
use super::visible::visible_in_xml;
use crate::finding::Severity;

/// What is no endpoint document: the settings, scenarios, the order of sections.
const PROJECT: &str = "project";

/// A case for each document, and one for each other file of which something is told. An error is a failure; what is
/// not, is output of its case. There are no times in it.
pub fn junit(report: &Report) -> String {
    let notices = notices(report);
    let mut cases: BTreeMap<(&str, &str), Vec<&Notice<'_>>> = BTreeMap::new();
    for name in report.endpoints.keys() {
        cases.insert(case_name(name), Vec::new());
    }
    for notice in &notices {
        let name = match (notice.document, notice.file) {
            (Some(document), _) => case_name(document),
            (None, Some(file)) => (PROJECT, file),
            (None, None) => (PROJECT, "apidocs"),
        };
        cases.entry(name).or_default().push(notice);
    }
    let skipped = not_compared(report);
    let failures = cases.values().filter(|notices| fails(notices)).count();
    let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 2));
    let (tests, failed) = (cases.len().to_string(), failures.to_string());
    let is_skipped =
        |case: &(&(&str, &str), &Vec<&Notice<'_>>)| case.1.is_empty() && skipped.contains(case.0);
    let left_out = cases.iter().filter(is_skipped).count().to_string();
    let counts = [
        ("name", "apidocs"),
        ("tests", &tests),
        ("failures", &failed),
        ("errors", "0"),
        ("skipped", &left_out),
    ];
    let totals = counts.get(..4).unwrap_or_default();
    xml.open("testsuites", totals);
    xml.open("testsuite", &counts);
    for case in &cases {
        let ((section, name), notices) = case;
        let named = [("classname", *section), ("name", *name)];
        let skips = is_skipped(&case);
        if notices.is_empty() && !skips {
            xml.empty("testcase", &named);
            continue;
        }
        xml.open("testcase", &named);
        for notice in notices.iter().filter(|notice| is_failure(notice)) {
            xml.open(
                "failure",
                &[("type", notice.code.id), ("message", &notice.message)],
            );
            xml.text(&text(notice));
            xml.close("failure");
        }
        let others = notices.iter().filter(|notice| !is_failure(notice));
        let others: Vec<_> = others.map(|notice| text(notice)).collect();
        if !others.is_empty() {
            xml.open("system-out", &[]);
            xml.text(&others.join("\n"));
            xml.close("system-out");
        }
        if skips {
            xml.empty("skipped", &[("message", "nothing was captured for it")]);
        }
        xml.close("testcase");
    }
    xml.close("testsuite");
    xml.close("testsuites");
    let text = String::from_utf8(xml.0.into_inner()).unwrap_or_default();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n",
        text.trim()
    )
}

/// Where documents were compared, those that were not among them.
fn not_compared(report: &Report) -> BTreeSet<(&str, &str)> {
    let Some(documents) = &report.documents else {
        return BTreeSet::new();
    };
    let compared: BTreeSet<_> = documents
        .iter()
        .map(|document| &document.document)
        .collect();
    let names = report.endpoints.keys();
    names
        .filter(|name| !compared.contains(name))
        .map(|name| case_name(name))
        .collect()
}

fn case_name(document: &str) -> (&str, &str) {
    document.split_once('/').unwrap_or(("", document))
}

fn is_failure(notice: &Notice<'_>) -> bool {
    notice.severity == Severity::Error
}

fn fails(notices: &[&Notice<'_>]) -> bool {
    notices.iter().any(|notice| is_failure(notice))
}

/// `file:line:column: error[code]: message`, and what to do.
fn text(notice: &Notice<'_>) -> String {
    let mut text = String::new();
    if let Some(file) = notice.file {
        text.push_str(file);
        if let Some((start, _)) = notice.region {
            text.push_str(&format!(":{}:{}", start.line, start.column));
        }
        text.push_str(": ");
    }
    text.push_str(&format!(
        "{}[{}]: {}",
        notice.severity, notice.code, notice.message
    ));
    if let Some(help) = &notice.help {
        text.push_str(&format!("\nhelp: {help}"));
    }
    text
}

/// XML in memory: writing it cannot fail.
struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Start(tag(name, attributes)));
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Empty(tag(name, attributes)));
    }

    fn text(&mut self, text: &str) {
        let text = visible_in_xml(text);
        self.event(Event::Text(BytesText::new(&text)));
    }

    fn close(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    fn event(&mut self, event: Event<'_>) {
        let _ = self.0.write_event(event);
    }
}

fn tag<'a>(name: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
    let mut tag = BytesStart::new(name);
    for (key, value) in attributes {
        // A line feed in an attribute would be read as a blank.
        let value = visible_in_xml(value).replace('\n', " ");
        tag.push_attribute((*key, value.as_str()));
    }
    tag
}
