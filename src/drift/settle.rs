//! Which examples a document has after a capture.
//!
//! Where a capture says the same as the committed example, the committed bytes stay. Where it has drifted, only what
//! drifted changes: what pairs keeps its committed spelling. What is new is written under pseudonyms.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::document::{
    Body, DEFAULT_EXAMPLE, EndpointDocument, Example, Header, Headers, Recorded, Request, Response,
};
use crate::json::pointer;
use crate::stabilize::{
    Delta, DocumentView, Pseudonyms, Rules, appearances, pair, sorted_header, stable_values, view,
};

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

/// Puts captured examples into a document. Where a capture says the same as the committed example, the committed one
/// stays as it is; examples that were not captured stay too. `is_stable` tells values that somebody chose, whatever they
/// look like; so do rules.
pub fn settle(
    name: &str,
    committed: &EndpointDocument,
    captured: Vec<Example>,
    rules: &Rules,
    is_stable: &dyn Fn(&str) -> bool,
) -> Settled {
    let names: HashSet<String> = captured
        .iter()
        .map(|example| example.name.clone())
        .collect();
    let mut after = committed.clone();
    for example in captured {
        place(&mut after.examples, example);
    }
    let (old, new) = (DocumentView::of(committed), DocumentView::of(&after));
    let pairing = pair(name, &old, &new, rules);
    let taken = appearances(&old).into_iter().map(|found| found.text);
    let stable = stable_values(name, &new, rules);
    let is_stable = |value: &str| is_stable(value) || stable.contains(value);
    let taken = taken.chain(stable.iter().copied()).map(str::to_owned);
    let names_of_new = Pseudonyms::new(
        name,
        &new,
        pairing.renaming(),
        taken.collect(),
        rules,
        &is_stable,
    );
    let mut keys = HashMap::new();
    old.examples()
        .for_each(|(_, example)| old_keys(example, &mut keys));
    let mut rebuild = Rebuild {
        names: names_of_new,
        keys,
    };
    let drifted: Vec<_> = pairing
        .examples
        .iter()
        .filter(|(example, delta)| names.contains(*example) && delta.is_drift())
        .collect();
    // First all values are seen, then all are named: one may stand in several examples.
    for (example, delta) in &drifted {
        rebuild.value(delta, "", example);
    }
    rebuild.names.settle();
    let mut examples = committed.examples.clone();
    for (example, delta) in &drifted {
        let Some(captured) = after.examples.iter().find(|other| other.name == *example) else {
            continue;
        };
        let rebuilt = rebuild.value(delta, "", example).unwrap_or_default();
        let before = committed
            .examples
            .iter()
            .find(|other| other.name == *example);
        place(&mut examples, with_view(captured, before, &rebuilt));
    }
    Settled {
        examples,
        changed: !drifted.is_empty(),
        unchanged: names.len() - drifted.len(),
    }
}

/// In the place of the one of that name; a new one behind the others, the default one first.
fn place(examples: &mut Vec<Example>, example: Example) {
    match examples.iter_mut().find(|old| old.name == example.name) {
        Some(old) => *old = example,
        None if example.name == DEFAULT_EXAMPLE => examples.insert(0, example),
        None => examples.push(example),
    }
}

/// The committed names of members, by the place of their values.
fn old_keys<'a>(value: &'a Value, keys: &mut HashMap<*const Value, &'a str>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                keys.insert(std::ptr::from_ref(member), key);
                old_keys(member, keys);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| old_keys(item, keys)),
        _ => {}
    }
}

struct Rebuild<'a> {
    names: Pseudonyms<'a>,
    keys: HashMap<*const Value, &'a str>,
}

