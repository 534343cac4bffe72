//! Reading a document and the local files that it refers to.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::references::{Target, references_of, target};
use super::{File, Load, Source};
use crate::finding::{Finding, SourceFile, codes};
use crate::import::openapi::yaml;
use crate::json::{self, MAX_SIZE};

impl Source {
    /// Loads what is referred to, files of files too, and tells what leads nowhere.
    pub(super) fn load_all(&mut self, load: &Load<'_>) {
        let mut next = 0;
        let mut pending = Vec::new();
        while let Some(file) = self.files.get(next) {
            let path = file.source.path.clone();
            let mut references = Vec::new();
            references_of(&file.value, "", &mut references);
            for (at, reference) in references {
                if let Target::Local { path, .. } = target(&path, &reference)
                    && !self.by_path.contains_key(&path)
                {
                    let (source, parsed) = read_file(&path, load);
                    let index = match parsed {
                        Ok((value, is_yaml)) => {
                            self.files.push(File::new(source, value, is_yaml));
                            Some(self.files.len() - 1)
                        }
                        Err(finding) => {
                            let from = self.finding_at(next, &at, *finding);
                            self.findings.push(from);
                            None
                        }
                    };
                    self.by_path.insert(path, index);
                }
                pending.push((next, at, reference));
            }
            next += 1;
        }
        for (file, at, reference) in pending {
            if let Some(finding) = self.dead_end(file, &at, &reference) {
                self.findings.push(finding);
            }
        }
    }

    /// A file that could not be read is told where it is named; one that could, at its own fault.
    fn finding_at(&self, file: usize, at: &str, finding: Finding) -> Finding {
        if finding
            .label
            .as_ref()
            .is_some_and(|label| label.span.is_some())
        {
            return finding;
        }
        let mut told = self.finding(file, at, codes::UNRESOLVED_REFERENCE, &finding.message);
        told.help = finding.help;
        told
    }

    fn dead_end(&self, file: usize, at: &str, reference: &str) -> Option<Finding> {
        let unresolved = |message: &str| {
            let finding = self.finding(file, at, codes::UNRESOLVED_REFERENCE, message);
            Some(finding)
        };
        let path = &self.files.get(file)?.source.path;
        match target(path, reference) {
            Target::Remote => Some(
                self.finding(
                    file,
                    at,
                    codes::REMOTE_REFERENCE,
                    &format!("{reference} is on the network, and nothing is fetched"),
                )
                .help("put the file beside the document, and refer to it there"),
            ),
            Target::Strange => unresolved(&format!(
                "{reference:?} is no reference to a file or a place"
            )),
            Target::Local { path, pointer } => {
                // Of a file that could not be read, that is what was told.
                let target = self.by_path.get(&path).copied().flatten()?;
                let Some(mut node) = self.node(target, &pointer) else {
                    return unresolved(&format!("{reference} leads to nothing"));
                };
                let mut seen = HashSet::new();
                while let Some(reference) = node.reference() {
                    if !seen.insert((node.file, node.pointer.clone())) {
                        return unresolved(&format!("{reference} leads in a circle"));
                    }
                    node = self.resolve(node.file, reference)?;
                }
                None
            }
        }
    }
}

pub(super) type Parsed = Result<(Value, bool), Box<Finding>>;

pub(super) fn read_file(path: &str, load: &Load<'_>) -> (Arc<SourceFile>, Parsed) {
    let bytes = match load(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let source = SourceFile::new(path, b"");
            let message = format!("{path} cannot be read: {error}");
            return (
                source,
                Err(Box::new(Finding::new(codes::UNRESOLVED_REFERENCE, message))),
            );
        }
    };
    if bytes.len() > MAX_SIZE {
        let message = format!(
            "{path} is larger than {} MiB, the most that is read",
            MAX_SIZE >> 20
        );
        let finding = Finding::new(codes::JSON_TOO_LARGE, message)
            .help("split the document, and refer from one file to the other with `$ref`");
        return (SourceFile::new(path, b""), Err(Box::new(finding)));
    }
    let source = SourceFile::new(path, &bytes);
    let parsed = parse(path, &bytes, &source);
    (source, parsed)
}

fn parse(path: &str, bytes: &[u8], source: &Arc<SourceFile>) -> Parsed {
    let named_yaml = [".yaml", ".yml"].iter().any(|end| path.ends_with(end));
    let looks_like_json = bytes
        .trim_ascii_start()
        .first()
        .is_some_and(|byte| b"{[".contains(byte));
    if !named_yaml && (looks_like_json || path.ends_with(".json")) {
        let value = json::parse_bytes(bytes).map_err(|fault| Box::new(source.fault(fault)))?;
        return Ok((value, false));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let finding = Finding::new(codes::JSON_ENCODING, "the file is not UTF-8");
        Box::new(finding.at(source, at..at).help("save it as UTF-8"))
    })?;
    let value = yaml::parse(text).map_err(|fault| {
        let mut finding =
            Finding::new(fault.code, fault.message).at(source, fault.offset..fault.offset);
        finding.help = fault.help.map(str::to_owned);
        Box::new(finding)
    })?;
    Ok((value, true))
}
