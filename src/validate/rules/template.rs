//! The paths of endpoints: literals and `{placeholders}`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// A path with placeholders, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Template<'a> {
    segments: Vec<Segment<'a>>,
}

/// What stands between two `/`: literals, one more than there are placeholders between them.
#[derive(Debug, PartialEq, Eq)]
struct Segment<'a> {
    text: &'a str,
    literals: Vec<Cow<'a, [u8]>>,
    placeholders: Vec<&'a str>,
}

/// How a path does not fit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mismatch<'a> {
    /// It ends where the template goes on with that text; empty for a final `/`.
    Short(&'a str),
    /// It goes on with that text where the template ends.
    Long(&'a str),
    /// A segment of the path stands where the template has another.
    Segment(&'a str, &'a str),
}

impl<'a> Template<'a> {
    /// Takes a path apart.
    ///
    /// # Errors
    /// In words: a brace without its partner, or a placeholder without a name.
    pub(super) fn parse(path: &'a str) -> Result<Self, String> {
        // No placeholder holds a `/`: a brace without its partner in its segment has none.
        let segments = path.split('/').map(Segment::parse);
        let segments = segments.collect::<Result<_, _>>()?;
        Ok(Self { segments })
    }

    /// The names of the placeholders, in order.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = &'a str> {
        self.segments
            .iter()
            .flat_map(|segment| segment.placeholders.iter().copied())
    }

    /// The path with all placeholders alike: two of one shape take the same requests.
    pub(super) fn shape(&self) -> String {
        let mut shape = String::new();
        for (index, segment) in self.segments.iter().enumerate() {
            let separator = if index > 0 { "/" } else { "" };
            shape.push_str(separator);
            for (index, literal) in segment.literals.iter().enumerate() {
                shape.push_str(if index > 0 { "{}" } else { "" });
                shape.push_str(&String::from_utf8_lossy(literal));
            }
        }
        shape
    }

    /// Whether the path of a request (without its query) fits, segment by segment; `%2F` divides nothing, and
    /// an encoded character is the same as the plain one.
    pub(super) fn fits(&self, path: &'a str) -> Result<(), Mismatch<'a>> {
        let actual: Vec<&str> = path.split('/').collect();
        for (segment, actual) in self.segments.iter().zip(&actual) {
            if segment.fits(actual) {
                continue;
            }
            return Err(match (segment.text, *actual) {
                ("", more) => Mismatch::Long(more),
                (more, "") => Mismatch::Short(more),
                (expected, actual) => Mismatch::Segment(actual, expected),
            });
        }
        match (
            self.segments.get(actual.len()),
            actual.get(self.segments.len()),
        ) {
            (Some(segment), _) => Err(Mismatch::Short(segment.text)),
            (None, Some(more)) => Err(Mismatch::Long(more)),
            (None, None) => Ok(()),
        }
    }
}

/// The shape of the template of a path, without taking it apart where it is plain; `None` where it is no template.
pub(super) fn shape(path: &str) -> Option<String> {
    let mut shape = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap_or_default();
        if name.is_empty() || name.contains(['{', '/']) {
            break;
        }
        shape.push_str(before);
        shape.push_str("{}");
        rest = behind;
    }
    if rest.contains('{') || shape.contains('%') || rest.contains('%') {
        return Some(Template::parse(path).ok()?.shape());
    }
    shape.push_str(rest);
    let braces = |sign| shape.matches(sign).count();
    (braces('{') == braces('}')).then_some(shape)
}