impl Rebuild<'_> {
    /// The value to be written; `None` where there is none any more.
    fn value(&mut self, delta: &Delta<'_>, key: &str, at: &str) -> Option<Value> {
        Some(match delta {
            Delta::Same(value) => (*value).clone(),
            Delta::Paired { old, .. } => (*old).clone(),
            Delta::Removed(_) => return None,
            Delta::Added(new) => self.fresh(new, key, at, None),
            Delta::Replaced(old, new) => self.fresh(new, key, at, Some(old)),
            Delta::Renamed { value, .. } => return self.value(value, key, at),
            Delta::Object(members) => {
                let mut out = Map::new();
                for (name, member) in members {
                    let inner = pointer::join(at, name);
                    let kept = match member {
                        Delta::Renamed { old, .. } => {
                            self.keys.get(&std::ptr::from_ref(*old)).copied()
                        }
                        Delta::Added(_) if is_written(&inner) => None,
                        _ => Some(*name),
                    };
                    let kept = match kept {
                        Some(kept) => kept.to_owned(),
                        None => self.names.text(name, "", &format!("{inner}#"), None),
                    };
                    if let Some(value) = self.value(member, name, &inner) {
                        out.insert(kept, value);
                    }
                }
                Value::Object(out)
            }
            Delta::Array(items) => {
                let items = items.iter().filter_map(|(index, item)| {
                    self.value(item, key, &pointer::join(at, &index.to_string()))
                });
                Value::Array(items.collect())
            }
        })
    }

    /// A value that nothing pairs with; `old` is what stood in its place.
    fn fresh(&mut self, value: &Value, key: &str, at: &str, old: Option<&Value>) -> Value {
        match value {
            Value::Object(members) => {
                let mut names: Vec<_> = members.keys().collect();
                // In a body, order means nothing; the parts of a message have theirs.
                if is_written(at) {
                    names.sort();
                }
                let members = names.into_iter().filter_map(|name| {
                    let inner = pointer::join(at, name);
                    let value = members.get(name)?;
                    let old = old.and_then(|old| old.get(name));
                    let shown = match is_written(&inner) && !inner.contains("/headers/") {
                        true => self.names.text(name, "", &format!("{inner}#"), None),
                        false => name.clone(),
                    };
                    Some((shown, self.fresh(value, name, &inner, old)))
                });
                Value::Object(members.collect())
            }
            Value::Array(items) => {
                if is_written(at)
                    && let Some(series) = self.names.series(items, at)
                {
                    return Value::Array(series);
                }
                let items = items.iter().enumerate().map(|(index, item)| {
                    self.fresh(item, key, &pointer::join(at, &index.to_string()), None)
                });
                Value::Array(items.collect())
            }
            Value::String(text) if is_written(at) && key != "content-length" => {
                let name = self.names.text(text, key, at, old.and_then(Value::as_str));
                let header = at
                    .rsplit_once('/')
                    .is_some_and(|(outer, _)| outer.ends_with("/headers"));
                let sorted = header.then(|| sorted_header(key, &name)).flatten();
                sorted.unwrap_or(name).into()
            }
            Value::Number(_) if is_written(at) => match old == Some(value) {
                true => value.clone(),
                false => self.names.number(value, key, at),
            },
            Value::Bool(flag) if is_written(at) => self.names.flag(*flag, at).into(),
            other => other.clone(),
        }
    }
}

/// Whether a place is in what pseudonyms are for: `EXAMPLE/response/body/…`, and paths and headers.
fn is_written(at: &str) -> bool {
    let mut tokens = at.split('/').skip(1);
    matches!(tokens.next(), Some("request" | "response"))
        && matches!(tokens.next(), Some("path" | "headers" | "body" | "text"))
}

