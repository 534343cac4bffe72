//! Scenarios: requests to make, in order, with set-up and tear-down.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{ExampleTarget, Until};

/// A file of `scenarios/`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Scenario {
    /// What it is about, for people.
    #[serde(default)]
    pub title: String,
    /// Whether it may run beside others: it touches nothing that another one sees, and sees nothing that another
    /// one touches.
    #[serde(default)]
    pub isolated: bool,
    /// The scenarios after which it runs, by their idents; it sees what they saved.
    #[serde(default)]
    pub after: Vec<String>,
    /// Whether the cookies that the server sets are sent with later requests.
    #[serde(default)]
    pub cookies: bool,
    /// Requests that prepare; the first failure ends the scenario.
    #[serde(default)]
    pub setup: Vec<Step>,
    /// The requests that it is about.
    pub requests: Vec<Step>,
    /// Requests that clean up; always made, also after a failure.
    #[serde(default)]
    pub teardown: Vec<Step>,
}

/// `fixtures.json`: runs once before all scenarios, which see what it saves.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Fixtures {
    /// What it prepares, for people.
    #[serde(default)]
    pub title: String,
    /// Values that every scenario sees; `null` is one that is still to be filled in.
    #[serde(default)]
    pub variables: Map<String, Value>,
    /// Requests to make.
    #[serde(default)]
    pub requests: Vec<Step>,
    /// Requests that clean up, after all scenarios.
    #[serde(default)]
    pub teardown: Vec<Step>,
}

/// One request of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The method.
    pub method: String,
    /// The path with its query, a template.
    pub path: String,
    /// Who asks.
    pub identity: Identity,
    /// Fields to send beside those that the payload asks for, as `Name: value`, templates.
    pub headers: Vec<String>,
    /// What is sent.
    pub payload: Payload,
    /// What must come back.
    pub status: ExpectedStatus,
    /// Whether redirects on the same server are followed; the last answer is the one that counts.
    pub follow: bool,
    /// What the response must hold: until then the request is made again.
    pub until: Option<Until>,
    /// Where the exchange is kept as an example.
    pub example: Option<ExampleTarget>,
    /// What the example shows, for readers.
    pub title: Option<String>,
    /// Of which arrays of the response body the example shows how many items, by JSON Pointer.
    pub show: Vec<(String, usize)>,
    /// Values to pick from the response, by the name under which later requests see them.
    pub save: Vec<(String, Save)>,
    /// What the request still lacks; while it says so, it is not made.
    pub todo: Option<String>,
}

/// Who makes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The one that the settings say.
    Default,
    /// Nobody: no credential is sent (`"as": null`).
    Nobody,
    /// That of `[auth.NAME]`.
    Named(String),
}

/// What a request carries; texts are templates.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// Nothing.
    Empty,
    /// JSON, whose strings are templates.
    Json(Value),
    /// `application/x-www-form-urlencoded`, in order.
    Form(Vec<(String, String)>),
    /// `multipart/form-data` (RFC 7578), in order.
    Multipart(Vec<(String, Part)>),
    /// Text as it is; its media type is a header of the step.
    Text(String),
    /// The bytes of a file, relative to the folder of documents.
    File(String),
}

/// One part of a multipart payload.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// A value.
    Field(String),
    /// A file.
    File {
        /// The file, relative to the folder of documents.
        path: String,
        /// The name that is sent; that of the file unless said otherwise.
        #[serde(default)]
        filename: Option<String>,
        /// The media type that is sent.
        #[serde(rename = "type", default)]
        media_type: Option<String>,
    },
}

/// Which status a response must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedStatus {
    /// Any of 200 to 299.
    Success,
    /// That one.
    Exactly(u16),
}

/// What to pick from a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Save {
    /// Where it is.
    pub from: SaveSource,
    /// Whether it must never be shown.
    pub secret: bool,
}

/// Where a picked value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveSource {
    /// A JSON Pointer into the body.
    Pointer(String),
    /// The first header of that name.
    Header(String),
}

