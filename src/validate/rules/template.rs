//! The paths of endpoints: literals and `{placeholders}`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// A path whose placeholders are known to be whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Template<'a>(&'a str);

/// What stands between two `/`: literals, one more than there are placeholders between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment<'a>(&'a str);

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
        let template = Self(path);
        // No placeholder holds a `/`: a brace without its partner in its segment has none.
        template.segments().try_for_each(Segment::check)?;
        Ok(template)
    }

    fn segments(self) -> impl Iterator<Item = Segment<'a>> {
        self.0.split('/').map(Segment)
    }

    /// The names of the placeholders, in order.
    pub(super) fn placeholders(self) -> impl Iterator<Item = &'a str> {
        let names = self.segments().flat_map(Segment::parts);
        names.filter_map(|(_, placeholder)| placeholder)
    }

    /// The path with all placeholders alike: two of one shape take the same requests.
    pub(super) fn shape(self) -> String {
        let mut shape = String::new();
        for (index, segment) in self.segments().enumerate() {
            let separator = if index > 0 { "/" } else { "" };
            shape.push_str(separator);
            for (literal, placeholder) in segment.parts() {
                shape.push_str(&String::from_utf8_lossy(&decoded(literal)));
                shape.push_str(if placeholder.is_some() { "{}" } else { "" });
            }
        }
        shape
    }

    /// Whether the path of a request (without its query) fits, segment by segment; `%2F` divides nothing, and
    /// an encoded character is the same as the plain one.
    pub(super) fn fits(self, path: &'a str) -> Result<(), Mismatch<'a>> {
        let mut actual = path.split('/');
        for segment in self.segments() {
            let Some(actual) = actual.next() else {
                return Err(Mismatch::Short(segment.0));
            };
            if segment.fits(actual) {
                continue;
            }
            return Err(match (segment.0, actual) {
                ("", more) => Mismatch::Long(more),
                (more, "") => Mismatch::Short(more),
                (expected, actual) => Mismatch::Segment(actual, expected),
            });
        }
        actual
            .next()
            .map_or(Ok(()), |more| Err(Mismatch::Long(more)))
    }
}

impl Template<'_> {
    /// The path of a request in which each segment that holds a value of a scenario, `{{ name }}`, is one that fits: nobody knows
    /// the value yet.
    pub(super) fn fill(self, path: &str) -> String {
        let mut own = self.segments();
        let segments = path.split('/').map(|actual| {
            let own = own.next();
            match own.filter(|_| actual.contains("{{")) {
                Some(own) => own.parts().fold(String::new(), |text, (literal, value)| {
                    text + literal + value.map_or("", |_| "value")
                }),
                None => actual.to_owned(),
            }
        });
        segments.collect::<Vec<_>>().join("/")
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
    /// That every brace has its partner, and every placeholder a name.
    fn check(self) -> Result<(), String> {
        let text = self.0;
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            self.check_literal(before)?;
            let (name, behind) = after
                .split_once('}')
                .ok_or_else(|| format!("a `{{` is not closed in `{text}`"))?;
            if name.is_empty() {
                return Err(format!("a placeholder has no name in `{text}`"));
            }
            if name.contains('{') {
                return Err(format!("a `{{` is not closed in `{text}`"));
            }
            rest = behind;
        }
        self.check_literal(rest)
    }

    fn check_literal(self, text: &str) -> Result<(), String> {
        if text.contains('}') {
            return Err(format!("a `}}` closes nothing in `{}`", self.0));
        }
        Ok(())
    }

    /// Its literals as they are written, each with the placeholder behind it; behind the last one is none.
    fn parts(self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        let mut rest = Some(self.0);
        std::iter::from_fn(move || {
            let text = rest.take()?;
            let part = text.split_once('{').and_then(|(literal, after)| {
                let (placeholder, behind) = after.split_once('}')?;
                rest = Some(behind);
                Some((literal, Some(placeholder)))
            });
            Some(part.unwrap_or((text, None)))
        })
    }

    /// Literals stand where they first can, each placeholder holding at least a byte between them.
    fn fits(self, actual: &str) -> bool {
        // Most segments are all literal, and written alike.
        if self.0 == actual && !actual.contains('{') {
            return true;
        }
        let actual = decoded(actual);
        let mut rest: &[u8] = &actual;
        let mut is_first = true;
        for (literal, placeholder) in self.parts() {
            let literal = decoded(literal);
            let after = match (is_first, placeholder) {
                (true, None) => return *literal == *rest,
                (true, Some(_)) => rest.strip_prefix(&*literal),
                // The last one stands at the end, behind a byte at least.
                (false, None) => {
                    return rest.get(1..).is_some_and(|rest| rest.ends_with(&literal));
                }
                (false, Some(_)) => rest.get(1..).and_then(|rest| behind(rest, &literal)),
            };
            let Some(after) = after else {
                return false;
            };
            (rest, is_first) = (after, false);
        }
        false
    }
}

/// A literal, or what stands in its place.
fn decoded(text: &str) -> Cow<'_, [u8]> {
    percent_decode_str(text).into()
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
