//! The same findings through each format, each valid.

use std::collections::BTreeMap;

use apidocs::report::{Format, Report, github, human, json, junit, markdown, sarif};
use apidocs::validate::schema_text;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use crate::support::{document, report};

const SARIF: &str = include_str!("../fixtures/sarif/sarif-schema-2.1.0.json");

fn errors(schema: &str, text: &str) -> Vec<String> {
    // One pattern of the standard (of a keyword that we do not use) has a `]` too many for a strict reader; its errata
    // mend that.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::options().offline().build(&schema).unwrap();
    let value = serde_json::from_str(text).unwrap();
    let errors = validator.iter_errors(&value);
    errors
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect()
}

fn sarif_results(text: &str) -> Vec<Value> {
    let value: Value = serde_json::from_str(text).unwrap();
    value["runs"][0]["results"].as_array().unwrap().clone()
}

/// Code and line (0 where there is none) of everything that a format tells.
type Told = BTreeMap<(String, u64), usize>;

fn count(told: impl IntoIterator<Item = (String, u64)>) -> Told {
    let mut counts = Told::new();
    for one in told {
        *counts.entry(one).or_default() += 1;
    }
    counts
}

fn of_json(text: &str) -> Told {
    let value: Value = serde_json::from_str(text).unwrap();
    let documents = value["documents"].as_array().unwrap();
    let changes = documents
        .iter()
        .flat_map(|document| document["changes"].as_array().unwrap());
    let all = changes.chain(value["findings"].as_array().unwrap());
    count(all.map(|one| {
        let code = one["code"].as_str().unwrap().to_owned();
        (code, one["line"].as_u64().unwrap_or_default())
    }))
}

fn of_sarif(text: &str) -> Told {
    count(sarif_results(text).iter().map(|result| {
        let line = &result["locations"][0]["physicalLocation"]["region"]["startLine"];
        let code = result["ruleId"].as_str().unwrap().to_owned();
        (code, line.as_u64().unwrap_or_default())
    }))
}

fn of_github(text: &str) -> Told {
    count(
        text.lines()
            .filter(|line| line.starts_with("::"))
            .map(|line| {
                let property = |name: &str| {
                    let (_, rest) = line.split_once(&format!("{name}="))?;
                    Some(rest.split([',', ':']).next().unwrap().to_owned())
                };
                let line = property("line").map_or(0, |line| line.parse().unwrap());
                (property("title").unwrap(), line)
            }),
    )
}

/// Each text in it is well-formed: name and attributes of what begins, and texts.
fn xml(text: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut reader = Reader::from_str(text);
    let mut tags = Vec::new();
    let mut depth = 0;
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
        if let Event::Start(tag) | Event::Empty(tag) = &event {
            let name = tag.name().as_ref().to_owned();
            let attributes = tag.attributes().map(|attribute| {
                let attribute = attribute.unwrap();
                let key = attribute.key.as_ref().to_owned();
                let value = attribute.value.into_owned();
                (
                    key,
                    quick_xml::escape::unescape(&value).unwrap().into_owned(),
                )
            });
            tags.push((name, attributes.collect()));
        }
    }
    assert_eq!(depth, 0);
    tags
}

fn with_all(text: &str) -> [Report; 3] {
    let full = report(text);
    let bare = Report {
        findings: full.findings.clone(),
        ..Report::default()
    };
    [Report::default(), bare, full]
}

const TEXTS: [&str; 4] = [
    "plain",
    "",
    "a\nb\r\nc\td\u{0}\u{1b}[31m\u{7f}\u{85}\u{2028}\u{202e}\u{fffe}\u{ffff}",
    "<!-- ]]> &amp; \" ' % , : # é 💥",
];

