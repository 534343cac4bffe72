//! Lists in pages, and the `Link` header that leads through them.
//!
//! A cursor is `value:offset:previous`. The value tells where a page starts
//! in the terms of the list (an id, a time, a page size); only the offset
//! finds the items again.

use serde_json::Value;

use super::http::{Failure, Outcome, Reply, Request};

const PAGE: usize = 100;

/// What a list puts into the first part of its cursors.
pub(crate) enum Style {
    /// Nothing to say: `0:100:0`.
    Offset,
    /// The size of a page, and then the offset counts pages: `100:1:0`.
    Pages,
    /// The id of the first item: `5:100:0`.
    Id(u64),
    /// The times of the first and the last item in milliseconds.
    Times(i64, i64),
}

/// Cuts the page that the request asks for out of all items.
pub(crate) fn page(request: &Request, style: Style, items: Vec<Value>) -> Outcome {
    let limit = match request.parameter("per_page") {
        None => PAGE,
        Some(text) => match text.parse() {
            Ok(limit) if (1..=PAGE).contains(&limit) => limit,
            _ => return Err(Failure::bad("per_page wants a number from 1 to 100.")),
        },
    };
    let offset = match request.parameter("cursor").filter(|text| !text.is_empty()) {
        None => 0,
        Some(text) => {
            read_cursor(text).ok_or_else(|| Failure::bad("This cursor was not made here."))?
        }
    };
    let start = match style {
        Style::Pages => offset.saturating_mul(limit),
        _ => offset,
    };
    let total = items.len();
    let end = start.saturating_add(limit);
    let more = end < total;

    let (previous, next) = match style {
        Style::Offset => (
            format!("0:{}:1", start.saturating_sub(limit)),
            format!("0:{end}:0"),
        ),
        Style::Pages => (
            format!("{limit}:{}:1", offset as i128 - 1),
            format!("{limit}:{}:0", offset as i128 + 1),
        ),
        Style::Id(id) => (
            format!("{id}:{}:1", start.saturating_sub(limit)),
            format!("{id}:{end}:0"),
        ),
        Style::Times(first, last) => (
            format!("{first}:{}:1", start.saturating_sub(limit)),
            format!("{last}:{end}:0"),
        ),
    };
    let kept: Vec<&str> = request
        .raw_query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor=") && *pair != "cursor")
        .collect();
    let address = format!("{}{}?{}", request.base(), request.path, kept.join("&"));
    let link = |cursor: &str, rel: &str, results: bool| {
        format!(
            "<{address}&cursor={cursor}>; rel=\"{rel}\"; results=\"{results}\"; cursor=\"{cursor}\""
        )
    };
    let header = format!(
        "{}, {}",
        link(&previous, "previous", start > 0),
        link(&next, "next", more)
    );

    let items = items.into_iter().skip(start).take(limit).collect();
    let mut reply = Reply::ok(Value::Array(items));
    reply.link = Some(header);
    Ok(reply)
}

fn read_cursor(text: &str) -> Option<usize> {
    let mut parts = text.split(':');
    let (value, offset, previous) = (parts.next()?, parts.next()?, parts.next()?);
    let known =
        value.parse::<i64>().is_ok() && matches!(previous, "0" | "1") && parts.next().is_none();
    // The page before the first one is the first one.
    let offset = if offset == "-1" {
        0
    } else {
        offset.parse().ok()?
    };
    known.then_some(offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ask(query: &str) -> Request {
        let mut request = Request {
            authority: "h".into(),
            ..Request::default()
        };
        request.target(&format!("/list/?{query}"));
        request
    }

    fn items() -> Vec<Value> {
        (0..5).map(Value::from).collect()
    }

    #[test]
    fn one_page_leads_nowhere() {
        let reply = page(&ask(""), Style::Id(5), items()).unwrap();
        assert_eq!(
            reply.link.unwrap(),
            "<http://h/list/?&cursor=5:0:1>; rel=\"previous\"; results=\"false\"; cursor=\"5:0:1\", \
             <http://h/list/?&cursor=5:100:0>; rel=\"next\"; results=\"false\"; cursor=\"5:100:0\""
        );
    }

    #[test]
    fn pages_follow_each_other() {
        let first = page(&ask("per_page=2&a=b"), Style::Offset, items()).unwrap();
        assert_eq!(first.body, Some(json!([0, 1])));
        assert!(first.link.unwrap().contains(
            "<http://h/list/?per_page=2&a=b&cursor=0:2:0>; rel=\"next\"; results=\"true\"; cursor=\"0:2:0\""
        ));
        let last = page(&ask("per_page=2&cursor=0:4:0"), Style::Offset, items()).unwrap();
        assert_eq!(last.body, Some(json!([4])));
        let link = last.link.unwrap();
        assert!(
            link.contains("cursor=0:2:1>; rel=\"previous\"; results=\"true\""),
            "{link}"
        );
        assert!(link.contains("rel=\"next\"; results=\"false\""), "{link}");
        let second = page(&ask("per_page=2&cursor=2:1:0"), Style::Pages, items()).unwrap();
        assert_eq!(second.body, Some(json!([2, 3])));
    }

    #[test]
    fn the_first_of_numbered_pages_has_page_minus_one_before_it() {
        let link = page(&ask(""), Style::Pages, items()).unwrap().link.unwrap();
        assert!(
            link.contains("cursor=\"100:-1:1\"") && link.contains("cursor=\"100:1:0\""),
            "{link}"
        );
        assert!(page(&ask("cursor=100:-1:1"), Style::Pages, items()).is_ok());
    }

    #[test]
    fn strange_cursors_are_refused() {
        for cursor in [
            "1",
            "a:b:c",
            "0:1:2",
            "0:1:0:0",
            "0:-2:0",
            "0:99999999999999999999999:0",
        ] {
            assert!(
                page(&ask(&format!("cursor={cursor}")), Style::Offset, items()).is_err(),
                "{cursor}"
            );
        }
        assert!(page(&ask("per_page=0"), Style::Offset, items()).is_err());
        assert!(
            page(
                &ask(&format!("cursor=0:{}:0", usize::MAX)),
                Style::Pages,
                items()
            )
            .is_ok()
        );
    }
}