impl<'a> Segment<'a> {
    fn parse(text: &'a str) -> Result<Self, String> {
        let mut segment = Self {
            text,
            literals: Vec::new(),
            placeholders: Vec::new(),
        };
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            segment.literal(before)?;
            let (name, behind) = after
                .split_once('}')
                .ok_or_else(|| format!("a `{{` is not closed in `{text}`"))?;
            if name.is_empty() {
                return Err(format!("a placeholder has no name in `{text}`"));
            }
            if name.contains('{') {
                return Err(format!("a `{{` is not closed in `{text}`"));
            }
            segment.placeholders.push(name);
            rest = behind;
        }
        segment.literal(rest)?;
        Ok(segment)
    }

    fn literal(&mut self, text: &'a str) -> Result<(), String> {
        if text.contains('}') {
            return Err(format!("a `}}` closes nothing in `{}`", self.text));
        }
        self.literals.push(percent_decode_str(text).into());
        Ok(())
    }

    /// Literals stand where they first can, each placeholder holding at least a byte between them.
    fn fits(&self, actual: &str) -> bool {
        let actual: Cow<'_, [u8]> = percent_decode_str(actual).into();
        let [first, middle @ .., last] = self.literals.as_slice() else {
            return self.literals.iter().all(|literal| *literal == actual);
        };
        let Some(inner) = actual
            .strip_prefix(first.as_ref())
            .and_then(|rest| rest.strip_suffix(last.as_ref()))
        else {
            return false;
        };
        let mut rest = inner;
        for literal in middle {
            let Some(after) = rest.get(1..).and_then(|rest| behind(rest, literal)) else {
                return false;
            };
            rest = after;
        }
        !rest.is_empty()
    }
}

/// What stands behind the first place of a literal.
fn behind<'a>(text: &'a [u8], literal: &[u8]) -> Option<&'a [u8]> {
    (0..=text.len()).find_map(|start| text.get(start..)?.strip_prefix(literal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_fit_segment_by_segment() {
        for (template, path) in [
            ("/a/{x}/", "/a/b/"),
            ("/a/{x}/", "/a/b%2Fc/"),
            ("/a/{x}.json", "/a/b.json"),
            ("/a/{x}.json", "/a/b.c%2Ejson"),
            ("/a b/é", "/a%20b/%C3%A9"),
            ("/{x}-{y}-{z}/", "/1-2-3-4/"),
            ("/{x}{y}", "/ab"),
            ("/v{x}v", "/vvv"),
            ("/", "/"),
        ] {
            let result = Template::parse(template).unwrap().fits(path);
            assert_eq!(result, Ok(()), "{template} {path}");
        }
        for (template, path, mismatch) in [
            ("/a/{x}/", "/a/b", Mismatch::Short("")),
            ("/a/{x}", "/a/b/", Mismatch::Long("")),
            ("/a/{x}", "/a", Mismatch::Short("{x}")),
            ("/a/{x}/c", "/a/b/", Mismatch::Short("c")),
            ("/a/{x}/", "/a//", Mismatch::Short("{x}")),
            ("/a", "/a/b/c", Mismatch::Long("b")),
            ("/a/", "/a/b", Mismatch::Long("b")),
            ("/a/b", "/x/b", Mismatch::Segment("x", "a")),
            ("/A", "/a", Mismatch::Segment("a", "A")),
            ("/{x}{y}", "/a", Mismatch::Segment("a", "{x}{y}")),
            ("/v{x}v", "/vv", Mismatch::Segment("vv", "v{x}v")),
            ("/{x}-{y}", "/-b", Mismatch::Segment("-b", "{x}-{y}")),
            (
                "/{x}.json",
                "/a.xml",
                Mismatch::Segment("a.xml", "{x}.json"),
            ),
        ] {
            let result = Template::parse(template).unwrap().fits(path);
            assert_eq!(result, Err(mismatch), "{template} {path}");
        }
    }

    #[test]
    fn braces_come_in_pairs() {
        for bad in ["/{", "/}", "/{}", "/{a/b}", "/{a{b}}", "/a}b{", "/{a}}"] {
            assert!(Template::parse(bad).is_err(), "{bad}");
        }
        for path in [
            "/{",
            "/}",
            "/{}",
            "/{a/b}",
            "/a}b{",
            "/{a}}",
            "/}{a}",
            "/{a}/x{b}y{c}",
            "/a%2F{b}",
            "/%7D",
        ] {
            let whole = Template::parse(path).ok();
            assert_eq!(
                shape(path),
                whole.map(|template| template.shape()),
                "{path}"
            );
        }
        let template = Template::parse("/{a}/x{b}y{c}").unwrap();
        assert_eq!(template.placeholders().collect::<Vec<_>>(), ["a", "b", "c"]);
    }
}
