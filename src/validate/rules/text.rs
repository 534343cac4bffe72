//! Characters in prose that look like something else, or like nothing.

use std::sync::Arc;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::Document;
use super::prose::{self, Prose};
use crate::document::Collection;
use crate::finding::{Finding, Fix, SourceFile, codes};

/// Of a document.
pub(super) fn document(document: &Document<'_>) -> Vec<Finding> {
    let findings = of(document.source, &document.prose);
    findings
        .into_iter()
        .map(|finding| finding.about(document.name))
        .collect()
}

/// Of scenarios, fixtures and sections.
pub(super) fn others(collection: &Collection) -> Vec<Finding> {
    let mut findings = Vec::new();
    for loaded in collection.scenarios.values() {
        let prose = loaded.item.as_ref().map(|item| prose::of_scenario(item));
        findings.append(&mut of(&loaded.source, &prose.unwrap_or_default()));
    }
    if let Some(loaded) = &collection.fixtures {
        let prose = loaded.item.as_ref().map(|item| prose::of_fixtures(item));
        findings.append(&mut of(&loaded.source, &prose.unwrap_or_default()));
    }
    if let Some(loaded) = &collection.sections {
        let prose = loaded.item.as_ref().map(|item| prose::of_sections(item));
        findings.append(&mut of(&loaded.source, &prose.unwrap_or_default()));
    }
    findings
}

fn of(source: &Arc<SourceFile>, all: &[Prose<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for prose in all {
        if prose.text.bytes().all(is_plain) {
            continue;
        }
        findings.extend(unseen(source, prose));
        findings.extend(decomposed(source, prose));
    }
    findings
}

/// Whether everybody sees it, in one form.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\t')
}

/// So many characters of a text are told at most: each costs a look at the text.
const MOST: usize = 100;

/// The characters that nobody sees.
fn unseen(source: &Arc<SourceFile>, prose: &Prose<'_>) -> Vec<Finding> {
    let characters = prose.text.char_indices();
    let mut unseen = characters.filter(|(_, character)| is_unseen(*character));
    let told = unseen.by_ref().take(MOST).map(|(at, character)| {
        let message = format!(
            "the text holds the character U+{:04X}, which nobody sees",
            u32::from(character)
        );
        Finding::new(codes::CONTROL_CHARACTER, message)
            .at_text(source, &prose.pointer(), at..at + character.len_utf8())
            .help("remove it, or write what it stands for")
    });
    let mut told: Vec<_> = told.collect();
    if unseen.next().is_some()
        && let Some(last) = told.last_mut()
    {
        last.notes.push(more_of_text(MOST));
    }
    told
}

/// That not all faults of a text are told.
pub(super) fn more_of_text(most: usize) -> String {
    format!("the text has more of them: of one text {most} are told")
}

/// Controls but for line break and tab, and what changes the direction or the width of a text without a mark of its own.
fn is_unseen(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => {
            // Joiners have a meaning in some scripts and in emoji.
            !matches!(character, '\u{200c}' | '\u{200d}')
        }
        '\u{2028}' | '\u{2029}' | '\u{feff}' => true,
        other => other.is_control(),
    }
}

/// A text that is not in form NFC (Unicode Standard Annex 15): it looks the same and is not found.
fn decomposed(source: &Arc<SourceFile>, prose: &Prose<'_>) -> Option<Finding> {
    if prose.text.is_ascii() || is_nfc(prose.text) {
        return None;
    }
    let text: String = prose.text.nfc().collect();
    let start = prose
        .text
        .char_indices()
        .zip(text.chars())
        .find(|((_, before), after)| before != after)
        .map_or(0, |((at, _), _)| at);
    let end = prose.text.len();
    let finding = Finding::new(codes::NOT_NFC, "the text is not in Unicode's form NFC").at_text(
        source,
        &prose.pointer(),
        start..end,
    );
    if prose.is_name {
        return Some(finding.help(
            "if the API takes the name in that form, write it so here, in `api_path` and in the scenarios",
        ));
    }
    let finding = finding.help(
        "`apidocs validate --fix` writes it so: two texts that look the same are the same then",
    );
    let place = source.locate(&prose.pointer())?;
    let written = serde_json::Value::from(text).to_string();
    Some(finding.fix(Fix::new(
        "writes the text in form NFC",
        source,
        place.value,
        written,
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Scenario;

    #[test]
    fn what_nobody_sees_is_told_and_what_scripts_need_is_not() {
        for character in [
            '\u{0}', '\u{1b}', '\r', '\u{85}', '\u{202e}', '\u{200b}', '\u{feff}',
        ] {
            assert!(is_unseen(character), "{character:?}");
        }
        let source = SourceFile::of_text("a", r#"{"title": "a\u0001b\u202e"}"#.to_owned());
        let scenario = Scenario {
            title: "a\u{1}b\u{202e}".to_owned(),
            ..serde_json::from_str(r#"{"requests": []}"#).unwrap()
        };
        let found = of(&source, &prose::of_scenario(&scenario));
        let places: Vec<_> = found
            .iter()
            .map(|finding| finding.position().unwrap().column)
            .collect();
        assert_eq!(places, [13, 20]);
        for character in ['\n', '\t', ' ', '\u{a0}', '\u{200d}', 'é', '日'] {
            assert!(!is_unseen(character), "{character:?}");
        }
    }
}