/// A captured example with the values of a view; what was committed says how headers are ordered and written.
fn with_view(captured: &Example, before: Option<&Example>, view: &Value) -> Example {
    let (Recorded::Parsed(request), Recorded::Parsed(response)) =
        (&captured.request, &captured.response)
    else {
        return captured.clone();
    };
    let (sent, received) = (&view["request"], &view["response"]);
    let old_request = before.and_then(|before| before.request.parsed());
    let old_response = before.and_then(|before| before.response.parsed());
    let old_headers = old_request.map(|old| &old.headers);
    let request = Request {
        path: sent["path"].as_str().unwrap_or(&request.path).to_owned(),
        headers: headers(&request.headers, old_headers, &sent["headers"]),
        body: body(request.into(), old_request.map(Message::from), sent),
        ..request.clone()
    };
    let old_headers = old_response.map(|old| &old.headers);
    let shown = body(response.into(), old_response.map(Message::from), received);
    let mut fields = headers(&response.headers, old_headers, &received["headers"]);
    if old_response.is_none_or(|old| old.body != shown) {
        follow_body(
            &mut fields,
            &response.headers,
            length(&shown) - length(&response.body),
        );
    }
    let response = Response {
        headers: fields,
        body: shown,
        ..response.clone()
    };
    Example {
        request: Recorded::Parsed(request),
        response: Recorded::Parsed(response),
        ..captured.clone()
    }
}

/// The fields and the body of a side.
#[derive(Clone, Copy)]
struct Message<'a>(&'a Headers, &'a Body);

impl<'a> From<&'a Request> for Message<'a> {
    fn from(request: &'a Request) -> Self {
        Self(&request.headers, &request.body)
    }
}

impl<'a> From<&'a Response> for Message<'a> {
    fn from(response: &'a Response) -> Self {
        Self(&response.headers, &response.body)
    }
}

/// Lines with what a view makes of them: those of a stream of JSON are values there.
fn spelled<'a>(Message(headers, body): Message<'a>) -> Vec<(Value, &'a str)> {
    let Body::Text(lines) = body else {
        return Vec::new();
    };
    match view::text(headers, lines) {
        Value::Array(values) => values
            .into_iter()
            .zip(lines.iter().map(String::as_str))
            .collect(),
        _ => Vec::new(),
    }
}

/// The lines of a view, each in the spelling that it has on one of the sides.
fn lines_of(view: &[Value], captured: Message<'_>, before: Option<Message<'_>>) -> Vec<String> {
    let new = spelled(captured);
    let is_stream = new
        .iter()
        .any(|(value, line)| value.as_str() != Some(*line));
    let separator = new.iter().any(|(_, line)| line.starts_with('\u{1e}'));
    let old = before.map(spelled).unwrap_or_default();
    let spellings: HashMap<String, &str> = new
        .iter()
        .chain(&old)
        .map(|(value, line)| (value.to_string(), *line))
        .collect();
    let line = |value: &Value| match (spellings.get(&value.to_string()), value) {
        (Some(line), _) => (*line).to_owned(),
        (None, Value::String(text)) if !is_stream => text.clone(),
        (None, value) if separator => format!("\u{1e}{value}"),
        (None, value) => value.to_string(),
    };
    view.iter().map(line).collect()
}

fn body(captured: Message<'_>, before: Option<Message<'_>>, side: &Value) -> Body {
    match captured.1 {
        Body::Json(value) => Body::Json(side.get("body").unwrap_or(value).clone()),
        Body::Text(lines) => {
            let shown = side["text"].as_array();
            let shown = shown.map(|view| lines_of(view, captured, before));
            Body::Text(shown.unwrap_or_else(|| lines.clone()))
        }
        Body::Empty | Body::Bytes(_) => captured.1.clone(),
    }
}