impl ExpectedStatus {
    /// Whether a status is the expected one.
    pub fn accepts(self, status: u16) -> bool {
        match self {
            Self::Success => (200..300).contains(&status),
            Self::Exactly(expected) => status == expected,
        }
    }
}

impl std::fmt::Display for ExpectedStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Success => f.write_str("2xx"),
            Self::Exactly(status) => write!(f, "{status}"),
        }
    }
}

impl Scenario {
    /// All steps with their JSON Pointers into the file, in the order in which they run.
    pub fn steps(&self) -> impl Iterator<Item = (String, &Step)> {
        let lists = [
            ("setup", &self.setup),
            ("requests", &self.requests),
            ("teardown", &self.teardown),
        ];
        lists
            .into_iter()
            .flat_map(|(name, steps)| numbered(name, steps))
    }
}

impl Fixtures {
    /// All steps with their JSON Pointers into the file, in the order in which they run.
    pub fn steps(&self) -> impl Iterator<Item = (String, &Step)> {
        numbered("requests", &self.requests).chain(numbered("teardown", &self.teardown))
    }
}

fn numbered<'a>(list: &'a str, steps: &'a [Step]) -> impl Iterator<Item = (String, &'a Step)> {
    steps
        .iter()
        .enumerate()
        .map(move |(index, step)| (format!("/{list}/{index}"), step))
}

/// A step as a file tells it.
#[derive(Deserialize)]
struct StepFile {
    request: String,
    #[serde(rename = "as", default, deserialize_with = "identity")]
    identity: Option<Identity>,
    #[serde(default)]
    headers: Vec<String>,
    #[serde(default, deserialize_with = "present")]
    json: Option<Value>,
    form: Option<Map<String, Value>>,
    multipart: Option<Map<String, Value>>,
    text: Option<String>,
    file: Option<String>,
    status: Option<u16>,
    #[serde(default)]
    follow: bool,
    until: Option<Value>,
    example: Option<String>,
    title: Option<String>,
    show: Option<Value>,
    #[serde(default)]
    save: Map<String, Value>,
    todo: Option<String>,
}

pub(super) fn present<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn identity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Identity>, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    Ok(Some(name.map_or(Identity::Nobody, Identity::Named)))
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        StepFile::deserialize(deserializer)?
            .into_step()
            .map_err(D::Error::custom)
    }
}

impl StepFile {
    fn into_step(self) -> Result<Step, String> {
        let (method, path) = self
            .request
            .split_once(' ')
            .ok_or_else(|| format!("the request {:?} is not `METHOD /path`", self.request))?;
        let (method, path) = (method.to_owned(), path.trim().to_owned());
        let example = self.example.map(|target| target.parse::<ExampleTarget>());
        let save = self
            .save
            .iter()
            .map(|(name, value)| Ok((name.clone(), save(value)?)))
            .collect::<Result<_, String>>()?;
        let show = self.show.as_ref().map_or(Ok(Vec::new()), show)?;
        let mut payloads = Vec::new();
        payloads.extend(self.json.map(Payload::Json));
        payloads.extend(self.form.map(|fields| Payload::Form(form(&fields))));
        if let Some(parts) = &self.multipart {
            payloads.push(Payload::Multipart(multipart(parts)?));
        }
        payloads.extend(self.text.map(Payload::Text));
        payloads.extend(self.file.map(Payload::File));
        if payloads.len() > 1 {
            return Err("a request carries one of json, form, multipart, text and file".to_owned());
        }
        Ok(Step {
            method,
            path,
            identity: self.identity.unwrap_or(Identity::Default),
            headers: self.headers,
            payload: payloads.pop().unwrap_or(Payload::Empty),
            status: self
                .status
                .map_or(ExpectedStatus::Success, ExpectedStatus::Exactly),
            follow: self.follow,
            until: self.until.as_ref().map(Until::read).transpose()?,
            example: example.transpose().map_err(|error| error.to_string())?,
            title: self.title,
            show,
            save,
            todo: self.todo,
        })
    }
}

/// A repeated field is an array.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(items) => items.iter(),
        other => std::slice::from_ref(other).iter(),
    }
}

