//! Which examples a document has after a capture.

use crate::document::{DEFAULT_EXAMPLE, Example};
use crate::stabilize::view;

/// The examples of a document after a capture.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// All of them, in the order of the document; new ones behind the others, the default one first.
    pub examples: Vec<Example>,
    /// Whether one differs from what was committed.
    pub changed: bool,
    /// How many captured ones say the same as the committed ones.
    pub unchanged: usize,
}

/// Puts captured examples into those that are committed. Where a capture says the same as the committed
/// example, the committed one stays as it is; examples that were not captured stay too.
pub fn settle(committed: &[Example], captured: Vec<Example>) -> Settled {
    let mut examples = committed.to_vec();
    let mut changed = false;
    let mut unchanged = 0;
    for example in captured {
        match examples.iter_mut().find(|old| old.name == example.name) {
            Some(old) if says_the_same(old, &example) => unchanged += 1,
            Some(old) => {
                changed = true;
                *old = example;
            }
            None => {
                changed = true;
                let at = if example.name == DEFAULT_EXAMPLE {
                    0
                } else {
                    examples.len()
                };
                examples.insert(at, example);
            }
        }
    }
    Settled {
        examples,
        changed,
        unchanged,
    }
}

fn says_the_same(old: &Example, new: &Example) -> bool {
    view::example(old) == view::example(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Body, Exchange, Headers, Request, Response, Shortened};
    use serde_json::json;

    fn example(name: &str, headers: [&str; 2], status: u16) -> Example {
        let request = Request::default();
        let response = Response {
            status,
            headers: Headers::from_lines(headers),
            body: Body::Json(json!({"a": 1})),
            ..Response::default()
        };
        let example = Example::from(Exchange { request, response });
        Example {
            name: name.to_owned(),
            ..example
        }
    }

    #[test]
    fn a_capture_that_says_the_same_changes_no_byte() {
        let committed = [example("default", ["A: 1", "B: 2"], 200)];
        let captured = settle(&committed, vec![example("default", ["b: 2", "a: 1"], 200)]);
        assert!(!captured.changed);
        assert_eq!(captured.examples, committed);
    }

    #[test]
    fn how_many_items_are_left_out_is_no_difference() {
        let shortened = |shown, of| {
            let mut example = example("default", ["A: 1", "B: 2"], 200);
            example.shortened = [("/a".to_owned(), Shortened { shown, of })].into();
            example
        };
        let committed = [shortened(2, 10)];
        let captured = settle(&committed, vec![shortened(2, 11)]);
        assert!(!captured.changed);
        assert_eq!(captured.examples, committed);
        let whole = example("default", ["A: 1", "B: 2"], 200);
        assert!(settle(&committed, vec![whole]).changed);
    }

    #[test]
    fn the_default_example_comes_first() {
        let committed = [example("gone", ["A: 1", "B: 2"], 404)];
        let new = vec![
            example("other", ["A: 1", "B: 2"], 400),
            example("default", ["A: 1", "B: 2"], 200),
        ];
        let names: Vec<_> = settle(&committed, new)
            .examples
            .into_iter()
            .map(|e| e.name)
            .collect();
        assert_eq!(names, ["default", "gone", "other"]);
    }
}
