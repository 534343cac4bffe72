//! Path templates, proposed by comparing the paths of requests.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::naming;

/// For each path the placeholders' names in place of what are values: `/projects/{project}/keys/`.
///
/// A segment is a value where it looks like one (a number, a UUID, a long run of digits and letters, a template), or
/// where another stands in its place behind a plural and both go on alike: `/projects/a/keys/`, `/projects/b/keys/`.
pub(super) fn templates(paths: &[String]) -> Vec<Vec<Segment>> {
    let split: Vec<Vec<&str>> = paths
        .iter()
        .map(|path| path.split('/').skip(1).collect())
        .collect();
    let mut is_value: Vec<Vec<bool>> = split
        .iter()
        .map(|segments| {
            segments
                .iter()
                .map(|segment| looks_like_value(segment))
                .collect()
        })
        .collect();
    // From the left: what stands in front decides which paths are to be compared.
    let deepest = split.iter().map(Vec::len).max().unwrap_or(0);
    for depth in 1..deepest {
        let mut groups: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
        for (index, segments) in split.iter().enumerate() {
            if segments.len() > depth {
                let before = (0..depth).map(|at| {
                    if is_value[index][at] {
                        "{}"
                    } else {
                        segments[at]
                    }
                });
                groups.entry(before.collect()).or_default().push(index);
            }
        }
        for (before, members) in groups {
            let plural = before.last().is_some_and(|word| is_plural(word));
            if !plural {
                continue;
            }
            let mut endings: BTreeMap<Vec<&str>, BTreeSet<&str>> = BTreeMap::new();
            for index in &members {
                let rest: Vec<&str> = split[*index][depth + 1..].to_vec();
                if rest.iter().any(|segment| !segment.is_empty()) {
                    endings
                        .entry(rest)
                        .or_default()
                        .insert(split[*index][depth]);
                }
            }
            let alike: BTreeSet<&str> = endings
                .into_values()
                .filter(|values| values.len() > 1)
                .flatten()
                .collect();
            for index in members {
                if alike.contains(split[index][depth]) {
                    is_value[index][depth] = true;
                }
            }
        }
    }
    split
        .iter()
        .zip(&is_value)
        .map(|(segments, values)| named(segments, values))
        .collect()
}

/// A part of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    /// As it is.
    Literal(String),
    /// A value, with the name of its placeholder.
    Value(String, String),
}

fn named(segments: &[&str], values: &[bool]) -> Vec<Segment> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut owner: Option<&str> = None;
    let mut out = Vec::new();
    for (segment, is_value) in segments.iter().zip(values) {
        if !is_value {
            if !segment.is_empty() {
                owner = Some(segment);
            }
            out.push(Segment::Literal((*segment).to_owned()));
            continue;
        }
        let wanted = match segment
            .strip_prefix("{{")
            .and_then(|inner| inner.strip_suffix("}}"))
        {
            Some(name) if naming::is_identifier(name.trim()) => name.trim().to_owned(),
            _ => naming::identifier(&naming::singular(owner.unwrap_or("value"))),
        };
        let numbered = (2_u32..).map(|number| format!("{wanted}_{number}"));
        let mut all = std::iter::once(wanted.clone()).chain(numbered);
        let name = all
            .find(|name| names.insert(name.clone()))
            .unwrap_or(wanted);
        out.push(Segment::Value(name, (*segment).to_owned()));
    }
    out
}

fn is_plural(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    naming::singular(&lower) != lower
}

fn looks_like_value(segment: &str) -> bool {
    let bytes = segment.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let hex = bytes
        .iter()
        .all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    let word = bytes
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
    segment.contains("{{")
        || (digits > 0 && digits == bytes.len())
        || (hex && digits > 0 && bytes.len() >= 8)
        || (word && digits >= 3 && bytes.len() >= 16)
        || segment.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(paths: &[&str]) -> Vec<String> {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        let templates = templates(&paths).into_iter();
        templates
            .map(|segments| {
                let parts = segments.iter().map(|segment| match segment {
                    Segment::Literal(text) => format!("/{text}"),
                    Segment::Value(name, _) => format!("/{{{name}}}"),
                });
                parts.collect()
            })
            .collect()
    }

    #[test]
    fn values_are_found_by_comparing() {
        assert_eq!(
            shown(&[
                "/projects/a/keys/",
                "/projects/b/keys/",
                "/projects/a/",
                "/projects/search/",
                "/api/users/list",
                "/api/teams/list"
            ]),
            [
                "/projects/{project}/keys/",
                "/projects/{project}/keys/",
                "/projects/{project}/",
                "/projects/search/",
                "/api/users/list",
                "/api/teams/list"
            ]
        );
    }

    #[test]
    fn values_are_known_by_their_look() {
        assert_eq!(
            shown(&[
                "/v1/issues/42/events/0190aefc-1111-7222-8333-444455556666",
                "/0/",
                "/x/{{ team }}/{{uuid()}}",
                "/cafe/decade/v2",
                "/a/abc123def456ghi789"
            ]),
            [
                "/v1/issues/{issue}/events/{event}",
                "/{value}/",
                "/x/{team}/{x}",
                "/cafe/decade/v2",
                "/a/{a}"
            ]
        );
    }
}