fn form(fields: &Map<String, Value>) -> Vec<(String, String)> {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    fields
        .iter()
        .flat_map(|(name, value)| each(value).map(move |value| (name.clone(), text(value))))
        .collect()
}

fn multipart(parts: &Map<String, Value>) -> Result<Vec<(String, Part)>, String> {
    let mut out = Vec::new();
    for (name, value) in parts {
        for value in each(value) {
            let part = Part::deserialize(value)
                .map_err(|_| format!("the part {name:?} is neither a text nor {{\"path\": …}}"))?;
            out.push((name.clone(), part));
        }
    }
    Ok(out)
}

/// A number speaks of the body itself.
fn show(value: &Value) -> Result<Vec<(String, usize)>, String> {
    let count = |value: &Value| {
        let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
        count.ok_or_else(|| format!("{value} is not a number of items"))
    };
    match value {
        Value::Object(arrays) => arrays
            .iter()
            .map(|(pointer, value)| Ok((pointer.clone(), count(value)?)))
            .collect(),
        value => Ok(vec![(String::new(), count(value)?)]),
    }
}

#[derive(Deserialize)]
struct SaveFile {
    pointer: Option<String>,
    header: Option<String>,
    #[serde(default)]
    secret: bool,
}

fn save(value: &Value) -> Result<Save, String> {
    if let Some(pointer) = value.as_str() {
        let from = SaveSource::Pointer(pointer.to_owned());
        return Ok(Save {
            from,
            secret: false,
        });
    }
    let file = SaveFile::deserialize(value).map_err(|error| error.to_string())?;
    let from = match (file.pointer, file.header) {
        (Some(pointer), None) => SaveSource::Pointer(pointer),
        (None, Some(header)) => SaveSource::Header(header),
        _ => return Err("a value is saved from a pointer or from a header".to_owned()),
    };
    let secret = file.secret;
    Ok(Save { from, secret })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nobody_differs_from_the_default() {
        let step = |value: Value| serde_json::from_value::<Step>(value).unwrap().identity;
        assert_eq!(step(json!({"request": "GET /"})), Identity::Default);
        assert_eq!(
            step(json!({"request": "GET /", "as": null})),
            Identity::Nobody
        );
        assert_eq!(
            step(json!({"request": "GET /", "as": "x"})),
            Identity::Named("x".to_owned())
        );
    }

    #[test]
    fn a_step_reads_all_of_its_keys() {
        let step: Step = serde_json::from_value(json!({
            "request": "POST /a/{{ b }}", "headers": ["A: b"], "json": null, "status": 201,
            "example": "a/b#c", "save": {"key": "/id", "at": {"header": "Location", "secret": true}},
        }))
        .unwrap();
        assert_eq!(step.payload, Payload::Json(Value::Null));
        assert_eq!(step.status, ExpectedStatus::Exactly(201));
        assert_eq!(
            step.save[1].1.from,
            SaveSource::Header("Location".to_owned())
        );
        assert!(step.save[1].1.secret);
        let two = json!({"request": "GET /", "json": 1, "text": ""});
        assert!(serde_json::from_value::<Step>(two).is_err());
    }

    #[test]
    fn how_much_is_shown_is_a_number_or_one_for_each_array() {
        let show = |value: Value| {
            let step = json!({"request": "GET /", "show": value});
            serde_json::from_value::<Step>(step).map(|step| step.show)
        };
        assert_eq!(show(json!(3)).unwrap(), [(String::new(), 3)]);
        assert_eq!(show(json!({"/a": 0})).unwrap(), [("/a".to_owned(), 0)]);
        assert!(show(json!({"/a": -1})).is_err() && show(json!("3")).is_err());
    }

    #[test]
    fn repeated_fields_stay_in_order() {
        let step: Step = serde_json::from_value(json!({
            "request": "POST /", "multipart": {"a": ["1", {"path": "x.txt"}], "b": "2"}
        }))
        .unwrap();
        let Payload::Multipart(parts) = step.payload else {
            panic!("not multipart");
        };
        assert_eq!(parts.len(), 3);
        assert_eq!(parts[0], ("a".to_owned(), Part::Field("1".to_owned())));
    }
}
