//! The way to a value of a document, and what is there.

use crate::json::pointer;

/// How one came to a value, from the outermost one. Most ways are walked and never told: the pointer is made for the others.
pub(super) struct Way<'w> {
    above: Option<&'w Self>,
    step: Step<'w>,
    /// What is there.
    pub ground: Ground,
}

enum Step<'w> {
    /// Where the walk began.
    Base(&'w str),
    Key(&'w str),
    Index(usize),
}

/// What a place of a document says of the strings there: most is prose, and what was captured stands in the messages of
/// examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    Document,
    Examples,
    Example,
    Message,
    /// The header lines of a message, and one of them.
    Headers,
    Header,
    /// The lines of one text.
    Lines,
    /// What else was captured.
    Captured,
    Prose,
}

impl Ground {
    /// The ground one step further; an index has no key.
    fn enter(self, key: Option<&str>) -> Self {
        match (self, key) {
            (Self::Document, Some("examples")) => Self::Examples,
            (Self::Examples, _) => Self::Example,
            (Self::Example, Some("request" | "response")) => Self::Message,
            (Self::Message, Some("headers")) => Self::Headers,
            (Self::Message, Some("text" | "verbatim")) => Self::Lines,
            (Self::Message | Self::Lines | Self::Captured, _) => Self::Captured,
            (Self::Headers | Self::Header, _) => Self::Header,
            (Self::Document | Self::Example | Self::Prose, _) => Self::Prose,
        }
    }
}

impl<'w> Way<'w> {
    /// At the value that a pointer names; empty for a whole document.
    pub fn begin(base: &'w str) -> Self {
        let tokens = pointer::tokens(base);
        Self {
            above: None,
            step: Step::Base(base),
            ground: tokens.fold(Ground::Document, |ground, token| ground.enter(Some(&token))),
        }
    }

    /// To a member.
    pub fn key<'s>(&'s self, key: &'s str) -> Way<'s> {
        Way {
            above: Some(self),
            step: Step::Key(key),
            ground: self.ground.enter(Some(key)),
        }
    }

    /// To an item.
    pub fn index(&self, index: usize) -> Way<'_> {
        Way {
            above: Some(self),
            step: Step::Index(index),
            ground: self.ground.enter(None),
        }
    }

    /// Whether what is there was captured.
    pub fn is_captured(&self) -> bool {
        use Ground::{Captured, Header, Headers, Lines};
        matches!(self.ground, Headers | Header | Lines | Captured)
    }

    /// Its JSON Pointer.
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        self.write(&mut pointer);
        pointer
    }

    fn write(&self, out: &mut String) {
        if let Some(above) = self.above {
            above.write(out);
        }
        match self.step {
            Step::Base(base) => out.push_str(base),
            Step::Key(key) => pointer::push(out, key),
            Step::Index(index) => pointer::push(out, &index.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_examples_were_captured() {
        let ground = |pointer| Way::begin(pointer).ground;
        for (pointer, there) in [
            ("", Ground::Document),
            ("/description", Ground::Prose),
            ("/parameters/0/examples/0/request", Ground::Prose),
            ("/examples/0", Ground::Example),
            ("/examples/0/title", Ground::Prose),
            ("/examples/0/response", Ground::Message),
            ("/examples/0/request/path", Ground::Captured),
            ("/examples/0/response/headers", Ground::Headers),
            ("/examples/0/response/headers/1", Ground::Header),
            ("/examples/0/response/text", Ground::Lines),
            ("/examples/0/response/text/1", Ground::Captured),
            ("/examples/0/response/body/headers/1", Ground::Captured),
        ] {
            assert_eq!(ground(pointer), there, "{pointer}");
        }
        let example = Way::begin("/examples/0");
        let response = example.key("response");
        let items = response.key("a/b");
        assert!(items.is_captured() && !response.is_captured());
        assert_eq!(items.index(2).pointer(), "/examples/0/response/a~1b/2");
    }
}
