//! The operations of a document, whichever version it follows.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::schema;
use super::source::{Node, Source, Version};
use crate::document::{DocumentName, MEDIA_TYPES, NOTHING_SAID, is_json_media_type};
use crate::finding::{Finding, Label, codes};
use crate::import::naming::{self, Names};

/// The methods under which a path item holds operations.
pub(crate) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The extension under which an export says what OpenAPI has no place for.
pub(crate) const EXTENSION: &str = "x-apidocs";

/// An operation: a method of a path.
#[derive(Debug, Clone)]
pub struct Operation<'s> {
    /// The document that it is described by.
    pub name: DocumentName,
    /// The method, in capitals.
    pub method: String,
    /// The path with the base path of the API, `{name}` where a value goes.
    pub path: String,
    /// The title of the section.
    pub section: String,
    pub(super) node: Node<'s>,
    pub(super) item: Node<'s>,
}

impl Source {
    /// All operations, in the order of the document.
    pub fn operations(&self) -> Vec<Operation<'_>> {
        self.operations_with(&mut Vec::new())
    }

    /// Whether there is nothing in it that becomes a document.
    pub fn is_empty(&self) -> bool {
        let own = self.root().get(EXTENSION);
        let others = own.and_then(|own| own.get("documents"));
        self.operations().is_empty() && others.is_none()
    }

    pub(super) fn operations_with(&self, findings: &mut Vec<Finding>) -> Vec<Operation<'_>> {
        let root = self.root();
        let mut names = Names::default();
        let mut operations = Vec::new();
        let tags = section_ids(&root);
        for (path, item) in root.members("paths") {
            if path.starts_with("x-") {
                continue;
            }
            let Some(item) = item.follow() else { continue };
            if !item.value.is_object() {
                let message = "a path must be an object";
                findings.push(item.finding(codes::NOT_OPENAPI, message));
                continue;
            }
            for (method, node) in item.own_members().unwrap_or_default() {
                if !METHODS.contains(&method) {
                    continue;
                }
                // Not of the specification, and yet how large documents are split into files.
                let Some(node) = node.follow() else { continue };
                if !node.value.is_object() {
                    let message = "an operation must be an object";
                    findings.push(node.finding(codes::NOT_OPENAPI, message));
                    continue;
                }
                let path = format!("{}{path}", self.base_path(&node, &item));
                if !path.starts_with('/') || path.contains(['?', '#', ' ']) {
                    let message = format!(
                        "{path:?} is no path: it must begin with `/`, without query and fragment"
                    );
                    findings.push(node.finding(codes::NOT_OPENAPI, &message));
                    continue;
                }
                let title = node.list("tags").first().and_then(|tag| tag.value.as_str());
                let title = title.unwrap_or(naming::NO_SECTION);
                let known = tags.iter().find(|(name, _)| name == title);
                let section = known.map_or_else(|| naming::slug(title), |(_, id)| id.clone());
                let own = node.get(EXTENSION);
                let own = own.as_ref().and_then(|own| own.value.get("name")?.as_str());
                let id = node.get("operationId").and_then(|id| id.value.as_str());
                let wanted = match (own, id) {
                    (Some(own), _) => own.to_owned(),
                    (None, Some(id)) => naming::file_name(id),
                    (None, None) => naming::of_path(method, &path),
                };
                let name = names.take(&section, &wanted);
                if name.name() != wanted {
                    let message = format!(
                        "another operation is called {wanted} already: this one becomes {name}"
                    );
                    findings.push(node.finding(codes::RENAMED_OPERATION, &message));
                }
                operations.push(Operation {
                    name,
                    method: method.to_ascii_uppercase(),
                    path,
                    section: title.to_owned(),
                    node,
                    item: item.clone(),
                });
            }
        }
        operations
    }

    /// The path in front of all paths: `basePath`, or that of the first server.
    fn base_path(&self, operation: &Node<'_>, item: &Node<'_>) -> String {
        let root = self.root();
        let path = if self.version == Version::Swagger2 {
            root.text("basePath").unwrap_or_default().to_owned()
        } else {
            let mut servers = [operation, item, &root]
                .into_iter()
                .map(|node| node.list("servers"));
            let servers = servers.find(|list| !list.is_empty()).unwrap_or_default();
            servers.first().map(server_path).unwrap_or_default()
        };
        let path = path.trim_end_matches('/');
        match path {
            "" => String::new(),
            path if path.starts_with('/') => path.to_owned(),
            path => format!("/{path}"),
        }
    }
}

/// The path of a server's URL, its variables replaced by their defaults.
fn server_path(server: &Node<'_>) -> String {
    let mut url = server.text("url").unwrap_or_default().to_owned();
    for (name, variable) in server.members("variables") {
        let default = variable.text("default").unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), default);
    }
    let behind = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => url.trim_start_matches('/'),
    };
    behind
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The ids that tags say for their sections; an export writes them.
fn section_ids(root: &Node<'_>) -> Vec<(String, String)> {
    let ids = root.list("tags").into_iter().filter_map(|tag| {
        let name = tag.value.get("name")?.as_str()?;
        let id = tag.value.get(EXTENSION)?.get("id")?.as_str()?;
        Some((name.to_owned(), id.to_owned()))
    });
    ids.collect()
}