#[test]
fn each_format_is_valid_and_says_the_same_twice() {
    for text in TEXTS {
        for report in with_all(text) {
            let nothing: [String; 0] = [];
            assert_eq!(errors(SARIF, &sarif(&report)), nothing, "{text:?}");
            assert_eq!(
                errors(schema_text("report").unwrap(), &json(&report)),
                nothing
            );
            assert!(!xml(&junit(&report)).is_empty());
            for format in Format::ALL {
                let once = format.text(&report, 100);
                assert_eq!(once, format.text(&report, 100), "{format}");
                let hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
                let plain = anstream::adapter::strip_str(&once).to_string();
                assert!(!plain.contains(hidden), "{format}: {plain:?}");
                assert!(!plain.contains('\u{202e}'), "{format}");
                let not_xml = plain.contains(['\u{fffe}', '\u{ffff}']);
                assert!(!not_xml || format != Format::Junit);
            }
        }
    }
}

#[test]
fn the_same_findings_come_through_each_format() {
    let report = report("text");
    let all = of_json(&json(&report));
    assert_eq!(all.values().sum::<usize>(), 6);
    assert_eq!(of_sarif(&sarif(&report)), all);
    assert_eq!(of_github(&github(&report)), all);
    let comment = markdown(&report, 65_535);
    let log = anstream::adapter::strip_str(&human(&report, 100)).to_string();
    for (code, _) in all.keys() {
        assert!(comment.contains(code.as_str()), "{code}");
        assert!(log.contains(code.as_str()), "{code}");
    }
    // Of errors a case fails; the others are its output.
    let text = junit(&report);
    let tags = xml(&text);
    let failures = tags.iter().filter(|(name, _)| name == "failure");
    let failures: Vec<_> = failures
        .map(|(_, attributes)| attributes["type"].as_str())
        .collect();
    assert_eq!(
        failures,
        ["no-response", "field-removed", "header-added", "schema"]
    );
    assert!(text.contains("warning[stray-file]") && text.contains("info[verbatim-example]"));
    assert!(text.contains("<skipped"));
    assert_eq!(tags[1].1["tests"], "4");
    assert_eq!(tags[1].1["failures"], "2");
}

#[test]
fn places_are_seen_from_the_repository() {
    let report = report("text");
    let results = sarif_results(&sarif(&report));
    let uris: Vec<_> = results
        .iter()
        .filter_map(|result| {
            let location = &result["locations"][0]["physicalLocation"]["artifactLocation"];
            location["uri"].as_str()
        })
        .collect();
    assert_eq!(
        uris[0],
        "services/api/api-docs/endpoints/things/get-things.json"
    );
    assert!(
        uris.contains(&"services/api/a%20b/%C3%A9%23%25.json"),
        "{uris:?}"
    );
    assert!(github(&report).contains("file=services/api/a b/é#%25.json,title=stray-file::"));
}

#[test]
fn fingerprints_tell_things_apart_and_survive_other_lines() {
    let prints = |report: &Report| -> Vec<String> {
        let results = sarif_results(&sarif(report));
        let prints = results.iter().map(|result| {
            let print = &result["partialFingerprints"]["apidocs/v1"];
            print.as_str().unwrap().to_owned()
        });
        prints.collect()
    };
    let mut report = report("17 of them");
    let finding = report.findings[2].clone();
    report.findings.push(finding);
    let before = prints(&report);
    let mut unique = before.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), before.len());

    let moved = report.endpoints.get_mut("things/get-things").unwrap();
    let text = format!("\n\n{}", moved.source.text);
    moved.source = apidocs::finding::SourceFile::new(moved.source.path.clone(), text.as_bytes());
    for finding in &mut report.findings {
        finding.message = finding.message.replace("17", "18");
    }
    assert_eq!(prints(&report), before);
}

#[test]
fn annotations_are_ten_of_a_kind() {
    let (changes, _) = document("a/b", "x");
    let mut report = report("x");
    report.documents = Some(vec![changes; 20]);
    let text = github(&report);
    assert_eq!(text.matches("::error ").count(), 10);
    assert_eq!(
        text.lines().last(),
        Some("and 32 more errors; the job summary tells more")
    );
}

#[test]
fn formats_have_names() {
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(format));
    }
    let error = "xml".parse::<Format>().unwrap_err();
    assert_eq!(
        error,
        "\"xml\" is no report format: human, json, sarif, github, junit, markdown"
    );
}