/// The fields of a view, in the order and the case of the committed ones; new ones where the capture has them.
fn headers(captured: &Headers, before: Option<&Headers>, fields: &Value) -> Headers {
    let names = |headers: &Headers| -> Vec<String> {
        headers.iter().map(|header| header.name.clone()).collect()
    };
    let mut order = before.map(names).unwrap_or_default();
    for name in names(captured) {
        let count = |all: &[String]| {
            all.iter()
                .filter(|other| other.eq_ignore_ascii_case(&name))
                .count()
        };
        if count(&order) < captured.get_all(&name).count() {
            order.push(name);
        }
    }
    let mut lines: HashMap<String, std::vec::IntoIter<String>> = HashMap::new();
    for (name, value) in fields.as_object().into_iter().flatten() {
        let values: Vec<_> = value
            .as_str()
            .unwrap_or_default()
            .split('\n')
            .map(str::to_owned)
            .collect();
        lines.insert(name.clone(), values.into_iter());
    }
    let fields = order.into_iter().filter_map(|name| {
        let value = lines.get_mut(&name.to_lowercase())?.next()?;
        Some(Header::new(name, value))
    });
    Headers(fields.collect())
}

/// The length on the wire plus what was changed here.
fn follow_body(fields: &mut Headers, captured: &Headers, changed: i128) {
    let wire = captured
        .get("Content-Length")
        .and_then(|length| length.parse::<i128>().ok());
    for field in fields
        .0
        .iter_mut()
        .filter(|field| field.is("Content-Length"))
    {
        if let Some(wire) = wire {
            field.value = (wire + changed).to_string();
        }
    }
}