impl<'s> Operation<'s> {
    /// The statuses that are documented, as they are written: `200`, `4XX`, `default`.
    pub fn statuses(&self) -> Vec<&'s str> {
        let members = self.node.members("responses").into_iter();
        members
            .map(|(status, _)| status)
            .filter(|status| !status.starts_with("x-"))
            .collect()
    }

    /// Which of [`Operation::statuses`] speaks of a status: itself, else its class, else `default`.
    pub fn status_for(&self, status: u16) -> Option<&'s str> {
        let exact = status.to_string();
        let class = format!("{}XX", status / 100);
        let statuses = self.statuses();
        let find = |wanted: &str| {
            let mut statuses = statuses.iter().copied();
            statuses.find(|known| known.eq_ignore_ascii_case(wanted))
        };
        find(&exact)
            .or_else(|| find(&class))
            .or_else(|| find("default"))
    }

    /// The contract of a JSON response, one of [`Operation::statuses`]: a self-contained JSON Schema (2020-12).
    ///
    /// `None` where no schema is given for JSON.
    pub fn schema(&self, status: &str) -> Option<Value> {
        let response = self.response(status)?;
        let node = self.schema_node(&response)?;
        Some(self.with_words(schema::plain(&node), status, &response))
    }

    /// The schema for a status of which nothing is said of JSON: every body fits it.
    pub fn without_json(&self, status: &str) -> Value {
        let schema = json!({"$schema": schema::DIALECT, "$comment": NOTHING_SAID});
        match self.response(status) {
            Some(response) => self.with_words(schema, status, &response),
            None => schema,
        }
    }

    /// A schema with the other media types of the response, and its words where the schema has none of its own.
    fn with_words(&self, mut schema: Value, status: &str, response: &Node<'s>) -> Value {
        let others = self.media_types(response).into_iter();
        let others: Vec<_> = others.filter(|media| !is_json_media_type(media)).collect();
        if let Some(members) = schema.as_object_mut()
            && !others.is_empty()
        {
            let at = usize::from(members.contains_key("$schema"));
            members.shift_insert(at, MEDIA_TYPES.to_owned(), others.into());
        }
        if let Some(members) = schema.as_object_mut()
            && !members.contains_key("description")
            && let Some(description) = response.get("description")
            && let Some(text) = description.value.as_str()
        {
            if !text.is_empty() && !is_reason(status, text) {
                let at = usize::from(members.contains_key("$schema"));
                members.shift_insert(at, "description".to_owned(), text.into());
            }
            description.take();
        }
        schema
    }

    /// Where the schema stands that [`Operation::schema`] gives; the response, where it gives none.
    pub(super) fn schema_label(&self, status: &str) -> Option<Label> {
        let response = self.response(status)?;
        let schema = self.schema_node(&response);
        // A reference leads to what is to be read.
        let schema = schema.map(|schema| schema.follow().unwrap_or(schema));
        schema.unwrap_or(response).label()
    }

    fn response(&self, status: &str) -> Option<Node<'s>> {
        self.node.get("responses")?.get(status)?.follow()
    }

    fn schema_node(&self, response: &Node<'s>) -> Option<Node<'s>> {
        let media_types = self.media_types(response);
        if self.node.source.version == Version::Swagger2 {
            let schema = response.get("schema")?;
            let is_file = schema.value.get("type").is_some_and(|kind| kind == "file");
            let is_json = media_types.is_empty() || media_types.iter().copied().any(may_be_json);
            return (is_json && !is_file).then_some(schema);
        }
        let content = response.members("content");
        let mut json = content.iter().filter(|(media, _)| may_be_json(media));
        json.find_map(|(_, media)| media.get("schema"))
    }

    /// The media types that a response may be of, as they are written; none where the document says none.
    fn media_types(&self, response: &Node<'s>) -> Vec<&'s str> {
        if self.node.source.version != Version::Swagger2 {
            let content = response.members("content").into_iter();
            return content.map(|(media, _)| media).collect();
        }
        let own = self.node.get("produces");
        let produces = own.or_else(|| self.node.source.root().get("produces"));
        let list = produces.and_then(|list| list.take().as_array());
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// Path parameters and so on: those of the path, replaced by those of the operation.
    pub(super) fn parameters(&self) -> Vec<Node<'s>> {
        let key = |node: &Node<'s>| {
            let text = |key: &str| node.value.get(key).and_then(Value::as_str);
            (
                text("in").unwrap_or_default(),
                text("name").unwrap_or_default(),
            )
        };
        let followed = |node: &Node<'s>| -> Vec<Node<'s>> {
            let list = node.list("parameters").into_iter();
            list.filter_map(|one| one.follow()).collect()
        };
        let own = followed(&self.node);
        let keys: HashSet<_> = own.iter().map(key).collect();
        let mut all = followed(&self.item);
        all.retain(|node| !keys.contains(&key(node)));
        all.extend(own);
        all
    }
}

/// Whether bodies of a media type, or of a range of them, may be JSON.
fn may_be_json(media: &str) -> bool {
    is_json_media_type(media) || media == "*/*"
}

/// Whether the words of a response are those of its status anyway.
fn is_reason(status: &str, text: &str) -> bool {
    let code = status.parse().ok();
    code.and_then(naming::reason) == Some(text)
}