/// The bytes of a body as it would stand on the wire.
fn length(body: &Body) -> i128 {
    match body {
        Body::Json(value) => value.to_string().len() as i128,
        Body::Text(lines) => lines.join("\n").len() as i128,
        Body::Empty | Body::Bytes(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Exchange, Shortened};
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

    fn document(examples: &[Example]) -> EndpointDocument {
        EndpointDocument {
            api_path: "/".to_owned(),
            examples: examples.to_vec(),
            ..EndpointDocument::default()
        }
    }

    fn settled(committed: &[Example], captured: Vec<Example>) -> Settled {
        settle(
            "a/b",
            &document(committed),
            captured,
            &Rules::default(),
            &|_| false,
        )
    }

    fn with_body(path: &str, link: &str, body: Value) -> Example {
        let request = Request {
            method: "GET".to_owned(),
            path: path.to_owned(),
            ..Request::default()
        };
        let length = format!("Content-Length: {}", body.to_string().len());
        let response = Response {
            status: 200,
            headers: Headers::from_lines([&length, "Vary: B, a", link]),
            body: Body::Json(body),
            ..Response::default()
        };
        Example::from(Exchange { request, response })
    }

    fn body(example: &Example) -> &Value {
        match &example.response.parsed().unwrap().body {
            Body::Json(value) => value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_capture_that_says_the_same_changes_no_byte() {
        let committed = [example("default", ["A: 1", "B: 2"], 200)];
        let captured = settled(&committed, vec![example("default", ["b: 2", "a: 1"], 200)]);
        assert!(!captured.changed);
        assert_eq!(captured.examples, committed);
    }

    /// The same answer of two machines, with an id, a time and more.
    fn run(id: &str, at: &str, more: Value) -> Example {
        let mut body = json!({"id": id, "at": at, "url": format!("https://h/{id}/"), "n": 1});
        body.as_object_mut()
            .unwrap()
            .insert("more".to_owned(), more);
        with_body(
            &format!("/{id}/"),
            &format!("Link: <https://h/{id}/?x>"),
            body,
        )
    }

    #[test]
    fn a_fresh_example_is_the_same_on_every_machine_and_again() {
        let one = run(
            "cbd1f80781a5",
            "2026-03-10T05:57:38.38Z",
            json!({"k": "kJ8dn3Ks0aQx7Lw2ZpVt", "t": 1783733600}),
        );
        let other = run(
            "abd1f80781a6",
            "2027-11-10T15:57:38.386Z",
            json!({"k": "Qx7Lw2ZpVtkJ8dn3Ks0a", "t": 1893733600}),
        );
        let first = settled(&[], vec![one.clone()]);
        assert_eq!(first.examples, settled(&[], vec![other.clone()]).examples);
        let fresh = &first.examples[0];
        let id = body(fresh)["id"].as_str().unwrap();
        assert_ne!(id, "cbd1f80781a5");
        let request = fresh.request.parsed().unwrap();
        assert_eq!(request.path, format!("/{id}/"));
        assert_eq!(body(fresh)["url"], format!("https://h/{id}/"));
        assert_eq!(
            (&body(fresh)["n"], &body(fresh)["at"]),
            (&json!(1), &json!("2020-01-01T12:00:00.000Z"))
        );
        let headers = &fresh.response.parsed().unwrap().headers;
        assert_eq!(
            headers.get("Link"),
            Some(format!("<https://h/{id}/?x>").as_str())
        );
        assert_eq!(headers.get("Vary"), Some("a, B"));
        assert_eq!(
            headers.get("Content-Length"),
            Some(body(fresh).to_string().len().to_string().as_str())
        );
        // What was written pairs with both, and settling it again changes nothing.
        for again in [one, other, fresh.clone()] {
            let kept = settled(&first.examples, vec![again.clone()]);
            assert!(!kept.changed);
            assert_eq!(kept.examples, first.examples);
        }
        assert_eq!(settled(&[], vec![fresh.clone()]).examples, first.examples);
    }

    #[test]
    fn what_rules_call_stable_is_written_as_it_is() {
        let one = run(
            "cbd1f80781a5",
            "2026-03-10T05:57:38Z",
            json!("abd1f80781a6"),
        );
        let rules: Rules = serde_json::from_value(json!({
            "learned": {"a/b": {"stable": ["/response/body/more"]}}
        }))
        .unwrap();
        let document = EndpointDocument::default();
        let fresh = settle("a/b", &document, vec![one], &rules, &|_| false);
        let fresh = body(&fresh.examples[0]);
        assert_eq!(fresh["more"], "abd1f80781a6");
        assert_ne!(fresh["id"], "cbd1f80781a5");
    }

    /// The examples of two machines, settled by the same rules; asserts that they are the same and keep still.
    fn on_two_machines(varied: Value, machines: [Example; 2]) -> Example {
        let rules: Rules =
            serde_json::from_value(json!({"learned": {"a/b": {"varied": varied}}})).unwrap();
        let settled = |committed: &[Example], captured: &Example| {
            let document = EndpointDocument {
                api_path: "/things/{id}/".to_owned(),
                ..document(committed)
            };
            // A scenario has any short number somewhere.
            let is_said = |value: &str| value.len() < 5;
            settle("a/b", &document, vec![captured.clone()], &rules, &is_said)
        };
        let [one, other] = machines
            .each_ref()
            .map(|machine| settled(&[], machine).examples);
        assert_eq!(one, other);
        for captured in &machines {
            assert!(!settled(&one, captured).changed);
        }
        assert_eq!(settled(&[], &one[0]).examples, one);
        one[0].clone()
    }

    #[test]
    fn what_varies_without_a_kind_is_written_alike_on_every_machine() {
        let machine = |load: Value, took: &str, up: bool| {
            let body = json!({"load": load, "took": took, "up": up, "size": 3});
            with_body("/things/x/", "Server: 1.2.3", body)
        };
        let varied = json!({
            "/response/body/load": "shape", "/response/body/took": "shape", "/response/body/up": "shape"
        });
        let machines = [
            machine(json!(7), "0.5 ms of 9", true),
            machine(json!(1234), "12.25 ms of 10", false),
        ];
        let shown = on_two_machines(varied.clone(), machines);
        let [load, took, up] = ["load", "took", "up"].map(|name| body(&shown)[name].clone());
        assert!(load.to_string().len() == 2 && up == true, "{load} {up}");
        let took = took.as_str().unwrap().to_owned();
        assert!(
            took.ends_with(char::is_numeric) && took.contains(" ms of "),
            "{took}"
        );
        assert_eq!(body(&shown)["size"], 3);
        let headers = &shown.response.parsed().unwrap().headers;
        let length = body(&shown).to_string().len().to_string();
        assert_eq!(headers.get("Content-Length"), Some(length.as_str()));
        assert_eq!(headers.get("Server"), Some("1.2.3"));
        let machines = [
            machine(json!(0.5), "1 ms of 9", true),
            machine(json!(1e-7), "2 ms of 1", true),
        ];
        let load = body(&on_two_machines(varied, machines))["load"].to_string();
        assert!(load.contains('.'), "{load}");
    }

    #[test]
    fn ids_that_vary_are_one_id_in_all_of_their_places() {
        let machine = |id: u64, key: &str| {
            let body = json!({"id": id, "number": id, "other_id": "2", "key": key});
            with_body(
                &format!("/things/{id}/?x_id={id}"),
                &format!("Link: </things/{id}/>"),
                body,
            )
        };
        let varied = json!({
            "/request/path": "id", "/response/headers/link": "id", "/response/body/id": "id",
            "/response/body/number": "id", "/response/body/key": "hex"
        });
        // By chance, a key has no letter.
        let machines = [machine(7, "12345678"), machine(4012, "abcd1234")];
        let shown = on_two_machines(varied, machines);
        let id = body(&shown)["id"].to_string();
        assert_eq!(id.len(), 4);
        assert_eq!(body(&shown)["number"], body(&shown)["id"]);
        assert_eq!(body(&shown)["other_id"], "2");
        let path = &shown.request.parsed().unwrap().path;
        assert_eq!(*path, format!("/things/{id}/?x_id={id}"));
        let link = format!("</things/{id}/>");
        assert_eq!(
            shown.response.parsed().unwrap().headers.get("Link"),
            Some(&*link)
        );
    }

    #[test]
    fn a_line_keeps_what_its_pattern_says() {
        let machine = |count: &str| {
            let request = Request {
                path: "/things/x/".to_owned(),
                ..Request::default()
            };
            let response = Response {
                status: 200,
                headers: Headers::from_lines(["Content-Type: text/plain"]),
                body: Body::Text(vec![
                    format!("bucket{{le=\"0.5\"}} {count}"),
                    "total 3".to_owned(),
                ]),
                ..Response::default()
            };
            Example::from(Exchange { request, response })
        };
        let varied = json!({"/response/text/bucket{le=\"0.5\"} *": "shape"});
        let shown = on_two_machines(varied, [machine("7"), machine("2.5e-05")]);
        let Body::Text(lines) = &shown.response.parsed().unwrap().body else {
            panic!("{shown:?}");
        };
        assert!(
            lines[0].starts_with("bucket{le=\"0.5\"} ") && lines[0].len() < 24,
            "{lines:?}"
        );
        assert_eq!(lines[1], "total 3");
    }

    #[test]
    fn where_it_drifted_only_that_changes() {
        let committed = run("cbd1f80781a5", "2026-03-10T05:57:38Z", json!("x"));
        let mut captured = run(
            "abd1f80781a6",
            "2027-03-10T05:57:38Z",
            json!("see abd1f80781a6 and 123abc456def"),
        );
        captured.response = match captured.response {
            Recorded::Parsed(mut response) => {
                response.headers.0.reverse();
                Recorded::Parsed(response)
            }
            other => other,
        };
        let after = settled(std::slice::from_ref(&committed), vec![captured]);
        assert!(after.changed);
        let after = &after.examples[0];
        assert_eq!(after.request, committed.request);
        let (old, new) = (body(&committed), body(after));
        for key in ["id", "at", "url", "n"] {
            assert_eq!(new[key], old[key], "{key}");
        }
        let more = new["more"].as_str().unwrap();
        assert!(
            more.starts_with("see cbd1f80781a5 and ") && !more.contains("123abc456def"),
            "{more}"
        );
        let names = |example: &Example| -> Vec<_> {
            let headers = &example.response.parsed().unwrap().headers;
            headers.iter().map(|header| header.name.clone()).collect()
        };
        assert_eq!(names(after), names(&committed));
        let length = after
            .response
            .parsed()
            .unwrap()
            .headers
            .get("Content-Length")
            .unwrap()
            .to_owned();
        assert_eq!(length, new.to_string().len().to_string());
    }

    #[test]
    fn lines_of_json_stay_lines_of_json() {
        let stream = |lines: [&str; 3]| {
            let request = Request::default();
            let response = Response {
                status: 200,
                headers: Headers::from_lines(["Content-Type: application/x-ndjson"]),
                body: Body::Text(lines.map(str::to_owned).to_vec()),
                ..Response::default()
            };
            Example::from(Exchange { request, response })
        };
        let lines = |example: &Example| match &example.response.parsed().unwrap().body {
            Body::Text(lines) => lines.clone(),
            other => panic!("{other:?}"),
        };
        let committed = stream([r#"{"n": 1, "a": "x"}"#, r#"{"n": 2}"#, "\"said\""]);
        let captured = stream([r#"{"n":1, "a":"x"}"#, r#"{ "n": 3 }"#, "\"said\""]);
        let after = settled(std::slice::from_ref(&committed), vec![captured]);
        assert_eq!(
            lines(&after.examples[0]),
            [r#"{"n": 1, "a": "x"}"#, r#"{ "n": 3 }"#, "\"said\""]
        );
        // New ids are other ones, and the lines are JSON still.
        let fresh = stream([r#"{"id": "cbd1f80781a5"}"#, r#"{"n": 2}"#, ""]);
        let after = settled(&[], vec![fresh.clone()]);
        let shown = lines(&after.examples[0]);
        assert!(shown[0].starts_with(r#"{"id":""#) && !shown[0].contains("cbd1f"));
        assert_eq!(shown[1..], lines(&fresh)[1..]);
    }

    #[test]
    fn a_series_keeps_its_steps() {
        let series = |from: i64, counts: [i64; 3]| {
            json!([
                [from, counts[0]],
                [from + 3600, counts[1]],
                [from + 7200, counts[2]]
            ])
        };
        let fresh = |from, counts| {
            let fresh = settled(&[], vec![with_body("/", "A: b", series(from, counts))]);
            body(&fresh.examples[0]).clone()
        };
        let idle = fresh(1_783_731_600, [0, 0, 0]);
        assert_eq!(idle, series(1_577_880_000, [0, 0, 0]));
        // How much there was to count is chance.
        let busy = fresh(1_783_731_600, [1, 0, 5]);
        assert_eq!(busy, fresh(1_893_731_600, [0, 120, 7]));
        assert_eq!(busy[2][0], 1_577_880_000 + 7200);
    }

    #[test]
    fn how_many_items_are_left_out_is_no_difference() {
        let shortened = |shown, of| {
            let mut example = example("default", ["A: 1", "B: 2"], 200);
            example.shortened = [("/a".to_owned(), Shortened { shown, of })].into();
            example
        };
        let committed = [shortened(2, 10)];
        let captured = settled(&committed, vec![shortened(2, 11)]);
        assert!(!captured.changed);
        assert_eq!(captured.examples, committed);
        let whole = example("default", ["A: 1", "B: 2"], 200);
        assert!(settled(&committed, vec![whole]).changed);
    }

    #[test]
    fn the_default_example_comes_first() {
        let committed = [example("gone", ["A: 1", "B: 2"], 404)];
        let new = vec![
            example("other", ["A: 1", "B: 2"], 400),
            example("default", ["A: 1", "B: 2"], 200),
        ];
        let names: Vec<_> = settled(&committed, new)
            .examples
            .into_iter()
            .map(|e| e.name)
            .collect();
        assert_eq!(names, ["default", "gone", "other"]);
    }
}
